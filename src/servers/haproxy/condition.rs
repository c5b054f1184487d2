//! Access lists and the conditions made of them (HAProxy `src/acl.c`).

use std::net::IpAddr;

use fancy_regex::Regex;

use super::words::Word;

/// What an access list asks.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Always(bool),
    /// A login of this userlist.
    Auth(String),
    /// A login of this userlist and one of these groups.
    Group(String, Vec<String>),
    /// The path, by how it is compared.
    Path(Compare, Vec<String>, bool),
    /// A header.
    Header(String, Compare, Vec<String>, bool),
    Method(Vec<String>),
    Source(Vec<(IpAddr, u32)>),
    Unknown(String),
}

/// How texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Exact,
    Begin,
    End,
    Dir,
    Sub,
    Pattern,
    Found,
}

/// A condition: one of these lists of terms must hold as a whole.
#[derive(Debug, Clone)]
pub(super) struct Condition {
    pub unless: bool,
    pub any: Vec<Vec<Term>>,
}

/// A term: one of these tests, perhaps turned round.
#[derive(Debug, Clone)]
pub(super) struct Term {
    pub negated: bool,
    pub tests: Vec<Test>,
}

/// Reads an access list's words: what it looks at, flags, values.
///
/// # Errors
/// What is wrong.
pub(super) fn test(words: &[Word]) -> Result<Test, &'static str> {
    let Some((head, rest)) = words.split_first() else { return Err("a test is missing") };
    let any_case = rest.iter().any(|word| word.text == "-i");
    let flag = |word: &&Word| matches!(word.text.as_str(), "-i" | "--" | "-n" | "-M");
    let method =
        rest.iter().position(|word| word.text == "-m").and_then(|at| rest.get(at + 1)).map(|word| word.text.as_str());
    let skipped = |word: &&Word| method.is_some_and(|method| word.text == "-m" || word.text == method);
    let values: Vec<String> =
        rest.iter().filter(|word| !flag(word) && !skipped(word)).map(|word| word.text.clone()).collect();
    let (name, argument) = match head.text.split_once('(') {
        Some((name, rest)) => (name, rest.strip_suffix(')').or(rest.split_once(')').map(|(argument, _)| argument))),
        None => (head.text.as_str(), None),
    };
    let compare = method.and_then(of_method);
    Ok(match (name, argument) {
        ("http_auth", Some(list)) => Test::Auth(list.to_owned()),
        ("http_auth_group", Some(list)) => Test::Group(list.to_owned(), values),
        ("http_auth" | "http_auth_group", None) => return Err("the userlist is missing"),
        ("always_true", _) => Test::Always(true),
        ("always_false", _) => Test::Always(false),
        ("method", _) => Test::Method(values),
        ("src", _) => Test::Source(values.iter().filter_map(|value| range(value)).collect()),
        ("ssl_fc", _) => Test::Always(false),
        _ => match (family(name), argument) {
            (Some(("path", own)), _) => Test::Path(compare.unwrap_or(own), values, any_case),
            (Some(("hdr", own)), Some(header)) => {
                let header = header.split(',').next().unwrap_or_default().to_owned();
                let own = if values.is_empty() { Compare::Found } else { own };
                Test::Header(header, compare.unwrap_or(own), values, any_case)
            }
            _ if is_fetch(name) => Test::Unknown(name.to_owned()),
            _ => return Err("there is no such test"),
        },
    })
}

fn of_method(name: &str) -> Option<Compare> {
    Some(match name {
        "str" => Compare::Exact,
        "beg" => Compare::Begin,
        "end" => Compare::End,
        "dir" => Compare::Dir,
        "sub" => Compare::Sub,
        "reg" => Compare::Pattern,
        "found" => Compare::Found,
        _ => return None,
    })
}

/// `path_beg`, `hdr_dom`: what is looked at, and how.
fn family(name: &str) -> Option<(&'static str, Compare)> {
    let (base, end) = match name.split_once('_') {
        Some((base, end)) => (base, end),
        None => (name, "str"),
    };
    let base = match base {
        "path" | "url" => "path",
        "hdr" | "req.hdr" | "req.fhdr" => "hdr",
        _ => return None,
    };
    Some((base, of_method(end)?))
}

/// Other things that can be fetched.
fn is_fetch(name: &str) -> bool {
    let known = [
        "req.",
        "res.",
        "ssl_",
        "src_",
        "dst",
        "fe_",
        "be_",
        "nbsrv",
        "sc_",
        "sc0_",
        "sc1_",
        "table_",
        "var",
        "env",
        "str",
        "bool",
        "int",
        "rand",
        "urlp",
        "query",
        "base",
        "cook",
        "hdr_",
        "url_",
        "path_",
        "capture.",
        "http_",
        "stopping",
        "proc",
        "date",
        "hostname",
        "queue",
        "avg_queue",
        "wait_end",
        "payload",
        "distcc",
        "lua.",
        "srv_",
        "connslots",
    ];
    known.iter().any(|start| name.starts_with(start))
}

fn range(text: &str) -> Option<(IpAddr, u32)> {
    match text.split_once('/') {
        Some((address, bits)) => Some((address.parse().ok()?, bits.parse().ok()?)),
        None => Some((text.parse().ok()?, 128)),
    }
}

/// Whether a text fits one of the values.
pub(super) fn fits(compare: Compare, values: &[String], any_case: bool, text: &str) -> bool {
    let fold = |text: &str| if any_case { text.to_lowercase() } else { text.to_owned() };
    let have = fold(text);
    values.iter().any(|value| {
        let value = fold(value);
        match compare {
            Compare::Exact => have == value,
            Compare::Begin => have.starts_with(&value),
            Compare::End => have.ends_with(&value),
            Compare::Sub => have.contains(&value),
            Compare::Dir => format!("/{}/", have.trim_matches('/')).contains(&format!("/{}/", value.trim_matches('/'))),
            Compare::Pattern => Regex::new(&value).is_ok_and(|pattern| pattern.is_match(text).unwrap_or(false)),
            Compare::Found => true,
        }
    }) || (compare == Compare::Found && values.is_empty())
}

/// Whether a client lies in a range of so many bits.
pub(super) fn in_range((address, bits): &(IpAddr, u32), client: IpAddr) -> bool {
    let same = |one: u128, other: u128, width: u32| {
        let drop = width - (*bits).min(width);
        one.checked_shr(drop).unwrap_or(0) == other.checked_shr(drop).unwrap_or(0)
    };
    match (address, client) {
        (IpAddr::V4(one), IpAddr::V4(other)) => same(one.to_bits().into(), other.to_bits().into(), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Access lists that are there without being defined (`default_acl_list`).
pub(super) fn built_in(name: &str) -> Option<Test> {
    Some(match name {
        "TRUE" | "HTTP" | "HTTP_1.1" | "HTTP_URL_SLASH" | "REQ_CONTENT" | "WAIT_END" => Test::Always(true),
        "FALSE" | "HTTP_1.0" | "HTTP_2.0" | "HTTP_URL_ABS" | "HTTP_URL_STAR" | "HTTP_CONTENT" | "RDP_COOKIE" => {
            Test::Always(false)
        }
        "LOCALHOST" => Test::Source(vec![([127, 0, 0, 1].into(), 8)]),
        "METH_GET" => Test::Method(vec!["GET".to_owned(), "HEAD".to_owned()]),
        name => Test::Method(vec![name.strip_prefix("METH_")?.to_owned()]),
    })
}
