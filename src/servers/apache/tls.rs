//! What TLS is told to be, as far as the server looks at it when it starts (modules/ssl/ssl_engine_config.c;
//! modules/ssl/ssl_engine_init.c).

use super::config::Set;
use crate::source::{Place, Spanned};

type Words<'w> = &'w [Spanned<Vec<u8>>];

/// TLS of a host.
#[derive(Debug, Clone, Default)]
pub(super) struct Tls {
    /// Whether SSLEngine is on for good, and not only on a client's wish.
    pub is_needed: Option<bool>,
    /// SSLCertificateFile.
    pub certificates: Vec<Set<Vec<u8>>>,
    /// SSLCertificateKeyFile.
    pub keys: Vec<Set<Vec<u8>>>,
    /// SSLCACertificateFile.
    pub authorities: Option<Set<Vec<u8>>>,
    /// SSLCARevocationFile.
    pub revoked: Option<Set<Vec<u8>>>,
    /// Whether SSLCARevocationPath is told.
    pub has_revoked_folder: bool,
    /// Whether SSLCARevocationCheck looks at anything.
    pub checks_revoked: Option<Set<bool>>,
    /// Whether SSLProtocol leaves any.
    pub has_protocols: Option<Set<bool>>,
    /// SSLUseStapling.
    pub staples: Option<Set<bool>>,
}

impl Tls {
    /// That of a virtual host within that of the main server (`ssl_config_server_merge`).
    #[must_use]
    pub(super) fn within(&self, main: &Self) -> Self {
        let own_or = |own: &[Set<Vec<u8>>], main: &[Set<Vec<u8>>]| if own.is_empty() { main } else { own }.to_vec();
        Self {
            is_needed: self.is_needed.or(main.is_needed),
            certificates: own_or(&self.certificates, &main.certificates),
            keys: own_or(&self.keys, &main.keys),
            authorities: self.authorities.clone().or_else(|| main.authorities.clone()),
            revoked: self.revoked.clone().or_else(|| main.revoked.clone()),
            has_revoked_folder: self.has_revoked_folder || main.has_revoked_folder,
            checks_revoked: self.checks_revoked.clone().or_else(|| main.checks_revoked.clone()),
            has_protocols: self.has_protocols.clone().or_else(|| main.has_protocols.clone()),
            staples: self.staples.clone().or_else(|| main.staples.clone()),
        }
    }

    /// Takes a directive; `false`: it is another's.
    pub(super) fn take(&mut self, name: &[u8], words: Words<'_>, place: Place) -> bool {
        let first = words.first().map(|word| word.value.clone()).unwrap_or_default();
        let is = |word: &str| first.eq_ignore_ascii_case(word.as_bytes());
        match name {
            b"sslcertificatefile" => self.certificates.push(Set::new(first, place)),
            b"sslcertificatekeyfile" => self.keys.push(Set::new(first, place)),
            b"sslcacertificatefile" => self.authorities = Some(Set::new(first, place)),
            b"sslcarevocationfile" => self.revoked = Some(Set::new(first, place)),
            b"sslcarevocationpath" => self.has_revoked_folder = true,
            b"sslcarevocationcheck" => self.checks_revoked = Some(Set::new(is("leaf") || is("chain"), place)),
            b"sslprotocol" => self.has_protocols = Some(Set::new(protocols(words) != 0, place)),
            b"sslusestapling" => self.staples = Some(Set::new(is("on"), place)),
            _ => return false,
        }
        true
    }
}

/// What the words of SSLProtocol come to, a bit for each protocol (`ssl_cmd_protocol_parse`).
fn protocols(words: Words<'_>) -> u8 {
    words.iter().fold(0, |before, word| {
        let lower = word.value.to_ascii_lowercase();
        let (sign, name) = match lower.as_slice() {
            [sign @ (b'+' | b'-'), name @ ..] => (Some(sign), name),
            name => (None, name),
        };
        let told = match name {
            b"all" => 0b1111,
            b"tlsv1" => 0b0001,
            b"tlsv1.1" => 0b0010,
            b"tlsv1.2" => 0b0100,
            b"tlsv1.3" => 0b1000,
            _ => 0,
        };
        match sign {
            Some(b'+') => before | told,
            Some(_) => before & !told,
            None => told,
        }
    })
}
