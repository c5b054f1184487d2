//! What people see: frames, widths, colour, order, and nothing that steers their terminal.

use htlint::finding::{Label, Severity};
use htlint::source::{Place, Span};
use serde_json::Value;

use crate::made::{Made, lockout};

#[test]
fn a_finding_reads_like_a_story() {
    let text = lockout("correct horse").text(|_| {});
    for line in [
        "  error[dead-hash]: alice cannot log in: no password fits what is stored for her",
        "   ╭─[.htpasswd:3:7]",
        " 3 │ alice:********",
        "   ·           ╰── a bcrypt hash that lost its end",
        "   ╭─[.htaccess:3:1]",
        " 3 │ AuthUserFile /srv/site/.htpasswd",
        "  more: htlint explain dead-hash",
        "1 error in 2 files",
    ] {
        assert!(text.lines().any(|found| found == line), "missing: {line}\n{text}");
    }
}

#[test]
fn no_byte_of_a_file_or_of_a_name_steers_the_terminal() {
    let mut made = Made::default();
    let file =
        made.file("/srv/site/e\u{1b}[2Jvil\u{9b}31m\n.conf", b"a\x1b]0;x\x07\xff\0\rb\xc2\x9bc\xe2\x80\xaed", &[]);
    let place = made.place(file, b"\0");
    let finding = made.finding(Severity::Error, place);
    finding.message = "the user \u{1b}[31mroot\u{202e} is gone\r".to_owned();
    finding.label = "\u{7}here".to_owned();
    finding.help = "\u{9b}2J".to_owned();
    let plain = |found: &char| *found == '\n' || !(found.is_control() || ('\u{202a}'..='\u{202e}').contains(found));
    for style in [(true, 40), (false, 120)] {
        let text = made.text(|given| (given.unicode, given.width) = style);
        assert!(text.chars().all(|found| plain(&found)), "{text:?}");
    }
    assert!(made.json_text().chars().all(|found| plain(&found)));
    assert_eq!(made.json()["diagnostics"][0]["message"], "the user \u{1b}[31mroot\u{202e} is gone\r");
}

#[test]
fn bytes_that_are_no_utf8_keep_line_and_column() {
    let mut made = Made::default();
    let file = made.file("/srv/site/.htaccess", b"# \xff\xfe\r\nx\ry \xe4\xf6 AuthTyp Basic\n", &[]);
    let place = made.place(file, b"AuthTyp");
    made.finding(Severity::Error, place);
    let diagnostic = &made.json()["diagnostics"][0];
    assert_eq!((&diagnostic["line"], &diagnostic["column"]), (&Value::from(2), &Value::from(8)));
    let text = made.text(|_| {});
    assert!(text.contains(".htaccess:2:8]"), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    let source = lines.iter().position(|line| line.contains("AuthTyp Basic")).unwrap();
    let column = |line: &str, mark: &str| line.find(mark).map(|at| line[..at].chars().count());
    assert_eq!(column(lines[source], "AuthTyp"), column(lines[source + 1], "───"), "{text}");
}

#[test]
fn a_line_of_five_megabytes_does_not_flood() {
    let mut made = Made::default();
    let mut bytes = vec![b'a'; 5_000_000];
    bytes.extend(b" HERE ");
    bytes.extend(vec![b'b'; 5_000_000]);
    let file = made.file("/srv/site/.htaccess", &bytes, &[]);
    let place = made.place(file, b"HERE");
    for _ in 0..100 {
        made.finding(Severity::Error, place);
    }
    let text = made.text(|style| style.width = 80);
    assert!(text.contains("HERE") && text.len() < 200_000, "{}", text.len());
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    let text = lockout("hunter2").text(|style| style.width = 40);
    assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
}

#[test]
fn colour_comes_only_when_asked_for() {
    let made = lockout("hunter2");
    assert!(!made.text(|_| {}).contains('\u{1b}'));
    assert!(made.text(|style| style.colour = true).contains('\u{1b}'));
    assert!(made.text(|style| (style.unicode, style.width) = (false, 80)).is_ascii());
}

#[test]
fn notes_alone_are_silence_until_asked_for() {
    let mut made = Made::default();
    assert_eq!(made.text(|style| style.notes = true), "");
    let file = made.file("/srv/site/.htpasswd", b"alice:x", &[b"x"]);
    let place = made.place(file, b"alice");
    made.finding(Severity::Note, place);
    assert_eq!(made.text(|_| {}), "");
    let text = made.text(|style| style.notes = true);
    assert!(text.contains("note[dead-hash]") && text.ends_with("\n1 note in 1 file\n"), "{text}");
    assert!(!made.text(|style| (style.notes, style.summary) = (true, false)).contains("in 1 file"));
}

#[test]
fn findings_come_by_place_whatever_their_order() {
    let mut made = Made::default();
    let second = made.file("/srv/site/b", b"one two", &[]);
    let first = made.file("/srv/site/a", b"one\ntwo", &[]);
    for (severity, file, text) in [
        (Severity::Error, second, "two"),
        (Severity::Warning, second, "one"),
        (Severity::Error, second, "one"),
        (Severity::Note, first, "two"),
        (Severity::Note, first, "one"),
    ] {
        let place = made.place(file, text.as_bytes());
        made.finding(severity, place);
    }
    let value = made.json();
    let order: Vec<String> = value["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| format!("{}{}{}{}", found["file"], found["line"], found["column"], found["severity"]))
        .collect();
    let expected = [r#""a"11"note""#, r#""a"21"note""#, r#""b"11"error""#, r#""b"11"warning""#, r#""b"15"error""#];
    assert_eq!(order, expected);
}

#[test]
fn a_story_of_many_places_is_told_in_few() {
    let mut made = lockout("hunter2");
    let related = made.0.findings[0].related.clone();
    let file = made.file("/srv/site/many", b"0123456789\n0123456789\n", &[]);
    let many =
        (0..20).map(|at| Label { place: Place::new(file, Span::new(at, at + 1)), message: format!("place {at}") });
    made.0.findings[0].related = related.into_iter().chain(many).collect();
    let text = made.text(|_| {});
    assert!(text.contains("also: 14 more places") && text.contains("place 5") && !text.contains("place 6"), "{text}");
    assert_eq!(made.json()["diagnostics"][0]["related"].as_array().unwrap().len(), 22);
}

proptest::proptest! {
    #[test]
    fn any_file_and_any_finding_can_be_reported(
        bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..120),
        secrets in proptest::collection::vec((0_usize..120, 0_usize..20), 0..4),
        places in proptest::collection::vec((0_usize..140, 0_usize..60, ".{0,30}"), 1..6),
        width in 0_usize..60, unicode: bool,
    ) {
        let mut made = Made::default();
        let file = made.file("/srv/site/f", &bytes, &[]);
        let secrets = secrets.into_iter().map(|(start, length)| Span::new(start, start + length)).collect();
        made.0.sources.get_mut(file).unwrap().set_secrets(secrets);
        let label = |(start, length, words): &(usize, usize, String)| Label {
            place: Place::new(file, Span::new(*start, start + length)),
            message: words.clone(),
        };
        let related: Vec<Label> = places.iter().map(label).collect();
        let place = related[0].place;
        made.finding(Severity::Error, place).related = related;
        let text = made.text(|style| (style.width, style.unicode) = (width, unicode));
        assert!(text.contains("error[dead-hash]") && text.contains("[f:"), "{text}");
        assert!(text.lines().count() < 200, "{text}");
        made.json();
    }
}
