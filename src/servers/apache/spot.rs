//! Where a request comes to: the host that takes it and the path it is mapped to, before anybody is asked who he is
//! (server/vhost.c, `ap_update_vhost_from_headers`; server/core.c, `ap_core_translate`; modules/mappers/mod_alias.c).

use std::net::IpAddr;

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
    /// Makes a host ready: sections of expressions come last, the others by the number of names
    /// (server/core.c, `reorder_sorter`).
    #[must_use]
    pub(super) fn new(host: Host, server_root: &str) -> Self {
        let docroot = host.docroot.as_ref().map_or(b"htdocs".as_slice(), |set| &set.value);
        let docroot = absolute(docroot, server_root);
        let mut directories = host.directories.clone();
        directories.sort_by_key(|section| {
            let components = section.pattern.components();
            (components.is_none(), components)
        });
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
    /// Whether what lies there decides; else something does.
    pub look: bool,
}

/// The host that a `Host` header names, in lower case and without its port.
///
/// # Errors
/// It is none: the server answers 400.
pub(super) fn host_of(header: &[u8]) -> Result<(Option<u16>, Vec<u8>), u16> {
    if header.is_empty() || header.iter().all(u8::is_ascii_digit) {
        return Err(400);
    }
    let (name, port) = match header.iter().rposition(|byte| *byte == b':') {
        Some(at) if header.first() != Some(&b'[') || header.get(at.wrapping_sub(1)) == Some(&b']') => {
            (header.get(..at).unwrap_or_default(), header.get(at + 1..))
        }
        _ => (header, None),
    };
    let port = match port {
        None | Some([]) => None,
        Some(digits) => Some(std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(400_u16)?),
    };
    let bad = |byte: &u8| !(byte.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(byte));
    if name.is_empty() || name.iter().any(bad) || name.windows(2).any(|pair| pair == b"..") {
        return Err(400);
    }
    let name = name.strip_suffix(b".").unwrap_or(name).to_ascii_lowercase();
    Ok((port, name))
}

/// The host that takes a request for `name` that came to `address` and `port`: of those for this address, or else for
/// any, the first that has the name, or else the first; the main server if there are none.
#[must_use]
pub(super) fn chosen<'h>(main: &'h Hosted, hosts: &'h [Hosted], address: IpAddr, port: u16, name: &[u8]) -> &'h Hosted {
    let on = |wanted: Option<IpAddr>, exact_port: bool| {
        let fits =
            move |hosted: &&Hosted| {
                hosted.host.addresses.iter().any(|own| {
                    own.address == wanted && (own.port == port && exact_port || own.port == 0 && !exact_port)
                })
            };
        hosts.iter().filter(fits)
    };
    let kinds = [(Some(address), true), (Some(address), false), (None, true), (None, false)];
    let candidates = kinds.into_iter().map(|(wanted, exact)| on(wanted, exact).collect::<Vec<_>>());
    let Some(candidates) = candidates.into_iter().find(|found| !found.is_empty()) else { return main };
    let named = candidates.iter().find(|hosted| hosted.host.is_called(name)).copied();
    named.or_else(|| candidates.first().copied()).unwrap_or(main)
}
