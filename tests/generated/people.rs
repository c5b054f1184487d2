//! Users, groups and their files, from hashes of real tools with known passwords.

use std::path::Path;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use proptest::prelude::*;
use serde::Deserialize;

/// A stored password with the password that was tried on it.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) hash: String,
    pub(crate) password: String,
}

#[derive(Deserialize)]
struct Recorded {
    #[serde(default)]
    hash: String,
    #[serde(default)]
    password_b64: String,
    #[serde(default)]
    verifier: String,
    #[serde(default)]
    result: String,
}

/// The recorded hashes that a case can afford: the fitting ones, and the others.
fn vectors() -> (Vec<Stored>, Vec<Stored>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/hash");
    let texts = ["vectors.jsonl", "recorded.jsonl"].map(|name| std::fs::read_to_string(folder.join(name)).unwrap());
    let (mut fitting, mut others) = (Vec::new(), Vec::new());
    for line in texts.iter().flat_map(|text| text.lines()) {
        let recorded: Recorded = serde_json::from_str(line).unwrap();
        let Ok(password) = String::from_utf8(BASE64_STANDARD.decode(&recorded.password_b64).unwrap()) else { continue };
        let checked = matches!(recorded.verifier.as_str(), "apr" | "libxcrypt") && is_cheap(&recorded.hash);
        if !checked || password.contains('\0') || recorded.hash.contains(['\n', '\0']) || recorded.hash.len() > 300 {
            continue;
        }
        let stored = Stored { hash: recorded.hash, password };
        if recorded.result == "match" { fitting.push(stored) } else { others.push(stored) }
    }
    (fitting, others)
}

/// Not by the schemes' own measure: only what costs a test its time is left out.
fn is_cheap(hash: &str) -> bool {
    let bcrypt = hash.starts_with("$2") && !hash.get(4..6).is_some_and(|cost| matches!(cost, "04" | "05"));
    let grown = ["$y$j9", "$y$jA", "$y$jB", "$y$jC", "$gy$j9", "$7$A", "$7$B", "$7$C", "$7$D"];
    let grown = grown.iter().any(|start| hash.starts_with(start));
    let rounds = hash.contains("rounds=") && !hash.contains("rounds=1000$") && !hash.contains("rounds=5$");
    !bcrypt && !grown && !rounds
}

pub(crate) const NAMES: &[&str] = &["mira", "olaf", "pia", "tjark"];
pub(crate) const ODD_NAMES: &[&str] =
    &["Mira", "zo\u{eb}", "ann b", "www-data", "guest", "CREW\\mira", "CREWmira", "#mira", ""];
pub(crate) const REALMS: &[&str] =
    &["Harbour", "Harbour", "Harbour", "Harbour", "The Crew", "harbour", "localhost", "Caf\u{e9}"];

/// The people of a case: every name with its stored password.
#[derive(Clone, Debug)]
pub(crate) struct People {
    pub(crate) entries: Vec<(String, Stored)>,
    pub(crate) crew: String,
    pub(crate) realms: String,
    pub(crate) groups: String,
}

pub(crate) fn people() -> BoxedStrategy<People> {
    static VECTORS: LazyLock<(Vec<Stored>, Vec<Stored>)> = LazyLock::new(vectors);
    let (fitting, others) = VECTORS.clone();
    assert!(fitting.len() >= 60 && others.len() >= 60, "{} and {} hashes", fitting.len(), others.len());
    let stored = prop_oneof![
        14 => prop::sample::select(fitting),
        1 => prop::sample::select(others),
        1 => prop::sample::select(&["", "", "tide-table", "!", "*", "{PLAIN}tide", "$1$", "x", "$P$BtideT4ble", "0b2c8e1f"])
            .prop_map(|hash| Stored { hash: hash.to_owned(), password: "tide-table".to_owned() }),
    ];
    let four = prop::collection::vec(stored.clone(), NAMES.len());
    let odd = prop::collection::vec((prop::sample::select(ODD_NAMES), stored), 0..3);
    let entries = (four, odd).prop_map(|(four, odd)| {
        let regular = NAMES.iter().zip(four).map(|(name, stored)| ((*name).to_owned(), stored));
        regular.chain(odd.into_iter().map(|(name, stored)| (name.to_owned(), stored))).collect::<Vec<_>>()
    });
    (entries, prop::collection::vec(damage(), NAMES.len() + 3), realm_lines(), group_lines())
        .prop_map(|(entries, damages, realms, groups)| {
            let crew =
                entries.iter().zip(damages).map(|((name, stored), damage)| damage.entry(name, &stored.hash)).collect();
            let realms = realms.iter().map(|line| line.text(&entries)).collect();
            People { entries, crew, realms, groups }
        })
        .boxed()
}

/// What becomes of an entry in the file.
#[derive(Clone, Debug)]
enum Damage {
    Whole,
    Field,
    Doubled(String),
    Comment(String),
    Missing,
    Blank,
    Colons,
    Swallowed,
    Split,
    Glued,
    Bare,
    Long,
    Quoted,
    Escaped,
    Indented,
    Empty,
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        60 => Just(Damage::Whole),
        2 => Just(Damage::Field),
        2 => prop::sample::select(&["x", "{SHA}", "$apr1$a$b"]).prop_map(|hash| Damage::Doubled(hash.to_owned())),
        2 => prop::sample::select(&["# crew", "; crew", "", "   ", "# crew \\"]).prop_map(|line| Damage::Comment(line.to_owned())),
        2 => Just(Damage::Missing),
        3 => Just(Damage::Blank),
        1 => Just(Damage::Colons),
        2 => Just(Damage::Swallowed),
        1 => Just(Damage::Split),
        1 => Just(Damage::Glued),
        1 => Just(Damage::Bare),
        2 => Just(Damage::Long),
        1 => Just(Damage::Quoted),
        1 => Just(Damage::Escaped),
        1 => Just(Damage::Indented),
        3 => Just(Damage::Empty),
    ]
}

impl Damage {
    fn entry(&self, name: &str, hash: &str) -> String {
        match self {
            Self::Whole => format!("{name}:{hash}\n"),
            Self::Field => format!("{name}:{hash}:Captain {name}\n"),
            Self::Doubled(other) => format!("{name}:{other}\n{name}:{hash}\n"),
            Self::Comment(line) => format!("{line}\n{name}:{hash}\n"),
            Self::Missing => String::new(),
            Self::Blank => format!("{name}: {hash} \n"),
            Self::Colons => format!("{name}::{hash}\n"),
            Self::Swallowed => format!("{name}:{hash}\\\n"),
            Self::Split => format!("{name}:{}\\\n{}\n", half(hash).0, half(hash).1),
            Self::Glued => format!("{name}:{hash}"),
            Self::Bare => format!("{name} {hash}\n"),
            Self::Long => format!("{name}:{hash}\nlong:{}\n", "x".repeat(8190)),
            Self::Quoted => format!("{name}:\"{hash}\"\n"),
            Self::Escaped => format!("{name}:{}\n", hash.replace('$', "\\$")),
            Self::Indented => format!("\t {name}:{hash}\n"),
            Self::Empty => format!("{name}:\n"),
        }
    }
}

fn half(hash: &str) -> (&str, &str) {
    let middle = (0..=hash.len() / 2).rev().find(|place| hash.is_char_boundary(*place)).unwrap_or(0);
    hash.split_at(middle)
}

/// A line of an htdigest file.
#[derive(Clone, Debug)]
struct RealmLine {
    who: usize,
    realm: &'static str,
    form: u8,
}

fn realm_lines() -> impl Strategy<Value = Vec<RealmLine>> {
    let line = (0..NAMES.len() + 2, prop::sample::select(REALMS), 0..24_u8);
    prop::collection::vec(line.prop_map(|(who, realm, form)| RealmLine { who, realm, form }), 1..8)
}

impl RealmLine {
    fn text(&self, entries: &[(String, Stored)]) -> String {
        let Some((name, stored)) = entries.get(self.who) else { return String::new() };
        let realm = self.realm;
        let hash = super::realm_hash(name, realm, &stored.password);
        match self.form {
            0 => format!("{name}:{realm}:{}\n", hash.to_uppercase()),
            1 => format!("{name}:{realm}:{hash}:Captain\n"),
            2 => format!("{name}:{realm}:{hash} \n"),
            3 => format!("{name}:{realm}:{hash}x\n"),
            4 => format!("# {name}\n{name}:{realm}:{hash}\n"),
            5 => format!("{name}:{hash}\n"),
            _ => format!("{name}:{realm}:{hash}\n"),
        }
    }
}

fn group_lines() -> impl Strategy<Value = String> {
    let line = prop::sample::select(&[
        "watch: mira olaf",
        "watch: mira olaf",
        "watch: mira",
        "deck: olaf pia",
        "deck:pia tjark",
        "watch: \"mira\" tjark",
        "watch: mira, olaf",
        "watch:mira,olaf",
        "Watch: pia",
        "watch : mira",
        "deck",
        "# watch: mira",
        "watch: mira # olaf",
        "watch:: mira",
        "the deck: mira",
        "watch: MIRA",
        "watch: mira\\",
        "idle:",
        "",
    ]);
    let lines = prop::collection::vec(line, 1..5);
    lines.prop_map(|lines| lines.into_iter().map(|line| format!("{line}\n")).collect())
}
