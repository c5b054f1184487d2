//! Redirect and its kin, as far as the server refuses to read them (modules/mappers/mod_alias.c,
//! `add_redirect_internal`).

use super::others::refuses;

/// What the first argument says of the status.
enum Told {
    /// Nothing: it is the path.
    Nothing,
    /// A redirect.
    Redirect,
    /// Another status, which has no URL.
    Other,
}

/// Why the server refuses the arguments of `Redirect` or, with `regex`, of `RedirectMatch`; an expression is taken only
/// inside a section or in a per-directory file.
pub(super) fn redirect(words: &[&[u8]], regex: bool, in_section: bool) -> Option<String> {
    let (first, second, third) = (*words.first()?, words.get(1).copied(), words.get(2).copied());
    let told = told(first);
    let (path, url) = match (&told, second, third) {
        (Told::Nothing, _, Some(_)) => return Some("Redirect: invalid first argument (of three)".to_owned()),
        // An expression, or a status for the whole folder: both are taken.
        (Told::Redirect, Some(_), None) | (Told::Nothing, None, _) | (Told::Other, None, _) if in_section => {
            return None;
        }
        (Told::Nothing, url, _) => (Some(first), url),
        (_, path, url) => (path, url),
    };
    if regex && path.is_some_and(refuses) {
        return Some("Regular expression could not be compiled.".to_owned());
    }
    let refused = match (&told, url) {
        (Told::Other, url) => url.map(|_| "Redirect URL not valid for this status"),
        (_, None) => Some("URL to redirect to is missing"),
        (_, Some(url)) => (!regex && !is_url(url)).then_some("Redirect to non-URL"),
    };
    refused.map(str::to_owned)
}

/// Which word of a redirect for a whole section is an expression; `None`: there is none.
pub(super) fn expression_at(words: &[&[u8]]) -> Option<usize> {
    match (told(words.first()?), words) {
        (Told::Redirect, [_, _]) => Some(1),
        (Told::Nothing, [_]) => Some(0),
        _ => None,
    }
}

fn told(word: &[u8]) -> Told {
    let is = |names: &[&str]| names.iter().any(|name| word.eq_ignore_ascii_case(name.as_bytes()));
    match word.first() {
        _ if is(&["permanent", "temp", "seeother"]) => Told::Redirect,
        _ if is(&["gone"]) => Told::Other,
        Some(b'0'..=b'9') => {
            let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 3 && word.starts_with(b"3") { Told::Redirect } else { Told::Other }
        }
        _ => Told::Nothing,
    }
}

/// A path, or something with a scheme in front (server/util.c, `ap_is_url`).
fn is_url(url: &[u8]) -> bool {
    let scheme = url.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
    url.starts_with(b"/") || (scheme > 0 && url.get(scheme) == Some(&b':'))
}
