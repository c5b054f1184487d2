//! HAProxy's answers (HAProxy `src/http_ana.c`).

use std::path::Path;

use super::condition::Condition;
use super::config::{Config, wrong};
use super::judge::{Judge, STYLE, Way, Word as Held};
use super::proxy::{Action, Proxy, Rule};
use super::response::{Page, Reply};
use super::rewrite::{Lists, patterns};
use super::sample::{Variables, formatted};
use super::userlist::secrets;
use super::words::{Word, lines};
use crate::answer::{Answer, Because, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Content, Host, Post, Presented, handed_on, surveyed};
use crate::hash::Crypt;
use crate::read::{Account, Fault};
use crate::source::{FileId, Place, Sources, Span};

/// An HAProxy that was configured.
struct Haproxy {
    startup: Startup,
    config: Config,
    file: FileId,
    crypt: Crypt,
    /// Files that answer, by their name in the configuration: the status that is written in them.
    error_files: Vec<(String, Option<u16>)>,
    /// Files of patterns, by their name.
    lists: Lists,
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
    let mut lists = Lists::new();
    let taken = match lines(file, &bytes, &target.env) {
        Ok(cut) => config
            .take(&cut)
            .and_then(|()| account(&host, &config))
            .and_then(|()| read_files(&host, &config, &mut error_files, &mut lists)),
        Err(bad) => Err(wrong(bad.place, "haproxy.cfg", bad.message)),
    };
    let startup = match taken {
        Ok(()) => Startup::Ok,
        Err(because) if matches!(because.reason, Reason::CannotTell { .. }) => Startup::Unknown(vec![because]),
        Err(because) => Startup::Fails(vec![because]),
    };
    Ok(Haproxy { startup, config, file, crypt: target.crypt, error_files, lists })
}

fn account(host: &Host<'_>, config: &Config) -> Result<(), Because> {
    if !host.target.paths.is_host() {
        return Ok(());
    }
    let group = |name: &&Word| crate::read::group_number(&name.text, host.target.files).is_none();
    if let Some(name) = config.groups.iter().find(group) {
        return Err(wrong(name.place, "group", "there is no such group"));
    }
    if let Some(folder) = &config.chroot {
        let local = host.locate(&Host::path(Path::new("/"), &folder.text));
        if local.is_some_and(|(local, _)| host.target.files.stat(&local).is_err()) {
            return Err(wrong(folder.place, "chroot", "there is no such folder"));
        }
    }
    let Some(user) = config.user.as_ref() else { return Ok(()) };
    if Account::named(&user.text, host.target.files).is_some() {
        return Ok(());
    }
    Err(wrong(user.place, "user", "there is no such account"))
}

/// The statuses that the files behind `errorfile` answer, and the files of patterns; one that is not there keeps HAProxy
/// from starting.
fn read_files(
    host: &Host<'_>,
    config: &Config,
    found: &mut Vec<(String, Option<u16>)>,
    lists: &mut Lists,
) -> Result<(), Because> {
    let read = |name: &Word| host.read(&Host::path(Path::new("/"), &name.text));
    let replies = || {
        let rules = config.proxies.iter().flat_map(|proxy| &proxy.rules);
        rules.filter_map(|rule| if let Action::Answer(reply) = &rule.action { Some(reply) } else { None })
    };
    let pages = config.proxies.iter().flat_map(|proxy| &proxy.pages);
    let pages = pages.filter_map(|(_, page)| if let Page::File(name) = page { Some(name) } else { None });
    for name in pages.chain(replies().filter_map(|reply| reply.file.as_ref())) {
        match read(name) {
            Content::Read(_, bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                found.push((name.text.clone(), text.split(' ').nth(1).and_then(|code| code.parse().ok())));
            }
            Content::Fault(Reason::UserFileNotRegular { .. }) => found.push((name.text.clone(), None)),
            Content::Fault(_) => return Err(wrong(name.place, "errorfile", "the file cannot be read")),
            Content::Unknown(_) => {}
        }
    }
    let needed = config.proxies.iter().flat_map(|proxy| &proxy.needed);
    for name in needed.chain(replies().filter_map(|reply| reply.body.as_ref())) {
        if matches!(read(name), Content::Fault(_)) {
            return Err(wrong(name.place, "file", "the file cannot be read"));
        }
    }
    for (name, place) in config.pattern_files() {
        match host.read(&Host::path(Path::new("/"), name)) {
            Content::Read(_, bytes) => {
                lists.insert(name.to_owned(), patterns(&String::from_utf8_lossy(&bytes)));
            }
            Content::Fault(_) => {
                let message = "the file of patterns cannot be read".to_owned();
                let reason = Reason::WrongArguments { name: "acl".to_owned(), message };
                return Err(Because { place, ..Because::nowhere(reason) });
            }
            Content::Unknown(_) => {}
        }
    }
    Ok(())
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
        Judge { config: &self.config, file: self.file, crypt: self.crypt, lists: &self.lists }
    }

    /// The status that is written in a file.
    fn written(&self, name: &Word) -> Option<u16> {
        let written = self.error_files.iter().find(|(known, _)| *known == name.text);
        written.map(|(_, status)| status.unwrap_or(0))
    }

    /// An answer of HAProxy's own, which a page may stand for.
    fn own(&self, proxy: &Proxy, status: u16, because: Vec<Because>) -> Answer {
        let page = proxy.pages.iter().rev().find(|(code, _)| *code == status);
        let status = match page {
            Some((_, Page::File(name))) => self.written(name).unwrap_or(status),
            Some((_, Page::Status(other))) => *other,
            None => status,
        };
        Answer { status: Some(status), because }
    }

    /// The answer of a rule.
    fn reply(&self, proxy: &Proxy, reply: &Reply, because: Vec<Because>) -> Answer {
        match &reply.file {
            Some(name) => Answer { status: Some(self.written(name).unwrap_or(reply.status)), because },
            None if reply.own => self.own(proxy, reply.status, because),
            None => Answer { status: Some(reply.status), because },
        }
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
                    Action::Changes(rewrite) => {
                        way.changed.push(rewrite.part().to_owned());
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
            Action::Changes(rewrite) => {
                rewrite.apply(way);
                Step::On
            }
            Action::Allow => Step::Leave,
            Action::Close => Step::Answer(Answer { status: Some(0), because: Vec::new() }),
            Action::Elsewhere(name) => Step::Answer(handed_on(name, rule.place)),
            Action::Answer(reply) => {
                trace.step(Some(rule.place), || format!("this rule answers {}", reply.status));
                let because = if reply.status >= 400 { std::mem::take(&mut way.refusals) } else { Vec::new() };
                Step::Answer(self.reply(proxy, reply, because))
            }
            Action::Auth(_) => {
                trace.step(Some(rule.place), || "this rule asks for a login".to_owned());
                let mut because = std::mem::take(&mut way.refusals);
                let presented = Presented::of(&way.sent.login, STYLE);
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
                Held::Fits(true) if name.text.contains("%[") => match formatted(&name.text, way) {
                    Some(text) if self.config.backend(&text).is_some() => return Ok(self.config.backend(&text)),
                    Some(_) => {}
                    None => {
                        let missing = crate::answer::Missing::Condition { directive: "use_backend".to_owned() };
                        return Err(Because::at(Reason::CannotTell { missing }, name.place));
                    }
                },
                Held::Fits(true) => return Ok(self.config.backend(&name.text)),
                Held::Fits(false) => {}
                Held::Unknown(because) | Held::Crash(because) => return Err(because),
            }
        }
        Ok(None)
    }

    /// What the path of `monitor-uri` answers.
    fn monitored(&self, front: &Proxy, way: &mut Way<'_>) -> Answer {
        let place = front.place.unwrap_or_else(|| Place::new(self.file, Span::at(0)));
        for condition in &front.failures {
            match self.judge().holds(condition.as_ref(), place, way) {
                Held::Fits(true) => return self.own(front, 503, Vec::new()),
                Held::Fits(false) => {}
                Held::Unknown(because) => return Answer::unknown(because),
                Held::Crash(because) => return Answer::of(0, because),
            }
        }
        self.own(front, 200, Vec::new())
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
        let front = self.config.proxies.iter().find(|proxy| proxy.listens && !proxy.disabled);
        let Some(front) = front else { return plain(503) };
        if front.tcp {
            return front.server.map_or_else(|| plain(0), |place| handed_on(&front.name, place));
        }
        if malformed(request) {
            return plain(400);
        }
        if request.path.windows(3).any(|part| part == b"://") && !request.path.starts_with(b"/") && !same_host(request)
        {
            return plain(400);
        }
        let (request, sent) = (request.clone(), request);
        let mut way = Way { request, sent, refusals: Vec::new(), changed: Vec::new(), variables: Variables::new() };
        if front.monitor.as_deref().is_some_and(|uri| sent.path == uri.as_bytes()) {
            return self.monitored(front, &mut way);
        }
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

/// Whether the head of a request is refused (`src/h1.c`, `h1_headers_to_hdr_list`): a target holds nothing but printable
/// ASCII and no fragment, a name of a header is a token, a length is a number, and all must fit the buffer.
fn malformed(request: &Request) -> bool {
    const MOST: usize = 16_384;
    let target = request.path.iter().any(|byte| !byte.is_ascii_graphic() || *byte == b'#');
    let token = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,:;\\\"/[]?={}".contains(&byte);
    let names = request.headers.iter().all(|(name, _)| !name.is_empty() && name.bytes().all(token));
    let length = request.header("content-length").is_some_and(|value| !value.iter().all(u8::is_ascii_digit));
    let coding = request.header("transfer-encoding").is_some_and(|value| !value.eq_ignore_ascii_case(b"chunked"));
    let size: usize = request.headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum();
    let connect = request.method == "CONNECT" && request.path.starts_with(b"/");
    target || !names || length || coding || connect || size + request.path.len() > MOST
}

/// Whether an absolute target names the host of the header.
fn same_host(request: &Request) -> bool {
    let target = String::from_utf8_lossy(&request.path).into_owned();
    let host = target.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned());
    host.is_some_and(|host| Some(host.as_bytes()) == request.header("host"))
}
