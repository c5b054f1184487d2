//! Sections of a haproxy.cfg (HAProxy `src/cfgparse*.c`, `src/auth.c`, `src/http_rules.c`).

use std::collections::HashMap;

use super::condition::{Condition, Term, Test, built_in, test};
use super::words::{Line, Word};
use crate::answer::{Because, Reason};
use crate::source::{Place, Span};
use crate::users::Entry;

/// The keywords that sections begin with.
const SECTIONS: [&str; 18] = [
    "global",
    "defaults",
    "userlist",
    "frontend",
    "backend",
    "listen",
    "peers",
    "resolvers",
    "mailers",
    "cache",
    "program",
    "http-errors",
    "ring",
    "fcgi-app",
    "log-forward",
    "namespace_list",
    "crt-store",
    "email-alert",
];
/// First words of proxy and global lines; whole families go by their beginning.
const KEYWORDS: &str = include_str!("keywords.txt");

/// A userlist.
#[derive(Debug, Default)]
pub(super) struct UserList {
    pub name: String,
    /// Whether each user's password is plain text; `None`: there is none.
    pub users: Vec<(Entry, Option<bool>)>,
    pub members: Vec<(String, String)>,
    pub place: Option<Place>,
}

/// A frontend, backend or both.
#[derive(Debug, Default)]
pub(super) struct Proxy {
    pub name: String,
    pub kind: String,
    pub rules: Vec<Rule>,
    /// `use_backend` with its condition, `default_backend` last.
    pub backends: Vec<(String, Option<Condition>)>,
    pub tcp: bool,
    pub servers: bool,
    acls: HashMap<String, Vec<Test>>,
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
    Passing,
}

/// What a file adds up to.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub lists: Vec<UserList>,
    pub proxies: Vec<Proxy>,
    pub user: Option<Word>,
    tcp: bool,
}

type Read<T> = Result<T, Because>;

fn wrong(place: Place, name: &str, message: impl Into<String>) -> Because {
    Because::at(Reason::WrongArguments { name: name.to_owned(), message: message.into() }, place)
}

impl Config {
    /// Reads all lines.
    ///
    /// # Errors
    /// What HAProxy refuses to start on.
    pub(super) fn take(&mut self, lines: &[Line]) -> Read<()> {
        let mut section = String::new();
        for line in lines {
            let Some((head, rest)) = line.split_first() else { continue };
            if SECTIONS.contains(&head.text.as_str()) {
                section.clone_from(&head.text);
                self.begin(head, rest)?;
                continue;
            }
            match section.as_str() {
                "userlist" => self.userlist(head, rest)?,
                "global" => self.global(head, rest)?,
                "defaults" | "frontend" | "backend" | "listen" => self.proxy(&section, head, rest)?,
                "" => return Err(unknown(head)),
                _ => {}
            }
        }
        self.check()
    }

    fn begin(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let name = rest.first().map(|word| word.text.clone());
        let missing = || wrong(head.place, &head.text, "the name is missing");
        match head.text.as_str() {
            "userlist" => {
                let name = name.ok_or_else(missing)?;
                self.lists.push(UserList { name, place: Some(head.place), ..UserList::default() });
            }
            "frontend" | "backend" | "listen" => {
                let name = name.ok_or_else(missing)?;
                self.proxies.push(Proxy { name, kind: head.text.clone(), tcp: self.tcp, ..Proxy::default() });
            }
            _ => {}
        }
        Ok(())
    }

    fn global(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        if head.text == "user" {
            self.user = rest.first().cloned();
        }
        if known(&head.text) { Ok(()) } else { Err(unknown(head)) }
    }

    fn userlist(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some(list) = self.lists.last_mut() else { return Err(unknown(head)) };
        match head.text.as_str() {
            "user" => list.user(head, rest),
            "group" => list.group(head, rest),
            _ => Err(unknown(head)),
        }
    }

    fn proxy(&mut self, section: &str, head: &Word, rest: &[Word]) -> Read<()> {
        let text = |at: usize| rest.get(at).map(|word| word.text.as_str());
        let Some(proxy) = self.proxies.last_mut().filter(|_| section != "defaults") else {
            if head.text == "mode" {
                self.tcp = text(0) == Some("tcp");
            }
            return if known(&head.text) { Ok(()) } else { Err(unknown(head)) };
        };
        match head.text.as_str() {
            "mode" => proxy.tcp = text(0) == Some("tcp"),
            "acl" => proxy.acl(head, rest)?,
            "http-request" => proxy.rule(head, rest)?,
            "server" => proxy.servers = true,
            "use_backend" => {
                let condition = proxy.condition(rest.get(1..).unwrap_or_default(), head)?;
                proxy.backends.push((text(0).unwrap_or_default().to_owned(), condition));
            }
            "default_backend" => proxy.backends.push((text(0).unwrap_or_default().to_owned(), None)),
            name if known(name) => {}
            _ => return Err(unknown(head)),
        }
        Ok(())
    }

    /// Names that must be there in the end.
    fn check(&self) -> Read<()> {
        for list in &self.lists {
            list.check()?;
        }
        for rule in self.proxies.iter().flat_map(|proxy| &proxy.rules) {
            let terms = rule.condition.iter().flat_map(|condition| condition.any.iter().flatten());
            for test in terms.flat_map(|term| &term.tests) {
                if let Test::Auth(name) | Test::Group(name, _) = test
                    && !self.lists.iter().any(|list| list.name == *name)
                {
                    return Err(wrong(rule.place, "http_auth", format!("there is no userlist `{name}`")));
                }
            }
        }
        Ok(())
    }

    /// The userlist of that name.
    pub(super) fn list(&self, name: &str) -> Option<&UserList> {
        self.lists.iter().find(|list| list.name == name)
    }
}

fn known(name: &str) -> bool {
    KEYWORDS.lines().any(|line| match line.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == line,
    })
}

fn unknown(word: &Word) -> Because {
    let near = KEYWORDS.lines().map(|known| (strsim::osa_distance(known, &word.text), known)).min();
    let nearest = near.filter(|(distance, _)| *distance <= 2).map(|(_, name)| name.to_owned());
    Because::at(Reason::UnknownDirective { name: word.text.clone(), nearest }, word.place)
}

impl UserList {
    fn user(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some((name, mut rest)) = rest.split_first() else {
            return Err(wrong(head.place, "user", "the name is missing"));
        };
        if self.users.iter().any(|(known, _)| *known.user == *name.text.as_bytes()) {
            return Ok(());
        }
        let (mut stored, mut plain, mut end) = (String::new(), None, name.place.span.end);
        while let Some((word, more)) = rest.split_first() {
            let value = more.first();
            match word.text.as_str() {
                "password" | "insecure-password" => {
                    plain = Some(word.text == "insecure-password");
                    stored = value.map(|value| value.text.clone()).unwrap_or_default();
                }
                "groups" => {
                    let groups = value.map(|value| value.text.clone()).unwrap_or_default();
                    self.members.extend(groups.split(',').map(|group| (name.text.clone(), group.to_owned())));
                }
                _ => return Err(wrong(word.place, "user", "this must be password, insecure-password or groups")),
            }
            end = value.unwrap_or(word).place.span.end;
            rest = more.get(1..).unwrap_or_default();
        }
        let entry = Entry {
            user: name.text.as_bytes().into(),
            stored: stored.into_bytes().into(),
            rest: Box::default(),
            user_span: name.place.span,
            span: Span::new(name.place.span.start, end),
        };
        self.users.push((entry, plain));
        Ok(())
    }

    fn group(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some(name) = rest.first() else { return Err(wrong(head.place, "group", "the name is missing")) };
        self.members.push((String::new(), name.text.clone()));
        match rest.get(1..).unwrap_or_default() {
            [] => {}
            [users, names] if users.text == "users" => {
                self.members.extend(names.text.split(',').map(|user| (user.to_owned(), name.text.clone())));
            }
            _ => return Err(wrong(head.place, "group", "this must be: group NAME users A,B")),
        }
        Ok(())
    }

    fn check(&self) -> Read<()> {
        let Some(place) = self.place else { return Ok(()) };
        for (user, group) in self.members.iter().filter(|(user, _)| !user.is_empty()) {
            if !self.users.iter().any(|(entry, _)| *entry.user == *user.as_bytes()) {
                return Err(wrong(place, "group", format!("there is no user `{user}`")));
            }
            if !self.members.iter().any(|(nobody, known)| nobody.is_empty() && known == group) {
                return Err(wrong(place, "user", format!("there is no group `{group}`")));
            }
        }
        Ok(())
    }
}

impl Proxy {
    fn acl(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some((name, rest)) = rest.split_first() else {
            return Err(wrong(head.place, "acl", "the name is missing"));
        };
        let test = test(rest).map_err(|message| wrong(head.place, "acl", message))?;
        self.acls.entry(name.text.clone()).or_default().push(test);
        Ok(())
    }

    /// What follows `if` or `unless`.
    fn condition(&self, words: &[Word], head: &Word) -> Read<Option<Condition>> {
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

    fn rule(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some((action, words)) = rest.split_first() else {
            return Err(wrong(head.place, "http-request", "the action is missing"));
        };
        let at = words.iter().position(|word| matches!(word.text.as_str(), "if" | "unless")).unwrap_or(words.len());
        let (arguments, condition) = words.split_at_checked(at).unwrap_or((words, &[]));
        let condition = self.condition(condition, head)?;
        let value = |name: &str| {
            let at = arguments.iter().position(|word| word.text == name)?;
            arguments.get(at + 1).map(|word| word.text.clone())
        };
        let number = |name: &str, default: u16| value(name).and_then(|text| text.parse().ok()).unwrap_or(default);
        let action = match action.text.as_str() {
            "auth" => Action::Auth(value("realm")),
            "deny" => Action::Answer(number("deny_status", number("status", 403))),
            "tarpit" => Action::Answer(number("deny_status", 500)),
            "return" => Action::Answer(number("status", 200)),
            "redirect" => Action::Answer(number("code", 302)),
            "allow" => Action::Allow,
            "reject" | "silent-drop" => Action::Close,
            name if ACTIONS.iter().any(|start| name.starts_with(start)) => Action::Passing,
            name => {
                let nearest = ["auth", "deny", "return", "allow"]
                    .into_iter()
                    .find(|known| strsim::osa_distance(known, name) <= 2);
                let reason = Reason::UnknownDirective { name: name.to_owned(), nearest: nearest.map(str::to_owned) };
                return Err(Because::at(reason, action.place));
            }
        };
        self.rules.push(Rule { action, condition, place: head.place });
        Ok(())
    }
}

/// Actions that go on to the next rule.
const ACTIONS: [&str; 20] = [
    "add-",
    "cache-use",
    "capture",
    "del-",
    "disable-l7-retry",
    "do-resolve",
    "early-hint",
    "lua.",
    "normalize-uri",
    "replace-",
    "sc-",
    "sc-inc",
    "send-spoe-group",
    "set-",
    "strict-mode",
    "track-sc",
    "unset-var",
    "use-service",
    "wait-for-body",
    "wait-for-handshake",
];

/// The spans that no report may show: what follows `password` in a userlist.
pub(super) fn secrets(lines: &[Line]) -> Vec<Span> {
    let users = lines.iter().filter(|line| line.first().is_some_and(|head| head.text == "user"));
    let pairs = users.flat_map(|line| line.windows(2));
    let secret = pairs.filter_map(|pair| match pair {
        [word, value] if word.text.ends_with("password") => Some(value.place.span),
        _ => None,
    });
    secret.collect()
}
