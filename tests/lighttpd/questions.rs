//! Requests.

use std::collections::BTreeMap;

use super::people::PEOPLE;
use super::support::case::{Request, Scheme};
use super::support::chance::Chance;

const PATHS: [&str; 40] = [
    "/priv/a.txt",
    "/priv/a.txt",
    "/priv/a.txt",
    "/priv/a.txt",
    "/priv/",
    "/priv",
    "/",
    "/pub/b.txt",
    "/pub/",
    "/pub",
    "/privateer/x.txt",
    "/priv/sub/s.txt",
    "/priv/none",
    "/none",
    "/open/a.txt",
    "/side/a.txt",
    "/%70riv/a.txt",
    "//priv//a.txt",
    "/pub/../priv/a.txt",
    "/pub%2f..%2fpriv/a.txt",
    "/priv/../pub/b.txt",
    "/PRIV/a.txt",
    "/Priv/A.TXT",
    "/priv/a.txt?x=1",
    "/priv/a.txt?open",
    "/priv/a.txt/more",
    "/priv/a.txt/",
    "/priv/a.txt%00",
    "/priv/%ff",
    "/priv/%C3%A9",
    "/index.html",
    "/priv/./a.txt",
    "/priv/..",
    "http://two/priv/a.txt",
    "/empty/",
    "/link.txt",
    "/priv/a%2etxt",
    "/priv%5ca.txt",
    "/priv/a.txt;x",
    "x",
];
const METHODS: [&str; 12] =
    ["GET", "GET", "GET", "GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "PUT", "PROPFIND", "BREW"];
const HOSTS: [&str; 10] =
    ["one", "two", "ONE", "one:8080", "three.example", "www.three.example", "127.0.0.1", "a_b", "two.", "[::1]"];
const HEADERS: [(&str, &str); 8] = [
    ("X-Door", "side"),
    ("User-Agent", "robot/1"),
    ("Referer", "http://one/"),
    ("Cookie", "a=b"),
    ("Authorization", "Basic YW5uOmtldHRsZS03"),
    ("Authorization", "basic YW5uOmtldHRsZS03=="),
    ("Authorization", "Basic YW5u"),
    ("Authorization", "Bearer x"),
];

/// One request.
pub(crate) fn question(chance: &mut Chance) -> Request {
    let mut headers = BTreeMap::new();
    if chance.below(2) == 0 {
        headers.insert("Host".to_owned(), (*chance.one_of(&HOSTS)).to_owned());
    }
    if chance.below(6) == 0 {
        let (name, value) = *chance.one_of(&HEADERS);
        headers.insert(name.to_owned(), value.to_owned());
    }
    let path = *chance.one_of(&PATHS);
    let (user, password) = login(chance);
    let plain = user.as_ref().is_none_or(|user| !user.contains(['"', ':', '\u{feff}']));
    let scheme = if plain && chance.below(3) == 0 { Scheme::Digest } else { Scheme::Basic };
    Request {
        path: path.to_owned(),
        method: (*chance.one_of(&METHODS)).to_owned(),
        user,
        password,
        scheme,
        headers,
        https: false,
    }
}

fn login(chance: &mut Chance) -> (Option<String>, Option<String>) {
    let (name, password) = *chance.one_of(&PEOPLE);
    let some = |name: &str, password: &str| (Some(name.to_owned()), Some(password.to_owned()));
    match chance.below(12) {
        0..=2 => (None, None),
        3 => some(name, "wrong"),
        4 => some(&name.to_uppercase(), password),
        5 => some(&format!("{name} "), password),
        6 => some("nobody", password),
        7 => some("", ""),
        8 => some(name, &format!("{password} ")),
        _ => some(name, password),
    }
}
