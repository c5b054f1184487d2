//! The accounts of a `basicauth` block (Caddy `modules/caddyhttp/caddyauth/{caddyfile,basicauth}.go`).

use std::sync::Arc;

use base64::Engine;
use base64::alphabet;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

use super::build::Builder;
use super::parser::{Fault, Word};
use super::placeholders::without_placeholders;
use super::route::Guard;
use super::server::VERIFIER;
use crate::answer::Reason;
use crate::gate::Book;
use crate::hash::Scheme;
use crate::source::{Place, Span};
use crate::users::{Entry, UserFile, Winner};

/// What stops the start, in the terms of [`Reason`].
pub(super) type Refused = (Reason, Word);

/// Reads the arguments and the lines of a block.
pub(super) fn guard(
    builder: &Builder<'_>,
    head: &Word,
    arguments: &[Word],
    lines: &[Vec<Word>],
) -> Result<Guard, Refused> {
    let refuse = |word: &Word, message: &str| (wrong(head.text(), message), word.clone());
    let (algorithm, realm) = match arguments {
        [] => (None, None),
        [algorithm] => (Some(algorithm), None),
        [algorithm, realm] => (Some(algorithm), Some(realm.text().to_owned())),
        [_, _, third, ..] => return Err(refuse(third, "too many arguments")),
    };
    let foreign = match algorithm.map(Word::text) {
        None | Some("bcrypt") => false,
        Some("scrypt") => true,
        Some(_) => {
            let word = algorithm.unwrap_or(head);
            return Err(refuse(word, "the first argument must be bcrypt or scrypt"));
        }
    };
    let mut entries: Vec<Entry> = Vec::new();
    for line in lines {
        let entry = entry(builder, head, line)?;
        if let Some(first) = line.first().filter(|_| entries.iter().any(|known| known.user == entry.user)) {
            return Err((Reason::RefusedEntry { why: "a second entry of the same user" }, first.clone()));
        }
        entries.push(entry);
    }
    let place = builder.place(head);
    // A list lies in one file; a snippet of another file is rare, and its places are then those of the directive.
    let bytes = builder.bytes(head.file);
    let list = UserFile::of_entries(place.file, bytes, entries, Vec::new(), Winner::First);
    Ok(Guard { book: Book::of(Arc::new(list), VERIFIER, place), realm, foreign })
}

fn wrong(name: &str, message: &str) -> Reason {
    Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() }
}

fn entry(builder: &Builder<'_>, head: &Word, line: &[Word]) -> Result<Entry, Refused> {
    let (user, stored) = match line {
        [user, stored] | [user, stored, _] => (user, stored),
        [user, ..] => {
            let message = "each line must be: user hash [salt]";
            return Err((wrong(head.text(), message), user.clone()));
        }
        [] => return Err((wrong(head.text(), "an empty line"), head.clone())),
    };
    if let [_, _, salt] = line {
        decoded(salt, &without_placeholders(salt.text()))?;
    }
    let name = without_placeholders(user.text());
    if user.text() == "{" || name.is_empty() {
        return Err((wrong(head.text(), "a user name is missing"), user.clone()));
    }
    let text = without_placeholders(stored.text());
    if text.is_empty() {
        return Err((Reason::EmptyPassword, stored.clone()));
    }
    let bytes = if text.starts_with('$') { text.into_bytes() } else { decoded(stored, &text)? };
    let Place { span, .. } = builder.place(user);
    let last = line.last().map_or(span, |word| if word.file == user.file { word.token.span } else { span });
    Ok(Entry {
        user: name.into_bytes().into(),
        stored: bytes.into(),
        rest: Box::default(),
        user_span: span,
        span: Span::new(span.start, last.end),
    })
}

/// What does not begin with `$` is taken for base64, and that for a hash.
fn decoded(word: &Word, text: &str) -> Result<Vec<u8>, Refused> {
    let config = GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true);
    let text: String = text.chars().filter(|found| !matches!(found, '\r' | '\n')).collect();
    GeneralPurpose::new(&alphabet::STANDARD, config).decode(text).map_err(|_| {
        let scheme = Scheme::of(word.text().as_bytes());
        let plain = matches!(scheme, Scheme::Plain | Scheme::Empty);
        (if plain { Reason::PlainTextPassword } else { Reason::UnsupportedHash { scheme } }, word.clone())
    })
}

/// The spans of the passwords, which no report may show: all words of the lines but the first.
pub(super) fn secrets(lines: &[Vec<Word>]) -> impl Iterator<Item = &Word> {
    lines.iter().flat_map(|line| line.iter().skip(1))
}

/// Fault to reason, for what the parser refuses.
pub(super) fn refused(fault: &Fault, name: &str) -> Reason {
    if fault.braces {
        return Reason::UnbalancedSection { message: fault.message.clone() };
    }
    wrong(name, &fault.message)
}
