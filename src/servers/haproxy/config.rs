//! Sections of a haproxy.cfg (HAProxy `src/cfgparse*.c`).

use super::blocks::Blocks;
use super::condition::Test;
use super::keywords;
use super::options::{SWITCHED, answered, is_experimental};
use super::proxy::Proxy;
use super::response::page;
use super::userlist::UserList;
use super::words::{Line, Word};
use crate::answer::{Because, Reason};
use crate::gate::is_deserted_text;
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
    /// `expose-experimental-directives`
    experimental: bool,
    /// What the proxies below start with.
    defaults: Proxy,
    /// Other sections of such, by their names.
    named: Vec<Proxy>,
    /// Groups and folders that must be there.
    pub groups: Vec<Word>,
    pub chroot: Option<Word>,
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
        self.defaults.tcp = true;
        let mut blocks = Blocks::default();
        for line in lines {
            let Some((head, rest)) = line.split_first() else { continue };
            if blocks.passes(head, rest)? {
                continue;
            }
            if SECTIONS.contains(&head.text.as_str()) {
                section.clone_from(&head.text);
                self.begin(head, rest)?;
                continue;
            }
            match section.as_str() {
                "userlist" => self.userlist(head, rest)?,
                "global" => self.global(head, rest)?,
                "frontend" | "backend" | "listen" | "defaults" if !self.experimental && is_experimental(head, rest) => {
                    return Err(wrong(head.place, &head.text, "this action is experimental"));
                }
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
                if let Some(more) = rest.get(1) {
                    return Err(wrong(more.place, "userlist", "this is one word too many"));
                }
                // Users below a name that is taken go to the list before.
                if self.lists.iter().any(|list| list.name == name) {
                    return Ok(());
                }
                self.lists.push(UserList { name, place: Some(head.place), ..UserList::default() });
            }
            "defaults" => {
                let known = Proxy { name: name.unwrap_or_default(), tcp: true, ..Proxy::default() };
                self.named.push(std::mem::replace(&mut self.defaults, known));
            }
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
                let from = rest.get(2).filter(|_| rest.len() > 2);
                let own = |known: &&Proxy| from.is_none_or(|from| known.name == from.text);
                let start = std::iter::once(&self.defaults).chain(&self.named).find(own);
                let start = start.ok_or_else(|| wrong(head.place, &head.text, "there are no such defaults"))?;
                self.proxies.push(Proxy {
                    name,
                    kind: head.text.clone(),
                    place: Some(head.place),
                    tcp: start.tcp,
                    pages: start.pages.clone(),
                    monitor: start.monitor.clone(),
                    disabled: start.disabled,
                    rules: start.rules.clone(),
                    tcp_rules: start.tcp_rules.clone(),
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
        if head.text == "group" {
            self.groups.extend(rest.first().cloned());
        }
        if head.text == "chroot" {
            self.chroot = rest.first().cloned();
        }
        self.experimental |= head.text == "expose-experimental-directives";
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
            for (test, place) in proxy.acls.values().flatten().zip(proxy.place.into_iter().cycle()) {
                self.check_test(test, place)?;
            }
            for (table, place) in &proxy.tracked {
                let name = table.as_deref().unwrap_or(&proxy.name);
                if !self.proxies.iter().any(|other| other.name == name && other.table) {
                    return Err(wrong(*place, "track-sc", format!("there is no table `{name}`")));
                }
            }
            for rule in proxy.rules.iter().chain(&proxy.redirects) {
                let terms = rule.condition.iter().flat_map(|condition| condition.any.iter().flatten());
                for test in terms.flat_map(|term| &term.tests) {
                    self.check_test(test, rule.place)?;
                }
            }
        }
        if self.proxies.iter().any(|proxy| proxy.listens && !proxy.disabled) {
            return Ok(());
        }
        let reason = Reason::WrongArguments { name: "bind".to_owned(), message: "nothing listens".to_owned() };
        let place = self.proxies.iter().find_map(|proxy| proxy.place);
        Err(Because { place, ..Because::nowhere(reason) })
    }

    /// Files of patterns, and where they are asked for.
    pub(super) fn pattern_files(&self) -> Vec<(&str, Option<Place>)> {
        let mut all = Vec::new();
        for proxy in &self.proxies {
            let backends = proxy.backends.iter().filter_map(|(_, condition)| condition.as_ref());
            let rules = proxy.rules.iter().chain(&proxy.redirects).chain(&proxy.tcp_rules);
            let conditions = rules.filter_map(|rule| rule.condition.as_ref()).chain(backends);
            let terms = conditions.flat_map(|condition| condition.any.iter().flatten());
            let tests = terms.flat_map(|term| &term.tests).chain(proxy.acls.values().flatten());
            for test in tests {
                let (Test::Text(super::condition::Asked { files, .. }) | Test::Source(_, files)) = test else {
                    continue;
                };
                all.extend(files.iter().map(|file| (file.as_str(), proxy.place)));
            }
        }
        all
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
            [option_word, name, ..] if option_word.text == "option" => {
                option(name)?;
                if !SWITCHED.contains(&name.text.as_str()) {
                    return Err(wrong(name.place, "no option", "this option cannot be negated"));
                }
            }
            _ => {}
        },
        "errorfile" | "errorloc" | "errorloc302" | "errorloc303" | "http-error" => {
            proxy.pages.push(page(head, rest)?);
        }
        "disabled" => proxy.disabled = true,
        "enabled" => proxy.disabled = false,
        "monitor-uri" => proxy.monitor = Some(first?.text.clone()),
        "http-request" | "http-response" | "http-after-response" | "tcp-request" | "tcp-response" | "acl"
            if defaults && proxy.name.is_empty() =>
        {
            return Err(wrong(head.place, &head.text, "this is not allowed in defaults without a name"));
        }
        name if defaults && !matches!(name, "http-request" | "tcp-request" | "acl") => {
            return if keywords::has("proxy", name) { Ok(()) } else { Err(keywords::unknown("proxy", head)) };
        }
        _ => return routes(proxy, head, rest),
    }
    Ok(())
}

/// A line of a proxy about addresses, rules and backends.
fn routes(proxy: &mut Proxy, head: &Word, rest: &[Word]) -> Read<()> {
    let first = rest.first().ok_or_else(|| wrong(head.place, &head.text, "a value is missing"));
    match head.text.as_str() {
        "bind" => proxy.bind(head, rest)?,
        "acl" => proxy.acl(head, rest)?,
        "http-request" => {
            let rule = proxy.rule(head, rest)?;
            proxy.rules.push(rule);
            if first?.text.starts_with("track-sc") {
                let at = rest.iter().position(|word| word.text == "table");
                let table = at.and_then(|at| rest.get(at + 1)).map(|word| word.text.clone());
                proxy.tracked.push((table, head.place));
            }
        }
        "redirect" => proxy.redirects.push(proxy.rule(head, rest)?),
        "tcp-request" => proxy.tcp_rule(head, rest)?,
        "monitor" => {
            if first?.text != "fail" || rest.len() < 2 {
                return Err(wrong(head.place, "monitor", "this must be: fail if CONDITION"));
            }
            let condition = proxy.condition(rest.get(1..).unwrap_or_default(), head)?;
            proxy.failures.push(condition);
        }
        "stick-table" => proxy.table = true,
        "http-response" | "http-after-response" => answered(head, first?)?,
        "stats" => {
            let uri = rest.get(1).filter(|_| first.is_ok_and(|word| word.text == "uri"));
            let known = proxy.stats.take().map(|(uri, _)| uri);
            let uri = uri.map(|word| word.text.clone()).or(known).unwrap_or_else(|| "/haproxy?stats".to_owned());
            proxy.stats = Some((uri, head.place));
        }
        "server" if rest.get(1).is_some_and(|address| is_deserted_text(&address.text)) => {}
        "server" | "server-template" | "dispatch" => proxy.server = proxy.server.or(Some(head.place)),
        "use_backend" => {
            let name = first?.clone();
            let condition = proxy.condition(rest.get(1..).unwrap_or_default(), head)?;
            let always = super::condition::Condition { unless: true, any: Vec::new() };
            proxy.backends.push((name, Some(condition.unwrap_or(always))));
        }
        "default_backend" => {
            if let Some(more) = rest.get(1) {
                return Err(wrong(more.place, "default_backend", "this is one word too many"));
            }
            // The last one counts.
            proxy.backends.retain(|(_, condition)| condition.is_some());
            proxy.backends.push((first?.clone(), None));
        }
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
