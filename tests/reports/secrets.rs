//! No report tells a secret, or how long it is.

use std::path::Path;

use htlint::finding::{Label, Severity};
use htlint::report::json;
use htlint::source::{Place, Span};
use serde_json::Value;

use crate::made::{FOLDER, Made, lockout};

#[test]
fn secrets_of_different_lengths_give_the_same_bytes() {
    let long = "x".repeat(5000);
    let reference = lockout("hunter2").everything();
    for secret in ["Zq9", "correct horse battery staple", "$2y$05$abcdefghijklmnopqrstuu", long.as_str()] {
        let reports = lockout(secret).everything();
        assert_eq!(reports, reference, "{secret}");
        assert!(reports.iter().all(|report| !report.contains(secret)), "{secret}");
    }
}

#[test]
fn places_behind_a_secret_tell_nothing_of_its_length() {
    let reports = |secret: &str| {
        let mut made = Made::default();
        let text = format!("a:{secret} # note\nb:{secret}");
        let spans = [(0, text.len()), (2, 3), (3 + secret.len(), 9 + secret.len()), (text.len(), text.len())];
        let file = made.file("/srv/site/.htpasswd", text.as_bytes(), &[]);
        let second = text.len() - secret.len();
        let secrets = vec![Span::new(2, 2 + secret.len()), Span::new(second, text.len())];
        made.0.sources.get_mut(file).unwrap().set_secrets(secrets);
        for (start, end) in spans {
            made.finding(Severity::Warning, Place::new(file, Span::new(start, end)));
        }
        made.everything()
    };
    assert_eq!(reports("abc"), reports("a much longer pass phrase"));
}

#[test]
fn a_secret_in_the_line_next_door_is_never_shown() {
    let mut made = Made::default();
    let file = made.file("/srv/site/.htaccess", b"# user: carol pass: opensesame\nAuthType Basic\n# opensesame\n", &[]);
    let place = made.place(file, b"Basic");
    made.finding(Severity::Error, place);
    assert!(made.everything().iter().all(|report| !report.contains("opensesame")));
}

#[test]
fn show_secrets_shows_them_with_their_true_places() {
    let made = lockout("hunter2");
    assert!(made.text(|style| style.show_secrets = true).contains("alice:hunter2"));
    let mut out = Vec::new();
    json(&made.0, Path::new(FOLDER), true, &mut out).unwrap();
    let value: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(value["diagnostics"][0]["end_column"], 14);
}

/// A place by its distance from the secret: before it, in it, or behind it.
fn at(kind: u8, distance: usize, start: usize, length: usize) -> usize {
    match kind {
        0 => start.saturating_sub(distance),
        1 => start + distance.min(length),
        _ => start + length + distance,
    }
}

proptest::proptest! {
    #[test]
    fn whatever_stands_around_a_secret_its_length_is_not_told(
        before in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
        secrets in proptest::collection::vec("[a-zA-Z0-9$./ ä]{1,80}", 2),
        behind in proptest::collection::vec(proptest::num::u8::ANY, 0..80),
        spans in proptest::collection::vec((0_u8..3, 0_usize..90, 0_u8..3, 0_usize..90), 1..4),
    ) {
        let reports = |secret: &str| {
            let mut made = Made::default();
            let bytes = [before.as_slice(), secret.as_bytes(), behind.as_slice()].concat();
            let file = made.file("/srv/site/.htpasswd", &bytes, &[]);
            let (start, length) = (before.len(), secret.len());
            made.0.sources.get_mut(file).unwrap().set_secrets(vec![Span::new(start, start + length)]);
            let places = spans.iter().map(|(first, from, second, to)| {
                let from = at(*first, *from, start, length);
                Place::new(file, Span::new(from, at(*second, *to, start, length).max(from)))
            });
            let places: Vec<Place> = places.collect();
            let related = places.iter().map(|place| Label { place: *place, message: "here".to_owned() }).collect();
            made.finding(Severity::Error, places[0]).related = related;
            [made.json_text(), made.text(|_| {}), made.text(|style| style.width = 40)]
        };
        assert_eq!(reports(&secrets[0]), reports(&secrets[1]));
    }
}
