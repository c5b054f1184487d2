//! HAProxy's answers (HAProxy `src/http_ana.c`, `src/auth.c`).

use std::sync::Arc;

use super::condition::{Condition, Term, Test, fits, in_range};
use super::config::{Action, Config, Proxy, Rule, UserList, secrets};
use super::words::lines;
use crate::answer::{Answer, Because, Client, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Base64, Book, Checked, Host, Post, Presented, Style, surveyed, target_path};
use crate::hash::{Crypt, Verifier};
use crate::read::{Account, Fault};
use crate::source::{FileId, Place, Sources, Span};
use crate::users::{UserFile, Winner};

/// How the header is read (`src/http_ana.c`, `get_http_auth`).
const STYLE: Style = Style { base64: Base64::Strict, blanks: true };

/// An HAProxy that was configured.
struct Haproxy {
    startup: Startup,
    config: Config,
    file: FileId,
    crypt: Crypt,
}

/// Opens a haproxy.cfg.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let host = Host::new(target, sources);
    let bytes = host.config()?;
    let first = Sources::default();
    let scratch = first.add(crate::source::Source::new(target.config.to_owned(), Vec::new()));
    let hidden = lines(scratch, &bytes, &target.env).map(|lines| secrets(&lines)).unwrap_or_default();
    let file = host.keep(target.config.to_owned(), bytes.clone(), hidden);
    let mut config = Config::default();
    let taken = match lines(file, &bytes, &target.env) {
        Ok(lines) => config.take(&lines).and_then(|()| account(&host, &config)),
        Err(bad) => {
            let reason = Reason::WrongArguments { name: "haproxy.cfg".to_owned(), message: bad.message.to_owned() };
            Err(Because::at(reason, bad.place))
        }
    };
    let startup = match taken {
        Ok(()) => Startup::Ok,
        Err(because) => Startup::Fails(vec![because]),
    };
    Ok(Haproxy { startup, config, file, crypt: target.crypt })
}

fn account(host: &Host<'_>, config: &Config) -> Result<(), Because> {
    let Some(user) = config.user.as_ref().filter(|_| host.target.paths.is_host()) else { return Ok(()) };
    if Account::named(&user.text, host.target.files).is_some() {
        return Ok(());
    }
    let reason = Reason::WrongArguments { name: "user".to_owned(), message: "there is no such account".to_owned() };
    Err(Because::at(reason, user.place))
}

/// What a term comes to.
enum Word {
    Fits(bool),
    Unknown(Because),
    /// The process ends.
    Crash(Because),
}

/// Why a login of a rule was refused, to be told with its answer.
#[derive(Default)]
struct Refusals(Vec<Because>);

impl Haproxy {
    /// The accounts of a userlist: each with its own verifier, so two books.
    fn books(&self, list: &UserList) -> [Book; 2] {
        let of = |plain: bool, verifier| {
            let users = list.users.iter().filter(|(_, kind)| *kind == Some(plain));
            let entries = users.map(|(entry, _)| entry.clone()).collect();
            let file = UserFile::of_entries(self.file, b"", entries, Vec::new(), Winner::First);
            Book::of(Arc::new(file), verifier, list.place.unwrap_or_else(|| Place::new(self.file, Span::at(0))))
        };
        [of(false, Verifier::Crypt(self.crypt)), of(true, Verifier::Text)]
    }

    fn auth(&self, name: &str, groups: Option<&[String]>, request: &Request, refusals: &mut Refusals) -> Word {
        let presented = Presented::of(&request.login, STYLE);
        let (Some(list), Some(user)) = (self.config.list(name), presented.name()) else { return Word::Fits(false) };
        let known = list.users.iter().find(|(entry, _)| *entry.user == *user);
        if let Some((entry, None)) = known {
            // HAProxy 2.6.12 reads a password that is not there.
            return Word::Crash(Because::at(Reason::EmptyPassword, Place::new(self.file, entry.span)));
        }
        let [crypted, plain] = self.books(list);
        let book = if plain.entry(user).is_some() { plain } else { crypted };
        match book.check(&presented) {
            Checked::Passed(user) => {
                let user = String::from_utf8_lossy(&user).into_owned();
                let member = |group: &String| list.members.iter().any(|(name, of)| *name == user && of == group);
                let fits = groups.is_none_or(|groups| groups.iter().any(member));
                if !fits {
                    let place = known.map(|(entry, _)| Place::new(self.file, entry.span));
                    refusals.0.push(Because { place, ..Because::nowhere(Reason::NotAuthorized) });
                }
                Word::Fits(fits)
            }
            Checked::Nobody => Word::Fits(false),
            Checked::Refused(because) | Checked::Raised(because) => {
                refusals.0.push(Because { place: because.place.or(list.place), ..because });
                Word::Fits(false)
            }
            Checked::Unknown(because) => Word::Unknown(because),
        }
    }

    fn test(&self, test: &Test, request: &Request, place: Place, refusals: &mut Refusals) -> Word {
        let path = String::from_utf8_lossy(target_path(&request.path)).into_owned();
        Word::Fits(match test {
            Test::Always(fits) => *fits,
            Test::Auth(list) => return self.auth(list, None, request, refusals),
            Test::Group(list, groups) => return self.auth(list, Some(groups), request, refusals),
            Test::Path(compare, values, any_case) => fits(*compare, values, *any_case, &path),
            Test::Header(name, compare, values, any_case) => {
                let value = request.header(name).map(|value| String::from_utf8_lossy(value).into_owned());
                value.is_some_and(|value| fits(*compare, values, *any_case, &value))
            }
            Test::Method(methods) => methods.contains(&request.method),
            Test::Source(ranges) => match request.client {
                Client::Address(client) => ranges.iter().any(|range| in_range(range, client)),
                Client::Welcome => true,
                Client::Elsewhere => false,
            },
            Test::Unknown(name) => {
                let missing = Missing::Condition { directive: name.clone() };
                return Word::Unknown(Because::at(Reason::CannotTell { missing }, place));
            }
        })
    }

    fn term(&self, term: &Term, request: &Request, place: Place, refusals: &mut Refusals) -> Word {
        let mut unknown = None;
        for test in &term.tests {
            match self.test(test, request, place, refusals) {
                Word::Fits(true) => return Word::Fits(!term.negated),
                Word::Fits(false) => {}
                Word::Unknown(because) => unknown = Some(because),
                crash @ Word::Crash(_) => return crash,
            }
        }
        unknown.map_or(Word::Fits(term.negated), Word::Unknown)
    }

    fn holds(&self, condition: Option<&Condition>, request: &Request, place: Place, refusals: &mut Refusals) -> Word {
        let Some(condition) = condition else { return Word::Fits(true) };
        let mut unknown = None;
        for all in &condition.any {
            let mut fits = true;
            for term in all {
                match self.term(term, request, place, refusals) {
                    Word::Fits(true) => {}
                    Word::Fits(false) => {
                        fits = false;
                        break;
                    }
                    Word::Unknown(because) => {
                        unknown = Some(because);
                        fits = false;
                    }
                    crash @ Word::Crash(_) => return crash,
                }
            }
            if fits {
                return Word::Fits(!condition.unless);
            }
        }
        unknown.map_or(Word::Fits(condition.unless), Word::Unknown)
    }

    fn rule(&self, rule: &Rule, request: &Request, trace: &mut Trace) -> Option<Result<Answer, ()>> {
        let mut refusals = Refusals::default();
        match self.holds(rule.condition.as_ref(), request, rule.place, &mut refusals) {
            Word::Fits(false) => return None,
            Word::Fits(true) => {}
            Word::Unknown(because) => return Some(Ok(Answer::unknown(because))),
            Word::Crash(because) => return Some(Ok(Answer::of(0, because))),
        }
        let answer = |status| Some(Ok(Answer { status: Some(status), because: Vec::new() }));
        match &rule.action {
            Action::Passing => None,
            Action::Allow => Some(Err(())),
            Action::Close => answer(0),
            Action::Answer(status) => {
                trace.step(Some(rule.place), || format!("this rule answers {status}"));
                let because = if *status >= 400 { refusals.0 } else { Vec::new() };
                Some(Ok(Answer { status: Some(*status), because }))
            }
            Action::Auth(_) => {
                trace.step(Some(rule.place), || "this rule asks for a login".to_owned());
                let mut because = refusals.0;
                let presented = Presented::of(&request.login, STYLE);
                if because.is_empty() && presented.name().is_some() {
                    because.push(Because::at(Reason::NotAuthorized, rule.place));
                }
                Some(Ok(Answer { status: Some(401), because }))
            }
        }
    }

    /// The rules of a proxy; `None`: they let the request through.
    fn rules(&self, proxy: &Proxy, request: &Request, trace: &mut Trace) -> Option<Answer> {
        for rule in &proxy.rules {
            match self.rule(rule, request, trace) {
                None => {}
                Some(Ok(answer)) => return Some(answer),
                Some(Err(())) => return None,
            }
        }
        None
    }

    fn backend(&self, proxy: &Proxy, request: &Request) -> Option<&Proxy> {
        let ranked = proxy.backends.iter().filter(|(_, condition)| condition.is_some());
        let default = proxy.backends.iter().filter(|(_, condition)| condition.is_none());
        for (name, condition) in ranked.chain(default) {
            let holds =
                self.holds(condition.as_ref(), request, Place::new(self.file, Span::at(0)), &mut Refusals::default());
            if matches!(holds, Word::Fits(true)) {
                return self.config.proxies.iter().find(|proxy| proxy.name == *name && proxy.kind != "frontend");
            }
        }
        None
    }
}

/// The lists that a condition asks.
fn asked(condition: Option<&Condition>) -> Vec<&str> {
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
        let mut posts = Vec::new();
        for rule in self.config.proxies.iter().flat_map(|proxy| &proxy.rules) {
            let lists = asked(rule.condition.as_ref());
            let realm = if let Action::Auth(realm) = &rule.action { realm.clone() } else { None };
            if lists.is_empty() && !matches!(rule.action, Action::Auth(_)) {
                continue;
            }
            let books = lists.iter().filter_map(|name| self.config.list(name)).flat_map(|list| self.books(list));
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
        let front = self.config.proxies.iter().find(|proxy| proxy.kind != "backend");
        let Some(front) = front else { return plain(503) };
        if front.tcp {
            return plain(0);
        }
        if request.path.windows(3).any(|part| part == b"://") && !request.path.starts_with(b"/") && !same_host(request)
        {
            return plain(400);
        }
        if let Some(answer) = self.rules(front, request, trace) {
            return answer;
        }
        match self.backend(front, request) {
            Some(back) => {
                self.rules(back, request, trace).unwrap_or_else(|| plain(if back.servers { 200 } else { 503 }))
            }
            None => plain(if front.servers { 200 } else { 503 }),
        }
    }
}

/// Whether an absolute target names the host of the header.
fn same_host(request: &Request) -> bool {
    let target = String::from_utf8_lossy(&request.path).into_owned();
    let host = target.split_once("://").map(|(_, rest)| rest.split('/').next().unwrap_or_default().to_owned());
    host.is_some_and(|host| Some(host.as_bytes()) == request.header("host"))
}
