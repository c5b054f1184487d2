//! Replays what a real server made of each expression (`scripts/record-apache-expressions`).

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use serde_json::Value;

use super::*;

/// The request that the recorder sends, and the server it sends it to.
struct Recorded<'r>(&'r Value);

impl Recorded<'_> {
    fn text(&self, key: &str, default: &str) -> String {
        self.0.get(key).and_then(Value::as_str).unwrap_or(default).to_owned()
    }

    fn header(&self, name: &str) -> Option<String> {
        let sent = self.0.get("headers").and_then(Value::as_object);
        let own = sent.and_then(|headers| headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)));
        if let Some((_, value)) = own {
            return value.as_str().map(str::to_owned);
        }
        let usual = match name.to_ascii_lowercase().as_str() {
            "host" => "example.test",
            "user-agent" => "probe/1.0 (tests)",
            "x-test" => "Value 42",
            "cookie" => "a=b; c=d",
            "connection" => "close",
            _ => return None,
        };
        Some(usual.to_owned())
    }
}

impl Facts for Recorded<'_> {
    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        let (method, query) = (self.text("method", "GET"), self.text("query", "q=1&w=two"));
        let value = match name {
            "REQUEST_METHOD" => method,
            "QUERY_STRING" => query,
            "THE_REQUEST" => format!("{method} /d/f.txt?{query} HTTP/1.1"),
            "REQUEST_URI" | "DOCUMENT_URI" => "/d/f.txt".to_owned(),
            "REQUEST_SCHEME" => "http".to_owned(),
            "REMOTE_ADDR" | "CONN_REMOTE_ADDR" => "127.0.0.1".to_owned(),
            // UseCanonicalName Off: the name the client asked for.
            "SERVER_NAME" if self.0.get("headers").is_none() => "example.test".to_owned(),
            "SERVER_ADMIN" => "admin@server.test".to_owned(),
            "SERVER_PROTOCOL" => "HTTP/1.1".to_owned(),
            "HTTPS" | "HTTP2" | "IPV6" => "off".to_owned(),
            "IS_SUBREQ" => "false".to_owned(),
            "REMOTE_USER" | "AUTH_TYPE" | "PATH_INFO" | "CONTEXT_PREFIX" => String::new(),
            _ => return None,
        };
        Some(value.into_bytes())
    }

    fn entry(&self, table: Table, name: &[u8]) -> Option<Option<Vec<u8>>> {
        match table {
            Table::RequestHeaders => Some(self.header(str::from_utf8(name).ok()?).map(String::into_bytes)),
            Table::Process | Table::ResponseHeaders | Table::Notes | Table::Environment => None,
        }
    }

    fn remote(&self) -> Option<IpAddr> {
        Some(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }
}

fn rows() -> Vec<Value> {
    let text = include_str!("../../../../fixtures/apache/expressions.jsonl");
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|row: &Value| row.get("text").is_some())
        .collect()
}

/// What the recording says of a row in one word: the answer as text, or that reading failed.
fn recorded(row: &Value) -> Result<String, bool> {
    match (row.get("refused"), row.get("closed")) {
        (Some(message), _) => Err(message == "flex scanner jammed"),
        (None, Some(_)) => Err(true),
        (None, None) => Ok(row["answer"].as_str().map_or_else(|| row["answer"].to_string(), str::to_owned)),
    }
}

/// The same from this code: `Ok(None)` where the value cannot be told.
fn told(row: &Value) -> Result<Option<String>, Fault> {
    let (kind, text, facts) = (row["kind"].as_str().unwrap(), row["text"].as_str().unwrap(), Recorded(row));
    let origin = if kind.starts_with("main-") { Origin::MainConfig } else { Origin::PerDir };
    match kind {
        "string" | "main-string" => {
            let value = parse_string(text.as_bytes(), origin)?.eval(&facts);
            Ok(value.map(|value| String::from_utf8_lossy(&value).into_owned()))
        }
        "require" => {
            let condition = parse_condition(require_expr_text(text.as_bytes()), origin)?.value;
            let refused = if condition.mentions_remote_user() { "no-user" } else { "denied" };
            Ok(condition.eval(&facts).map(|value| (if value { "granted" } else { refused }).to_owned()))
        }
        _ => Ok(parse_condition(text.as_bytes(), origin)?.value.eval(&facts).map(|value| value.to_string())),
    }
}

#[test]
fn every_recorded_expression_is_judged_as_the_server_judged_it() {
    let (mut wrong, mut unread, mut undecided) = (Vec::new(), Vec::new(), Vec::new());
    for row in rows() {
        match (recorded(&row), told(&row)) {
            (_, Err(fault)) if !fault.is_certain() => unread.push(row["text"].clone()),
            (Err(jammed), Err(fault)) if jammed == fault.ends_the_process() => {}
            (Ok(_), Ok(None)) => undecided.push(row["text"].clone()),
            (Ok(answer), Ok(Some(value))) if answer == "null" || answer == value => {}
            (recorded, told) => wrong.push(format!("{row}\n  recorded {recorded:?}, told {told:?}")),
        }
    }
    println!("reading undecided: {unread:?}\nvalue undecided: {undecided:?}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(unread.len() <= 3 && undecided.len() <= 93, "{} and {}", unread.len(), undecided.len());
}

#[test]
fn a_failed_evaluation_is_never_given_a_value() {
    for row in rows().iter().filter(|row| row.get("failed").is_some() || row["answer"] == "error") {
        assert_eq!(told(row), Ok(None), "{row}");
    }
}

#[test]
fn a_string_without_variables_is_constant() {
    let string = |text: &str| parse_string(text.as_bytes(), Origin::PerDir).unwrap();
    assert_eq!(string("Staff\\t$0%{tolower:ONLY}").constant(), Some(b"Staff\tonly".into()));
    assert!(!string("Staff %{REMOTE_ADDR}").is_constant());
}

#[test]
fn a_fault_names_the_byte() {
    let fault = |text: &str| parse_condition(text.as_bytes(), Origin::PerDir).unwrap_err();
    assert_eq!(
        fault("true && %{NOPE} == 'a'"),
        Fault { offset: 10, kind: FaultKind::UnknownVariable("NOPE".to_owned()) }
    );
    assert_eq!(fault("true )"), Fault { offset: 5, kind: FaultKind::Syntax });
    assert_eq!(fault("'a' =~ /(/"), Fault { offset: 7, kind: FaultKind::Pattern });
}

proptest! {
    #[test]
    fn any_bytes_are_judged(text in "([a-z'\"%{}()$\\\\/!=~ .:|&-]|%\\{|true|in|-n |m#|tolower\\(){0,60}") {
        for origin in [Origin::PerDir, Origin::MainConfig] {
            if let Ok(condition) = parse_condition(text.as_bytes(), origin) {
                prop_assert!(condition.span.end <= text.len());
                let _ = condition.value.eval(&facts::Nothing);
            }
            if let Ok(string) = parse_string(text.as_bytes(), origin) {
                prop_assert!(string.word.span.end <= text.len());
                let _ = string.constant();
            }
        }
    }
}

#[test]
fn deep_nesting_is_left_undecided() {
    for opening in [
        "(",
        "!",
        "'a' . ",
        "'a' =~ /[a",
        "true || ",
        "tolower(",
        "%{tolower:",
        "'%{tolower:",
        "'a' =~ /(((((((((((",
        "-n ",
    ] {
        let text = opening.repeat(20_000);
        let _ = parse_condition(text.as_bytes(), Origin::MainConfig);
        let _ = parse_string(text.as_bytes(), Origin::MainConfig);
    }
}
