//! People and their password files.

use super::support::chance::Chance;

/// Names, passwords and what is stored of them.
pub(crate) const PEOPLE: [(&str, &str, &str); 7] = [
    ("wanda", "gravel-path", "{PLAIN}gravel-path"),
    ("ivor", "tin roof", "{SHA}@tin roof@"),
    ("bea", "lantern", "$apr1$fernleaf$@lantern@"),
    ("bea.k", "", "{PLAIN}"),
    ("nils", "quay", "quay"),
    ("tilda", "cord:wood", "{PLAIN}cord"),
    ("ökna", "båt", "{PLAIN}båt"),
];

/// A password file, with lines that are odd now and then.
pub(crate) fn file(chance: &mut Chance) -> String {
    let mut text = String::new();
    for (name, password, stored) in PEOPLE {
        let stored = match stored {
            "{SHA}@tin roof@" => sha(password),
            "$apr1$fernleaf$@lantern@" => "{PLAIN}lantern".to_owned(),
            stored => stored.to_owned(),
        };
        text.push_str(&odd(chance));
        let end = *chance.one_of(&["\n", "\n", "\n", "\n", "\n", "\r\n", "\r", ":more\n", " \n", "\n\r"]);
        let blank = *chance.one_of(&["", "", "", "", "", "", "", " ", "#", "\t"]);
        text.push_str(&format!("{blank}{name}:{stored}{end}"));
    }
    text
}

fn odd(chance: &mut Chance) -> String {
    let odd = [
        "",
        "",
        "",
        "",
        "",
        "# note\n",
        "\n",
        "wan\n",
        "bea\n",
        "\u{feff}",
        "x:y\n",
        "ivor:\n",
        "iv",
        "# wanda:x\r",
        ":\n",
    ];
    (*chance.one_of(&odd)).to_owned()
}

fn sha(password: &str) -> String {
    use base64::Engine;
    use sha1::Digest;
    format!("{{SHA}}{}", base64::prelude::BASE64_STANDARD.encode(sha1::Sha1::digest(password.as_bytes())))
}
