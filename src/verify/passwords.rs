//! One user's entry of a password file against one password, as Apache reads the file and compares
//! (modules/aaa/mod_authn_file.c, `check_password`).

use std::path::Path;

use crate::hash::{Crypt, Damage, Life, Limits, Outcome, Scheme, Verifier, damage, judge, verify};
use crate::read::{Fault, Files};
use crate::source::{Source, Sources};
use crate::users::{Contents, Encoding, Entry, Oddity, UserFile};

/// A password file that was read.
#[derive(Debug)]
pub struct Passwords {
    sources: Sources,
    file: UserFile,
}

/// What is known of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the password matches; a user without an entry is a mismatch, as it is to the server.
    pub result: Outcome,
    /// The scheme of the entry; `None` without an entry.
    pub scheme: Option<Scheme>,
    /// Why it is not a match, as a phrase; `None` for a match. No part of the stored text is in it.
    pub why: Option<String>,
    /// What to do about it.
    pub advice: Option<&'static str>,
    /// The line of the entry that decides.
    pub line: Option<usize>,
    /// The lines of other entries of this user, which are never read.
    pub unread: Vec<usize>,
}

/// One user's login, before the password is known.
#[derive(Debug)]
pub struct Login<'p> {
    verdict: Verdict,
    stored: Option<&'p [u8]>,
    verifier: Verifier,
}

impl Passwords {
    /// Reads a password file.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(files: &dyn Files, path: &Path) -> Result<Self, Fault> {
        let bytes = files.read(path)?;
        let sources = Sources::default();
        let file = sources.add(Source::new(path.to_owned(), bytes));
        let file = UserFile::read(file, sources.get(file).map(Source::bytes).unwrap_or_default());
        Ok(Self { sources, file })
    }

    /// The login of `user` on a server with this crypt(3); the first entry of that name decides.
    #[must_use]
    pub fn login(&self, user: &[u8], crypt: Crypt) -> Login<'_> {
        let verifier = Verifier::Apr(crypt);
        let Some(entry) = self.file.entry(user) else {
            let (why, advice) = self.absence(user);
            let verdict = Verdict {
                result: Outcome::Mismatch,
                scheme: None,
                why: Some(why),
                advice,
                line: None,
                unread: Vec::new(),
            };
            return Login { verdict, stored: None, verifier };
        };
        let unread = self.file.overshadowed().filter(|(_, first)| first.span == entry.span);
        let (why, advice) = self.fault(entry, judge(&entry.stored, verifier));
        let verdict = Verdict {
            result: Outcome::Unknown,
            scheme: Some(Scheme::of(&entry.stored)),
            why,
            advice,
            line: self.line(entry.span.start),
            unread: unread.filter_map(|(entry, _)| self.line(entry.span.start)).collect(),
        };
        Login { verdict, stored: Some(&entry.stored), verifier }
    }

    fn line(&self, offset: usize) -> Option<usize> {
        self.sources.get(self.file.file).map(|source| source.position(offset).line)
    }

    /// What is wrong with an entry that is not alive.
    fn fault(&self, entry: &Entry, life: Life) -> (Option<String>, Option<&'static str>) {
        match life {
            Life::Alive => (None, None),
            Life::Unknown(doubt) => (Some(doubt.to_string()), None),
            Life::Dead(death) if self.file.contents == Contents::Digest => (
                Some(format!("no password fits: {death}; this is a file of htdigest")),
                Some(Damage::HtdigestLine.advice()),
            ),
            Life::Dead(death) => {
                let damage = damage(&entry.stored);
                let told = damage.filter(|damage| !matches!(damage, Damage::PlainText | Damage::Missing));
                let likely = told.map(|damage| format!("; most likely {damage}")).unwrap_or_default();
                (Some(format!("no password fits: {death}{likely}")), damage.map(Damage::advice))
            }
        }
    }

    /// Why there is no entry of that name.
    fn absence(&self, user: &[u8]) -> (String, Option<&'static str>) {
        if user.contains(&b':') {
            return ("a user name ends at its first colon".to_owned(), None);
        }
        if let Some(encoding) = self.file.encoding.filter(|encoding| *encoding != Encoding::Utf8Bom) {
            return (
                format!("the file has {}, and no line of it is read", encoding.words()),
                Some("store it as UTF-8"),
            );
        }
        let advice = "create the entry with `htpasswd -B FILE USER`";
        self.hidden(user)
            .or_else(|| self.lost(user))
            .unwrap_or_else(|| ("the file has no such user".to_owned(), Some(advice)))
    }

    /// An entry whose name is the user's but for what one cannot see, or for its case.
    fn hidden(&self, user: &[u8]) -> Option<(String, Option<&'static str>)> {
        let entry = self.file.entries.iter().find(|entry| {
            let name = entry.user.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&entry.user);
            name.trim_ascii().eq_ignore_ascii_case(user)
        })?;
        let line = self.line(entry.span.start)?;
        let (what, advice) = if entry.user.starts_with(b"\xef\xbb\xbf") {
            ("begins with a byte order mark, which counts", "store the file without a byte order mark")
        } else if entry.user.trim_ascii().len() < entry.user.len() {
            ("has a blank at its end, which counts", "remove the blank in front of the colon")
        } else {
            ("differs in case, which counts", "write the name as the file has it")
        };
        Some((format!("the file has no such user: the name in line {line} {what}"), Some(advice)))
    }

    /// A line that would have been the entry.
    fn lost(&self, user: &[u8]) -> Option<(String, Option<&'static str>)> {
        self.file.oddities.iter().find_map(|oddity| match oddity {
            Oddity::CommentedEntry { user: name, span, .. } if **name == *user => {
                let line = self.line(span.start)?;
                Some((
                    format!("the file has no such user: line {line} is a comment"),
                    Some("remove the # in front of the name"),
                ))
            }
            Oddity::Swallowed { user: Some(name), span, .. } if **name == *user => {
                let line = self.line(span.start)?;
                let advice = "remove the backslash at the end of the line before";
                Some((
                    format!(
                        "the file has no such user: line {line} belongs to the line before, which ends in a backslash"
                    ),
                    Some(advice),
                ))
            }
            Oddity::TooLong { span, lost, .. } if lost.iter().any(|name| **name == *user) => {
                let line = self.line(span.start)?;
                Some((
                    format!("the file has no such user: line {line} is too long, and the server reads no further"),
                    Some("remove that line"),
                ))
            }
            Oddity::CommentedEntry { .. }
            | Oddity::Swallowed { .. }
            | Oddity::TooLong { .. }
            | Oddity::NoColon { .. }
            | Oddity::Nul { .. }
            | Oddity::NoFinalNewline { .. } => None,
        })
    }
}

impl Login<'_> {
    /// The verdict, if it is the same for every password.
    #[must_use]
    pub fn settled(&self) -> Option<Verdict> {
        let Some(stored) = self.stored else { return Some(self.verdict.clone()) };
        let hopeless = judge(stored, self.verifier) != Life::Alive;
        hopeless.then(|| self.with(b""))
    }

    /// The verdict on a password; nothing beyond [`Limits::DEFAULT`] is computed.
    #[must_use]
    pub fn with(&self, password: &[u8]) -> Verdict {
        let Some(stored) = self.stored else { return self.verdict.clone() };
        let result = verify(stored, password, self.verifier, Limits::DEFAULT);
        let why = self.verdict.why.clone().or_else(|| match result {
            Outcome::Match => None,
            Outcome::Mismatch | Outcome::Error => Some("the password does not fit this entry".to_owned()),
            Outcome::Unknown => Some("one comparison costs more than htlint spends".to_owned()),
        });
        Verdict { result, why, ..self.verdict.clone() }
    }
}
