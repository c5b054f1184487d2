//! The backends of mod_authn_file: whether a login is right (mod_authn_file.c).

use md5::Digest;

use super::auth::Guard;
use super::people::{UserFileState, place};
use super::require::{Algorithms, Method, Rule, Who};
use super::setup::Lighttpd;
use super::traps::nearest;
use crate::answer::{Because, Missing, Reason};
use crate::credentials::Secret;
use crate::hash::{Limits, Outcome, Verifier, verify};
use crate::source::{FileId, Place};
use crate::users::{HtdigestLine, UserFile};

/// A backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    /// `plain`: the password itself.
    Plain,
    /// `htpasswd`: a hash.
    Htpasswd,
    /// `htdigest`: a digest of user, realm and password.
    Htdigest,
}

/// What the client shows.
pub(super) enum Proof {
    /// The right password, whatever it is.
    Right,
    /// This one.
    Password(Secret),
    /// The answer to a challenge of Digest that this password makes.
    Digest(Secret),
}

/// What a backend says.
pub(super) enum Verdict {
    /// It is right, and the user may.
    Right,
    /// It is not.
    Wrong(Because),
    /// Can't tell.
    Unknown(Because),
}

impl Backend {
    /// The backend of that name.
    #[must_use]
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"plain" => Some(Self::Plain),
            b"htpasswd" => Some(Self::Htpasswd),
            b"htdigest" => Some(Self::Htdigest),
            _ => None,
        }
    }

    /// The key that names its file.
    #[must_use]
    pub(super) fn file_key(self) -> &'static str {
        match self {
            Self::Plain => "auth.backend.plain.userfile",
            Self::Htpasswd => "auth.backend.htpasswd.userfile",
            Self::Htdigest => "auth.backend.htdigest.userfile",
        }
    }
}

/// Which digest is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha256,
    Sha512_256,
}

impl Algorithm {
    fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha256 | Self::Sha512_256 => 64,
        }
    }

    /// The digest of `user:realm:password`.
    fn digest(self, user: &[u8], realm: &[u8], password: &[u8]) -> Vec<u8> {
        let text = [user, b":", realm, b":", password].concat();
        match self {
            Self::Md5 => md5::Md5::digest(text).to_vec(),
            Self::Sha256 => sha2::Sha256::digest(text).to_vec(),
            Self::Sha512_256 => sha2::Sha512_256::digest(text).to_vec(),
        }
    }
}

/// Those of which the client may take any; for Basic the server takes the first of its own order.
fn algorithms(rule: &Rule) -> Vec<Algorithm> {
    let Algorithms { md5, sha256, sha512_256 } = rule.algorithms;
    let all = [(sha256, Algorithm::Sha256), (sha512_256, Algorithm::Sha512_256), (md5, Algorithm::Md5)];
    let offered = all.into_iter().filter(|(on, _)| *on).map(|(_, algorithm)| algorithm);
    if rule.method == Method::Basic { offered.take(1).collect() } else { offered.collect() }
}

impl Lighttpd<'_> {
    /// The verifier behind the backend htpasswd.
    #[must_use]
    pub(super) fn verifier(&self) -> Verifier {
        Verifier::Lighttpd(self.target.crypt)
    }

    /// What becomes of a login.
    #[must_use]
    pub(super) fn verdict(&self, guard: &Guard<'_>, backend: Backend, user: &[u8], proof: &Proof) -> Verdict {
        let Some(setting) = guard.file else {
            return Verdict::Wrong(Because::at(Reason::UserFileUnset, guard.rule.place));
        };
        let state = self.user_file(setting.value.text().unwrap_or_default());
        let verdict = match state.as_ref() {
            UserFileState::Failed(reason) => return Verdict::Wrong(Because::at(reason.clone(), setting.place)),
            UserFileState::Unknown(because) => {
                return Verdict::Unknown(Because { place: because.place.or(Some(setting.place)), ..because.clone() });
            }
            UserFileState::Read { file, passwords, digests } => match backend {
                Backend::Htpasswd => self.by_hash(guard.rule, passwords, user, proof),
                Backend::Plain => by_text(guard.rule, passwords, user, proof),
                Backend::Htdigest => by_digest(guard.rule, *file, digests, user, proof),
            },
        };
        if let Verdict::Right = verdict {
            if !guard.rule.who.has(user) {
                // No backend of these knows of groups.
                let lonely =
                    matches!(&guard.rule.who, Who::These { users, groups } if users.is_empty() && !groups.is_empty());
                let reason = if lonely { Reason::GroupFileMissing { path: None } } else { Reason::NotAuthorized };
                return Verdict::Wrong(Because::at(reason, guard.rule.who_place));
            }
            if guard.rule.method == Method::Digest && guard.rule.nonce_secret {
                // The server does not know its own nonces again: it reads the random part as 0.
                return Verdict::Wrong(Because::at(Reason::NotAuthorized, guard.rule.place));
            }
        }
        verdict
    }

    fn by_hash(&self, rule: &Rule, file: &UserFile, user: &[u8], proof: &Proof) -> Verdict {
        let Some(entry) = file.entry(user) else { return missing(rule, file, user) };
        let at = place(file.file, entry.span);
        match proof {
            Proof::Right => match self.fate(file, entry) {
                None => Verdict::Right,
                Some(reason @ Reason::CannotTell { .. }) => Verdict::Unknown(Because::at(reason, at)),
                Some(reason) => Verdict::Wrong(Because::at(reason, at)),
            },
            Proof::Password(password) | Proof::Digest(password) => {
                match verify(&entry.stored, password.reveal(), self.verifier(), Limits::DEFAULT) {
                    Outcome::Match => Verdict::Right,
                    Outcome::Mismatch | Outcome::Error => {
                        let fate = self.fate(file, entry).filter(|reason| !matches!(reason, Reason::CannotTell { .. }));
                        Verdict::Wrong(Because::at(fate.unwrap_or(Reason::WrongPassword), at))
                    }
                    Outcome::Unknown => {
                        Verdict::Unknown(Because::at(Reason::CannotTell { missing: Missing::Cost }, at))
                    }
                }
            }
        }
    }
}

fn missing(rule: &Rule, file: &UserFile, user: &[u8]) -> Verdict {
    let name = String::from_utf8_lossy(user).into_owned();
    Verdict::Wrong(Because::at(Reason::UserMissing { name, nearest: nearest(file, user) }, rule.who_place))
}

fn wrong(at: Place) -> Verdict {
    Verdict::Wrong(Because::at(Reason::WrongPassword, at))
}

fn by_text(rule: &Rule, file: &UserFile, user: &[u8], proof: &Proof) -> Verdict {
    let Some(entry) = file.entry(user) else { return missing(rule, file, user) };
    let at = place(file.file, entry.span);
    match proof {
        Proof::Right => super::traps::hidden_name(file, entry)
            .map_or(Verdict::Right, |reason| Verdict::Wrong(Because::at(reason, at))),
        Proof::Password(password) | Proof::Digest(password) if password.reveal() == &*entry.stored => Verdict::Right,
        Proof::Password(_) | Proof::Digest(_) => wrong(at),
    }
}

/// The lines of a user whose realm and length fit; the first one decides.
fn by_digest(rule: &Rule, file: FileId, lines: &[HtdigestLine], user: &[u8], proof: &Proof) -> Verdict {
    let verdicts: Vec<Verdict> =
        algorithms(rule).into_iter().map(|algorithm| by_algorithm(rule, file, lines, user, proof, algorithm)).collect();
    let right = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Right)).count();
    if right > 0 && right < verdicts.len() {
        // Which of the algorithms a client takes is its own business.
        let missing = Missing::Condition { directive: "algorithm".to_owned() };
        return Verdict::Unknown(Because::at(Reason::CannotTell { missing }, rule.place));
    }
    verdicts.into_iter().next_back().unwrap_or(Verdict::Wrong(Because::at(Reason::NotAuthorized, rule.place)))
}

fn by_algorithm(
    rule: &Rule,
    file: FileId,
    lines: &[HtdigestLine],
    user: &[u8],
    proof: &Proof,
    algorithm: Algorithm,
) -> Verdict {
    let own = || lines.iter().filter(|line| *line.user == *user);
    let fits = |line: &&HtdigestLine| *line.realm == *rule.realm && line.digest.len() == algorithm.digits();
    let Some(line) = own().find(fits) else {
        let name = String::from_utf8_lossy(user).into_owned();
        let reason = match own().next() {
            Some(_) => Reason::RealmMissing { realm: String::from_utf8_lossy(&rule.realm).into_owned() },
            None => Reason::UserMissing { name, nearest: None },
        };
        return Verdict::Wrong(Because::at(reason, own().next().map_or(rule.who_place, |line| place(file, line.span))));
    };
    let at = place(file, line.span);
    let Some(stored) = unhex(&line.digest) else {
        let (scheme, death) = (crate::hash::Scheme::of(&line.digest), crate::hash::Death::PlainText);
        return Verdict::Wrong(Because::at(Reason::DeadHash { scheme, death, damage: None }, at));
    };
    match proof {
        Proof::Right => Verdict::Right,
        Proof::Password(password) | Proof::Digest(password) => {
            if algorithm.digest(user, &rule.realm, password.reveal()) == stored { Verdict::Right } else { wrong(at) }
        }
    }
}

/// Bytes from hexadecimal digits, in capitals or not.
fn unhex(text: &[u8]) -> Option<Vec<u8>> {
    let pairs = text.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok());
    let plain = text.iter().all(u8::is_ascii_hexdigit);
    plain.then(|| pairs.collect()).flatten()
}
