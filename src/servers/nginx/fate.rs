//! What becomes of an entry of a password file when its holder logs in.

use crate::answer::{Missing, Reason};
use crate::hash::{Damage, Death, Life, Scheme, Verifier, damage, judge};
use crate::source::FileId;
use crate::users::read_nginx;

/// Why the right password does not fit a stored text, or why that cannot be told; `None`: it fits.
pub(super) fn fate(stored: &[u8], verifier: Verifier) -> Option<Reason> {
    let death = match judge(stored, verifier) {
        Life::Alive => return None,
        Life::Unknown(_) => return Some(Reason::CannotTell { missing: Missing::Cost }),
        Life::Dead(death) => death,
    };
    if death == Death::Empty {
        return Some(Reason::EmptyPassword);
    }
    let trimmed = stored.trim_ascii();
    if trimmed.len() < stored.len() && judge(trimmed, verifier) == Life::Alive {
        return Some(Reason::BlankInEntry { part: "the stored password" });
    }
    let damage = damage(stored);
    if let Death::NoSuchScheme(scheme) = death
        && !damage.is_some_and(Damage::is_of_a_sound_hash)
    {
        return Some(Reason::UnsupportedHash { scheme });
    }
    if death == Death::PlainText && matches!(damage, None | Some(Damage::PlainText)) {
        return Some(Reason::PlainTextPassword);
    }
    Some(Reason::DeadHash { scheme: Scheme::of(stored), death, damage })
}

/// A name in the file that is near the wanted one: in another case, or a slip of the pen away.
pub(super) fn nearest(id: FileId, bytes: &[u8], wanted: &[u8]) -> Option<String> {
    let wanted = String::from_utf8_lossy(wanted).into_owned();
    let names: Vec<String> = read_nginx(id, bytes)
        .entries
        .iter()
        .take(2_000)
        .map(|entry| String::from_utf8_lossy(&entry.user).into_owned())
        .collect();
    let same = names.iter().find(|name| name.eq_ignore_ascii_case(&wanted) && **name != wanted).cloned();
    let most = wanted.chars().count() / 3;
    let near = || {
        let near = names.iter().map(|name| (strsim::osa_distance(name, &wanted), name.clone()));
        near.filter(|(distance, _)| *distance > 0 && *distance <= most).min().map(|(_, name)| name)
    };
    same.or_else(near)
}
