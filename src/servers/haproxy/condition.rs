//! Access lists and the conditions made of them (HAProxy `src/acl.c`, `src/pattern.c`).

use std::net::IpAddr;

use fancy_regex::Regex;

use super::keywords;
use super::sample::{Fetch, Kind, Sample, calls};
use super::words::Word;

/// What an access list asks.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Always(bool),
    /// A login of this userlist.
    Auth(String),
    /// A login of this userlist and one of these groups.
    Group(String, Vec<String>),
    Text(Asked),
    /// A number of the request, and the ranges that it may lie in.
    Number(Sample, Vec<Bounds>),
    Method(Vec<String>),
    /// The client, addresses, and files of such.
    Source(Vec<(IpAddr, u32)>, Vec<String>),
    Unknown(String),
}

/// A text of the request, how it is compared and with what.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub sample: Sample,
    pub compare: Compare,
    pub values: Vec<String>,
    /// Files with more of them.
    pub files: Vec<String>,
    pub any_case: bool,
}

/// The least and the most of a range.
pub(super) type Bounds = (i64, i64);

/// How texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    Exact,
    Begin,
    End,
    Dir,
    Dom,
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

/// An access list cut into what it looks at, its flags and its values.
struct Cut<'w> {
    whole: &'w str,
    any_case: bool,
    method: Option<&'w str>,
    files: Vec<String>,
    /// A map is to be read.
    opaque: bool,
    values: Vec<String>,
}

/// Flags come first, `--` or a value ends them (`parse_acl_expr`).
fn cut(words: &[Word]) -> Result<Cut<'_>, &'static str> {
    let Some((head, rest)) = words.split_first() else { return Err("a test is missing") };
    let mut cut = Cut {
        whole: head.text.as_str(),
        any_case: false,
        method: None,
        files: Vec::new(),
        opaque: false,
        values: Vec::new(),
    };
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match word.text.as_str() {
            "-i" => cut.any_case = true,
            "-n" => {}
            "-m" => cut.method = Some(rest.next().ok_or("the method behind -m is missing")?.text.as_str()),
            "-f" => cut.files.push(rest.next().ok_or("the file behind -f is missing")?.text.clone()),
            "-M" | "-u" => {
                cut.opaque = true;
                rest.next();
            }
            "--" => {
                cut.values.extend(rest.map(|word| word.text.clone()));
                break;
            }
            flag if flag.starts_with('-') && flag.parse::<i64>().is_err() => return Err("there is no such flag"),
            _ => {
                cut.values.push(word.text.clone());
                cut.values.extend(rest.map(|word| word.text.clone()));
                break;
            }
        }
    }
    Ok(cut)
}

/// Reads an access list's words: what it looks at, flags, values.
///
/// # Errors
/// What is wrong.
pub(super) fn test(words: &[Word]) -> Result<Test, &'static str> {
    let cut = cut(words)?;
    let end = cut.whole.find(['(', ',']).unwrap_or(cut.whole.len());
    let (name, behind) = cut.whole.split_at_checked(end).unwrap_or((cut.whole, ""));
    if !keywords::has("fetch", name) && !name.starts_with("lua.") {
        return Err("there is no such test");
    }
    if behind.starts_with('(') && !behind.contains(')') {
        return Err("a bracket is not closed");
    }
    let Some(calls) = calls(cut.whole).filter(|_| !cut.opaque) else { return Ok(Test::Unknown(name.to_owned())) };
    let arguments = calls.first().map(|(_, arguments)| arguments.clone()).unwrap_or_default();
    let list = arguments.first().cloned().unwrap_or_default();
    if calls.len() == 1 && matches!(cut.method, None | Some("bool" | "found")) {
        match name {
            "http_auth" | "http_auth_group" if !behind.starts_with('(') => return Err("the userlist is missing"),
            "http_auth" => return Ok(Test::Auth(list)),
            "http_auth_group" if cut.values.is_empty() => return Err("no groups are named"),
            "http_auth_group" => return Ok(Test::Group(list, cut.values)),
            "always_true" => return Ok(Test::Always(true)),
            "always_false" | "ssl_fc" => return Ok(Test::Always(false)),
            _ => {}
        }
    }
    if calls.len() == 1 && matches!((name, cut.method), ("method", None) | ("src", None | Some("ip"))) {
        if name == "method" {
            return Ok(Test::Method(cut.values));
        }
        let ranges = cut.values.iter().map(|value| range(value)).collect::<Option<_>>();
        return Ok(Test::Source(ranges.ok_or("this is no address")?, cut.files));
    }
    if name == "http_auth_group" {
        return Err("no groups are named");
    }
    compared(name, calls, cut)
}

/// A text or a number that is compared.
fn compared<'w>(name: &'w str, mut calls: Vec<(&'w str, Vec<String>)>, cut: Cut<'w>) -> Result<Test, &'static str> {
    let unknown = || Ok(Test::Unknown(name.to_owned()));
    let parts = name.rsplit_once('_').filter(|(base, _)| keywords::has("fetch", base) && calls.len() == 1);
    let suffix = parts.and_then(|(base, end)| Some((base, of_method(end)?)));
    let length = name.strip_suffix("_len").filter(|base| matches!(*base, "path" | "url" | "hdr" | "base" | "cook"));
    if let Some(first) = calls.first_mut() {
        first.0 = suffix.map(|(base, _)| base).or(length).unwrap_or(first.0);
    }
    let Some(mut sample) = Sample::of(&calls) else { return unknown() };
    if cut.method == Some("len") || length.is_some() {
        sample.steps.push(super::sample::Step::Length);
    }
    let number = matches!(cut.method, Some("int" | "len")) || (cut.method.is_none() && sample.kind() == Kind::Number);
    if number {
        if !cut.files.is_empty() {
            return unknown();
        }
        return Ok(Test::Number(sample, bounds(&cut.values).ok_or("this is no number")?));
    }
    let compare = match cut.method {
        Some("ip" | "bin" | "bool") => return unknown(),
        Some(method) => of_method(method).ok_or("there is no such way to compare")?,
        None if sample.kind() == Kind::Any => return Err("how to compare must be said with -m"),
        None if sample.fetch == Fetch::Address => return unknown(),
        None => suffix.map_or(Compare::Exact, |(_, compare)| compare),
    };
    if compare == Compare::Pattern && cut.values.iter().any(|value| Regex::new(value).is_err()) {
        return Err("the pattern cannot be compiled");
    }
    let Cut { values, files, any_case, .. } = cut;
    Ok(Test::Text(Asked { sample, compare, values, files, any_case }))
}

/// `5`, `5:10`, `gt 5` (`pat_parse_int`); a comparison counts for all behind it.
fn bounds(values: &[String]) -> Option<Vec<Bounds>> {
    let mut sign = "eq";
    let mut all = Vec::new();
    for value in values {
        let text = value.as_str();
        if let "eq" | "gt" | "ge" | "lt" | "le" = text {
            sign = text;
            continue;
        }
        let (low, high) = match text.split_once(':') {
            Some((low, high)) => {
                let limit = |text: &str, open: i64| if text.is_empty() { Some(open) } else { text.parse().ok() };
                (limit(low, i64::MIN)?, limit(high, i64::MAX)?)
            }
            None => (text.parse().ok()?, text.parse().ok()?),
        };
        all.push(match sign {
            "gt" => (high.saturating_add(1), i64::MAX),
            "ge" => (low, i64::MAX),
            "lt" => (i64::MIN, low.saturating_sub(1)),
            "le" => (i64::MIN, high),
            _ => (low, high),
        });
    }
    Some(all)
}

fn of_method(name: &str) -> Option<Compare> {
    Some(match name {
        "str" => Compare::Exact,
        "beg" => Compare::Begin,
        "end" => Compare::End,
        "dir" => Compare::Dir,
        "dom" => Compare::Dom,
        "sub" => Compare::Sub,
        "reg" => Compare::Pattern,
        "found" => Compare::Found,
        _ => return None,
    })
}

/// An address, and how many bits of it count.
pub(super) fn range(text: &str) -> Option<(IpAddr, u32)> {
    match text.split_once('/') {
        Some((address, bits)) => Some((address.parse().ok()?, bits.parse().ok()?)),
        None => Some((text.parse().ok()?, 128)),
    }
}

/// Whether a text fits one of the values.
pub(super) fn fits(compare: Compare, values: &[String], any_case: bool, text: &str) -> bool {
    let fold = |text: &str| if any_case { text.to_lowercase() } else { text.to_owned() };
    let have = fold(text);
    // Whole parts between these (`pat_match_dir`, `pat_match_dom`).
    let parts = |value: &str, marks: &[char]| {
        let bare = value.trim_matches(marks);
        let cut = |text: &str| format!("\n{}\n", text.split(marks).collect::<Vec<_>>().join("\n"));
        cut(&have).contains(&cut(bare))
    };
    compare == Compare::Found
        || values.iter().any(|value| {
            let value = fold(value);
            match compare {
                Compare::Exact => have == value,
                Compare::Begin => have.starts_with(&value),
                Compare::End => have.ends_with(&value),
                Compare::Sub => have.contains(&value),
                Compare::Dir => parts(&value, &['/', '?']),
                Compare::Dom => parts(&value, &['/', '?', '.', ':']),
                Compare::Pattern => Regex::new(&value).is_ok_and(|pattern| pattern.is_match(&have).unwrap_or(false)),
                Compare::Found => true,
            }
        })
}

/// Access lists that are there without being defined (`default_acl_list`).
pub(super) fn built_in(name: &str) -> Option<Test> {
    const METHODS: [&str; 8] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE"];
    Some(match name {
        "TRUE" | "HTTP" | "HTTP_1.1" | "HTTP_URL_SLASH" | "REQ_CONTENT" | "WAIT_END" => Test::Always(true),
        "FALSE" | "HTTP_1.0" | "HTTP_2.0" | "HTTP_URL_ABS" | "HTTP_URL_STAR" | "HTTP_CONTENT" | "RDP_COOKIE" => {
            Test::Always(false)
        }
        "LOCALHOST" => Test::Source(vec![([127, 0, 0, 1].into(), 8)], Vec::new()),
        "METH_GET" => Test::Method(vec!["GET".to_owned(), "HEAD".to_owned()]),
        name => {
            let method = name.strip_prefix("METH_").filter(|method| METHODS.contains(method))?;
            Test::Method(vec![method.to_owned()])
        }
    })
}
