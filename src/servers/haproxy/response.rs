//! Answers of HAProxy's own: the arguments that tell them, and the pages that take their place (HAProxy
//! `src/http_htx.c`, `http_parse_http_reply`; `src/http_rules.c`, `http_parse_redirect_rule`).

use super::config::{Read, wrong};
use super::words::Word;

/// What a status may be where errors come from a page (`http_err_codes`).
const ERRORS: [u16; 20] =
    [200, 400, 401, 403, 404, 405, 407, 408, 410, 413, 421, 422, 425, 429, 500, 501, 502, 503, 504, 505];
/// The arguments of answers, each with a value; `hdr` has two.
const ANSWERS: [&str; 10] = [
    "status",
    "deny_status",
    "content-type",
    "errorfile",
    "errorfiles",
    "file",
    "lf-file",
    "string",
    "lf-string",
    "hdr",
];

/// What takes the place of an error.
#[derive(Debug, Clone)]
pub(super) enum Page {
    /// A whole answer in a file.
    File(Word),
    /// This status.
    Status(u16),
}

/// An answer of a rule.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub status: u16,
    /// A whole answer in a file.
    pub file: Option<Word>,
    /// The file that is sent.
    pub body: Option<Word>,
    /// Whether the page of that error takes its place.
    pub own: bool,
}

impl Reply {
    /// One that no page takes the place of.
    pub(super) fn plain(status: u16) -> Self {
        Self { status, file: None, body: None, own: false }
    }
}

/// The answer of an action, whose arguments must all be known; `own`: it is one of the errors if nothing else is told.
///
/// # Errors
/// What HAProxy refuses.
pub(super) fn reply(action: &Word, arguments: &[Word], default: u16, own: bool) -> Read<Reply> {
    let mut reply = Reply { own, ..Reply::plain(default) };
    let (mut typed, mut filled) = (false, false);
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        if word.text == "default-errorfiles" {
            reply.own = true;
            continue;
        }
        if !ANSWERS.contains(&word.text.as_str()) {
            return Err(wrong(word.place, &action.text, "this must be if or unless"));
        }
        let value = rest.next().ok_or_else(|| wrong(word.place, &action.text, "a value is missing"))?;
        match word.text.as_str() {
            "status" | "deny_status" => {
                let code = value.text.parse().ok().filter(|code| (200..600).contains(code));
                reply.status = code.ok_or_else(|| wrong(value.place, &action.text, "this is no status"))?;
            }
            "hdr" => {
                rest.next();
                reply.own = false;
            }
            "content-type" => typed = true,
            "errorfile" => reply.file = Some(value.clone()),
            "file" | "lf-file" => {
                (reply.body, filled) = (Some(value.clone()), true);
            }
            "string" | "lf-string" => filled |= !value.text.is_empty(),
            _ => {}
        }
    }
    reply.own &= !filled && !typed && reply.file.is_none();
    if filled && !typed {
        return Err(wrong(action.place, &action.text, "a content type must be defined"));
    }
    if reply.own && !ERRORS.contains(&reply.status) {
        return Err(wrong(action.place, &action.text, "there is no page for this status"));
    }
    Ok(reply)
}

/// `errorfile CODE FILE`, `errorloc CODE URL`, `http-error status CODE ...`.
///
/// # Errors
/// What HAProxy refuses.
pub(super) fn page(head: &Word, rest: &[Word]) -> Read<(u16, Page)> {
    let rest = match rest {
        [word, rest @ ..] if head.text == "http-error" && word.text == "status" => rest,
        rest => rest,
    };
    let code = |status: &Word| {
        let status = status.text.parse().ok().filter(|status| ERRORS.contains(status));
        status.ok_or_else(|| wrong(head.place, &head.text, "this status cannot be set"))
    };
    match rest {
        [status, arguments @ ..] if head.text == "http-error" => {
            let code = code(status)?;
            let reply = reply(head, arguments, code, false)?;
            Ok((code, reply.file.map_or(Page::Status(code), Page::File)))
        }
        [status, file, ..] => Ok((
            code(status)?,
            match head.text.as_str() {
                "errorfile" => Page::File(file.clone()),
                "errorloc303" => Page::Status(303),
                _ => Page::Status(302),
            },
        )),
        [_] | [] => Err(wrong(head.place, &head.text, "this must be: CODE FILE")),
    }
}

/// The status of a redirection.
///
/// # Errors
/// What HAProxy refuses.
pub(super) fn redirect(action: &Word, arguments: &[Word]) -> Read<u16> {
    let (mut code, mut rest, mut target) = (302, arguments.iter(), false);
    while let Some(word) = rest.next() {
        match word.text.as_str() {
            "location" | "prefix" | "scheme" | "code" | "set-cookie" | "clear-cookie" => {
                let value = rest.next().ok_or_else(|| wrong(word.place, &action.text, "a value is missing"))?;
                target |= matches!(word.text.as_str(), "location" | "prefix" | "scheme");
                if word.text == "code" {
                    let known = value.text.parse().ok().filter(|code| [301, 302, 303, 307, 308].contains(code));
                    code =
                        known.ok_or_else(|| wrong(value.place, &action.text, "this is no status of a redirection"))?;
                }
            }
            "drop-query" | "append-slash" | "ignore-empty" => {}
            _ => return Err(wrong(word.place, &action.text, "redirect has no such argument")),
        }
    }
    if target { Ok(code) } else { Err(wrong(action.place, &action.text, "the target is missing")) }
}
