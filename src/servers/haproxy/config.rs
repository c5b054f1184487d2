//! Sections of a haproxy.cfg (HAProxy `src/cfgparse*.c`).

use super::condition::Test;
use super::keywords;
use super::proxy::Proxy;
use super::userlist::UserList;
use super::words::{Line, Word};
use crate::answer::{Because, Missing, Reason};
use crate::source::Place;

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

/// What a file adds up to.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub lists: Vec<UserList>,
    pub proxies: Vec<Proxy>,
    pub user: Option<Word>,
    /// What the proxies below start with.
    defaults: Proxy,
}

/// What was read, or why HAProxy does not start.
pub(super) type Read<T> = Result<T, Because>;

/// That the arguments of a word are wrong.
pub(super) fn wrong(place: Place, name: &str, message: impl Into<String>) -> Because {
    Because::at(Reason::WrongArguments { name: name.to_owned(), message: message.into() }, place)
}

impl Config {
    /// Reads all lines.
    ///
    /// # Errors
    /// What HAProxy refuses to start on, or what cannot be told.
    pub(super) fn take(&mut self, lines: &[Line]) -> Read<()> {
        let mut section = String::new();
        for line in lines {
            let Some((head, rest)) = line.split_first() else { continue };
            if head.text.starts_with('.') {
                let missing = Missing::Condition { directive: head.text.clone() };
                return Err(Because::at(Reason::CannotTell { missing }, head.place));
            }
            if SECTIONS.contains(&head.text.as_str()) {
                section.clone_from(&head.text);
                self.begin(head, rest)?;
                continue;
            }
            match section.as_str() {
                "userlist" => self.userlist(head, rest)?,
                "global" => self.global(head, rest)?,
                "defaults" => proxy(&mut self.defaults, head, rest, true)?,
                "frontend" | "backend" | "listen" => {
                    if let Some(last) = self.proxies.last_mut() {
                        proxy(last, head, rest, false)?;
                    }
                }
                "" => return Err(keywords::unknown("proxy", head)),
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
            "defaults" => self.defaults = Proxy::default(),
            "frontend" | "backend" | "listen" => {
                let name = name.ok_or_else(missing)?;
                if let Some(more) = rest.get(1).filter(|more| more.text != "from") {
                    return Err(wrong(more.place, &head.text, "the address belongs behind `bind`"));
                }
                // One name may stand for a frontend and a backend, not for two of the same side.
                let sides = |kind: &str| (kind != "backend", kind != "frontend");
                let (front, back) = sides(&head.text);
                let taken = self.proxies.iter().filter(|proxy| proxy.name == name).any(|proxy| {
                    let (other_front, other_back) = sides(&proxy.kind);
                    (front && other_front) || (back && other_back)
                });
                if taken {
                    return Err(wrong(head.place, &head.text, "the name is taken"));
                }
                self.proxies.push(Proxy {
                    name,
                    kind: head.text.clone(),
                    place: Some(head.place),
                    tcp: self.defaults.tcp,
                    error_files: self.defaults.error_files.clone(),
                    ..Proxy::default()
                });
            }
            _ => {}
        }
        Ok(())
    }

    fn global(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        if head.text == "user" {
            self.user = rest.first().cloned();
        }
        if keywords::has("global", &head.text) { Ok(()) } else { Err(keywords::unknown("global", head)) }
    }

    fn userlist(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some(list) = self.lists.last_mut() else { return Err(keywords::unknown("proxy", head)) };
        match head.text.as_str() {
            "user" => list.user(head, rest),
            "group" => list.group(head, rest),
            _ => Err(wrong(head.place, &head.text, "a userlist takes user and group only")),
        }
    }

    /// Names that must be there in the end.
    fn check(&self) -> Read<()> {
        for list in &self.lists {
            list.check()?;
        }
        for proxy in &self.proxies {
            for (name, _) in proxy.backends.iter().filter(|(name, _)| !name.text.contains("%[")) {
                if self.backend(&name.text).is_none() {
                    return Err(wrong(name.place, "use_backend", format!("there is no backend `{}`", name.text)));
                }
            }
            for rule in proxy.rules.iter().chain(&proxy.redirects) {
                let terms = rule.condition.iter().flat_map(|condition| condition.any.iter().flatten());
                for test in terms.flat_map(|term| &term.tests) {
                    self.check_test(test, rule.place)?;
                }
            }
        }
        if self.proxies.iter().any(|proxy| proxy.listens) {
            return Ok(());
        }
        let reason = Reason::WrongArguments { name: "bind".to_owned(), message: "nothing listens".to_owned() };
        let place = self.proxies.iter().find_map(|proxy| proxy.place);
        Err(Because { place, ..Because::nowhere(reason) })
    }

    fn check_test(&self, test: &Test, place: Place) -> Read<()> {
        let (Test::Auth(name) | Test::Group(name, _)) = test else { return Ok(()) };
        let Some(list) = self.list(name) else {
            return Err(wrong(place, "http_auth", format!("there is no userlist `{name}`")));
        };
        let groups = if let Test::Group(_, groups) = test { groups.as_slice() } else { &[] };
        match groups.iter().find(|group| !list.has_group(group)) {
            Some(group) => Err(wrong(place, "http_auth_group", format!("there is no group `{group}`"))),
            None => Ok(()),
        }
    }

    /// The userlist of that name.
    pub(super) fn list(&self, name: &str) -> Option<&UserList> {
        self.lists.iter().find(|list| list.name == name)
    }

    /// The backend of that name.
    pub(super) fn backend(&self, name: &str) -> Option<&Proxy> {
        self.proxies.iter().find(|proxy| proxy.name == name && proxy.kind != "frontend")
    }
}

/// A line of a proxy, or of the defaults, which keep no rules.
fn proxy(proxy: &mut Proxy, head: &Word, rest: &[Word], defaults: bool) -> Read<()> {
    let first = rest.first().ok_or_else(|| wrong(head.place, &head.text, "a value is missing"));
    match head.text.as_str() {
        "mode" => match first?.text.as_str() {
            mode @ ("tcp" | "http" | "health") => proxy.tcp = mode == "tcp",
            _ => return Err(wrong(head.place, "mode", "there is no such mode")),
        },
        "timeout" => timeout(head, rest)?,
        "option" => option(first?)?,
        "no" => match rest {
            [option_word, name, ..] if option_word.text == "option" => option(name)?,
            _ => {}
        },
        "errorfile" => proxy.error_file(head, rest)?,
        name if defaults => {
            return if keywords::has("proxy", name) { Ok(()) } else { Err(keywords::unknown("proxy", head)) };
        }
        "bind" => proxy.bind(head, rest)?,
        "acl" => proxy.acl(head, rest)?,
        "http-request" => proxy.rules.push(proxy.rule(head, rest)?),
        "redirect" => proxy.redirects.push(proxy.rule(head, rest)?),
        "tcp-request" => proxy.tcp_rule(head, rest)?,
        "monitor-uri" => proxy.monitor = Some(first?.text.clone()),
        "stats" => {
            let uri = rest.get(1).filter(|_| first.is_ok_and(|word| word.text == "uri"));
            let known = proxy.stats.take().map(|(uri, _)| uri);
            let uri = uri.map(|word| word.text.clone()).or(known).unwrap_or_else(|| "/haproxy?stats".to_owned());
            proxy.stats = Some((uri, head.place));
        }
        "server" | "server-template" | "dispatch" => proxy.server = proxy.server.or(Some(head.place)),
        "use_backend" => {
            let name = first?.clone();
            let condition = proxy.condition(rest.get(1..).unwrap_or_default(), head)?;
            proxy.backends.push((name, condition));
        }
        "default_backend" => proxy.backends.push((first?.clone(), None)),
        name if keywords::has("proxy", name) => {}
        _ => return Err(keywords::unknown("proxy", head)),
    }
    Ok(())
}

fn option(name: &Word) -> Read<()> {
    if keywords::has("option", &name.text) { Ok(()) } else { Err(keywords::unknown("option", name)) }
}

/// `timeout NAME VALUE`: a number and a unit, nothing behind it.
fn timeout(head: &Word, rest: &[Word]) -> Read<()> {
    let [name, value, more @ ..] = rest else { return Err(wrong(head.place, "timeout", "this must be: NAME VALUE")) };
    if !keywords::has("timeout", &name.text) {
        return Err(keywords::unknown("timeout", name));
    }
    let unit = value.text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let right = unit.len() < value.text.len() && matches!(unit, "" | "us" | "ms" | "s" | "m" | "h" | "d");
    if right && more.is_empty() { Ok(()) } else { Err(wrong(value.place, "timeout", "this is no span of time")) }
}
