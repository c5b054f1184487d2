//! The flags of `rclone serve http`, and the values they take (rclone 1.60 `rclone serve http --help`, `rclone help flags`).

use crate::answer::{Because, Reason};
use crate::source::{FileId, Place, Span};

/// A flag a line, with the kind of its value; without one it is a switch.
const FLAGS: &str = include_str!("flags.txt");
/// Flags that take files out of sight, or bring them in.
const FILTERS: [&str; 14] = [
    "--include",
    "--include-from",
    "--exclude",
    "--exclude-from",
    "--exclude-if-present",
    "--filter",
    "--filter-from",
    "--files-from",
    "--files-from-raw",
    "--min-age",
    "--max-age",
    "--min-size",
    "--max-size",
    "--max-depth",
];

/// A text and where it stands.
pub(super) type Argument = (String, Span);

/// What the arguments say.
#[derive(Debug, Default)]
pub(super) struct Flags {
    pub roots: Vec<Argument>,
    /// Flags with their values; a switch has an empty one.
    pub given: Vec<(&'static str, String, Place)>,
}

impl Flags {
    /// Cuts the arguments into flags and others (pflag: a value may follow behind `=` or as the next argument).
    ///
    /// # Errors
    /// A flag that is unknown, lacks its value, or cannot take it.
    pub(super) fn read(file: FileId, arguments: &[Argument]) -> Result<Self, Because> {
        let mut flags = Self::default();
        let mut rest = arguments.iter();
        while let Some((text, span)) = rest.next() {
            let place = Place::new(file, *span);
            if text == "--" {
                flags.roots.extend(rest.cloned());
                break;
            }
            if !text.starts_with('-') || text == "-" {
                flags.roots.push((text.clone(), *span));
                continue;
            }
            for one in several(text) {
                let (name, value) = match one.split_once('=') {
                    Some((name, value)) => (name.to_owned(), Some((value.to_owned(), place))),
                    None => (one, None),
                };
                let (known, kind) = find(&name).ok_or_else(|| unknown(&name, place))?;
                let value = match value {
                    Some(value) => value,
                    None if kind.is_empty() || kind == "count" => (String::new(), place),
                    None => rest
                        .next()
                        .map(|(text, span)| (text.clone(), Place::new(file, *span)))
                        .ok_or_else(|| wrong(known, "a value is missing", place))?,
                };
                if !takes(kind, &value.0) {
                    return Err(wrong(known, "it cannot take this value", value.1));
                }
                flags.given.push((known, value.0, value.1));
            }
        }
        Ok(flags)
    }

    /// The last value of a flag that is not empty.
    pub(super) fn value(&self, name: &str) -> Option<(&str, Place)> {
        let last = self.given.iter().rev().find(|(known, ..)| *known == name);
        last.filter(|(_, value, _)| !value.is_empty()).map(|(_, value, place)| (value.as_str(), *place))
    }

    /// A flag that decides which files are there.
    pub(super) fn filter(&self) -> Option<(&'static str, Place)> {
        let mut given = self.given.iter();
        given.find(|(name, ..)| FILTERS.contains(name)).map(|(name, _, place)| (*name, *place))
    }
}

/// `-vP` is two flags.
fn several(text: &str) -> Vec<String> {
    match text.strip_prefix('-') {
        Some(letters) if !letters.starts_with('-') && letters.chars().all(char::is_alphabetic) => {
            letters.chars().map(|letter| format!("-{letter}")).collect()
        }
        _ => vec![text.to_owned()],
    }
}

fn find(name: &str) -> Option<(&'static str, &'static str)> {
    let mut lines = FLAGS.lines().map(|line| line.split_once(' ').unwrap_or((line, "")));
    lines.find(|(known, _)| *known == name)
}

fn unknown(name: &str, place: Place) -> Because {
    let near = FLAGS.lines().map(|line| line.split_once(' ').map_or(line, |(name, _)| name));
    // A longer word is nobody's slip.
    let near = near.filter(|_| name.len() <= 64).map(|known| (strsim::osa_distance(known, name), known)).min();
    let nearest = near.filter(|(distance, _)| *distance <= 2).map(|(_, known)| known.to_owned());
    Because::at(Reason::UnknownDirective { name: name.to_owned(), nearest }, place)
}

pub(super) fn wrong(name: &str, message: &str, place: Place) -> Because {
    Because::at(Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() }, place)
}

/// Whether a value is one of this kind, as far as that is plain to see.
fn takes(kind: &str, value: &str) -> bool {
    match kind {
        "" => {
            value.is_empty()
                || ["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"].contains(&value)
        }
        "int" => value.parse::<i64>().is_ok(),
        "count" => value.is_empty() || value.parse::<i64>().is_ok(),
        "float" => value.parse::<f64>().is_ok(),
        // Go's own kind of duration wants a unit, rclone's does not.
        "duration" | "Duration" => {
            let bare = value.trim_start_matches(|letter: char| letter.is_ascii_digit() || ".-".contains(letter));
            value == "0" || value == "off" || (bare.len() < value.len() && (kind == "Duration" || !bare.is_empty()))
        }
        "FileMode" => u32::from_str_radix(value, 8).is_ok(),
        "CacheMode" => ["off", "minimal", "writes", "full"].contains(&value.to_lowercase().as_str()),
        _ => true,
    }
}
