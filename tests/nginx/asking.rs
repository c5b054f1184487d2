//! Requests: where to, how, and as whom.

use std::collections::BTreeMap;

use super::people::PEOPLE;
use super::support::case::{Request, Scheme};
use super::support::chance::Chance;

pub(crate) const PATHS: [&str; 44] = [
    "/",
    "/index.html",
    "/den/",
    "/den",
    "/den/a.txt",
    "/den/pic.png",
    "/den/run.php",
    "/den/in/",
    "/den/in/c.txt",
    "/den/none",
    "/den/in",
    "/yard/",
    "/yard/b.txt",
    "/yard",
    "/yard/none",
    "/bare/",
    "/bare",
    "/none",
    "/none/",
    "//den/a.txt",
    "/yard/../den/a.txt",
    "/den/./a.txt",
    "/%64en/a.txt",
    "/den%2Fa.txt",
    "/den//a.txt",
    "/den/a.txt?x=1",
    "/den/?x=0",
    "/?lock=1",
    "/DEN/a.txt",
    "/den/PIC.PNG",
    "/../x",
    "/den/%zz",
    "/den/%00",
    "/den/a%3Fb",
    "/yard../den/a.txt",
    "/den/a.txt/",
    "/gate",
    "/gate/x",
    "http://inner.test/den/a.txt",
    "/den/shut.txt",
    "/shut/",
    "/shut/x",
    "/den/sp%20ace.txt",
    "/yard/b.txt?x=&lock=2",
];
const METHODS: [&str; 16] = [
    "GET", "GET", "GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "FOO", "TRACE",
    "get",
];
const HOSTS: [&str; 14] = [
    "inner.test",
    "outer.test",
    "a.outer.test",
    "www.here",
    "INNER.test:80",
    "inner.test.",
    "other",
    "r7.net",
    "",
    "b.inner.test",
    "a..b",
    "[::1]",
    "localhost",
    "off.who",
];
const HEADERS: [(&str, &str); 16] = [
    ("X-Key", "open"),
    ("X-Key", "shut"),
    ("X-Real-IP", "10.2.3.4"),
    ("X-Forwarded-For", "10.2.3.4, 192.0.2.7"),
    ("Cookie", "pass=1; other=2"),
    ("Referer", "http://inner.test/x"),
    ("Referer", "-"),
    ("X_Key", "open"),
    ("Authorization", "Bearer abc"),
    ("Authorization", "basic d2FuZGE6Z3JhdmVsLXBhdGg="),
    ("Authorization", "Basic  d2FuZGE6Z3JhdmVsLXBhdGg"),
    ("Authorization", "Basic d2FuZGE="),
    ("Authorization", "Basic %%%"),
    ("User-Agent", "probe"),
    ("Content-Length", "5x"),
    ("Accept", "*/*"),
];

/// So many requests.
pub(crate) fn requests(chance: &mut Chance, count: usize) -> Vec<Request> {
    (0..count).map(|_| request(chance)).collect()
}

fn request(chance: &mut Chance) -> Request {
    let mut headers = BTreeMap::new();
    if chance.below(3) == 0 {
        headers.insert("Host".to_owned(), (*chance.one_of(&HOSTS)).to_owned());
    }
    if chance.below(4) == 0 {
        let (name, value) = *chance.one_of(&HEADERS);
        headers.insert(name.to_owned(), value.to_owned());
    }
    let (name, right, _) = *chance.one_of(&PEOPLE);
    let (user, password) = match chance.below(8) {
        0..=2 => (None, None),
        3 => (Some(name), Some(*chance.one_of(&["", "wrong", "quay", "cord"]))),
        4 => (Some(*chance.one_of(&["", "Wanda", " wanda", "wan", "#wanda", "nobody"])), Some(right)),
        _ => (Some(name), Some(right)),
    };
    Request {
        path: (*chance.one_of(&PATHS)).to_owned(),
        method: (*chance.one_of(&METHODS)).to_owned(),
        user: user.map(str::to_owned),
        password: password.map(str::to_owned),
        scheme: if chance.below(25) == 0 { Scheme::Digest } else { Scheme::Basic },
        https: false,
        headers,
    }
}
