//! Paths of requests and rules (Traefik `pkg/server/server_entrypoint_tcp.go`).

use crate::gate::without_dots;

/// The path that rules see: cleaned, then decoded but for reserved characters, which stay as they are sent
/// (`withRoutingPath`).
pub(super) fn routing_path(raw: &str) -> String {
    let mut done = Vec::new();
    let mut rest = without_dots(raw).into_bytes().into_iter();
    while let Some(byte) = rest.next() {
        let digits = (byte == b'%').then(|| rest.as_slice().get(..2).map(<[u8]>::to_vec)).flatten();
        let code = digits.as_deref().and_then(|digits| std::str::from_utf8(digits).ok());
        let Some(decoded) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) else {
            done.push(byte);
            continue;
        };
        if b"%:/?#[]@!$&'()*+,;=".contains(&decoded) {
            done.push(byte);
            done.extend(digits.unwrap_or_default().to_ascii_uppercase());
        } else {
            done.push(decoded);
        }
        rest.nth(1);
    }
    String::from_utf8_lossy(&done).into_owned()
}

/// The path that a rule asks for, if it says so at once.
pub(super) fn prefix(rule: &str) -> Option<String> {
    let (_, behind) = rule.split_once("PathPrefix(`").or_else(|| rule.split_once("Path(`"))?;
    behind.split_once('`').map(|(path, _)| path.to_owned())
}
