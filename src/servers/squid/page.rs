//! Pages and redirections in place of a denial: `deny_info` (Squid `src/acl/Gadgets.cc`, `aclGetDenyInfoPage`;
//! `src/errorpage.cc`, `ErrorDynamicPageInfo`).

/// `deny_info PAGE LIST...`.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub name: String,
    pub lists: Vec<String>,
}

impl Page {
    /// The status it answers in place of this one; 0: the connection is closed.
    pub(super) fn status(&self, otherwise: u16) -> u16 {
        match self.name.split_once(':') {
            _ if self.name == "TCP_RESET" => 0,
            Some((code, _)) if code.len() == 3 => code.parse().unwrap_or(otherwise),
            Some(_) => 302,
            None => otherwise,
        }
    }
}
