//! Tests of texts and headers (Envoy `source/common/common/matchers.cc`, `source/common/http/header_utility.cc`).

use fancy_regex::Regex;

use super::config::{Read, Reader};
use crate::answer::{Login, Request};
use crate::yaml::Node;

/// A `StringMatcher`.
#[derive(Debug, Clone)]
pub(super) enum Text {
    Exact(String, bool),
    Prefix(String, bool),
    Suffix(String, bool),
    Contains(String, bool),
    Pattern(Regex),
}

impl Text {
    /// Whether it takes a text.
    pub(super) fn takes(&self, text: &str) -> bool {
        let fold = |text: &str, any_case: bool| if any_case { text.to_ascii_lowercase() } else { text.to_owned() };
        match self {
            Self::Exact(wanted, any) => fold(text, *any) == fold(wanted, *any),
            Self::Prefix(wanted, any) => fold(text, *any).starts_with(&fold(wanted, *any)),
            Self::Suffix(wanted, any) => fold(text, *any).ends_with(&fold(wanted, *any)),
            Self::Contains(wanted, any) => fold(text, *any).contains(&fold(wanted, *any)),
            Self::Pattern(pattern) => pattern.is_match(text).unwrap_or(false),
        }
    }
}

/// A test of a header.
#[derive(Debug, Clone)]
pub(super) struct Header {
    name: String,
    kind: Value,
    inverted: bool,
    /// A header that is not there counts as an empty one.
    or_empty: bool,
}

#[derive(Debug, Clone)]
enum Value {
    Present(bool),
    Text(Text),
    Range(i64, i64),
}

impl Header {
    /// Whether it takes a request.
    pub(super) fn takes(&self, request: &Request) -> bool {
        let login = || match &request.login {
            Login::Header(value) => Some(value.reveal().to_vec()),
            Login::Holder(_) | Login::Password { .. } => Some(b"Basic ".to_vec()),
            Login::Anonymous => None,
        };
        let value = match self.name.as_str() {
            ":method" => Some(request.method.as_bytes().to_vec()),
            ":path" => Some(request.path.clone()),
            ":scheme" => Some(if request.https { b"https".to_vec() } else { b"http".to_vec() }),
            ":authority" | "host" => request.header("host").map(<[u8]>::to_vec),
            "authorization" => request.header("authorization").map(<[u8]>::to_vec).or_else(login),
            name => request.header(name).map(<[u8]>::to_vec),
        };
        let value = value.or_else(|| self.or_empty.then(Vec::new));
        let text = value.as_deref().map(String::from_utf8_lossy);
        let fits = match (&self.kind, text) {
            (Value::Present(wanted), text) => text.is_some() == *wanted,
            // A test of a value that is not there never holds, turned round or not.
            (_, None) => return false,
            (Value::Text(test), Some(text)) => test.takes(&text),
            (Value::Range(start, end), Some(text)) => {
                text.trim().parse::<i64>().is_ok_and(|number| (*start..*end).contains(&number))
            }
        };
        fits != self.inverted
    }
}

impl Reader<'_> {
    /// A `StringMatcher`; `None`: it is of a kind that htlint does not know.
    pub(super) fn text(&self, node: &Node) -> Read<Option<Text>> {
        let any_case = node.get("ignore_case").and_then(Node::truth) == Some(true);
        let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        if let Some(regex) = node.at(&["safe_regex", "regex"]) {
            let whole = format!("^(?:{})$", regex.text().unwrap_or_default());
            let pattern = Regex::new(&whole).map_err(|_| self.wrong(regex.span, "regex", "this is no pattern"))?;
            return Ok(Some(Text::Pattern(pattern)));
        }
        let exact = text("exact").map(|text| Text::Exact(text, any_case));
        let prefix = text("prefix").map(|text| Text::Prefix(text, any_case));
        let suffix = text("suffix").map(|text| Text::Suffix(text, any_case));
        let contains = text("contains").map(|text| Text::Contains(text, any_case));
        Ok(exact.or(prefix).or(suffix).or(contains))
    }

    /// A `HeaderMatcher`; `None`: it is of a kind that htlint does not know.
    pub(super) fn header(&self, node: &Node) -> Read<Option<Header>> {
        let truth = |key: &str| node.get(key).and_then(Node::truth);
        let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        let number = |keys: &[&str]| node.at(keys).and_then(Node::text).and_then(|text| text.parse().ok()).unwrap_or(0);
        let old = text("exact_match").map(|text| Text::Exact(text, false));
        let old = old.or_else(|| text("prefix_match").map(|text| Text::Prefix(text, false)));
        let old = old.or_else(|| text("suffix_match").map(|text| Text::Suffix(text, false)));
        let old = old.or_else(|| text("contains_match").map(|text| Text::Contains(text, false)));
        let kind = if let Some(test) = node.get("string_match") {
            self.text(test)?.map(Value::Text)
        } else if let Some(old) = old {
            Some(Value::Text(old))
        } else if let Some(regex) = node.at(&["safe_regex_match", "regex"]) {
            let whole = format!("^(?:{})$", regex.text().unwrap_or_default());
            let pattern = Regex::new(&whole).map_err(|_| self.wrong(regex.span, "regex", "this is no pattern"))?;
            Some(Value::Text(Text::Pattern(pattern)))
        } else if node.get("range_match").is_some() {
            Some(Value::Range(number(&["range_match", "start"]), number(&["range_match", "end"])))
        } else {
            Some(Value::Present(truth("present_match").unwrap_or(true)))
        };
        Ok(kind.map(|kind| Header {
            name: text("name").unwrap_or_default().to_lowercase(),
            kind,
            inverted: truth("invert_match") == Some(true),
            or_empty: truth("treat_missing_header_as_empty") == Some(true),
        }))
    }
}
