//! Stored hashes against the answers that the real verifiers gave.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot read its fixtures has failed"
)]

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use htlint::hash::{
    Crypt, Damage, Death, Grade, Life, Limits, Outcome, Scheme, Verifier, damage, judge, looks_like_words, strength,
    verify,
};
use proptest::prelude::*;
use serde::Deserialize;
use sha1::{Digest, Sha1};

#[derive(Deserialize)]
struct Vector {
    hash: String,
    password_b64: String,
    verifier: String,
    result: String,
    note: String,
}

#[derive(Deserialize)]
struct Known {
    hash: String,
    verifier: String,
    alive: bool,
}

fn text(name: &str) -> String {
    let path = format!("{}/fixtures/hash/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{path}: {fault}"))
}

fn lines<T: for<'d> Deserialize<'d>>(name: &str) -> Vec<T> {
    text(name).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn verifier(name: &str) -> Verifier {
    Verifier::named(name).unwrap_or_else(|| panic!("no verifier {name}"))
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Match => "match",
        Outcome::Mismatch => "mismatch",
        Outcome::Error => "error",
        Outcome::Unknown => "unknown",
    }
}

/// What is said wrongly about a vector: another answer, or a hash called dead that has matched.
fn fault(vector: &Vector) -> Option<String> {
    let password = STANDARD.decode(&vector.password_b64).unwrap();
    let verifier = verifier(&vector.verifier);
    let said = word(verify(vector.hash.as_bytes(), &password, verifier, Limits::DEFAULT));
    let alive = judge(vector.hash.as_bytes(), verifier).is_alive();
    let dead = vector.result == "match" && alive != Some(true);
    let same = said == vector.result || (said != "match" && said != "unknown" && vector.result != "match");
    (dead || !same).then(|| {
        format!("{} said {said}, {alive:?}, is {}: {}: {}", vector.verifier, vector.result, vector.note, vector.hash)
    })
}

fn check_vectors(vectors: &[Vector]) {
    let wrong: Vec<String> = vectors.iter().filter_map(fault).collect();
    assert!(!vectors.is_empty());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

#[test]
fn every_vector_is_answered_as_the_real_verifier_did() {
    check_vectors(&lines("vectors.jsonl"));
}

#[test]
fn every_recorded_vector_is_answered_as_the_real_verifier_did() {
    check_vectors(&recorded(&text("recorded.jsonl")));
}

#[test]
fn dead_hashes_are_told_from_live_ones() {
    for known in lines::<Known>("lives.jsonl") {
        let life = judge(known.hash.as_bytes(), verifier(&known.verifier));
        assert_eq!(life.is_alive(), Some(known.alive), "{} {} {life:?}", known.verifier, known.hash);
    }
}

/// Reads a recorder's output: the first line names the versions and holds no vector.
fn recorded<T: for<'d> Deserialize<'d>>(text: &str) -> Vec<T> {
    text.lines().skip(1).map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
#[ignore = "asks the real verifiers through fixtures/hash/record.py; HTLINT_RECORDED names its output"]
fn live() {
    let text = fs::read_to_string(std::env::var("HTLINT_RECORDED").unwrap()).unwrap();
    check_vectors(&recorded(&text));
}

#[derive(Deserialize)]
struct Damaged {
    hash: String,
    password: String,
    verifier: String,
    mutations: usize,
    matching: Vec<String>,
}

/// The same mutations as `mutate` and `expensive` of fixtures/hash/record.py, with the same names.
fn mutations(stored: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut all = vec![("nothing".to_owned(), stored.to_vec())];
    for (at, byte) in stored.iter().enumerate() {
        let (before, behind) = (&stored[..at], &stored[at + 1..]);
        all.push((format!("drop {at}"), [before, behind].concat()));
        all.push((format!("double {at}"), [before, &[*byte, *byte], behind].concat()));
        for other in b".z-$".iter().filter(|other| *other != byte) {
            all.push((format!("replace {at} by {}", char::from(*other)), [before, &[*other], behind].concat()));
        }
    }
    for extra in [&b"\r"[..], b" ", b":x", b".", b"=", "\u{a0}".as_bytes(), stored] {
        let name =
            String::from_utf8_lossy(&extra[..extra.len().min(4)]).replace('\r', "\\r").replace('\u{a0}', "\\xa0");
        all.push((format!("append {name}"), [stored, extra].concat()));
        all.push((format!("prepend {name}"), [extra, stored].concat()));
    }
    all
}

#[test]
fn no_damaged_hash_matches_but_those_that_really_do() {
    for case in recorded::<Damaged>(&text("damage.jsonl")) {
        let verifier = verifier(&case.verifier);
        let all = mutations(case.hash.as_bytes());
        assert!(case.mutations <= all.len(), "{} of {}", case.mutations, all.len());
        let outcome =
            |field: &[u8]| verify(field, case.password.as_bytes(), verifier, Limits { work: 8000, ..Limits::DEFAULT });
        let matching: Vec<_> =
            all.iter().filter(|(_, field)| outcome(field) == Outcome::Match).map(|(name, _)| name.clone()).collect();
        assert_eq!(matching, case.matching, "{} {}", case.verifier, case.hash);
    }
}

fn every_verifier() -> Vec<Verifier> {
    let crypts = [Crypt::Libxcrypt, Crypt::Musl, Crypt::OldGlibc, Crypt::MacOs, Crypt::None];
    let with = |of: fn(Crypt) -> Verifier| crypts.into_iter().map(of);
    with(Verifier::Apr)
        .chain(with(Verifier::Nginx))
        .chain(with(Verifier::Lighttpd))
        .chain(with(Verifier::Crypt))
        .chain([Verifier::GoBcrypt])
        .collect()
}

/// Cheap enough for any number of tries.
const LITTLE: Limits = Limits { work: 2000, memory: 1 << 20 };

proptest! {
    #[test]
    fn any_bytes_are_judged_without_panic(
        prefix in prop::sample::select(vec!["", "$", "$1$", "$apr1$", "{SHA}", "{SSHA}", "{PLAIN}", "$2y$04$", "$2", "_", "$5$", "$6$rounds=", "$y$", "$gy$j5", "$7$", "$sha1$", "$md5,rounds=", "$3$$", "$$2y", "y05"]),
        rest in prop::collection::vec(any::<u8>(), 0..120),
        password in prop::collection::vec(any::<u8>(), 0..90),
    ) {
        let field = [prefix.as_bytes(), &rest].concat();
        for verifier in every_verifier() {
            let alive = judge(&field, verifier).is_alive();
            let outcome = verify(&field, &password, verifier, LITTLE);
            prop_assert!(alive != Some(false) || !matches!(outcome, Outcome::Match | Outcome::Unknown));
        }
        let said = damage(&field).map(|damage| (damage.to_string(), damage.advice()));
        prop_assert_eq!(said.is_none(), judge(&field, Verifier::Apr(Crypt::Libxcrypt)).is_alive() != Some(false));
        let _ = (strength(&field), looks_like_words(&field), Scheme::of(&field).id());
    }

    #[test]
    fn likely_texts_are_judged_without_panic(field in "[$./0-9A-Za-z,=_{}:!* ]{0,140}") {
        for verifier in every_verifier() {
            let _ = verify(field.as_bytes(), b"word", verifier, LITTLE);
        }
        let _ = (damage(field.as_bytes()), strength(field.as_bytes()));
    }

    #[test]
    #[expect(deprecated, reason = "old schemes")]
    fn what_other_code_has_hashed_is_verified(password in "[ -~é]{0,30}", other in "[a-z]{1,9}", seed in any::<[u8; 16]>()) {
        let apr = Verifier::Apr(Crypt::Libxcrypt);
        let salt: String = seed.iter().take(2).map(|byte| char::from(b'a' + byte % 26)).collect();
        let stored = [
            bcrypt::hash_with_salt(&password, 4, seed).unwrap().format_for_version(bcrypt::Version::TwoY),
            format!("{{SHA}}{}", STANDARD.encode(Sha1::digest(&password))),
            pwhash::unix_crypt::hash_with(&salt, &password).unwrap(),
            pwhash::md5_crypt::hash_with(&*format!("$1${salt}"), &password).unwrap(),
        ];
        for hash in stored {
            prop_assert_eq!(judge(hash.as_bytes(), apr), Life::Alive);
            prop_assert_eq!(verify(hash.as_bytes(), password.as_bytes(), apr, Limits::DEFAULT), Outcome::Match);
            let wrong = format!("{other}{password}");
            let same = hash.len() == 13 && wrong.bytes().take(8).eq(password.bytes().take(8));
            prop_assert!(same || verify(hash.as_bytes(), wrong.as_bytes(), apr, Limits::DEFAULT) != Outcome::Match);
        }
    }
}

#[test]
fn the_dear_ones_are_judged_but_not_computed() {
    let dear = [
        "$2b$31$Pgdv2tUHd1GKX82wXq4m6O.k5wYU3Q87cSJrEb/mt2W1ceIgJ94aK",
        "$5$rounds=999999999$saltsalt$...........................................",
        "$sha1$18446744073709551615$saltsalt$............................",
        "$md5,rounds=4000000000$saltsalt$......................",
        "$y$jL5$saltsalt$...........................................",
    ];
    for hash in dear {
        let verifier = Verifier::Crypt(Crypt::Libxcrypt);
        assert_eq!(judge(hash.as_bytes(), verifier), Life::Alive, "{hash}");
        assert_eq!(verify(hash.as_bytes(), b"word", verifier, Limits::DEFAULT), Outcome::Unknown, "{hash}");
        assert_eq!(strength(hash.as_bytes()).grade, Grade::TooSlow, "{hash}");
    }
}

#[test]
fn windows_compares_plain_text() {
    let windows = Verifier::Apr(Crypt::None);
    assert!(windows.compares_text(b"$1$is$text"));
    assert_eq!(verify(b"secret", b"secret", windows, Limits::DEFAULT), Outcome::Match);
    assert_eq!(verify(b"", b"", windows, Limits::DEFAULT), Outcome::Match);
    assert_eq!(judge(b"$2y$18$x", windows).is_alive(), Some(false));
}

#[test]
fn lighttpd_reads_sha_loosely() {
    let lighttpd = Verifier::named("lighttpd").unwrap();
    let digest = STANDARD.encode(Sha1::digest("secret"));
    let bare = digest.trim_end_matches('=');
    for field in [format!("{{SHA}}{digest}"), format!("{{SHA}}{bare}"), format!("{{SHA}} {bare}==:more")] {
        assert_eq!(verify(field.as_bytes(), b"secret", lighttpd, Limits::DEFAULT), Outcome::Match, "{field}");
    }
    assert_eq!(judge(b"{SHA}abc", lighttpd).is_alive(), Some(false));
}

#[test]
fn nothing_told_of_plain_text_depends_on_it() {
    let texts = [
        "hunter2",
        "correct horse battery staple",
        "Secret1234567",
        "aaaaaaaaaaaaa",
        "_underscored",
        "p!",
        "\u{e9}t\u{e9}",
    ];
    for verifier in every_verifier().into_iter().filter(|verifier| !verifier.compares_text(b"any")) {
        for text in texts {
            match judge(text.as_bytes(), verifier) {
                Life::Dead(death) => assert!(matches!(death, Death::PlainText | Death::NoCrypt), "{text} {death:?}"),
                Life::Alive | Life::Unknown(_) => panic!("{verifier:?} {text}"),
            }
            assert_eq!(Scheme::of(text.as_bytes()), Scheme::Plain, "{text}");
        }
    }
}

#[test]
fn damage_names_its_likely_origin() {
    let live = "$2y$05$b1lvXvL0cJHzbQ0Y4m7zqeBGH6sYX8OAYwbPOQyN9PGH0gkSZfWru";
    let apr1 = "$apr1$ChbrSquC$F8OyV9VcT.ordrJv4Oyo01";
    let cases = [
        (apr1.replace('$', "$$"), Damage::DollarsDoubled),
        (apr1.replace('$', "\\$"), Damage::DollarsEscaped),
        (apr1.replace('$', "%24"), Damage::UrlEncoded),
        (apr1.replace('$', "&#36;"), Damage::HtmlEncoded),
        (STANDARD.encode(apr1), Damage::Base64OfHash),
        (STANDARD.encode(format!("anna:{apr1}\n")), Damage::Base64OfHash),
        (format!("\u{feff}{apr1}"), Damage::JunkInFront),
        (format!("\"{live}\""), Damage::JunkInFront),
        (format!("!{apr1}"), Damage::JunkInFront),
        (format!("{apr1}\r"), Damage::JunkBehind),
        (format!("{apr1} # anna"), Damage::JunkBehind),
        (format!("anna:{apr1}"), Damage::UserInFront),
        (format!("{{CRYPT}}$6$rounds=1000${}", "a$".to_owned() + &".".repeat(86)), Damage::LabelInFront),
        (
            format!("{{BLF-CRYPT}}{}", "$2b$04$Pgdv2tUHd1GKX82wXq4m6O.k5wYU3Q87cSJrEb/mt2W1ceIgJ94aK"),
            Damage::LabelInFront,
        ),
        (
            format!("bcrypt$${}", &"$2b$04$Pgdv2tUHd1GKX82wXq4m6O.k5wYU3Q87cSJrEb/mt2W1ceIgJ94aK"[1..]),
            Damage::LabelInFront,
        ),
        (apr1[..30].to_owned(), Damage::Truncated),
        (apr1.replace("apr1", "APR1"), Damage::PrefixCase),
        ("4469apr14469ChbrSquC4469F8OyV9VcT.ordrJv4Oyo01".to_owned(), Damage::ShellProcess),
        ("ybash5/vL0cJHzbQ0Y4m7zqeBGH6sYX8OAYwbPOQyN9PGH0".to_owned(), Damage::ShellExpanded),
        ("y0.uSYX8OAYwbPOQyN9PGH0gkSZfWru".to_owned(), Damage::ShellExpanded),
        ("=1000/cJHzbQ0Y4m7z".to_owned(), Damage::ShellExpanded),
        ("{SHA}da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned(), Damage::HexInBase64),
        ("da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned(), Damage::HexDigest),
        ("Private:0123456789abcdef0123456789abcdef".to_owned(), Damage::HtdigestLine),
        ("!:19000:0:99999:7:::".to_owned(), Damage::ShadowLine),
        ("*".to_owned(), Damage::LockedAccount),
        ("$P$B12345678abcdefghijklmnopqrstuv".to_owned(), Damage::OtherProgram(Scheme::Phpass)),
        ("hunter2".to_owned(), Damage::PlainText),
        (String::new(), Damage::Missing),
    ];
    for (field, origin) in cases {
        assert_eq!(damage(field.as_bytes()), Some(origin), "{field}");
    }
    assert_eq!(damage(apr1.as_bytes()), None);
}

#[test]
fn a_password_of_thirteen_letters_looks_like_words() {
    let (word, hash) = ("Passwordssss2", "MknQRahW3mbGY");
    assert_eq!(Scheme::of(word.as_bytes()), Scheme::Des);
    assert!(looks_like_words(word.as_bytes()));
    assert!(!looks_like_words(hash.as_bytes()));
}
