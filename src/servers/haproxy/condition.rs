//! Access lists and the conditions made of them (HAProxy `src/acl.c`, `src/pattern.c`).

use std::net::IpAddr;

use fancy_regex::Regex;

use super::keywords;
use super::words::Word;

/// What an access list asks.
#[derive(Debug, Clone)]
pub(super) enum Test {
    Always(bool),
    /// A login of this userlist.
    Auth(String),
    /// A login of this userlist and one of these groups.
    Group(String, Vec<String>),
    /// A text of the request, how it is compared, with what, and whether in any case.
    Text(Sample, Compare, Vec<String>, bool),
    Method(Vec<String>),
    Source(Vec<(IpAddr, u32)>),
    Unknown(String),
}

/// A text of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sample {
    Path,
    Url,
    Query,
    Header(String),
    Cookie(String),
    Parameter(String),
}

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
    name: &'w str,
    argument: Option<&'w str>,
    /// A converter stands behind the name, or a file is to be read.
    opaque: bool,
    any_case: bool,
    method: Option<&'w str>,
    values: Vec<String>,
}

/// Flags come first, `--` or a value ends them (`parse_acl_expr`).
fn cut(words: &[Word]) -> Result<Cut<'_>, &'static str> {
    let Some((head, rest)) = words.split_first() else { return Err("a test is missing") };
    let whole = head.text.as_str();
    let end = whole.find(['(', ',']).unwrap_or(whole.len());
    let (name, behind) = whole.split_at_checked(end).unwrap_or((whole, ""));
    let argument = behind.strip_prefix('(');
    let closed = argument.map(|argument| argument.split_once(')').ok_or("a bracket is not closed"));
    let closed = closed.transpose()?;
    let converters = closed.map_or(behind, |(_, converters)| converters);
    let mut cut = Cut {
        name,
        argument: closed.map(|(argument, _)| argument),
        opaque: !converters.is_empty(),
        any_case: false,
        method: None,
        values: Vec::new(),
    };
    let mut rest = rest.iter();
    while let Some(word) = rest.next() {
        match word.text.as_str() {
            "-i" => cut.any_case = true,
            "-n" => {}
            "-m" => cut.method = Some(rest.next().ok_or("the method behind -m is missing")?.text.as_str()),
            "-f" | "-M" | "-u" => {
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
    let Cut { name, argument, opaque, any_case, method, values } = cut(words)?;
    if !keywords::has("fetch", name) && !name.starts_with("lua.") {
        return Err("there is no such test");
    }
    let other = ["bool", "int", "ip", "bin", "len"];
    let compare = match method {
        None => None,
        Some(method) if other.contains(&method) => return Ok(Test::Unknown(name.to_owned())),
        Some(method) => Some(of_method(method).ok_or("there is no such way to compare")?),
    };
    Ok(match (name, argument) {
        ("http_auth" | "http_auth_group", None) => return Err("the userlist is missing"),
        _ if opaque => Test::Unknown(name.to_owned()),
        ("http_auth", Some(list)) => Test::Auth(list.to_owned()),
        ("http_auth_group", Some(list)) => Test::Group(list.to_owned(), values),
        ("always_true", _) => Test::Always(true),
        ("always_false" | "ssl_fc", _) => Test::Always(false),
        ("method", _) => Test::Method(values),
        ("src", _) => {
            let ranges = values.iter().map(|value| range(value)).collect::<Option<_>>();
            Test::Source(ranges.ok_or("this is no address")?)
        }
        _ => match sample(name, argument) {
            Some((sample, own)) => {
                let compare = compare.unwrap_or(own);
                if compare == Compare::Pattern && values.iter().any(|value| Regex::new(value).is_err()) {
                    return Err("the pattern cannot be compiled");
                }
                Test::Text(sample, compare, values, any_case)
            }
            None => Test::Unknown(name.to_owned()),
        },
    })
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

/// `path_beg`, `hdr_dom(host)`: what is looked at, and how.
fn sample(name: &str, argument: Option<&str>) -> Option<(Sample, Compare)> {
    let (base, compare) = match name.rsplit_once('_').and_then(|(base, end)| Some((base, of_method(end)?))) {
        Some((base, compare)) => (base, compare),
        None => (name, Compare::Exact),
    };
    let first = || argument.map(|argument| argument.split(',').next().unwrap_or_default().to_owned());
    let sample = match base {
        "path" => Sample::Path,
        "url" => Sample::Url,
        "query" => Sample::Query,
        "hdr" | "req.hdr" | "req.fhdr" => Sample::Header(first()?),
        "cook" | "req.cook" => Sample::Cookie(first()?),
        "urlp" | "url_param" => Sample::Parameter(first()?),
        _ => return None,
    };
    Some((sample, compare))
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
    const METHODS: [&str; 8] = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT", "TRACE"];
    Some(match name {
        "TRUE" | "HTTP" | "HTTP_1.1" | "HTTP_URL_SLASH" | "REQ_CONTENT" | "WAIT_END" => Test::Always(true),
        "FALSE" | "HTTP_1.0" | "HTTP_2.0" | "HTTP_URL_ABS" | "HTTP_URL_STAR" | "HTTP_CONTENT" | "RDP_COOKIE" => {
            Test::Always(false)
        }
        "LOCALHOST" => Test::Source(vec![([127, 0, 0, 1].into(), 8)]),
        "METH_GET" => Test::Method(vec!["GET".to_owned(), "HEAD".to_owned()]),
        name => {
            let method = name.strip_prefix("METH_").filter(|method| METHODS.contains(method))?;
            Test::Method(vec![method.to_owned()])
        }
    })
}
