//! Frontends and backends: their rules and what they bind (HAProxy `src/cfgparse-listen.c`, `src/http_act.c`).

use std::collections::HashMap;

use super::condition::{Condition, Term, Test, built_in, test};
use super::config::{Read, wrong};
use super::keywords;
use super::words::Word;
use crate::source::Place;

/// A frontend, backend or both.
#[derive(Debug, Default)]
pub(super) struct Proxy {
    pub name: String,
    pub kind: String,
    pub place: Option<Place>,
    pub rules: Vec<Rule>,
    /// `redirect`, after all `http-request`.
    pub redirects: Vec<Rule>,
    /// `tcp-request`, before them.
    pub tcp_rules: Vec<Rule>,
    /// `use_backend` with its condition, `default_backend` last.
    pub backends: Vec<(Word, Option<Condition>)>,
    pub tcp: bool,
    /// The first line that names a server.
    pub server: Option<Place>,
    pub listens: bool,
    pub monitor: Option<String>,
    /// Where the statistics are shown, if at all.
    pub stats: Option<(String, Place)>,
    /// Answers from files, by their status.
    pub error_files: Vec<(u16, Word)>,
    /// Files of patterns: what stands behind `-f`.
    pub pattern_files: Vec<Word>,
    pub(super) acls: HashMap<String, Vec<Test>>,
}

/// One `http-request`.
#[derive(Debug)]
pub(super) struct Rule {
    pub action: Action,
    pub condition: Option<Condition>,
    pub place: Place,
}

/// What a rule does.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Auth(Option<String>),
    Answer(u16),
    Allow,
    Close,
    /// Writes a part of the request anew: `path`, `method`, `src`, or a header.
    Changes(String),
    /// Another part of the program answers.
    Elsewhere(String),
    Passing,
}

/// What a status may be, and where errors may come from a file (`http_err_codes`).
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

impl Proxy {
    /// `bind`: an address with a port, or the path of a socket.
    pub(super) fn bind(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let address = rest.first().ok_or_else(|| wrong(head.place, "bind", "the address is missing"))?;
        for one in address.text.split(',') {
            let marked = one.starts_with('/') || one.contains('@') || one.contains('$');
            let ports = one.rsplit_once(':').map(|(_, ports)| ports);
            let number = |port: &str| port.parse::<u16>().is_ok_and(|port| port > 0);
            let right = ports.is_some_and(|ports| ports.split('-').all(number));
            if !marked && !right {
                return Err(wrong(address.place, "bind", "the port is missing or no number"));
            }
        }
        self.listens = true;
        Ok(())
    }

    /// `errorfile`: a status and a file.
    pub(super) fn error_file(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let [status, file, ..] = rest else { return Err(wrong(head.place, "errorfile", "this must be: CODE FILE")) };
        let status = status.text.parse().ok().filter(|status| ERRORS.contains(status));
        let status = status.ok_or_else(|| wrong(head.place, "errorfile", "this status cannot be set"))?;
        self.error_files.push((status, file.clone()));
        Ok(())
    }

    /// `acl`: one more test of that name.
    pub(super) fn acl(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some((name, rest)) = rest.split_first() else {
            return Err(wrong(head.place, "acl", "the name is missing"));
        };
        let letter = |letter: char| letter.is_ascii_alphanumeric() || "_-.:".contains(letter);
        if matches!(name.text.as_str(), "or" | "OR" | "||") || !name.text.chars().all(letter) {
            return Err(wrong(name.place, "acl", "this can be no name"));
        }
        let test = test(rest).map_err(|message| wrong(head.place, "acl", message))?;
        let flags = rest.iter().zip(rest.iter().skip(1)).filter(|(flag, _)| flag.text == "-f");
        self.pattern_files.extend(flags.map(|(_, file)| file.clone()));
        self.acls.entry(name.text.clone()).or_default().push(test);
        Ok(())
    }

    /// What follows `if` or `unless`.
    pub(super) fn condition(&self, words: &[Word], head: &Word) -> Read<Option<Condition>> {
        let Some((first, rest)) = words.split_first() else { return Ok(None) };
        let unless = match first.text.as_str() {
            "if" => false,
            "unless" => true,
            _ => return Err(wrong(first.place, &head.text, "this must be if or unless")),
        };
        let mut any = vec![Vec::new()];
        let mut at = 0;
        let mut negated = false;
        while let Some(word) = rest.get(at) {
            at += 1;
            let (turned, text) = match word.text.strip_prefix('!') {
                Some(text) => (true, text),
                None => (false, word.text.as_str()),
            };
            negated ^= turned;
            let tests = match text {
                "or" | "OR" | "||" => {
                    any.push(Vec::new());
                    continue;
                }
                "" => continue,
                "{" => {
                    let end = rest.iter().skip(at).position(|word| word.text == "}").map(|length| at + length);
                    let Some(end) = end else { return Err(wrong(word.place, &head.text, "the brace is not closed")) };
                    let inner = rest.get(at..end).unwrap_or_default();
                    at = end + 1;
                    vec![test(inner).map_err(|message| wrong(word.place, &head.text, message))?]
                }
                name => match self.acls.get(name) {
                    Some(tests) => tests.clone(),
                    None => {
                        let unknown = || wrong(word.place, &head.text, format!("there is no access list `{name}`"));
                        vec![built_in(name).ok_or_else(unknown)?]
                    }
                },
            };
            if let Some(all) = any.last_mut() {
                all.push(Term { negated, tests });
            }
            negated = false;
        }
        Ok(Some(Condition { unless, any }))
    }

    /// `http-request` and `redirect`.
    pub(super) fn rule(&self, head: &Word, rest: &[Word]) -> Read<Rule> {
        let (action, words) = match rest.split_first() {
            _ if head.text == "redirect" => (head, rest),
            Some((action, words)) => (action, words),
            None => return Err(wrong(head.place, &head.text, "the action is missing")),
        };
        let at = words.iter().position(|word| matches!(word.text.as_str(), "if" | "unless")).unwrap_or(words.len());
        let (arguments, condition) = words.split_at_checked(at).unwrap_or((words, &[]));
        let condition = self.condition(condition, head)?;
        Ok(Rule { action: self.action(action, arguments)?, condition, place: head.place })
    }

    /// `tcp-request connection`, `session` and `content`.
    pub(super) fn tcp_rule(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let [layer, action, words @ ..] = rest else { return Ok(()) };
        let at = words.iter().position(|word| matches!(word.text.as_str(), "if" | "unless")).unwrap_or(words.len());
        let (_, condition) = words.split_at_checked(at).unwrap_or((words, &[]));
        let action = match action.text.as_str() {
            "reject" | "silent-drop" => Action::Close,
            "accept" => Action::Allow,
            _ => return Ok(()),
        };
        if matches!(layer.text.as_str(), "connection" | "session" | "content") {
            let condition = self.condition(condition, head)?;
            self.tcp_rules.push(Rule { action, condition, place: head.place });
        }
        Ok(())
    }

    fn action(&self, action: &Word, arguments: &[Word]) -> Read<Action> {
        let value = |name: &str| {
            let at = arguments.iter().position(|word| word.text == name)?;
            arguments.get(at + 1).map(|word| word.text.clone())
        };
        let first = arguments.first();
        let missing = |what: &str| wrong(action.place, &action.text, format!("{what} is missing"));
        let name = action.text.as_str();
        let word = name.split_once('(').map_or(name, |(word, _)| word);
        Ok(match word {
            "auth" => {
                let realm = value("realm").filter(|realm| !realm.is_empty());
                match arguments {
                    [] => Action::Auth(None),
                    [realm_word, _] if realm_word.text == "realm" && realm.is_some() => Action::Auth(realm),
                    [realm_word, _] | [realm_word] if realm_word.text == "realm" => return Err(missing("the realm")),
                    [_, .., more] | [more] => {
                        return Err(wrong(more.place, "auth", "this must be if or unless"));
                    }
                }
            }
            "deny" => Action::Answer(status(action, arguments, 403)?),
            "tarpit" => Action::Answer(status(action, arguments, 500)?),
            "return" => Action::Answer(status(action, arguments, 200)?),
            "redirect" => Action::Answer(redirect(action, arguments)?),
            "allow" | "reject" | "silent-drop" if first.is_some() => {
                return Err(wrong(action.place, name, "this must be if or unless"));
            }
            "allow" => Action::Allow,
            "reject" | "silent-drop" => Action::Close,
            "use-service" => Action::Elsewhere(first.map(|word| word.text.clone()).unwrap_or_default()),
            "set-path" | "set-pathq" | "set-uri" | "set-query" | "replace-path" | "replace-pathq" | "replace-uri"
            | "normalize-uri" => Action::Changes("path".to_owned()),
            "set-method" => Action::Changes("method".to_owned()),
            "set-src" => Action::Changes("src".to_owned()),
            "set-header" | "add-header" | "del-header" | "replace-header" | "replace-value" => {
                Action::Changes(first.ok_or_else(|| missing("the header"))?.text.to_lowercase())
            }
            _ if keywords::has("action", word) || word.starts_with("track-sc") => Action::Passing,
            _ => return Err(keywords::unknown("action", action)),
        })
    }
}

/// The status of an answer, whose arguments must all be known.
fn status(action: &Word, arguments: &[Word], default: u16) -> Read<u16> {
    let mut status = default;
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        if word.text == "default-errorfiles" {
            continue;
        }
        if !ANSWERS.contains(&word.text.as_str()) {
            return Err(wrong(word.place, &action.text, "this must be if or unless"));
        }
        let value = rest.next().ok_or_else(|| wrong(word.place, &action.text, "a value is missing"))?;
        match word.text.as_str() {
            "status" | "deny_status" => {
                let code = value.text.parse().ok().filter(|code| (200..600).contains(code));
                status = code.ok_or_else(|| wrong(value.place, &action.text, "this is no status"))?;
            }
            "hdr" => {
                rest.next();
            }
            _ => {}
        }
    }
    Ok(status)
}

/// The status of a redirection (`http_parse_redirect_rule`).
fn redirect(action: &Word, arguments: &[Word]) -> Read<u16> {
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
