//! The functions that need no request, as `util_expr_eval.c` has them.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use md5::Digest;

use super::names::Function;

/// The value of a function of its argument alone; `None` for one that asks for more.
pub(super) fn pure(function: Function, argument: &[u8]) -> Option<Vec<u8>> {
    Some(match function {
        Function::Tolower => argument.to_ascii_lowercase(),
        Function::Toupper => argument.to_ascii_uppercase(),
        Function::Escape => {
            escaped(argument, b'%', |byte| byte.is_ascii_alphanumeric() || b"$-_.+!*'(),:;@&=/~".contains(&byte))
        }
        // `APR_ESCAPE_LDAP_ALL`: what a DN or a filter asks for.
        Function::Ldap => {
            escaped(argument, b'\\', |byte| (0x20..0x7f).contains(&byte) && !b"\"+,;<>\\*()".contains(&byte))
        }
        Function::Unescape => unescaped(argument),
        Function::Base64 => base64::engine::general_purpose::STANDARD.encode(argument).into_bytes(),
        Function::Unbase64 => unbase64(argument),
        Function::Sha1 => hexadecimal(&sha1::Sha1::digest(argument)),
        Function::Md5 => hexadecimal(&md5::Md5::digest(argument)),
        Function::Osenv | Function::Env | Function::Resp | Function::Req | Function::Note | Function::Reqenv => {
            return None;
        }
        Function::File | Function::Filesize | Function::Ssl | Function::HealthCheck => return None,
    })
}

fn hexadecimal(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect()
}

fn escaped(text: &[u8], mark: u8, plain: impl Fn(u8) -> bool) -> Vec<u8> {
    let one = |byte: &u8| match plain(*byte) {
        true => vec![*byte],
        false => [&[mark][..], &hexadecimal(&[*byte])].concat(),
    };
    text.iter().flat_map(one).collect()
}

/// `%xx` decoded but for slashes; empty if one is broken or a NUL (`ap_unescape_url_keep2f`).
fn unescaped(text: &[u8]) -> Vec<u8> {
    let (mut rest, mut plain) = (text, Vec::new());
    while let [first, behind @ ..] = rest {
        rest = behind;
        if *first != b'%' {
            plain.push(*first);
            continue;
        }
        let Some((digits, behind)) = rest.split_at_checked(2) else {
            return Vec::new();
        };
        let byte = str::from_utf8(digits).ok().filter(|digits| !digits.starts_with('+'));
        match byte.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            None | Some(0) => return Vec::new(),
            Some(b'/') => plain.extend([&b"%"[..], digits].concat()),
            Some(byte) => plain.push(byte),
        }
        rest = behind;
    }
    plain
}

/// Decoded up to the first byte outside the alphabet, without the last lone sextet, up to a NUL (`apr_base64_decode`).
fn unbase64(text: &[u8]) -> Vec<u8> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/');
    let mut digits: Vec<u8> = text.iter().copied().take_while(inside).collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let mut bytes = GeneralPurpose::new(&alphabet::STANDARD, config).decode(&digits).unwrap_or_default();
    bytes.truncate(memchr::memchr(0, &bytes).unwrap_or(bytes.len()));
    bytes
}
