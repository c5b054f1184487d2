//! HAProxy's answers (HAProxy `src/http_ana.c`).

use std::path::Path;

use super::condition::Condition;
use super::config::{Config, wrong};
use super::judge::{Judge, STYLE, Way, Word as Held};
use super::proxy::{Action, Proxy, Rule};
use super::userlist::secrets;
use super::words::{Word, lines};
use crate::answer::{Answer, Because, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Content, Host, Post, Presented, handed_on, surveyed};
use crate::hash::Crypt;
use crate::read::{Account, Fault};
use crate::source::{FileId, Sources};

/// An HAProxy that was configured.
struct Haproxy {
    startup: Startup,
    config: Config,
    file: FileId,
    crypt: Crypt,
    /// Files that answer, by their name in the configuration: the status that is written in them.
    error_files: Vec<(String, Option<u16>)>,
}

/// Opens a haproxy.cfg.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::running_as(target, sources, "root");
    let bytes = host.config()?;
    let first = Sources::default();
    let scratch = first.add(crate::source::Source::new(target.config.to_owned(), Vec::new()));
    let hidden = lines(scratch, &bytes, &target.env).map(|lines| secrets(&lines)).unwrap_or_default();
    let file = host.keep(target.config.to_owned(), bytes.clone(), hidden);
    let mut config = Config::default();
    let mut error_files = Vec::new();
    let taken = match lines(file, &bytes, &target.env) {
        Ok(lines) => config
            .take(&lines)
            .and_then(|()| account(&host, &config))
            .and_then(|()| read_files(&host, &config, &mut error_files)),
        Err(bad) => Err(wrong(bad.place, "haproxy.cfg", bad.message)),
    };
    let startup = match taken {
        Ok(()) => Startup::Ok,
        Err(because) if matches!(because.reason, Reason::CannotTell { .. }) => Startup::Unknown(vec![because]),
        Err(because) => Startup::Fails(vec![because]),
    };
    Ok(Haproxy { startup, config, file, crypt: target.crypt, error_files })
}

fn account(host: &Host<'_>, config: &Config) -> Result<(), Because> {
    let Some(user) = config.user.as_ref().filter(|_| host.target.paths.is_host()) else { return Ok(()) };
    if Account::named(&user.text, host.target.files).is_some() {
        return Ok(());
    }
    Err(wrong(user.place, "user", "there is no such account"))
}

/// The statuses that the files behind `errorfile` answer; a file that is not there keeps HAProxy from starting.
fn read_files(host: &Host<'_>, config: &Config, found: &mut Vec<(String, Option<u16>)>) -> Result<(), Because> {
    for (_, name) in config.proxies.iter().flat_map(|proxy| &proxy.error_files) {
        match host.read(&Host::path(Path::new("/"), &name.text)) {
            Content::Read(_, bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                found.push((name.text.clone(), text.split(' ').nth(1).and_then(|code| code.parse().ok())));
            }
            Content::Fault(Reason::UserFileNotRegular { .. }) => found.push((name.text.clone(), None)),
            Content::Fault(_) => return Err(wrong(name.place, "errorfile", "the file cannot be read")),
            Content::Unknown(_) => {}
        }
    }
    let patterns = config.proxies.iter().flat_map(|proxy| &proxy.pattern_files);
    let unread = |name: &&Word| matches!(host.read(&Host::path(Path::new("/"), &name.text)), Content::Fault(_));
    match patterns.into_iter().find(unread) {
        Some(name) => Err(wrong(name.place, "acl", "the file of patterns cannot be read")),
        None => Ok(()),
    }
}

/// What a rule does to a request.
enum Step {
    Answer(Answer),
    /// The rules that are left are passed over.
    Leave,
    On,
}

impl Haproxy {
    fn judge(&self) -> Judge<'_> {
        Judge { config: &self.config, file: self.file, crypt: self.crypt }
    }

    /// An answer of HAProxy's own, which a file may stand for.
    fn own(&self, proxy: &Proxy, status: u16, because: Vec<Because>) -> Answer {
        let file = proxy.error_files.iter().rev().find(|(code, _)| *code == status);
        let written = file.and_then(|(_, name)| self.error_files.iter().find(|(known, _)| *known == name.text));
        Answer { status: Some(written.map_or(status, |(_, written)| written.unwrap_or(0))), because }
    }

    fn rule(&self, proxy: &Proxy, rule: &Rule, way: &mut Way<'_>, trace: &mut Trace) -> Step {
        way.refusals.clear();
        match self.judge().holds(rule.condition.as_ref(), rule.place, way) {
            Held::Fits(false) => return Step::On,
            Held::Fits(true) => {}
            // What may be written anew is not known behind it.
            Held::Unknown(because) => {
                return match &rule.action {
                    Action::Passing => Step::On,
                    Action::Changes(part) => {
                        way.changed.push(part.clone());
                        Step::On
                    }
                    Action::Auth(_) | Action::Answer(_) | Action::Allow | Action::Close | Action::Elsewhere(_) => {
                        Step::Answer(Answer::unknown(because))
                    }
                };
            }
            Held::Crash(because) => return Step::Answer(Answer::of(0, because)),
        }
        match &rule.action {
            Action::Passing => Step::On,
            Action::Changes(part) => {
                way.changed.push(part.clone());
                Step::On
            }
            Action::Allow => Step::Leave,
            Action::Close => Step::Answer(Answer { status: Some(0), because: Vec::new() }),
            Action::Elsewhere(name) => Step::Answer(handed_on(name, rule.place)),
            Action::Answer(status) => {
                trace.step(Some(rule.place), || format!("this rule answers {status}"));
                let because = if *status >= 400 { std::mem::take(&mut way.refusals) } else { Vec::new() };
                Step::Answer(self.own(proxy, *status, because))
            }
            Action::Auth(_) => {
                trace.step(Some(rule.place), || "this rule asks for a login".to_owned());
                let mut because = std::mem::take(&mut way.refusals);
                let presented = Presented::of(&way.request.login, STYLE);
                if because.is_empty() && presented.name().is_some() {
                    because.push(Because::at(Reason::NotAuthorized, rule.place));
                }
                Step::Answer(self.own(proxy, 401, because))
            }
        }
    }

    /// The rules of a proxy; `None`: they let the request through.
    fn rules(&self, proxy: &Proxy, way: &mut Way<'_>, trace: &mut Trace) -> Option<Answer> {
        for rules in [&proxy.tcp_rules, &proxy.rules] {
            for rule in rules {
                match self.rule(proxy, rule, way, trace) {
                    Step::On => {}
                    Step::Answer(answer) => return Some(answer),
                    Step::Leave => break,
                }
            }
        }
        let path = String::from_utf8_lossy(&way.request.path).into_owned();
        if let Some((_, place)) = proxy.stats.as_ref().filter(|(uri, _)| path.starts_with(uri.as_str())) {
            return Some(handed_on("stats", *place));
        }
        proxy.redirects.iter().find_map(|rule| match self.rule(proxy, rule, way, trace) {
            Step::Answer(answer) => Some(answer),
            Step::On | Step::Leave => None,
        })
    }

    /// The backend that takes a request; `Err`: can't tell which.
    fn backend(&self, proxy: &Proxy, way: &mut Way<'_>) -> Result<Option<&Proxy>, Because> {
        let ranked = proxy.backends.iter().filter(|(_, condition)| condition.is_some());
        let default = proxy.backends.iter().filter(|(_, condition)| condition.is_none());
        for (name, condition) in ranked.chain(default) {
            match self.judge().holds(condition.as_ref(), name.place, way) {
                Held::Fits(true) if name.text.contains("%[") => {
                    let missing = crate::answer::Missing::Condition { directive: "use_backend".to_owned() };
                    return Err(Because::at(Reason::CannotTell { missing }, name.place));
                }
                Held::Fits(true) => return Ok(self.config.backend(&name.text)),
                Held::Fits(false) => {}
                Held::Unknown(because) | Held::Crash(because) => return Err(because),
            }
        }
        Ok(None)
    }

    /// What becomes of a request that all rules let through.
    fn served(&self, proxy: &Proxy) -> Answer {
        match proxy.server {
            Some(place) => handed_on(&proxy.name, place),
            None => self.own(proxy, 503, Vec::new()),
        }
    }
}

/// The lists that a condition asks.
fn asked(condition: Option<&Condition>) -> Vec<&str> {
    use super::condition::Test;
    let terms = condition.into_iter().flat_map(|condition| condition.any.iter().flatten());
    let tests = terms.flat_map(|term| &term.tests);
    let names = tests
        .filter_map(|test| if let Test::Auth(name) | Test::Group(name, _) = test { Some(name.as_str()) } else { None });
    names.collect()
}

impl Server for Haproxy {
    fn name(&self) -> &'static str {
        "haproxy"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let judge = self.judge();
        let mut posts = Vec::new();
        for rule in self.config.proxies.iter().flat_map(|proxy| &proxy.rules) {
            let lists = asked(rule.condition.as_ref());
            let realm = if let Action::Auth(realm) = &rule.action { realm.clone() } else { None };
            if lists.is_empty() && !matches!(rule.action, Action::Auth(_)) {
                continue;
            }
            let books = lists.iter().filter_map(|name| self.config.list(name)).flat_map(|list| judge.books(list));
            posts.push(Post {
                host: None,
                path: Some("/".to_owned()),
                probe: b"/".to_vec(),
                method: "GET",
                place: rule.place,
                realm,
                books: books.filter(|book| !book.people().is_empty()).collect(),
                guarded: true,
                unseen: false,
            });
        }
        surveyed(self, &posts)
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        let front = self.config.proxies.iter().find(|proxy| proxy.listens);
        let Some(front) = front else { return plain(503) };
        if front.tcp {
            return front.server.map_or_else(|| plain(0), |place| handed_on(&front.name, place));
        }
        if request.path.windows(3).any(|part| part == b"://") && !request.path.starts_with(b"/") && !same_host(request)
        {
            return plain(400);
        }
        if front.monitor.as_deref().is_some_and(|uri| request.path == uri.as_bytes()) {
            return plain(200);
        }
        let mut way = Way { request, refusals: Vec::new(), changed: Vec::new() };
        if let Some(answer) = self.rules(front, &mut way, trace) {
            return answer;
        }
        match self.backend(front, &mut way) {
            Err(because) => Answer::unknown(because),
            Ok(Some(back)) => self.rules(back, &mut way, trace).unwrap_or_else(|| self.served(back)),
            Ok(None) => self.served(front),
        }
    }
}

/// Whether an absolute target names the host of the header.
fn same_host(request: &Request) -> bool {
    let target = String::from_utf8_lossy(&request.path).into_owned();
    let host = target.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned());
    host.is_some_and(|host| Some(host.as_bytes()) == request.header("host"))
}
