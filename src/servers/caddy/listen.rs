//! Addresses that sites are bound to (Caddy `listeners.go`, `ParseNetworkAddress`).

use std::net::IpAddr;

use super::build::{Builder, Made};
use super::parser::Word;
use crate::answer::{Because, Missing, Reason};

/// The networks that a site can be served on.
const NETWORKS: [&str; 5] = ["tcp", "tcp4", "tcp6", "unix", "unixpacket"];

/// A name that may stand in DNS.
fn is_name(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_'))
        && text.contains(|letter: char| letter.is_ascii_alphabetic())
}

impl Builder<'_> {
    /// Refuses what can be no address: Go asks DNS for names only.
    pub(super) fn bound(&self, arguments: &[Word]) -> Made<()> {
        let wrong = |word: &&Word| {
            let text = word.text();
            if text.contains('{') || text.is_empty() {
                return false;
            }
            match text.split_once('/') {
                Some((network, _)) if !NETWORKS.contains(&network) => true,
                Some((network, _)) if network.starts_with("unix") => false,
                Some((_, host)) => !is_host(host),
                None => !is_host(text),
            }
        };
        arguments.iter().find(wrong).map_or(Ok(()), |word| Err(self.at(word, "this is no address")))
    }

    /// What only DNS knows: whether a name that a site is bound to is one.
    pub(super) fn asks_dns(&self, arguments: &[Word]) -> Option<Because> {
        let name = |word: &&Word| {
            let text = word.text();
            let host = text.rsplit('/').next().unwrap_or_default();
            !text.starts_with("unix") && is_name(host) && host != "localhost"
        };
        let word = arguments.iter().find(name)?;
        Some(Because::at(Reason::CannotTell { missing: Missing::Dns }, self.place(word)))
    }
}

fn is_host(text: &str) -> bool {
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    inner.parse::<IpAddr>().is_ok() || is_name(text)
}
