//! Frontends and backends: their rules and what they bind (HAProxy `src/cfgparse-listen.c`, `src/http_act.c`).

use std::collections::HashMap;

use super::bind::bind;
use super::condition::{Condition, Term, Test, built_in, test};
use super::config::{Read, wrong};
use super::keywords;
use super::response::{Page, Reply, redirect, reply};
use super::rewrite::Rewrite;
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
    /// Pages in place of errors, by their status.
    pub pages: Vec<(u16, Page)>,
    /// `monitor fail`: 503 where one of these holds.
    pub failures: Vec<Option<Condition>>,
    /// Files that must be there.
    pub needed: Vec<Word>,
    /// Whether it keeps a table of clients.
    pub table: bool,
    /// Tables that rules count clients in; without a name the proxy's own.
    pub tracked: Vec<(Option<String>, Place)>,
    pub disabled: bool,
    pub(super) acls: HashMap<String, Vec<Test>>,
}

/// One `http-request`.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub action: Action,
    pub condition: Option<Condition>,
    pub place: Place,
}

/// What a rule does.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Auth(Option<String>),
    Answer(Reply),
    Allow,
    Close,
    /// Writes a part of the request anew.
    Changes(Box<Rewrite>),
    /// Another part of the program answers.
    Elsewhere(String),
    Passing,
}

/// Where `tcp-request` looks.
const LAYERS: [&str; 4] = ["connection", "session", "content", "inspect-delay"];

impl Proxy {
    /// `bind`, where the proxy is not switched off.
    pub(super) fn bind(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        self.needed.extend(bind(head, rest)?);
        self.listens = true;
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
        // Without a term nothing holds.
        let mut any = if rest.is_empty() { Vec::new() } else { vec![Vec::new()] };
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
        if !rest.first().is_some_and(|layer| LAYERS.contains(&layer.text.as_str())) {
            return Err(wrong(head.place, "tcp-request", "this must be connection, session, content or inspect-delay"));
        }
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
            "deny" => Action::Answer(reply(action, arguments, 403, true)?),
            "tarpit" => Action::Answer(reply(action, arguments, 500, true)?),
            "return" => Action::Answer(reply(action, arguments, 200, false)?),
            "redirect" => Action::Answer(Reply::plain(redirect(action, arguments)?)),
            "allow" | "reject" | "silent-drop" if first.is_some() => {
                return Err(wrong(action.place, name, "this must be if or unless"));
            }
            "allow" => Action::Allow,
            "reject" | "silent-drop" => Action::Close,
            "use-service" => Action::Elsewhere(first.map(|word| word.text.clone()).unwrap_or_default()),
            "set-header" | "add-header" | "del-header" | "replace-header" | "replace-value" if first.is_none() => {
                return Err(missing("the header"));
            }
            _ if keywords::has("action", word) || word.starts_with("track-sc") => {
                Rewrite::of(name, arguments).map_or(Action::Passing, |rewrite| Action::Changes(Box::new(rewrite)))
            }
            _ => return Err(keywords::unknown("action", action)),
        })
    }
}
