//! What TLS needs at the start (src/http/modules/ngx_http_ssl_module.c, `ngx_http_ssl_merge_srv_conf` and
//! `ngx_http_ssl_init`; src/event/ngx_event_openssl.c).

use crate::answer::{Missing, Reason};
use crate::read::pem::{self, Block, Public};
use crate::read::{Fault, Located};
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item};

/// A server's certificates (`ngx_http_ssl_merge_srv_conf`).
pub(super) fn certificates(reader: &Reader<'_>, server: BlockId) -> Result<(), Stop> {
    let mut listens = reader.listens.0.iter().filter(|listen| listen.server == server && listen.ssl);
    let tree = &reader.tree;
    let certificates = tree.nearest(server, &["ssl_certificate"]);
    let keys = tree.nearest(server, &["ssl_certificate_key"]);
    let on = tree.setting(server, "ssl").filter(|item| item.arg(0).eq_ignore_ascii_case(b"on")).map(|item| item.place);
    let asks = listens.next_back().map(|listen| listen.place).or(on);
    let rejects = tree.flag(server, "ssl_reject_handshake", false);
    let name = match (certificates.is_empty(), keys.len() < certificates.len()) {
        (true, _) if asks.is_some() && !rejects => Some("ssl_certificate"),
        (false, true) => Some("ssl_certificate_key"),
        _ => None,
    };
    if let Some(name) = name {
        let message = format!("no \"{name}\" is defined for the \"listen ... ssl\" directive");
        let place = asks.or_else(|| certificates.last().map(|item| item.place)).unwrap_or(tree.get(server).place);
        return Err(Stop::wrong("listen", message, place));
    }
    if certificates.is_empty() {
        return Ok(());
    }
    for (certificate, key) in certificates.iter().zip(&keys) {
        pair(reader, server, certificate, key)?;
    }
    others(reader, server)
}

/// The default server of an address with TLS must have a certificate (`ngx_http_ssl_init`).
pub(super) fn defaults(reader: &Reader<'_>) -> Result<(), Stop> {
    let all = &reader.listens.0;
    for listen in all.iter().filter(|listen| listen.ssl) {
        let same = || all.iter().filter(|other| other.address == listen.address);
        let Some(default) = same().find(|other| other.default).or_else(|| same().next()) else { continue };
        let has = !reader.tree.nearest(default.server, &["ssl_certificate"]).is_empty();
        if !has && !reader.tree.flag(default.server, "ssl_reject_handshake", false) {
            let message = "no \"ssl_certificate\" is defined for the \"listen ... ssl\" directive";
            return Err(Stop::wrong("listen", message, default.place));
        }
    }
    Ok(())
}

fn failed(item: &Item, why: &str) -> Stop {
    let message = format!("cannot load \"{}\": {why}", String::from_utf8_lossy(item.arg(0)));
    Stop::fails(Reason::StartupRefused { message }, item.place_of(0))
}

/// The bytes of a file that is read at the start; `None`: it is not at hand, or only a request tells which.
fn text(reader: &Reader<'_>, item: &Item) -> Result<Option<Vec<u8>>, Stop> {
    let written = item.arg(0);
    if let Some(text) = pem::inline(written) {
        return Ok(Some(text.to_vec()));
    }
    if written.starts_with(b"engine:") {
        return Ok(None);
    }
    let path = reader.folder.join(crate::read::server_path(written));
    let Located::Local { path: local, .. } = reader.locate(&path) else { return Ok(None) };
    match reader.target.files.read(&local) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(Fault::Denied) => Ok(None),
        Err(fault) => Err(failed(item, &fault.to_string())),
    }
}

/// A certificate and the key that belongs to it (`ngx_ssl_certificate`).
fn pair(reader: &Reader<'_>, server: BlockId, certificate: &Item, key: &Item) -> Result<(), Stop> {
    // With variables in them they are read for each connection.
    if certificate.arg(0).contains(&b'$') || key.arg(0).contains(&b'$') {
        return Ok(());
    }
    let public = match text(reader, certificate)? {
        Some(bytes) => Some(chain(certificate, &pem::blocks(&bytes))?),
        None => None,
    };
    let lowered = reader.tree.setting(server, "ssl_ciphers").is_some_and(|item| {
        let words = item.arg(0).split(|byte| matches!(byte, b':' | b',' | b' ' | b'@'));
        words.into_iter().any(|word| word.starts_with(b"SECLEVEL"))
    });
    if public.as_ref().is_some_and(Public::is_short) && !lowered {
        return Err(failed(certificate, "SSL_CTX_use_certificate() failed (ee key too small)"));
    }
    let Some(bytes) = text(reader, key)? else { return Ok(()) };
    let private = private(reader, server, key, &pem::blocks(&bytes))?;
    match (public, private) {
        (Some(public), Some(private)) if public.differs(&private) => {
            Err(failed(key, "SSL_CTX_use_PrivateKey() failed (key values mismatch)"))
        }
        _ => Ok(()),
    }
}

/// The first certificate is the server's own; all that follow must be sound, too (`ngx_ssl_load_certificate`).
fn chain(item: &Item, blocks: &[Block]) -> Result<Public, Stop> {
    let is_one = |block: &&Block| block.label.ends_with(b"CERTIFICATE");
    let mut found = None;
    for block in blocks.iter().filter(is_one) {
        let public = block.bytes.as_deref().and_then(pem::certificate);
        let Some(public) = public else { return Err(failed(item, "PEM_read_bio_X509() failed")) };
        found.get_or_insert(public);
    }
    found.ok_or_else(|| failed(item, "PEM_read_bio_X509_AUX() failed (no start line)"))
}

/// A private key (`ngx_ssl_load_certificate_key`); `None`: it is encrypted.
fn private(reader: &Reader<'_>, server: BlockId, item: &Item, blocks: &[Block]) -> Result<Option<Public>, Stop> {
    let refuse = || failed(item, "PEM_read_bio_PrivateKey() failed");
    let block = blocks.iter().find(|block| block.label.ends_with(b"PRIVATE KEY")).ok_or_else(refuse)?;
    let bytes = block.bytes.as_deref().ok_or_else(refuse)?;
    if block.sealed || block.label.starts_with(b"ENCRYPTED") {
        return match reader.tree.setting(server, "ssl_password_file") {
            Some(file) => Err(Stop::unknown(
                Missing::Content { path: String::from_utf8_lossy(file.arg(0)).into_owned() },
                item.place_of(0),
            )),
            None => Err(failed(item, "PEM_read_bio_PrivateKey() failed (bad password read)")),
        };
    }
    pem::private(bytes).map(Some).ok_or_else(refuse)
}

/// The other files, and what goes with them.
fn others(reader: &Reader<'_>, server: BlockId) -> Result<(), Stop> {
    let tree = &reader.tree;
    for name in ["ssl_client_certificate", "ssl_trusted_certificate", "ssl_crl"] {
        let Some(item) = tree.setting(server, name).filter(|item| !item.arg(0).is_empty()) else { continue };
        let bytes = text(reader, item)?;
        let holds = |bytes: &Vec<u8>| {
            pem::blocks(bytes).iter().any(|block| block.bytes.as_deref().and_then(pem::certificate).is_some())
        };
        if name != "ssl_crl" && bytes.is_some_and(|bytes| !holds(&bytes)) {
            return Err(failed(item, "SSL_CTX_load_verify_locations() failed"));
        }
    }
    if let Some(item) = tree.setting(server, "ssl_dhparam").filter(|item| !item.arg(0).is_empty())
        && let Some(bytes) = text(reader, item)?
    {
        let blocks = pem::blocks(&bytes);
        let block = blocks.iter().find(|block| block.label.ends_with(b"DH PARAMETERS"));
        match block.and_then(|block| block.bytes.as_deref()).and_then(pem::prime) {
            None => return Err(failed(item, "PEM_read_bio_DHparams() failed")),
            Some(length) if length < 256 => return Err(failed(item, "SSL_CTX_set_tmp_dh() failed (dh key too small)")),
            Some(_) => {}
        }
    }
    for item in tree.nearest(server, &["ssl_session_ticket_key"]) {
        if text(reader, item)?.is_some_and(|bytes| !matches!(bytes.len(), 48 | 80)) {
            return Err(failed(item, "must be 48 or 80 bytes"));
        }
    }
    let asks = tree.setting(server, "ssl_verify_client");
    if let Some(item) = asks.filter(|item| matches!(item.arg(0), b"on" | b"optional"))
        && tree.setting(server, "ssl_client_certificate").is_none_or(|item| item.arg(0).is_empty())
    {
        let message = "no ssl_client_certificate for ssl_verify_client";
        return Err(Stop::wrong("ssl_verify_client", message, item.place));
    }
    if let Some(item) = tree.setting(server, "ssl_ciphers").filter(|item| item.arg(0).is_empty()) {
        return Err(Stop::wrong("ssl_ciphers", "SSL_CTX_set_cipher_list(\"\") failed (no cipher match)", item.place));
    }
    Ok(())
}
