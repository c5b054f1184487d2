//! Requests: where to, how, and as whom.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;

use super::node::word;
use super::people::{NAMES, ODD_NAMES, People};
use super::support::case::{Request, Scheme};

/// Who knocks, before the people of the case are known.
#[derive(Clone, Debug)]
enum Who {
    Stranger,
    Right(usize),
    Wrong(usize, &'static str),
    Other(&'static str, &'static str),
    Header(&'static str),
    Cased(usize),
}

#[derive(Clone, Debug)]
pub(crate) struct Question {
    path: String,
    method: String,
    who: Who,
    digest: bool,
    host: Option<String>,
    more: Option<(&'static str, &'static str)>,
}

const PATHS: &[(u32, &str)] = &[
    (44, "/private/index.html"),
    (12, "/private/"),
    (20, "/private/sub/index.html"),
    (3, "/private/sub/"),
    (6, "/private/sub/deep/a.txt"),
    (2, "/private"),
    (3, "/"),
    (6, "/index.html"),
    (6, "/pub/index.html"),
    (2, "/pub/note.txt"),
    (2, "/bare/"),
    (1, "/bare"),
    (2, "/private/missing.html"),
    (1, "/private/none/deep"),
    (1, "/none"),
    (1, "//private/index.html"),
    (1, "/private//index.html"),
    (1, "/private/./index.html"),
    (1, "/pub/../private/index.html"),
    (1, "/private/%69ndex.html"),
    (1, "/%70rivate/index.html"),
    (1, "/private%2findex.html"),
    (1, "/private/a%00b"),
    (1, "/private/%zz"),
    (1, "/../private/index.html"),
    (1, "/private/index.html?open"),
    (1, "/private/?open"),
    (1, "/PRIVATE/index.html"),
    (1, "/private/.htaccess"),
    (2, "/private/.htpasswd"),
    (1, "/private/index.html/more"),
    (1, "/private/old"),
    (2, "/old/index.html"),
    (2, "/alias/a.html"),
    (1, "/alias/"),
    (1, "/way/index.html"),
    (1, "/alias"),
    (1, "http://crew.test/private/index.html"),
    (1, "/private/caf\u{e9}.html"),
    (1, "/private;x/index.html"),
];
const METHODS: &[(u32, &str)] = &[
    (120, "GET"),
    (5, "HEAD"),
    (6, "POST"),
    (3, "PUT"),
    (2, "DELETE"),
    (4, "OPTIONS"),
    (2, "PATCH"),
    (2, "PROPFIND"),
    (1, "TRACE"),
    (1, "BREW"),
    (1, "get"),
];

pub(crate) fn questions(digest: bool) -> BoxedStrategy<Vec<Question>> {
    let path = word(PATHS);
    let method = word(METHODS);
    let scheme = if digest { any::<bool>().boxed() } else { prop_oneof![19 => Just(false), 1 => Just(true)].boxed() };
    let host = prop_oneof![
        12 => Just(None),
        6 => word(&[(4, "crew.test"), (3, "open.test"), (1, "CREW.TEST:80"), (1, "other.test"), (1, "a.open.test"), (1, "crew.test."), (1, "")]).prop_map(Some),
    ];
    let more = prop_oneof![
        14 => Just(None),
        1 => Just(Some(("X-Crew", "yes"))),
        1 => Just(Some(("User-Agent", "sail"))),
        1 => Just(Some(("X-Crew", "mira"))),
        1 => Just(Some(("X-Type", "Basic"))),
    ];
    let question = (path, method, who(), scheme, host, more);
    let question =
        question.prop_map(|(path, method, who, digest, host, more)| Question { path, method, who, digest, host, more });
    prop::collection::vec(question, 4..9).boxed()
}

fn who() -> impl Strategy<Value = Who> {
    let odd = prop::sample::select(ODD_NAMES);
    prop_oneof![
        5 => Just(Who::Stranger),
        14 => (0..NAMES.len() + 2).prop_map(Who::Right),
        2 => (0..NAMES.len(), prop::sample::select(&["", "wrong", "tide-table", "a:b"])).prop_map(|(who, password)| Who::Wrong(who, password)),
        1 => (odd, prop::sample::select(&["", "me@crew.test", "tide-table"])).prop_map(|(name, password)| Who::Other(name, password)),
        2 => prop::sample::select(&[("guest", "me@crew.test"), ("guest", ""), ("guest", "me"), ("Guest", "a@b.c"), ("", "a@b.c"), ("nobody", "x@y.z"), ("mira,", "x")])
            .prop_map(|(name, password)| Who::Other(name, password)),
        1 => prop::sample::select(HEADERS).prop_map(Who::Header),
        1 => (0..NAMES.len()).prop_map(Who::Cased),
    ]
}

/// Headers that a client may send; `*` stands for the right name and password of the first person.
const HEADERS: &[&str] = &[
    "Bearer tide",
    "Basic",
    "Basic !",
    "basic *",
    "BASIC  *",
    "Basic\t*",
    "Basic * x",
    "Basic *==",
    "",
    "Digest username=\"mira\"",
    "Basic bWlyYQ==",
];

impl Question {
    /// The request, once it is known who has which password.
    pub(crate) fn request(&self, people: &People) -> Request {
        let person = |place: usize| people.entries.get(place).or(people.entries.first()).unwrap();
        let mut headers = BTreeMap::new();
        headers.extend(self.host.iter().map(|host| ("Host".to_owned(), host.clone())));
        headers.extend(self.more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let (user, password) = match self.who {
            Who::Stranger => (None, None),
            Who::Right(place) => (Some(person(place).0.clone()), Some(person(place).1.password.clone())),
            Who::Wrong(place, password) => (Some(person(place).0.clone()), Some(password.to_owned())),
            Who::Other(name, password) => (Some(name.to_owned()), Some(password.to_owned())),
            Who::Cased(place) => (Some(person(place).0.to_uppercase()), Some(person(place).1.password.clone())),
            Who::Header(text) => {
                let (name, stored) = person(0);
                let token = BASE64_STANDARD.encode(format!("{name}:{}", stored.password));
                headers.insert("Authorization".to_owned(), text.replace('*', &token));
                (None, None)
            }
        };
        // What a Digest header cannot carry without escapes.
        let plain = |text: &Option<String>| text.as_ref().is_none_or(|text| !text.contains(['"', '\\']));
        let digest = self.digest && plain(&user) && !self.path.contains('"');
        let scheme = if digest { Scheme::Digest } else { Scheme::Basic };
        Request { path: self.path.clone(), method: self.method.clone(), user, password, scheme, https: false, headers }
    }
}
