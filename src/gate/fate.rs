//! Why the right password does not fit an entry, in terms that all servers share.

use crate::answer::{Missing, Reason};
use crate::hash::{Damage, Death, Life, Scheme, Verifier, damage, judge};
use crate::users::{Encoding, Entry, UserFile};

/// Why the right password does not fit an entry, or why that cannot be told; `None`: it fits.
#[must_use]
pub fn fate(file: &UserFile, entry: &Entry, verifier: Verifier) -> Option<Reason> {
    match judge(&entry.stored, verifier) {
        Life::Alive => hidden(file, entry),
        Life::Unknown(_) => Some(Reason::CannotTell { missing: Missing::Cost }),
        Life::Dead(death) => Some(blank(entry, verifier).unwrap_or_else(|| dead(entry, death))),
    }
}

/// A name that begins with a byte order mark: nobody types that.
fn hidden(file: &UserFile, entry: &Entry) -> Option<Reason> {
    let marked = entry.user.starts_with(b"\xef\xbb\xbf");
    let encoding = file.encoding.filter(|encoding| marked && *encoding == Encoding::Utf8Bom)?;
    Some(Reason::UserFileEncoding { what: encoding.words() })
}

fn dead(entry: &Entry, death: Death) -> Reason {
    if death == Death::Empty || entry.stored.is_empty() {
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

/// A blank around a hash that would be alive without it.
fn blank(entry: &Entry, verifier: Verifier) -> Option<Reason> {
    let trimmed = entry.stored.trim_ascii();
    let fits = trimmed.len() < entry.stored.len() && judge(trimmed, verifier) == Life::Alive;
    fits.then_some(Reason::BlankInEntry { part: "the stored password" })
}

/// A name among these that is near the wanted one: in another case, or a slip of the pen away.
#[must_use]
pub fn nearest<'n>(names: impl Iterator<Item = &'n [u8]>, wanted: &[u8]) -> Option<String> {
    /// Looking for slips takes time that grows with the list.
    const MOST: usize = 2_000;
    let wanted = String::from_utf8_lossy(wanted);
    let most = (wanted.chars().count() / 3).max(1);
    let near = names.take(MOST).map(|name| String::from_utf8_lossy(name).into_owned()).filter(|name| *name != wanted);
    let near = near.map(|name| {
        let same = name.eq_ignore_ascii_case(&wanted);
        (if same { 0 } else { strsim::osa_distance(&name, &wanted) }, name)
    });
    near.filter(|(distance, _)| *distance <= most).min().map(|(_, name)| name)
}
