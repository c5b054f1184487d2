//! Password files: plain, hashed and digested, with the slips that real ones have.

use std::collections::BTreeMap;

use super::support::chance::Chance;
use super::support::client::md5_hex;

/// Names and their passwords.
pub(crate) const PEOPLE: [(&str, &str); 5] =
    [("ann", "kettle-7"), ("ben", "walnut9"), ("cid", "moss"), ("dora", "kettle-7"), ("e f", "walnut9")];
/// The realms that rules and digests use.
pub(crate) const REALMS: [&str; 3] = ["grove", "a b", ""];

const KETTLE: [&str; 4] = [
    "$apr1$oak.leaf$ZNHmRJG/c.EHYWoHRrpbi1",
    "abPr.jshBVkYo",
    "$1$oakleaf$.i4gw9G4l5yc0yDvqptF11",
    "$5$pinecone$1nrwOCVzEpVCYcZdoh/U7kjkX/UVyfNE2cGYZ8G3im/",
];
const WALNUT: [&str; 2] = [
    "$6$pinecone$6.7aA7UKC3hnvKIh.s.L5d5BEPwDlajeL57syHvEc4XSIav67wBYPv/tTpAF8kc9/iPsWZsg2Vx1kzWSBpSka0",
    "$2y$04$abcdefghijklmnopqrstuuu5Zl6eiTwP5wE1Sw7ZbBjz13.2Ron4.",
];
const MOSS: [&str; 2] =
    ["{SHA}PZN+/rHq5axIHkjuLGZpdrwEjHw=", "$7$4/..../....abcd$/KxOXWhcXa8cS5GNaNP0Mt0bDJ.nHnzxejzMSFS9hR2"];

/// The three files.
pub(crate) fn files(chance: &mut Chance) -> Vec<(String, Vec<u8>)> {
    let hashed = lines(chance, |chance, name, password| {
        let hash = match password {
            "kettle-7" => *chance.one_of(&KETTLE),
            "walnut9" => *chance.one_of(&WALNUT),
            _ => *chance.one_of(&MOSS),
        };
        format!("{name}:{hash}")
    });
    let plain = lines(chance, |_, name, password| format!("{name}:{password}"));
    let digests = lines(chance, |chance, name, password| {
        let realm = if chance.below(4) == 0 { *chance.one_of(&REALMS) } else { "grove" };
        let digest = md5_hex(&format!("{name}:{realm}:{password}"));
        format!("{name}:{realm}:{}", if chance.below(6) == 0 { digest.to_uppercase() } else { digest })
    });
    vec![("users".to_owned(), hashed), ("plain".to_owned(), plain), ("digests".to_owned(), digests)]
}

/// Now and then a file is closed to the server.
pub(crate) fn modes(chance: &mut Chance) -> BTreeMap<String, String> {
    let file = *chance.one_of(&["users", "plain", "digests", "www/priv/a.txt", "www/pub"]);
    let mode = *chance.one_of(&["0000", "0400", "0600"]);
    if chance.below(10) == 0 { BTreeMap::from([(file.to_owned(), mode.to_owned())]) } else { BTreeMap::new() }
}

fn lines(chance: &mut Chance, mut line: impl FnMut(&mut Chance, &str, &str) -> String) -> Vec<u8> {
    let mut text = Vec::new();
    for (name, password) in PEOPLE {
        let line = line(chance, name, password);
        text.extend(odd(chance, &line).into_bytes());
        text.extend(*chance.one_of(&[&b"\n"[..], b"\n", b"\n", b"\n", b"\n", b"\r\n", b"\n\n", b"\r\r\n"]));
    }
    match chance.below(14) {
        0 => [b"\xef\xbb\xbf", text.as_slice()].concat(),
        1 => text
            .into_iter()
            .filter(|byte| *byte != b'\r')
            .map(|byte| if byte == b'\n' { b'\r' } else { byte })
            .collect(),
        2 => {
            text.truncate(text.len() - 1);
            text
        }
        3 => {
            let at = chance.below(text.len());
            text.insert(at, 0);
            text
        }
        _ => text,
    }
}

fn odd(chance: &mut Chance, line: &str) -> String {
    match chance.below(24) {
        0 => format!("#{line}"),
        1 => format!(" {line}"),
        2 => format!("{line} "),
        3 => format!("{line}:more"),
        4 => line.replacen(':', "", 1),
        5 => line.replacen(':', ": ", 1),
        6 => line.replacen(':', " :", 1),
        7 => format!("{line}\n{line}x"),
        8 => format!("{line}x\n{line}"),
        9 => line.to_uppercase(),
        10 => format!("{}\n{line}", "z".repeat(*chance.one_of(&[1023, 1024, 1025, 3000]))),
        11 => format!("{line}\t"),
        12 => line.chars().take(chance.below(line.len())).collect(),
        _ => line.to_owned(),
    }
}
