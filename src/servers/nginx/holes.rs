//! Ways around a login: locations that take paths out of a protected one, prefixes that lead out of their folders,
//! password files that are handed out.

use std::path::Path;

use super::location::{self, Found, Matching};
use super::site::Site;
use super::survey::add;
use super::tree::{BlockId, Kind};
use super::upstream::{parts, without_scheme};
use crate::answer::{Because, Cause, Noted, Reason, Remark};
use crate::finding::Outcome;
use crate::pattern::Pattern;

/// Names such as stand behind a prefix.
const NAMES: [&str; 20] = [
    "x.png",
    "x.jpg",
    "x.gif",
    "x.ico",
    "x.svg",
    "x.css",
    "x.js",
    "x.php",
    "index.php",
    "x.html",
    "x.txt",
    "x.json",
    "x.pdf",
    "x.zip",
    "x.xml",
    "x.woff2",
    "x.jpeg",
    "x",
    "x/x",
    "x.webp",
];
/// The most files of a folder that are tried beside them.
const MOST: usize = 200;

impl Site<'_> {
    /// Paths below a protected prefix that a regular expression takes away.
    pub(super) fn holes(&self, causes: &mut Vec<Cause>) {
        let Some(http) = self.http() else { return };
        for server in self.tree.children(http, Kind::Server) {
            self.holes_in(server, server, causes);
        }
    }

    fn holes_in(&self, block: BlockId, server: BlockId, causes: &mut Vec<Cause>) {
        for id in self.tree.children(block, Kind::Location) {
            if let Some(Matching::Prefix { name, .. }) = &self.tree.get(id).matching
                && self.guards(id)
            {
                self.hole(id, name, server, causes);
            }
            self.holes_in(id, server, causes);
        }
    }

    fn hole(&self, guarded: BlockId, prefix: &[u8], server: BlockId, causes: &mut Vec<Cause>) {
        let mut names: Vec<Vec<u8>> = NAMES.iter().map(|name| name.as_bytes().to_vec()).collect();
        names.extend(self.names_below(guarded, prefix));
        let mut known: Vec<BlockId> = Vec::new();
        for name in names {
            let slash: &[u8] = if prefix.ends_with(b"/") { b"" } else { b"/" };
            let path = [prefix, slash, &name].concat();
            let mut attempt = |_, pattern: &Pattern, uri: &[u8]| pattern.is_match(uri);
            let Ok(Found::In(found)) = location::find(&self.tree, server, &path, &mut attempt) else { continue };
            let block = self.tree.get(found);
            let by_pattern = matches!(block.matching, Some(Matching::Regex { .. }));
            // A place that is off says so itself, and is meant.
            let silent = !self.guards(found) && self.tree.setting(found, "auth_basic").is_none();
            let internal = self.tree.setting(found, "internal").is_some();
            let denied = self.tree.nearest(found, &["allow", "deny"]).first().is_some_and(|item| item.name == b"deny");
            let leaks = self.tree.outward(found).any(|block| self.leaky.contains(&block));
            if leaks || !by_pattern || !silent || internal || denied || known.contains(&found) {
                continue;
            }
            known.push(found);
            let words: Vec<_> =
                self.tree.get(guarded).args.iter().map(|word| String::from_utf8_lossy(&word.value)).collect();
            let reason = Reason::Outranked {
                guarded: format!("location {}", words.join(" ")),
                path: String::from_utf8_lossy(&path).into_owned(),
            };
            let because = Because::at(reason, block.place).with(self.tree.get(guarded).place, "this asks for a login");
            add(causes, &because, Outcome { logins: None, status: Some(200) });
        }
    }

    /// The files that lie where a prefix leads to.
    fn names_below(&self, block: BlockId, prefix: &[u8]) -> Vec<Vec<u8>> {
        let Some(root) = self.tree.setting(block, "root") else { return Vec::new() };
        let folder = [self.rooted(root.arg(0)).as_slice(), b"/", prefix].concat();
        let server = crate::read::server_path(&folder);
        let crate::read::Located::Local { path, .. } = super::include::locate(self.target, &server) else {
            return Vec::new();
        };
        let children = self.target.files.children(&path).unwrap_or_default();
        let names = children.iter().take(MOST).filter_map(|path| path.file_name());
        names.map(|name| name.as_encoded_bytes().to_vec()).collect()
    }

    /// Prefixes without a slash whose folder has one.
    pub(super) fn seams(&self, remarks: &mut Vec<Noted>) {
        let mut blocks: Vec<BlockId> = self.http().into_iter().collect();
        while let Some(block) = blocks.pop() {
            blocks.extend(self.tree.get(block).items.iter().filter_map(|item| item.block));
            let Some(Matching::Prefix { name, .. }) = &self.tree.get(block).matching else { continue };
            let Some(behind) = self.stands_for(block).filter(|_| !name.ends_with(b"/")) else { continue };
            if behind.ends_with(b"/") {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let remark = Remark::AliasSeam { prefix: text(name), folder: text(behind) };
                remarks.push(Noted { remark, place: self.tree.get(block).place, related: None });
            }
        }
    }

    /// What a prefix is replaced by: a folder, or a URL of a backend that has more than its root behind the host.
    fn stands_for(&self, block: BlockId) -> Option<&[u8]> {
        if let Some(alias) = self.tree.own(block, "alias") {
            return Some(alias.arg(0));
        }
        let pass = self.tree.own(block, "proxy_pass")?.arg(0);
        let (_, url) = without_scheme(b"proxy_pass", pass)?;
        (parts(url).1.len() > 1 && !pass.contains(&b'$')).then_some(pass)
    }

    /// Whether a stranger's GET obtains a file of this machine.
    pub(super) fn is_handed_out(&self, file: &Path) -> bool {
        let Some(http) = self.http() else { return false };
        self.tree.children(http, Kind::Server).any(|server| {
            let Some(root) = self.tree.setting(server, "root") else { return false };
            let root = crate::read::server_path(&self.rooted(root.arg(0)));
            let crate::read::Located::Local { path: root, .. } = super::include::locate(self.target, &root) else {
                return false;
            };
            let Ok(below) = file.strip_prefix(&root) else { return false };
            let path = [b"/", below.as_os_str().as_encoded_bytes()].concat();
            self.answer_to(path, "GET", self.first_name(server)) == Some(200)
        })
    }
}
