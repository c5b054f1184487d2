//! The command that writes an entry anew, in a way that the file's own verifier takes.

use super::rule::Case;
use super::words::shell;
use crate::hash::{Verifier, judge};
use crate::source::Place;

/// What `htpasswd` writes, strongest first: its options, and the shape of such a hash to put to the verifier.
const KINDS: [(&str, &[u8]); 2] = [
    ("-B -C 10", b"$2y$10$....................................................."),
    ("-m", b"$apr1$........$......................"),
];

/// A sentence: the command for the user whose entry stands here.
pub(super) fn rewrite(case: &Case<'_>, place: Place) -> String {
    let user = case.user_at(place).filter(|user| !user.is_empty()).unwrap_or_else(|| "USER".to_owned());
    let path = case.path(place);
    let file = if path.is_empty() { "FILE".to_owned() } else { shell(&path) };
    match options(case, place) {
        Some(options) => format!("Set the password anew: `htpasswd {options} {file} {}`.", shell(&user)),
        None => format!("Put what `openssl passwd -6` prints behind `{user}:` in {file}."),
    }
}

/// The options that make a hash that this file's verifier checks; `None` if none does.
fn options(case: &Case<'_>, place: Place) -> Option<&'static str> {
    let used = case.user_file(place.file);
    let takes = |hash: &[u8], verifier: Verifier| judge(hash, verifier).is_alive() == Some(true);
    let mut kinds = KINDS.iter();
    kinds.find(|(_, hash)| used.is_none_or(|used| takes(hash, used.verifier))).map(|(options, _)| *options)
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
