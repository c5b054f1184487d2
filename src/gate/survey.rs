//! What a server says without being asked: each place where a login is written down is asked as a stranger would and as
//! every known user would.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use super::book::Book;
use crate::answer::{
    Answer, Area, Because, Cause, Client, Login, Missing, Person, Reason, ReasonKind, Request, Server, Startup, Survey,
    Trace, UserFileInUse, Verdict, Written,
};
use crate::finding::{Logins, Outcome};
use crate::source::{FileId, Place};

/// A place where a login is written down or was meant to be, and a request that it answers.
#[derive(Debug, Clone)]
pub struct Post {
    /// The host, if it is only one.
    pub host: Option<String>,
    /// The URL path that it holds for.
    pub path: Option<String>,
    /// A request target below it.
    pub probe: Vec<u8>,
    /// A method that it is about.
    pub method: &'static str,
    /// The directive that makes it one.
    pub place: Place,
    /// The realm that a browser shows.
    pub realm: Option<String>,
    /// The accounts.
    pub books: Vec<Book>,
    /// Whether the text asks for a login.
    pub guarded: bool,
    /// What keeps htlint from seeing all users.
    pub unseen: bool,
}

/// The survey of a server: its answers at each post.
#[must_use]
pub fn surveyed(server: &dyn Server, posts: &[Post]) -> Survey {
    let startup = server.startup();
    let mut survey = Survey::default();
    let mut causes = Causes::default();
    if let Startup::Fails(because) | Startup::Unknown(because) = &startup {
        let known = matches!(startup, Startup::Fails(_));
        for because in because {
            causes.add(because, Outcome { logins: known.then_some(Logins::None), status: None });
        }
    }
    for post in posts {
        let area = area(server, &startup, post);
        causes.take(&area);
        for list in post.books.iter().flat_map(|book| book.lists.iter().map(move |list| (book, list))) {
            take_list(&mut survey.user_files, list);
        }
        survey.areas.push(area);
    }
    survey.user_files.sort_by_key(|used| used.file.file);
    survey.causes = causes.list;
    survey
}

fn take_list(known: &mut Vec<UserFileInUse>, (book, list): (&Book, &Arc<crate::users::UserFile>)) {
    let inline = book.readers.iter().any(|reader| reader.file == list.file);
    match known.iter_mut().find(|used| used.file.file == list.file) {
        Some(used) => used.readers.extend(&book.readers),
        None => known.push(UserFileInUse {
            written: if inline { Written::Config } else { Written::File },
            file: list.clone(),
            verifier: book.verifier,
            others: Vec::new(),
            readers: book.readers.clone(),
        }),
    }
}

fn area(server: &dyn Server, startup: &Startup, post: &Post) -> Area {
    let ask = |login| match startup {
        Startup::Ok => decided(server.answer(&request(post, login), &mut Trace::unwanted())),
        Startup::Fails(because) => refused_start(because),
        Startup::Unknown(because) => Answer { status: None, because: because.clone() },
    };
    let mut people: Vec<(Vec<u8>, Place)> = Vec::new();
    for (name, place) in post.books.iter().flat_map(Book::people) {
        if !people.iter().any(|(known, _)| *known == name) {
            people.push((name, place));
        }
    }
    let person = |(name, place): (Vec<u8>, Place)| {
        let answer = ask(Login::Holder(name.clone()));
        Person { name, place: Some(place), answer, given: None }
    };
    let mut decided_by: Vec<FileId> =
        post.books.iter().flat_map(|book| book.lists.iter().map(|list| list.file)).collect();
    decided_by.push(post.place.file);
    decided_by.sort_unstable();
    decided_by.dedup();
    Area {
        server: server.name(),
        host: post.host.clone(),
        starts: !matches!(server.startup(), Startup::Fails(_)),
        directory: None,
        path: post.path.clone(),
        files: None,
        place: post.place,
        methods: None,
        realm: post.realm.clone(),
        guarded: post.guarded,
        anonymous: ask(Login::Anonymous),
        people: people.into_iter().map(person).collect(),
        decided_by,
        unseen: post.unseen.then(|| ask(Login::Holder(b"?".to_vec()))),
    }
}

/// What everybody gets of a server that does not start: no answer.
#[must_use]
pub fn refused_start(because: &[Because]) -> Answer {
    Answer { status: Some(0), because: because.to_vec() }
}

/// The answer to a request that is handed on to another server, which nobody here can know.
#[must_use]
pub fn handed_on(name: &str, place: Place) -> Answer {
    let missing = Missing::Upstream { name: name.to_owned() };
    Answer::unknown(Because::at(Reason::CannotTell { missing }, place))
}

/// The access decision alone: what is handed on has passed it.
fn decided(answer: Answer) -> Answer {
    let handed_on =
        |because: &Because| matches!(&because.reason, Reason::CannotTell { missing: Missing::Upstream { .. } });
    if answer.status.is_none() && answer.because.iter().all(handed_on) { Answer::pass() } else { answer }
}

fn request(post: &Post, login: Login) -> Request {
    let host = post.host.clone().unwrap_or_else(|| "localhost".to_owned());
    Request {
        path: post.probe.clone(),
        method: post.method.to_owned(),
        login,
        client: Client::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        https: false,
        headers: vec![("Host".to_owned(), host.into_bytes())],
    }
}

/// Causes, each once.
#[derive(Default)]
struct Causes {
    list: Vec<Cause>,
    known: HashMap<(Option<Place>, ReasonKind), usize>,
}

impl Causes {
    fn add(&mut self, because: &Because, outcome: Outcome) {
        let key = (because.place, because.reason.kind());
        match self.known.get(&key).and_then(|index| self.list.get_mut(*index)) {
            Some(known) => {
                if known.outcome.logins != outcome.logins && outcome.logins.is_some() {
                    known.outcome.logins = Some(Logins::Some);
                }
            }
            None => {
                self.known.insert(key, self.list.len());
                self.list.push(Cause { because: because.clone(), outcome });
            }
        }
    }

    fn take(&mut self, area: &Area) {
        let verdict = area.verdict();
        if verdict == Verdict::Open && !area.guarded {
            return;
        }
        let logins = (verdict == Verdict::Lockout).then_some(Logins::None);
        for because in &area.anonymous.because {
            self.add(because, Outcome { logins, status: area.anonymous.status });
        }
        for answer in area.people.iter().map(|person| &person.answer).chain(area.unseen.as_ref()) {
            for because in &answer.because {
                let refused = (answer.passes() == Some(false)).then_some(Logins::None);
                self.add(because, Outcome { logins: refused, status: answer.status });
            }
        }
    }
}
