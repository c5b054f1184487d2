//! ExpiresByType and ExpiresDefault, as far as the server refuses to read them (modules/metadata/mod_expires.c,
//! `check_code`).

use crate::servers::apache::secrets::displayed;
use crate::words::words;

/// Why the server refuses what a type is given.
pub(super) fn by_type(mime: &[u8], code: &[u8]) -> Option<String> {
    if !mime.contains(&b'/') {
        return Some("Invalid mimetype: should contain a slash".to_owned());
    }
    let refused = refusal(code)?;
    Some(format!("'ExpiresByType {} {}': {refused}", text(mime), text(code)))
}

/// Why the server refuses what the rest is given.
pub(super) fn default(code: &[u8]) -> Option<String> {
    refusal(code).map(|refused| format!("'ExpiresDefault {}': {refused}", text(code)))
}

/// `A` and `M` begin the old form, which is not looked at; the server compares the first letters of each word only.
fn refusal(code: &[u8]) -> Option<String> {
    if matches!(code.first(), Some(b'A' | b'M')) {
        return None;
    }
    let words: Vec<Vec<u8>> = words(code).into_iter().map(|word| word.value.to_ascii_lowercase()).collect();
    // An empty word ends the list like the end of the line.
    let mut words = words.iter().map(Vec::as_slice).take_while(|word| !word.is_empty()).peekable();
    let base = words.next().unwrap_or_default();
    if !matches!(base, [b'n' | b'a' | b'm', ..]) {
        return Some(format!("bad expires code, unrecognised <base> '{}'", text(base)));
    }
    words.next_if(|word| word.starts_with(b"p"));
    while let Some(number) = words.next() {
        if !number.first().is_some_and(u8::is_ascii_digit) {
            return Some(format!("bad expires code, numeric value expected <num> '{}'", text(number)));
        }
        match words.next() {
            None => return Some("bad expires code, missing <type>".to_owned()),
            Some([b'y' | b'w' | b'd' | b'h' | b's', ..] | [b'm', b'o' | b'i', ..]) => {}
            Some(kind) => return Some(format!("bad expires code, unrecognised <type>'{}'", text(kind))),
        }
    }
    None
}

/// For a message, without what would be a secret.
fn text(bytes: &[u8]) -> String {
    displayed(bytes, true)
}
