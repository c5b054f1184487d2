//! What TLS opens when the server starts (modules/ssl/ssl_engine_init.c).

use nom::Parser;
use nom::bytes::complete::{tag, take_until};

use super::opened::{Opening, logged, refused};
use crate::read::pem::{self, Block, Public};
use crate::servers::apache::config::Set;
use crate::servers::apache::host::Host;
use crate::servers::apache::product::Fault;
use crate::servers::apache::tls::Tls;
use crate::source::Place;

impl Opening<'_, '_> {
    /// What keeps a host with TLS from starting (`ssl_init_ConfigureServer`).
    pub(super) fn secured(&self, host: &Host) -> Option<Fault> {
        let tls = &host.secured;
        let place = tls.certificates.first().map(|set| set.place).or(host.place).unwrap_or(self.whole);
        if let Some(set) = tls.has_protocols.as_ref().filter(|set| !set.value) {
            return Some(logged(refused("No SSL protocols available [hint: SSLProtocol]", set.place), "AH02231"));
        }
        if let Some(set) = tls.staples.as_ref().filter(|set| set.value && !self.main.process.has_stapling_cache) {
            return Some(logged(refused("SSLStapling: no stapling cache available", set.place), "AH01958"));
        }
        self.authorities(tls).or_else(|| self.certificates(tls, place))
    }

    /// Who may sign the certificates of clients, and which are revoked (`ssl_init_ctx_verify`, `ssl_init_ctx_crl`).
    fn authorities(&self, tls: &Tls) -> Option<Fault> {
        let lacks = |set: &Set<Vec<u8>>| {
            let text = self.files.bytes(&self.path(&set.value)).and_then(Result::ok);
            text.is_some_and(|text| !holds(&text, "CERTIFICATE") && !holds(&text, "X509 CRL"))
        };
        if let Some(set) = tls.authorities.as_ref().filter(|set| lacks(set)) {
            let message = "Unable to configure verify locations for client authentication";
            return Some(logged(refused(message, set.place), "AH01895"));
        }
        if let Some(set) = tls.revoked.as_ref().filter(|set| lacks(set)) {
            let message = "unable to configure X.509 CRL storage for certificate revocation";
            return Some(logged(refused(message, set.place), "AH01901"));
        }
        let set = tls.checks_revoked.as_ref().filter(|set| set.value)?;
        let message =
            "CRL checking has been enabled, but neither SSLCARevocationFile nor SSLCARevocationPath is configured";
        let has_any = tls.revoked.is_some() || tls.has_revoked_folder;
        (!has_any).then(|| logged(refused(message, set.place), "AH01899"))
    }

    /// The certificates, each with the key that stands at the same place, or in the same file
    /// (`ssl_init_server_certs`).
    fn certificates(&self, tls: &Tls, place: Place) -> Option<Fault> {
        let certificates = self.contents(&tls.certificates)?;
        if !certificates.iter().any(|text| holds(text, "CERTIFICATE")) {
            return Some(logged(refused("no certificate assigned", place), "AH02572"));
        }
        if certificates.iter().any(|text| is_torn(text)) {
            return Some(logged(refused("Failed to configure certificate", place), "AH02562"));
        }
        let keys = self.contents(&tls.keys)?;
        certificates.iter().enumerate().find_map(|(index, certificate)| {
            let key = keys.get(index).unwrap_or(certificate);
            let set = tls.keys.get(index).or(tls.certificates.get(index));
            let place = set.map_or(place, |set| set.place);
            if !holds(key, "PRIVATE KEY") {
                return Some(logged(refused("Failed to configure private key", place), "AH02564"));
            }
            let message = "Certificate and private key do not match";
            differ(certificate, key).then(|| logged(refused(message, place), "AH02565"))
        })
    }

    /// The bytes of these files; `None`: some cannot be known.
    fn contents(&self, named: &[Set<Vec<u8>>]) -> Option<Vec<Vec<u8>>> {
        named.iter().map(|set| self.files.bytes(&self.path(&set.value))?.ok()).collect()
    }
}

/// Whether a key is known not to be that of a certificate.
fn differ(certificate: &[u8], key: &[u8]) -> bool {
    let first = |text: &[u8], label: &str, read: fn(&[u8]) -> Option<Public>| {
        let is_one = |block: &Block| block.label.ends_with(label.as_bytes()) && !block.sealed;
        let bytes = pem::blocks(text).into_iter().find(is_one)?.bytes?;
        read(&bytes)
    };
    let public = first(certificate, "CERTIFICATE", pem::certificate);
    let private = first(key, "PRIVATE KEY", pem::private);
    let is_known = |public: &Public| *public != Public::Other;
    public.filter(is_known).zip(private.filter(is_known)).is_some_and(|(public, private)| public != private)
}

/// Whether a PEM text has a part of this kind.
fn holds(text: &[u8], kind: &str) -> bool {
    let mut rest = text;
    let mut begins = (take_until::<_, _, nom::error::Error<&[u8]>>("-----BEGIN "), tag("-----BEGIN "));
    while let Ok((behind, _)) = begins.parse(rest) {
        let line = behind.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if line.trim_ascii_end().strip_suffix(b"-----").is_some_and(|label| label.ends_with(kind.as_bytes())) {
            return true;
        }
        rest = behind;
    }
    false
}

/// Whether a PEM text begins a part that it does not end.
fn is_torn(text: &[u8]) -> bool {
    let count = |mark: &str| {
        let mut found = 0;
        let mut rest = text;
        let mut next = (take_until::<_, _, nom::error::Error<&[u8]>>(mark), tag(mark));
        while let Ok((behind, _)) = next.parse(rest) {
            rest = behind;
            found += 1;
        }
        found
    };
    count("-----BEGIN ") > count("-----END ")
}

#[cfg(test)]
mod tests {
    use super::holds;

    #[test]
    fn a_pem_text_tells_what_it_holds() {
        let text =
            b"x\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n-----BEGIN EC PRIVATE KEY-----\r\n";
        assert!(holds(text, "CERTIFICATE") && holds(text, "PRIVATE KEY"));
        assert!(!holds(b"junk", "CERTIFICATE"));
    }
}
