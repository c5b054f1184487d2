//! The command that writes an entry anew, in a way that all take who read the file.

use super::rule::Case;
use super::words::shell;
use crate::answer::{UserFileInUse, Written};
use crate::hash::{Verifier, judge};
use crate::source::Place;

/// What `htpasswd` writes, strongest first: its options, and the shape of such a hash to put to the verifier.
const KINDS: [(&str, &[u8]); 3] = [
    ("-B -C 10", b"$2y$10$....................................................."),
    ("-m", b"$apr1$........$......................"),
    ("-s", b"{SHA}AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
];

/// A sentence: the command for the user whose entry stands here.
pub(super) fn rewrite(case: &Case<'_>, place: Place) -> String {
    let user = case.user_at(place).filter(|user| !user.is_empty()).unwrap_or_else(|| "USER".to_owned());
    let path = case.path(place);
    let file = if path.is_empty() { "FILE".to_owned() } else { shell(&path) };
    let written = case.user_file(place.file).map(|used| used.written).unwrap_or_default();
    let doubled = if written == Written::Compose { ", each `$` doubled" } else { "" };
    match options(case, place) {
        Some(options) if written != Written::File => {
            let options = options.trim_start_matches('-');
            format!("Put what `htpasswd -n{options} {}` prints in its place{doubled}.", shell(&user))
        }
        Some(options) => format!("Set the password anew: `htpasswd {options} {file} {}`.", shell(&user)),
        None if several(case, place) => {
            "No kind of hash suits all servers that read this file: give each a file of its own.".to_owned()
        }
        None => format!("Put what `openssl passwd -6` prints behind `{user}:` in {file}."),
    }
}

/// Whether several servers read the file in ways of their own.
fn several(case: &Case<'_>, place: Place) -> bool {
    case.user_file(place.file).is_some_and(|used| used.others.iter().any(|other| *other != used.verifier))
}

/// The options that make a hash that every verifier of this file checks; `None` if none does.
fn options(case: &Case<'_>, place: Place) -> Option<&'static str> {
    let used = case.user_file(place.file);
    let takes = |hash: &[u8], verifier: Verifier| judge(hash, verifier).is_alive() == Some(true);
    let mut kinds = KINDS.iter();
    let all = |used: &UserFileInUse, hash| used.others.iter().chain([&used.verifier]).all(|one| takes(hash, *one));
    kinds.find(|(_, hash)| used.is_none_or(|used| all(used, hash))).map(|(options, _)| *options)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::Crypt;

    #[test]
    fn the_shapes_are_taken_by_a_verifier_that_knows_them() {
        for (_, hash) in KINDS {
            assert_eq!(judge(hash, Verifier::Apr(Crypt::Libxcrypt)).is_alive(), Some(true));
        }
        assert_eq!(judge(KINDS[0].1, Verifier::GoBcrypt).is_alive(), Some(true));
        assert_eq!(judge(KINDS[0].1, Verifier::Nginx(Crypt::OldGlibc)).is_alive(), Some(false));
    }
}
