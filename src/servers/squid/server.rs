//! Squid's answers (Squid `src/client_side_request.cc`, `clientAccessCheckDone`; `src/auth/basic`).

use super::acl::{Acl, Rule, Test, domain_fits, in_range};
use super::config::Config;
use super::page::Page;
use super::start::{host_of, start};
use crate::answer::{Answer, Because, Client, Missing, Reason, Request, Server, Startup, Survey, Target, Trace};
use crate::gate::{Base64, Checked, Host, Opened, Post, Presented, Profile, Style, handed_on, surveyed};
use crate::hash::{Crypt, Verifier};
use crate::read::Fault;
use crate::source::{Place, Sources};
use crate::users::Reading;

/// What basic_ncsa_auth makes of a password file, with this crypt(3) behind it.
pub(in crate::servers) fn profile(crypt: Crypt) -> Profile {
    Profile { reading: Reading::Squid, verifier: Verifier::Squid(crypt) }
}

/// A Squid that was configured.
struct Squid {
    startup: Startup,
    config: Config,
    /// The helper's file; `None`: another helper, or none.
    opened: Option<Opened>,
    place: Option<Place>,
}

/// Opens a squid.conf.
///
/// # Errors
/// It cannot be read.
pub(in crate::servers) fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<impl Server + 'a, Fault> {
    let first = Host::running_as(target, sources, "root");
    let bytes = first.config()?;
    let file = first.keep(target.config.to_owned(), bytes, Vec::new());
    let mut config = Config::default();
    let taken = config.take(&first, file, 0);
    let host = Host::running_as(target, sources, config.user.as_ref().map_or("proxy", |(user, _)| user));
    let place = config.program.as_ref().map(|(_, place)| *place);
    let started = taken.and_then(|()| start(&host, &config, target.crypt));
    let (startup, opened) = match started {
        Ok(opened) => (Startup::Ok, opened),
        Err(because) => (Startup::Fails(vec![because]), None),
    };
    Ok(Squid { startup, config, opened, place })
}

/// How the header is read (Squid `src/auth/basic/Config.cc`, `decodeCleartext`).
const STYLE: Style = Style { base64: Base64::Strict, blanks: true };

/// What an access list says.
enum Word {
    Fits,
    Differs,
    /// A login is needed first.
    Login(Option<Because>),
    /// The helper gives no answer.
    Silence(Because),
    Unknown(Because),
}

/// A request and its login.
struct Asked<'r> {
    request: &'r Request,
    presented: Presented,
    host: String,
    port: u16,
    /// Who is logged in, once that has been asked.
    last: Option<String>,
}

impl Squid {
    fn login(&self, asked: &Asked<'_>) -> Result<Vec<u8>, Word> {
        let name = match &asked.presented {
            Presented::Somebody { user, password } if !password.is_empty() && !user.is_empty() => user.clone(),
            Presented::Holder(name) => name.clone(),
            Presented::Nobody | Presented::Colonless(_) | Presented::Somebody { .. } => return Err(Word::Login(None)),
        };
        // A name with a capital in the file can never be logged in: the request's is turned into small letters.
        let lowered = if self.config.casesensitive { name.clone() } else { name.to_ascii_lowercase() };
        if matches!(asked.presented, Presented::Holder(_)) && lowered != name {
            let place = self.opened.as_ref().and_then(|opened| entry_place(opened, &name)).or(self.place);
            let reason = Reason::UserMissing {
                name: String::from_utf8_lossy(&lowered).into_owned(),
                nearest: Some(String::from_utf8_lossy(&name).into_owned()),
            };
            return Err(Word::Login(Some(Because { place, ..Because::nowhere(reason) })));
        }
        let presented = asked.presented.clone().renamed(|_| lowered.clone());
        match &self.opened {
            None if self.config.program.is_none() && self.config.foreign => Err(Word::Login(None)),
            None => {
                let missing = Missing::Provider { name: "helper".to_owned() };
                let because = Because { place: self.place, ..Because::nowhere(Reason::CannotTell { missing }) };
                Err(Word::Unknown(because))
            }
            Some(_) if self.config.extras => Err(Word::Login(None)),
            Some(Opened::Book(book) | Opened::Spoiled(book, _)) => match book.check(&presented) {
                Checked::Passed(user) => Ok(user),
                Checked::Nobody => Err(Word::Login(None)),
                Checked::Refused(because) | Checked::Raised(because) => Err(Word::Login(Some(because))),
                Checked::Unknown(because) => Err(Word::Unknown(because)),
            },
            Some(Opened::Unknown(because)) => Err(Word::Unknown(because.clone())),
            // A directory can be opened, and has no lines.
            Some(Opened::Fault(because))
                if matches!(because.reason, Reason::UserFileNotRegular { .. } | Reason::UserFileUnset) =>
            {
                Err(Word::Login(Some(because.clone())))
            }
            Some(Opened::Fault(because)) => Err(Word::Silence(because.clone())),
        }
    }

    fn acl(&self, acl: &Acl, asked: &mut Asked<'_>, depth: usize) -> Word {
        let fits = |fits: bool| if fits { Word::Fits } else { Word::Differs };
        let url = String::from_utf8_lossy(&asked.request.path).into_owned();
        match &acl.test {
            Test::Required | Test::Users { .. } | Test::UserPatterns(_) => match self.login(asked) {
                Err(word) => word,
                Ok(user) => fits(named(&acl.test, &String::from_utf8_lossy(&user))),
            },
            Test::Source(ranges) => match asked.request.client {
                Client::Address(client) => fits(ranges.iter().any(|range| in_range(range, client))),
                Client::Welcome => Word::Fits,
                Client::Elsewhere => Word::Differs,
            },
            Test::Method(methods) => {
                fits(methods.iter().any(|method| method.eq_ignore_ascii_case(&asked.request.method)))
            }
            Test::Always(always) => fits(*always),
            Test::Header(name, all) => {
                let value = asked.request.header(name).map(|value| String::from_utf8_lossy(value).into_owned());
                fits(value.is_some_and(|value| all.iter().any(|pattern| pattern.is_match(&value).unwrap_or(false))))
            }
            Test::DomainPatterns(all) => fits(all.iter().any(|pattern| pattern.is_match(&asked.host).unwrap_or(false))),
            Test::Scheme(schemes) if asked.request.method != "CONNECT" => {
                let own = if asked.request.https { "https" } else { "http" };
                let scheme = url.split_once("://").map_or(own, |(scheme, _)| scheme);
                fits(schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme)))
            }
            Test::LocalPort(ports) => {
                let own = self.config.port.as_ref().map_or(0, |(port, _)| *port);
                fits(ports.iter().any(|(from, to)| (*from..=*to).contains(&own)))
            }
            Test::LocalAddress(ranges) if self.config.address.is_some() => {
                fits(self.config.address.is_some_and(|own| ranges.iter().any(|range| in_range(range, own))))
            }
            Test::Addresses => self.login(asked).map_or_else(|word| word, |_| Word::Differs),
            Test::PortName(names) => fits(self.config.port.as_ref().is_some_and(|(_, name)| names.contains(name))),
            Test::Domain(domains) => fits(domains.iter().any(|domain| domain_fits(domain, &asked.host))),
            Test::PathPatterns(all) => {
                let start = url.find("://").and_then(|at| url.get(at + 3..)?.find('/').map(|slash| at + 3 + slash));
                let path = url.get(start.unwrap_or(0)..).unwrap_or_default();
                fits(all.iter().any(|pattern| pattern.is_match(path).unwrap_or(false)))
            }
            Test::UrlPatterns(all) => {
                let whole = if url.starts_with('/') { format!("http://{}{url}", asked.host) } else { url };
                fits(all.iter().any(|pattern| pattern.is_match(&whole).unwrap_or(false)))
            }
            Test::Port(ports) => fits(ports.iter().any(|(from, to)| (*from..=*to).contains(&asked.port))),
            Test::AnyOf(names) => self.any(names, asked, depth),
            Test::AllOf(names) => self.all(names, asked, depth),
            Test::Unknown | Test::Scheme(_) | Test::LocalAddress(_) => {
                let missing = Missing::Condition { directive: format!("acl {} {}", acl.name, acl.kind) };
                Word::Unknown(Because::at(Reason::CannotTell { missing }, acl.place))
            }
        }
    }

    fn one(&self, (negated, name): &(bool, String), asked: &mut Asked<'_>, depth: usize) -> Word {
        const DEEPEST: usize = 20;
        asked.last = Some(name.clone());
        let word = match self.config.acl_named(name) {
            Some(acl) if depth < DEEPEST => self.acl(acl, asked, depth + 1),
            Some(_) => Word::Differs,
            None => match (name.as_str(), asked.request.client) {
                ("all", _) => Word::Fits,
                ("localhost", Client::Address(client)) if client.is_loopback() => Word::Fits,
                ("to_localhost" | "to_linklocal", _) if asked.host.parse::<std::net::IpAddr>().is_err() => {
                    Word::Unknown(Because::nowhere(Reason::CannotTell { missing: Missing::Dns }))
                }
                _ => Word::Differs,
            },
        };
        match (word, negated) {
            (Word::Fits, true) => Word::Differs,
            (Word::Differs, true) => Word::Fits,
            (word, _) => word,
        }
    }

    fn all(&self, names: &[(bool, String)], asked: &mut Asked<'_>, depth: usize) -> Word {
        for name in names {
            let word = self.one(name, asked, depth);
            if !matches!(word, Word::Fits) {
                return word;
            }
        }
        Word::Fits
    }

    fn any(&self, names: &[(bool, String)], asked: &mut Asked<'_>, depth: usize) -> Word {
        for name in names {
            let word = self.one(name, asked, depth);
            if !matches!(word, Word::Differs) {
                return word;
            }
        }
        Word::Differs
    }

    /// The status that asks for a login: in front of a web server, or as a proxy.
    fn challenge(&self) -> u16 {
        if self.config.accel == Some(true) { 401 } else { 407 }
    }

    /// What a rule that denies answers: a new prompt if the last list that was looked at is about users.
    fn denied(&self, asked: &Asked<'_>, place: Option<Place>) -> Answer {
        let about_users = asked
            .last
            .as_ref()
            .and_then(|name| self.config.acl_named(name))
            .is_some_and(|acl| acl.kind.starts_with("proxy_auth"));
        let status = if about_users { self.challenge() } else { 403 };
        let status = self.page(asked, true).map_or(status, |page| page.status(status));
        let reason = if asked.presented.name().is_some() { Reason::NotAuthorized } else { Reason::DeniedByRule };
        Answer::of(status, place.map_or(Because::nowhere(reason.clone()), |place| Because::at(reason, place)))
    }

    /// The page for the list that was looked at last; one with a status or a URL is not shown in place of a prompt.
    fn page(&self, asked: &Asked<'_>, redirected: bool) -> Option<&Page> {
        let last = asked.last.as_ref()?;
        let mut pages = self.config.pages.iter().filter(|page| redirected || !page.name.contains(':'));
        pages.find(|page| page.lists.contains(last))
    }

    /// What becomes of a request that `http_access` lets through.
    fn sent(&self, asked: &mut Asked<'_>, trace: &mut Trace) -> Answer {
        let answer = self.later(asked, trace);
        match self.config.direct {
            Some(place) if answer.passes() == Some(true) => handed_on("always_direct", place),
            Some(_) | None => answer,
        }
    }

    /// What the lists behind `http_access` make of a request that it lets through.
    fn later(&self, asked: &mut Asked<'_>, trace: &mut Trace) -> Answer {
        for rules in &self.config.later {
            let decided = rules.iter().find_map(|rule| self.decide(rule, asked, trace));
            let opposite = || match rules.last() {
                Some(last) if last.allow => self.denied(asked, Some(last.place)),
                _ => Answer::pass(),
            };
            let answer = decided.unwrap_or_else(opposite);
            if answer.passes() != Some(true) {
                return answer;
            }
        }
        Answer::pass()
    }

    fn decide(&self, rule: &Rule, asked: &mut Asked<'_>, trace: &mut Trace) -> Option<Answer> {
        match self.all(&rule.names, asked, 0) {
            Word::Differs => None,
            Word::Fits if rule.allow => {
                trace.step(Some(rule.place), || "this line lets the request through".to_owned());
                Some(Answer::pass())
            }
            Word::Fits => {
                trace.step(Some(rule.place), || "this line denies the request".to_owned());
                Some(self.denied(asked, Some(rule.place)))
            }
            Word::Login(because) => {
                trace.step(Some(rule.place), || "this line needs a login".to_owned());
                Some(Answer { status: Some(self.challenge()), because: because.into_iter().collect() })
            }
            Word::Silence(because) => Some(Answer::of(0, because)),
            Word::Unknown(because) => {
                Some(Answer::unknown(Because { place: because.place.or(Some(rule.place)), ..because }))
            }
        }
    }
}

fn entry_place(opened: &Opened, name: &[u8]) -> Option<Place> {
    let (Opened::Book(book) | Opened::Spoiled(book, _)) = opened else { return None };
    book.entry(name).map(|(file, entry)| Place::new(file.file, entry.span))
}

fn named(test: &Test, user: &str) -> bool {
    let same = |name: &String, any_case: bool| name == user || (any_case && name.eq_ignore_ascii_case(user));
    if let Test::Users { names, any_case } = test {
        names.iter().any(|name| same(name, *any_case))
    } else if let Test::UserPatterns(all) = test {
        all.iter().any(|pattern| pattern.is_match(user).unwrap_or(false))
    } else {
        true
    }
}

impl Server for Squid {
    fn name(&self) -> &'static str {
        "squid"
    }

    fn startup(&self) -> Startup {
        self.startup.clone()
    }

    fn survey(&self) -> Survey {
        let users = self.config.acls.iter().find(|acl| acl.kind.starts_with("proxy_auth"));
        let Some(place) = users.map(|acl| acl.place).or(self.place) else { return surveyed(self, &[]) };
        let books = match &self.opened {
            Some(Opened::Book(book) | Opened::Spoiled(book, _)) => vec![book.clone()],
            Some(Opened::Fault(_) | Opened::Unknown(_)) | None => Vec::new(),
        };
        let unseen = matches!(self.opened, None | Some(Opened::Unknown(_)));
        let probe = if self.config.accel == Some(true) { "/" } else { "http://localhost/" };
        let post = Post {
            host: None,
            path: Some("/".to_owned()),
            probe: probe.as_bytes().to_vec(),
            method: "GET",
            place,
            realm: self.config.realm.clone(),
            books,
            guarded: true,
            unseen,
        };
        surveyed(self, &[post])
    }

    fn answer(&self, request: &Request, trace: &mut Trace) -> Answer {
        let plain = |status| Answer { status: Some(status), because: Vec::new() };
        let accel = self.config.accel == Some(true);
        if request.method == "CONNECT" && accel {
            return plain(405);
        }
        if request.method == "OPTIONS" && request.path == b"*" {
            return plain(501);
        }
        let absolute = request.path.windows(3).any(|part| part == b"://") && !request.path.starts_with(b"/");
        if !accel && !absolute && request.method != "CONNECT" {
            return plain(400);
        }
        let header = request.header("proxy-authorization").filter(|_| !accel);
        let presented = match (&request.login, header) {
            (_, Some(header)) => Presented::spaced(header, STYLE),
            // A proxy does not look at the header that is meant for the web server.
            (crate::answer::Login::Password { .. } | crate::answer::Login::Header(_), None) if !accel => {
                Presented::Nobody
            }
            (crate::answer::Login::Header(header), None) => Presented::spaced(header.reveal(), STYLE),
            (login, None) => Presented::of(login, STYLE),
        };
        let (host, port) = host_of(request);
        let mut asked = Asked { request, presented, host, port, last: None };
        for rule in &self.config.rules {
            if let Some(answer) = self.decide(rule, &mut asked, trace) {
                return match answer.passes() {
                    Some(true) if rule.allow && request.method == "PURGE" => plain(403),
                    Some(true) if rule.allow => self.sent(&mut asked, trace),
                    _ => answer,
                };
            }
        }
        // Without a line that fits, the opposite of the last one; without any line nobody gets in.
        match self.config.rules.last() {
            Some(last) if !last.allow => self.sent(&mut asked, trace),
            last => self.denied(&asked, last.map(|rule| rule.place)),
        }
    }
}
