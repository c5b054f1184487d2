//! What stands behind `bind` (HAProxy `src/cfgparse-listen.c`; `src/listener.c`, `bind_parse_args_list`).

use super::config::{Read, wrong};
use super::keywords;
use super::words::Word;

/// The address with its port or the path of a socket, and the words behind it. Gives the files that must be there.
///
/// # Errors
/// What HAProxy refuses.
pub(super) fn bind(head: &Word, rest: &[Word]) -> Read<Vec<Word>> {
    let Some((address, options)) = rest.split_first() else {
        return Err(wrong(head.place, "bind", "the address is missing"));
    };
    for one in address.text.split(',') {
        let marked = one.starts_with('/') || one.contains('@') || one.contains('$');
        let ports = one.rsplit_once(':').map(|(_, ports)| ports);
        let number = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
        let right = ports.is_some_and(|ports| ports.split('-').all(number));
        if !marked && !right {
            return Err(wrong(address.place, "bind", "the port is missing or no number"));
        }
    }
    let mut files = Vec::new();
    let (mut tls, mut certificate) = (None, false);
    let mut words = options.iter();
    while let Some(word) = words.next() {
        if keywords::has("bind", &word.text) {
            tls = tls.or(Some(word).filter(|word| word.text == "ssl"));
            continue;
        }
        if !keywords::has("bind-valued", &word.text) {
            return Err(keywords::unknown("bind", word));
        }
        let value = words.next().ok_or_else(|| wrong(word.place, &word.text, "a value is missing"))?;
        certificate |= matches!(word.text.as_str(), "crt" | "crt-list");
        if matches!(word.text.as_str(), "crt" | "crt-list" | "ca-file" | "crl-file") && value.text.starts_with('/') {
            files.push(value.clone());
        }
    }
    match tls.filter(|_| !certificate) {
        Some(word) => Err(wrong(word.place, "ssl", "no certificate is named")),
        None => Ok(files),
    }
}
