//! Variables that are set for a request before access is checked (modules/metadata/mod_setenvif.c, `match_headers`).

use std::net::IpAddr;

use super::expr::{Condition, Pattern};

/// What a rule looks at.
#[derive(Debug, Clone)]
pub(super) enum Subject {
    /// `Remote_Addr`.
    RemoteAddr,
    /// `Request_Method`.
    Method,
    /// `Request_URI`.
    Uri,
    /// `Request_Protocol`.
    Protocol,
    /// `Remote_Host`, `Server_Addr`: in no file.
    Unknown,
    /// A header; if there is none of that name, a variable that was set before.
    Header(String),
    /// SetEnvIfExpr.
    Expression(Condition),
}

/// One SetEnvIf, BrowserMatch or SetEnvIfExpr.
#[derive(Debug, Clone)]
pub(super) struct EnvRule {
    /// What it looks at.
    pub subject: Subject,
    /// What it must look like; `None`: a pattern that only the server can compile.
    pub pattern: Option<Pattern>,
    /// The variables, each with whether it is set (not `!NAME`), and its value.
    pub sets: Vec<(String, Option<Vec<u8>>)>,
}

/// What is known of a request for such rules.
pub(super) struct Seen<'a> {
    /// The client's address.
    pub remote: Option<IpAddr>,
    /// The method.
    pub method: &'a str,
    /// The decoded path; `None`: any.
    pub uri: Option<&'a [u8]>,
    /// The value of a header: `None` if nothing is known of headers, an inner `None` if it is not there.
    pub header: &'a dyn Fn(&str) -> Option<Option<Vec<u8>>>,
    /// Whether an expression holds.
    pub holds: &'a dyn Fn(&Condition) -> Option<bool>,
}

/// The value of a variable after all rules: `None` if it cannot be told, an inner `None` if it is not set.
#[must_use]
pub(super) fn value(rules: &[EnvRule], name: &str, seen: &Seen<'_>) -> Option<Option<Vec<u8>>> {
    let Some((last, before)) = rules.split_last() else { return Some(None) };
    let Some((_, value_set)) = last.sets.iter().rev().find(|(set, _)| set == name) else {
        return value(before, name, seen);
    };
    match last.applies(before, seen) {
        Some(true) => Some(value_set.clone()),
        Some(false) => value(before, name, seen),
        None => None,
    }
}

impl EnvRule {
    fn applies(&self, before: &[Self], seen: &Seen<'_>) -> Option<bool> {
        let text = match &self.subject {
            Subject::Expression(condition) => return (seen.holds)(condition),
            Subject::Unknown => return None,
            Subject::RemoteAddr => seen.remote?.to_string().into_bytes(),
            Subject::Method => seen.method.as_bytes().to_vec(),
            Subject::Uri => seen.uri?.to_vec(),
            Subject::Protocol => b"HTTP/1.1".to_vec(),
            Subject::Header(name) => match (seen.header)(name)? {
                Some(value) => value,
                None => value(before, name, seen)?.unwrap_or_default(),
            },
        };
        self.pattern.as_ref()?.is_match(&text)
    }
}
