//! Where a request comes to: the host that takes it and the path it is mapped to, before anybody is asked who he is
//! (server/core.c, `ap_core_translate`; modules/mappers/mod_alias.c).

use super::host::Host;
use super::section::{DirectoryPattern, Section};
use crate::read::{merge, server_path};

/// A host, ready for requests.
#[derive(Debug, Clone)]
pub(super) struct Hosted {
    /// It, within the main server.
    pub host: Host,
    /// Its document root as the server resolves it.
    pub docroot: Vec<u8>,
    /// Its `<Directory>` sections in the order in which they are tried.
    pub directories: Vec<Section<DirectoryPattern>>,
}

impl Hosted {
    /// Makes a host ready, with Debian's document root where it has none (`DOCUMENT_LOCATION`): sections of expressions come last, and all by the number of names
    /// (server/core.c, `reorder_sorter`).
    #[must_use]
    pub(super) fn new(host: Host, server_root: &str) -> Self {
        let docroot = host.docroot.as_ref().map_or(b"/var/www/html".as_slice(), |set| &set.value);
        let docroot = absolute(docroot, server_root);
        let mut directories = host.directories.clone();
        directories.sort_by_key(|section| section.pattern.rank());
        Self { host, docroot, directories }
    }
}

/// A path of the configuration as the server takes it: from its own root.
#[must_use]
pub(super) fn absolute(written: &[u8], server_root: &str) -> Vec<u8> {
    let merged = merge(std::path::Path::new(server_root), &server_path(written));
    merged.map_or_else(|| written.to_owned(), |path| path.as_os_str().as_encoded_bytes().to_vec())
}

/// The place of a request.
#[derive(Debug, Clone)]
pub(super) struct Spot<'h> {
    /// The host.
    pub host: &'h Hosted,
    /// The decoded URL path; `None`: any that leads here.
    pub url: Option<Vec<u8>>,
    /// The path of the server, with a slash at its end for a folder that was asked for with one; `None`: another server
    /// is asked.
    pub path: Option<Vec<u8>>,
    /// The URL that another server is asked for.
    pub proxied: Option<Vec<u8>>,
    /// Whether what lies there decides; else something does.
    pub look: bool,
    /// Whether the folder was walked for the request that asks for its index: a file there meets no further section of
    /// directories (server/request.c, `ap_directory_walk`, the cached walk).
    pub walked: bool,
    /// What stands behind the file in the URL (`r->path_info`); `None`: not looked for.
    pub behind: Option<Vec<u8>>,
    /// The URL prefix and the folder that an Alias brings (server/core.c, `ap_context_prefix`); `None`: can't tell.
    pub context: Option<(Vec<u8>, Vec<u8>)>,
    /// The handler that an alias forces.
    pub handler: Option<Vec<u8>>,
}

impl<'h> Spot<'h> {
    /// Any place of a host.
    #[must_use]
    pub(super) fn of(host: &'h Hosted) -> Self {
        let context = Some((Vec::new(), host.docroot.clone()));
        let (url, path, proxied, behind, handler) = (None, None, None, None, None);
        Self { host, url, path, proxied, look: false, walked: false, behind, context, handler }
    }
}
