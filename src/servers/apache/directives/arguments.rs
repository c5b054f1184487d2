//! Whether a directive takes the words it is given, counted as the server counts them.

use super::table::{ArgKind, Directive};

/// Words that a `TAKE_ARGV` directive gets at most; the rest is dropped (server/config.c, `AP_MAX_ARGC`).
const MAX_ARGC: usize = 64;

impl Directive {
    /// Counts `words`, the arguments already cut as `ap_getword_conf` cuts them, as `invoke_cmd` (server/config.c) does.
    ///
    /// Returns the words that reach the module: a list ends at its first empty word, what follows a flag is not looked
    /// at. A [`ArgKind::Raw`] directive gets the rest of the line instead, so nothing is counted here.
    ///
    /// # Errors
    /// The server's own message, which it gives before it asks the module.
    pub fn count<'a, 'w>(&self, words: &'a [&'w [u8]]) -> Result<&'a [&'w [u8]], String> {
        match self.args {
            ArgKind::Raw => Ok(words),
            ArgKind::One => self.between(words, 1, 1, "takes one argument"),
            ArgKind::Two => self.between(words, 2, 2, "takes two arguments"),
            ArgKind::Three => self.between(words, 3, 3, "takes three arguments"),
            // An empty second word is none to this kind alone.
            ArgKind::OneOrTwo => self.between(words, 1, 2, "takes 1-2 arguments").map(before_empty),
            ArgKind::TwoOrThree => self.between(words, 2, 3, "takes two or three arguments"),
            ArgKind::OneToThree => self.between(words, 1, 3, "takes one, two or three arguments"),
            ArgKind::Iterate => match before_empty(words) {
                [] => Err(self.complaint("requires at least one argument")),
                list => Ok(list),
            },
            ArgKind::Iterate2 => match words {
                [first, _, ..] if !first.is_empty() => Ok(before_empty(words)),
                _ => Err(self.complaint("requires at least two arguments")),
            },
            ArgKind::Flag => match words.split_at_checked(1) {
                Some((flag, _)) if flag.iter().all(|word| is_flag(word)) => Ok(flag),
                _ => Err(format!("{} must be On or Off", self.name)),
            },
            ArgKind::Argv => Ok(argv(words)),
        }
    }

    /// `words` if there are `least` to `most` of them and the first `least` are not empty.
    fn between<'a, 'w>(
        &self,
        words: &'a [&'w [u8]],
        least: usize,
        most: usize,
        what: &str,
    ) -> Result<&'a [&'w [u8]], String> {
        let needed = words.iter().take(least).filter(|word| !word.is_empty()).count();
        if needed == least && words.len() <= most { Ok(words) } else { Err(self.complaint(what)) }
    }

    fn complaint(&self, what: &str) -> String {
        let usage = self.usage();
        let comma = if usage.is_empty() { "" } else { ", " };
        format!("{} {what}{comma}{usage}", self.name)
    }
}

fn is_flag(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"on") || word.eq_ignore_ascii_case(b"off")
}

fn before_empty<'a, 'w>(words: &'a [&'w [u8]]) -> &'a [&'w [u8]] {
    words.split(|word| word.is_empty()).next().unwrap_or_default()
}

/// At most 64 words; an empty word that ends the line is none.
fn argv<'a, 'w>(words: &'a [&'w [u8]]) -> &'a [&'w [u8]] {
    let words = match words {
        [rest @ .., []] => rest,
        all => all,
    };
    words.get(..MAX_ARGC).unwrap_or(words)
}

#[cfg(test)]
mod tests {
    use crate::servers::apache::directives::{ArgKind, ModuleSet};
    use std::collections::HashMap;

    /// What the server says before it asks the module.
    const COUNTS: [&str; 10] = [
        " takes one argument",
        " takes two arguments",
        " takes 1-2 arguments",
        " takes three arguments",
        " takes two or three arguments",
        " takes one, two or three arguments",
        " takes no arguments",
        " requires at least one argument",
        " requires at least two arguments",
        " must be On or Off",
    ];

    #[derive(serde::Deserialize)]
    struct Row {
        directive: String,
        line: String,
        words: Vec<String>,
        message: Option<String>,
    }

    #[test]
    fn words_are_counted_as_the_recorded_server_counted_them() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/apache/arguments.jsonl");
        let text = std::fs::read_to_string(path).unwrap();
        let modules = ModuleSet::all();
        let mut seen: HashMap<ArgKind, usize> = HashMap::new();
        for line in text.lines() {
            let row: Row = serde_json::from_str(line).unwrap();
            let words: Vec<&[u8]> = row.words.iter().map(String::as_bytes).collect();
            let directive = modules.directives(row.directive.as_bytes()).next().unwrap();
            *seen.entry(directive.args).or_default() += 1;
            let counted = |message: &&String| {
                let modules_own = matches!(directive.args, ArgKind::Raw | ArgKind::Argv);
                let rest = message.strip_prefix(directive.name);
                !modules_own && rest.is_some_and(|rest| COUNTS.iter().any(|said| rest.starts_with(said)))
            };
            assert_eq!(directive.count(&words).err().as_ref(), row.message.as_ref().filter(counted), "{}", row.line);
        }
        assert_eq!(seen.len(), 11, "{seen:?}");
        assert!(seen.values().all(|count| *count >= 20), "{seen:?}");
    }

    fn reaching(name: &str, words: &[&str]) -> usize {
        let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        ModuleSet::all().directives(name.as_bytes()).next().unwrap().count(&words).unwrap().len()
    }

    #[test]
    fn only_the_words_that_the_server_hands_on_come_back() {
        assert_eq!(reaching("AuthBasicProvider", &["file", "", "nonsense"]), 1);
        assert_eq!(reaching("Allow", &["from", "127.0.0.1", "", "nonsense"]), 2);
        assert_eq!(reaching("AuthBasicAuthoritative", &["off", "on"]), 1);
        assert_eq!(reaching("AuthBasicFake", &["name", ""]), 1);
        assert_eq!(reaching("IndexOptions", &["XHTML"; 65]), 64);
        assert_eq!(reaching("IndexOptions", &["None", ""]), 1);
        assert_eq!(reaching("IndexOptions", &[]), 0);
    }
}
