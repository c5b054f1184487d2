//! Hand-made reports for the tests.

use std::path::Path;

use htlint::finding::{Finding, Label, Logins, Outcome, RuleId, Severity};
use htlint::report::{Report, Style, json, terminal};
use htlint::source::{FileId, Place, Source, Span};
use serde_json::Value;

pub(crate) const FOLDER: &str = "/srv/site";

/// A report that is made file by file and finding by finding.
#[derive(Default)]
pub(crate) struct Made(pub(crate) Report);

impl Made {
    pub(crate) fn file(&mut self, path: &str, bytes: &[u8], secrets: &[&[u8]]) -> FileId {
        let mut source = Source::new(path.into(), bytes.to_vec());
        source.set_secrets(secrets.iter().map(|secret| find(bytes, secret)).collect());
        self.0.files += 1;
        self.0.sources.add(source)
    }

    pub(crate) fn place(&self, file: FileId, text: &[u8]) -> Place {
        Place::new(file, find(self.0.sources.get(file).unwrap().bytes(), text))
    }

    pub(crate) fn finding(&mut self, severity: Severity, place: Place) -> &mut Finding {
        self.0.findings.push(Finding {
            rule: RuleId("dead-hash"),
            severity,
            message: "alice cannot log in: no password fits what is stored for her".to_owned(),
            label: "a bcrypt hash that lost its end".to_owned(),
            why: "apr compares the whole text.".to_owned(),
            help: "Set her password anew: htpasswd -B .htpasswd alice".to_owned(),
            place,
            related: Vec::new(),
            outcome: Outcome { logins: Some(Logins::None), status: Some(401) },
        });
        self.0.findings.last_mut().unwrap()
    }

    pub(crate) fn text(&self, change: impl FnOnce(&mut Style<'_>)) -> String {
        let mut style = Style {
            folder: Path::new(FOLDER),
            colour: false,
            unicode: true,
            width: 100,
            notes: false,
            show_secrets: false,
            summary: true,
        };
        change(&mut style);
        let mut out = Vec::new();
        terminal(&self.0, &style, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    pub(crate) fn json_text(&self) -> String {
        let mut out = Vec::new();
        json(&self.0, Path::new(FOLDER), false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.json_text()).unwrap()
    }

    pub(crate) fn everything(&self) -> Vec<String> {
        let mut all = vec![self.json_text()];
        for width in [1, 40, 80, 200] {
            for unicode in [true, false] {
                for colour in [true, false] {
                    all.push(self.text(|style| {
                        (style.width, style.unicode, style.colour, style.notes) = (width, unicode, colour, true);
                    }));
                }
            }
        }
        all
    }
}

fn find(bytes: &[u8], text: &[u8]) -> Span {
    let start = bytes.windows(text.len()).position(|window| window == text).expect("the text stands in the file");
    Span::new(start, start + text.len())
}

/// A lockout whose story goes through two files.
pub(crate) fn lockout(secret: &str) -> Made {
    let mut made = Made::default();
    let users = format!("# the shop's people\nbob:{secret}x\nalice:{secret}\n");
    let config = "AuthType Basic\nAuthName \"Shop\"\nAuthUserFile /srv/site/.htpasswd\nRequire valid-user\n";
    let passwords = made.file("/srv/site/.htpasswd", users.as_bytes(), &[]);
    let start = users.len() - 1 - secret.len();
    let first = users.find(secret).unwrap();
    made.0
        .sources
        .get_mut(passwords)
        .unwrap()
        .set_secrets(vec![Span::new(first, first + secret.len() + 1), Span::new(start, start + secret.len())]);
    let access = made.file("/srv/site/.htaccess", config.as_bytes(), &[]);
    let label = |place, message: &str| Label { place, message: message.to_owned() };
    let related = vec![
        label(made.place(access, b"AuthUserFile /srv/site/.htpasswd"), "leads to the file"),
        label(made.place(access, b"Require valid-user"), "asks for a login"),
    ];
    let place = Place::new(passwords, Span::new(start, start + secret.len()));
    made.finding(Severity::Error, place).related = related;
    made
}
