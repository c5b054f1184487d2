//! Request targets as the server normalises them (burl.c, `burl_normalize`; buffer.c, `buffer_urldecode_path` and
//! `buffer_path_simplify`).

use super::cut::cut;
use super::options::ParseOptions;

/// A target and where its query begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    /// Path and query, normalised.
    pub text: Vec<u8>,
    /// Where the `?` stands.
    pub query: Option<usize>,
}

/// Whether a byte must be written as `%XX`: all but `! $ & ' ( ) * + , - . / 0-9 : ; = ? @ A-Z _ a-z ~`.
fn is_reserved(byte: u8) -> bool {
    !(byte.is_ascii_alphanumeric() || b"!$&'()*+,-./:;=?@_~".contains(&byte))
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
}

/// Bytes that no UTF-8 text has.
fn is_no_utf8(byte: u8) -> bool {
    byte >= 0xf5 || byte | 1 == 0xc1
}

/// The byte that `%XX` stands for at the start of `text`.
fn escaped(text: &[u8]) -> Option<u8> {
    let [b'%', high, low, ..] = text else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*high)? << 4 | digit(*low)?)
}

fn push_escaped(text: &mut Vec<u8>, byte: u8) {
    text.extend(format!("%{byte:02X}").bytes());
}

/// The target as the server goes on with it; `None`: 400.
#[must_use]
pub(super) fn normalized(raw: &[u8], options: &ParseOptions) -> Option<Target> {
    if !options.normalize {
        let end = position(raw, b'#').unwrap_or(raw.len());
        let text = raw.get(..end).unwrap_or_default().to_vec();
        let query = position(&text, b'?');
        return Some(Target { text, query });
    }
    let (mut target, clean) = basic(raw, options.required);
    if !clean && options.reject_bad_utf8 {
        return None;
    }
    if options.reject_controls && has_controls(&target.text) {
        return None;
    }
    if options.decode_2f || options.reject_2f {
        target = slashes(target, options.reject_2f)?;
    }
    if options.remove_dots || options.reject_dots {
        target = without_dots(target, options.reject_dots)?;
    }
    if options.query_plus {
        target = with_plus(target);
    }
    Some(target)
}

fn position(text: &[u8], wanted: u8) -> Option<usize> {
    let (before, behind) = cut(text, wanted);
    behind.map(|_| before.len())
}

/// Escapes what must be and unescapes what need not be; false if it holds bytes that no UTF-8 text has.
fn basic(raw: &[u8], required: bool) -> (Target, bool) {
    let mut target = Target { text: Vec::with_capacity(raw.len()), query: None };
    let mut clean = true;
    let mut rest = raw;
    while let Some((byte, behind)) = rest.split_first() {
        let here = rest;
        rest = behind;
        if !is_reserved(*byte) {
            if *byte == b'?' && (target.query.is_none() || required) {
                target.query = Some(target.text.len());
            }
            target.text.push(*byte);
        } else if let Some(meant) = escaped(here) {
            rest = behind.get(2..).unwrap_or_default();
            let plain = if required { is_plain(meant, target.query.is_some()) } else { is_unreserved(meant) };
            if plain {
                target.text.push(meant);
            } else {
                clean &= !is_no_utf8(meant);
                push_escaped(&mut target.text, meant);
            }
        } else if *byte == b'#' {
            break;
        } else {
            clean &= !is_no_utf8(*byte);
            push_escaped(&mut target.text, *byte);
        }
    }
    if !clean {
        target.query = position(&target.text, b'?');
    }
    (target, clean)
}

/// What `url-normalize-required` unescapes.
fn is_plain(byte: u8, in_query: bool) -> bool {
    let kept: &[u8] = if in_query { b"&=;+" } else { b"/?" };
    !is_reserved(byte) && !kept.contains(&byte)
}

/// `burl_contains_ctrls`: it looks at the first digit of an escape alone, and 7F.
fn has_controls(text: &[u8]) -> bool {
    let mut rest = text;
    while let [byte, behind @ ..] = rest {
        let next = behind.first().copied().unwrap_or(0);
        if *byte == b'%' && (next < b'2' || behind.starts_with(b"7F")) {
            return true;
        }
        rest = behind;
    }
    false
}

fn parts(target: &Target) -> (&[u8], &[u8]) {
    let at = target.query.unwrap_or(target.text.len()).min(target.text.len());
    target.text.split_at(at)
}

fn joined(path: Vec<u8>, query: &[u8], has_query: bool) -> Target {
    let query_at = has_query.then_some(path.len());
    Target { text: [path.as_slice(), query].concat(), query: query_at }
}

fn slashes(target: Target, reject: bool) -> Option<Target> {
    let (path, query) = parts(&target);
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((byte, behind)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(b"%2F") {
            if reject {
                return None;
            }
            decoded.push(b'/');
            rest = behind;
        } else {
            decoded.push(*byte);
            rest = behind;
        }
    }
    Some(joined(decoded, query, target.query.is_some()))
}

fn without_dots(target: Target, reject: bool) -> Option<Target> {
    let (path, query) = parts(&target);
    let simple = simplified(path);
    if reject && simple != path {
        return None;
    }
    Some(joined(simple, query, target.query.is_some()))
}

fn with_plus(target: Target) -> Target {
    let (path, query) = parts(&target);
    let mut plus = Vec::with_capacity(query.len());
    let mut rest = query;
    while let Some((byte, behind)) = rest.split_first() {
        if let Some(behind) = rest.strip_prefix(b"%20") {
            plus.push(b'+');
            rest = behind;
        } else {
            plus.push(*byte);
            rest = behind;
        }
    }
    joined(path.to_vec(), &plus, target.query.is_some())
}

/// The path with its escapes undone; control characters become `_`.
#[must_use]
pub(super) fn decoded(path: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((byte, behind)) = rest.split_first() {
        match escaped(rest) {
            Some(meant) => {
                decoded.push(if meant < 32 || meant == 127 { b'_' } else { meant });
                rest = rest.get(3..).unwrap_or_default();
            }
            None => {
                decoded.push(*byte);
                rest = behind;
            }
        }
    }
    decoded
}

/// `.` and `..` resolved, slashes in a row made one; a path that ends in one of them ends in a slash.
#[must_use]
pub(super) fn simplified(path: &[u8]) -> Vec<u8> {
    let mut names: Vec<&[u8]> = Vec::new();
    let mut folder = false;
    let rooted = path.starts_with(b"/");
    let mut rest = path;
    while !rest.is_empty() {
        let (behind, name) = segment(rest);
        folder = matches!(name, b"" | b"." | b"..");
        match name {
            b"" | b"." => {}
            b".." => drop(names.pop()),
            name => names.push(name),
        }
        rest = behind;
    }
    let ends = path.ends_with(b"/") || folder;
    let mut simple = Vec::with_capacity(path.len());
    for (index, name) in names.iter().enumerate() {
        if index > 0 || rooted {
            simple.push(b'/');
        }
        simple.extend(*name);
    }
    if ends || simple.is_empty() && rooted {
        simple.push(b'/');
    }
    simple
}

/// The name up to the next slash, and what follows that.
fn segment(path: &[u8]) -> (&[u8], &[u8]) {
    let (name, behind) = cut(path, b'/');
    (behind.unwrap_or_default(), name)
}
