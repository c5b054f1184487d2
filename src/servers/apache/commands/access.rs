//! Order, Allow, Deny and Satisfy (modules/aaa/mod_access_compat.c, `order`, `allow_cmd`, `satisfy`).

use crate::servers::apache::config::{Access, Order, Origin};
use crate::servers::apache::expr::Subnet;
use crate::servers::apache::line::Directive;
use crate::servers::apache::reader::Reader;
use crate::servers::apache::scope::Scope;
use crate::source::Spanned;

impl Reader<'_> {
    /// One of the four.
    pub(in crate::servers::apache) fn access(
        &mut self,
        directive: &Directive<'_>,
        name: &[u8],
        words: &[Spanned<Vec<u8>>],
        scope: &mut Scope,
    ) {
        let mut access = scope.config.access.take().unwrap_or_default();
        access.places.push(directive.place());
        let methods = scope.methods;
        let value = words.first().map(|word| word.value.to_ascii_lowercase()).unwrap_or_default();
        let done = match (name, value.as_slice()) {
            (b"order", b"allow,deny" | b"mutual-failure") => {
                access.orders.push((methods, Order::AllowDeny));
                Ok(())
            }
            (b"order", b"deny,allow") => {
                access.orders.push((methods, Order::DenyAllow));
                Ok(())
            }
            (b"order", _) => Err("unknown order".to_owned()),
            (b"satisfy", b"any" | b"all") => {
                access.satisfies.push((methods, value == b"any"));
                Ok(())
            }
            (b"satisfy", _) => Err("Satisfy either 'any' or 'all'.".to_owned()),
            // The server counts an empty word, and hands none of it on.
            (b"allow" | b"deny", _) if words.len() < 2 => Ok(()),
            (_, b"from") => from(&mut access, name == b"allow", words, scope),
            _ => Err("allow and deny must be followed by 'from'".to_owned()),
        };
        if let Err(message) = done {
            self.refuse(directive, words, message);
        }
        scope.config.access = Some(access);
    }
}

fn from(access: &mut Access, allow: bool, words: &[Spanned<Vec<u8>>], scope: &Scope) -> Result<(), String> {
    for word in words.iter().skip(1) {
        let item = (scope.methods, origin(&word.value)?);
        if allow {
            access.allows.push(item);
        } else {
            access.denies.push(item);
        }
    }
    Ok(())
}

fn origin(word: &[u8]) -> Result<Origin, String> {
    let lower = word.to_ascii_lowercase();
    let name = |at: usize| String::from_utf8_lossy(word.get(at..).unwrap_or_default()).into_owned();
    if lower.starts_with(b"env=!") {
        return Ok(Origin::Env(name(5), true));
    }
    if lower.starts_with(b"env=") {
        return Ok(Origin::Env(name(4), false));
    }
    if lower == b"all" {
        return Ok(Origin::All);
    }
    if let Some(network) = Subnet::parse(word) {
        return Ok(Origin::Network(network));
    }
    if word.contains(&b'/') {
        return Err("An IP address was expected".to_owned());
    }
    if looks_like_address(word) {
        return Err("The specified IP address is invalid.".to_owned());
    }
    if word.contains(&b'#') {
        return Err("No comments are allowed here".to_owned());
    }
    Ok(if may_be_called(word) { Origin::Host } else { Origin::Nobody })
}

/// Whether the name that DNS tells of a client may be this one or end in it: it has no other characters, no last part of
/// digits alone and no dot at its end; and `none`, which people write, is no domain.
#[must_use]
pub(super) fn may_be_called(word: &[u8]) -> bool {
    let of_names = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') || *byte >= 0x80;
    let last = word.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    let has_last = last.iter().any(|byte| !byte.is_ascii_digit());
    has_last && word.iter().all(of_names) && !word.eq_ignore_ascii_case(b"none")
}

/// srclib/apr/network_io/unix/sockaddr.c, `looks_like_ip`.
fn looks_like_address(word: &[u8]) -> bool {
    word.contains(&b':') || word.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
}
