//! What becomes of each entry of a password file when its holder logs in (modules/aaa/mod_authn_file.c,
//! `check_password`; apr-util, `apr_password_validate`), and of the lines that are no entries.

use crate::answer::{Because, Missing, Reason};
use crate::hash::{Damage, Death, Life, Scheme, Verifier, damage, judge};
use crate::lines::is_blank;
use crate::source::{FileId, Place};
use crate::users::{Encoding, Entry, Oddity, UserFile};
use crate::words::field;

/// Why the right password does not fit an entry, or why that cannot be told; `None`: it fits.
#[must_use]
pub(super) fn fate(file: &UserFile, entry: &Entry, verifier: Verifier) -> Option<Reason> {
    match judge(&entry.stored, verifier) {
        Life::Alive => hidden_name(file, entry),
        Life::Unknown(_) => Some(Reason::CannotTell { missing: Missing::Cost }),
        Life::Dead(death) => {
            Some(glued(entry, verifier).or_else(|| blank(entry, verifier)).unwrap_or_else(|| dead(entry, death)))
        }
    }
}

/// The name that people know the user by: without a byte order mark in front and blanks behind.
#[must_use]
pub(super) fn known_name<'e>(file: &UserFile, entry: &'e Entry) -> &'e [u8] {
    let first = file.entries.first().is_some_and(|first| first.span == entry.span);
    let name = match file.encoding {
        Some(Encoding::Utf8Bom) if first => entry.user.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&entry.user),
        _ => &entry.user,
    };
    name.trim_ascii_end()
}

fn hidden_name(file: &UserFile, entry: &Entry) -> Option<Reason> {
    let known = known_name(file, entry);
    if known.len() == entry.user.len() {
        return None;
    }
    if entry.user.last().copied().is_some_and(is_blank) {
        return Some(Reason::BlankInEntry { part: "the user name" });
    }
    file.encoding.map(|encoding| Reason::UserFileEncoding { what: encoding.words() })
}

fn dead(entry: &Entry, death: Death) -> Reason {
    if death == Death::Empty {
        return Reason::EmptyPassword;
    }
    let damage = damage(&entry.stored);
    if let Death::NoSuchScheme(scheme) = death
        && !damage.is_some_and(Damage::is_of_a_sound_hash)
    {
        return Reason::UnsupportedHash { scheme };
    }
    if death == Death::PlainText && matches!(damage, None | Some(Damage::PlainText)) {
        return Reason::PlainTextPassword;
    }
    Reason::DeadHash { scheme: Scheme::of(&entry.stored), death, damage }
}

/// `alice:HASHbob:HASH`: two entries on one line.
fn glued(entry: &Entry, verifier: Verifier) -> Option<Reason> {
    let (_, second) = field(&entry.rest).ok()?;
    if second.is_empty() || judge(second, verifier) != Life::Alive {
        return None;
    }
    let alive = |at: &usize| {
        let head = entry.stored.get(..*at).unwrap_or_default();
        judge(head, verifier) == Life::Alive
    };
    let at = (1..entry.stored.len()).rev().find(alive)?;
    let lost = entry.stored.get(at..).map(|name| String::from_utf8_lossy(name).into_owned());
    Some(Reason::GluedEntries { lost })
}

/// A blank between the colon and a hash that would be alive without it.
fn blank(entry: &Entry, verifier: Verifier) -> Option<Reason> {
    let trimmed = entry.stored.trim_ascii();
    let fits = trimmed.len() < entry.stored.len() && judge(trimmed, verifier) == Life::Alive;
    fits.then_some(Reason::BlankInEntry { part: "the stored password" })
}

/// Why nobody of this name can log in: a line without a colon is the name, and its password is empty.
#[must_use]
pub(super) fn without_colon(file: &UserFile, user: &[u8]) -> Option<Because> {
    let span = file.bare_name(user)?;
    Some(Because::at(Reason::EntryWithoutColon, Place::new(file.file, span)).logged("AH01617"))
}

/// The faults of lines that make no entry at all.
#[must_use]
pub(super) fn lost_lines(file: &UserFile, verifier: Verifier) -> Vec<Because> {
    let place = |span| Place::new(file.file, span);
    let name = |user: &[u8]| String::from_utf8_lossy(user).into_owned();
    let mut lost = Vec::new();
    for oddity in &file.oddities {
        match oddity {
            Oddity::NoColon { remark: true, .. } | Oddity::Nul { .. } | Oddity::NoFinalNewline { .. } => {}
            Oddity::NoColon { span, remark: false } => lost.push(Because::at(Reason::EntryWithoutColon, place(*span))),
            Oddity::CommentedEntry { user, stored, span } => {
                if judge(stored, verifier) == Life::Alive {
                    lost.push(Because::at(Reason::CommentedUser { name: name(user) }, place(*span)));
                }
            }
            Oddity::Swallowed { user: None, .. } => {}
            Oddity::Swallowed { user: Some(user), by, span, .. } => {
                let reason = Reason::SwallowedEntry { lost: Some(name(user)) };
                lost.push(Because::at(reason, place(*by)).with(place(*span), "this line is lost"));
            }
            Oddity::TooLong { span, limit, lost: behind } => {
                let reason = Reason::UserLineTooLong { limit: *limit, lost: behind.len() };
                lost.push(Because::at(reason, place(*span)));
            }
        }
    }
    lost.extend(unreadable(file));
    lost
}

/// A file in which no line is what it looks like.
fn unreadable(file: &UserFile) -> Option<Because> {
    let encoding = file.encoding.filter(|encoding| *encoding != Encoding::Utf8Bom)?;
    let place = Place::new(file.file, crate::source::Span::new(0, 2));
    Some(Because::at(Reason::UserFileEncoding { what: encoding.words() }, place))
}

/// A name in the file that is near the wanted one: in another case, or a slip of the pen away.
#[must_use]
pub(super) fn nearest(file: &UserFile, wanted: &[u8]) -> Option<String> {
    /// Looking for slips takes time that grows with the file.
    const MOST: usize = 2_000;
    let same = file.entries.iter().find(|entry| entry.user.eq_ignore_ascii_case(wanted));
    let wanted = String::from_utf8_lossy(wanted);
    let near = || {
        let names = file.entries.iter().take(MOST).map(|entry| String::from_utf8_lossy(&entry.user).into_owned());
        let near = names.map(|name| (strsim::osa_distance(&name, &wanted), name));
        let most = wanted.chars().count() / 3;
        near.filter(|(distance, _)| *distance > 0 && *distance <= most).min().map(|(_, name)| name)
    };
    same.map(|entry| String::from_utf8_lossy(&entry.user).into_owned()).or_else(near)
}

/// The file of a place's entries.
#[must_use]
pub(super) fn place_of(file: FileId, entry: &Entry) -> Place {
    Place::new(file, entry.span)
}
