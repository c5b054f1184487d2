//! Why the right password does not fit an entry.

use super::setup::Lighttpd;
use crate::answer::{Because, Missing, Reason};
use crate::hash::{Damage, Death, Life, Scheme, damage, judge};
use crate::lines::is_blank;
use crate::source::{Place, Span};
use crate::users::{Encoding, Entry, Oddity, UserFile};

impl Lighttpd<'_> {
    /// Why, or why that cannot be told; `None`: it fits.
    #[must_use]
    pub(super) fn fate(&self, file: &UserFile, entry: &Entry) -> Option<Reason> {
        match judge(&entry.stored, self.verifier()) {
            Life::Alive => hidden_name(file, entry),
            Life::Unknown(_) => Some(Reason::CannotTell { missing: Missing::Cost }),
            Life::Dead(death) => Some(self.blank(entry).unwrap_or_else(|| dead(entry, death))),
        }
    }

    /// A blank around a hash that would be alive without it.
    fn blank(&self, entry: &Entry) -> Option<Reason> {
        let trimmed = entry.stored.trim_ascii();
        let fits = trimmed.len() < entry.stored.len() && judge(trimmed, self.verifier()) == Life::Alive;
        fits.then_some(Reason::BlankInEntry { part: "the stored password" })
    }

    /// The faults of lines that make no entry at all.
    #[must_use]
    pub(super) fn lost_lines(&self, file: &UserFile) -> Vec<Because> {
        let place = |span| Place::new(file.file, span);
        let mut lost = Vec::new();
        for oddity in &file.oddities {
            match oddity {
                Oddity::NoColon { remark: true, .. }
                | Oddity::Nul { .. }
                | Oddity::NoFinalNewline { .. }
                | Oddity::Swallowed { .. } => {}
                Oddity::NoColon { span, remark: false } => {
                    lost.push(Because::at(Reason::EntryWithoutColon, place(*span)));
                }
                Oddity::CommentedEntry { user, stored, span } => {
                    if judge(stored, self.verifier()) == Life::Alive {
                        let name = String::from_utf8_lossy(user).into_owned();
                        lost.push(Because::at(Reason::CommentedUser { name }, place(*span)));
                    }
                }
                Oddity::TooLong { span, limit, lost: behind } => {
                    let reason = Reason::UserLineTooLong { limit: *limit, lost: behind.len() };
                    lost.push(Because::at(reason, place(*span)));
                }
            }
        }
        if let Some(encoding) = file.encoding.filter(|encoding| *encoding != Encoding::Utf8Bom) {
            lost.push(Because::at(Reason::UserFileEncoding { what: encoding.words() }, place(Span::new(0, 2))));
        }
        lost
    }
}

/// The name that people know the user by: without a byte order mark in front and blanks around.
#[must_use]
pub(super) fn known_name<'e>(file: &UserFile, entry: &'e Entry) -> &'e [u8] {
    let first = file.entries.first().is_some_and(|first| first.span == entry.span);
    let name = match file.encoding {
        Some(Encoding::Utf8Bom) if first => entry.user.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&entry.user),
        _ => &entry.user,
    };
    name.trim_ascii()
}

/// A name with something in it that nobody types.
#[must_use]
pub(super) fn hidden_name(file: &UserFile, entry: &Entry) -> Option<Reason> {
    if known_name(file, entry).len() == entry.user.len() {
        return None;
    }
    let blank = |byte: Option<&u8>| byte.copied().is_some_and(is_blank);
    if blank(entry.user.last()) || blank(entry.user.first()) {
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

/// A name in the file that is near the wanted one: in another case, or a slip of the pen away.
#[must_use]
pub(super) fn nearest(file: &UserFile, wanted: &[u8]) -> Option<String> {
    /// Looking for slips takes time that grows with the file.
    const MOST: usize = 2_000;
    let text = |user: &[u8]| String::from_utf8_lossy(user).into_owned();
    let same = file.entries.iter().find(|entry| entry.user.eq_ignore_ascii_case(wanted));
    let wanted = text(wanted);
    let near = || {
        let names = file.entries.iter().take(MOST).map(|entry| text(&entry.user));
        let near = names.map(|name| (strsim::osa_distance(&name, &wanted), name));
        let most = wanted.chars().count() / 3;
        near.filter(|(distance, _)| *distance > 0 && *distance <= most).min().map(|(_, name)| name)
    };
    same.map(|entry| text(&entry.user)).or_else(near)
}
