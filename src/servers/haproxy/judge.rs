//! Whether a condition holds for a request (HAProxy `src/acl.c`, `acl_exec_cond`; `src/auth.c`, `check_user`).

use std::sync::Arc;

use super::condition::{Compare, Condition, Term, Test, fits, range};
use super::config::Config;
use super::rewrite::Lists;
use super::sample::Variables;
use super::userlist::UserList;
use crate::answer::{Because, Client, Login, Missing, Reason, Request};
use crate::gate::{Base64, Book, Checked, Presented, Style, in_range};
use crate::hash::{Crypt, Verifier};
use crate::source::{FileId, Place, Span};
use crate::users::{UserFile, Winner};

/// How the header is read (`src/http_ana.c`, `get_http_auth`).
pub(super) const STYLE: Style = Style { base64: Base64::Strict, blanks: true };

/// What a term comes to.
pub(super) enum Word {
    Fits(bool),
    Unknown(Because),
    /// The process ends.
    Crash(Because),
}

/// A request on its way through the rules.
pub(super) struct Way<'r> {
    pub request: Request,
    /// Why a login of the rule at hand was refused, to be told with its answer.
    pub refusals: Vec<Because>,
    /// The parts of the request that rules have written anew, in a way that is not known.
    pub changed: Vec<String>,
    /// The variables that rules have set.
    pub variables: Variables,
    /// The request as it was sent.
    pub sent: &'r Request,
}

/// All that decides on conditions.
pub(super) struct Judge<'c> {
    pub config: &'c Config,
    pub file: FileId,
    pub crypt: Crypt,
    /// The files of patterns that were read.
    pub lists: &'c Lists,
}

impl Judge<'_> {
    /// The accounts of a userlist: each with its own verifier, so two books.
    pub(super) fn books(&self, list: &UserList) -> [Book; 2] {
        let of = |plain: bool, verifier| {
            let users = list.users.iter().filter(|(_, kind)| *kind == Some(plain));
            let entries = users.map(|(entry, _)| entry.clone()).collect();
            let file = UserFile::of_entries(self.file, b"", entries, Vec::new(), Winner::First);
            Book::of(Arc::new(file), verifier, list.place.unwrap_or_else(|| Place::new(self.file, Span::at(0))))
        };
        [of(false, Verifier::Crypt(self.crypt)), of(true, Verifier::Text)]
    }

    fn auth(&self, name: &str, groups: Option<&[String]>, way: &mut Way<'_>) -> Word {
        let presented = Presented::of(&way.request.login, STYLE);
        let (Some(list), Some(user)) = (self.config.list(name), presented.name()) else { return Word::Fits(false) };
        let known = list.users.iter().find(|(entry, _)| *entry.user == *user);
        if let Some((entry, None)) = known {
            // HAProxy 2.6.12 reads a password that is not there.
            return Word::Crash(Because::at(Reason::EmptyPassword, Place::new(self.file, entry.span)));
        }
        let [crypted, plain] = self.books(list);
        let book = if plain.entry(user).is_some() { plain } else { crypted };
        match book.check(&presented) {
            Checked::Passed(user) => {
                let user = String::from_utf8_lossy(&user).into_owned();
                let member = |group: &String| list.members.iter().any(|(name, of)| *name == user && of == group);
                let fits = groups.is_none_or(|groups| groups.iter().any(member));
                if !fits {
                    let place = known.map(|(entry, _)| Place::new(self.file, entry.span));
                    way.refusals.push(Because { place, ..Because::nowhere(Reason::NotAuthorized) });
                }
                Word::Fits(fits)
            }
            Checked::Nobody => Word::Fits(false),
            Checked::Refused(because) | Checked::Raised(because) => {
                way.refusals.push(Because { place: because.place.or(list.place), ..because });
                Word::Fits(false)
            }
            Checked::Unknown(because) => Word::Unknown(because),
        }
    }

    fn test(&self, test: &Test, place: Place, way: &mut Way<'_>) -> Word {
        let unknown = |name: &str| {
            let missing = Missing::Condition { directive: name.to_owned() };
            Word::Unknown(Because::at(Reason::CannotTell { missing }, place))
        };
        let part = match test {
            Test::Auth(_) | Test::Group(..) => "authorization",
            Test::Method(_) => "method",
            Test::Source(..) => "src",
            Test::Text(_) | Test::Number(..) | Test::Always(_) | Test::Unknown(_) => "",
        };
        if way.changed.iter().any(|changed| changed.eq_ignore_ascii_case(part)) {
            return unknown(part);
        }
        let lists = |files: &[String]| -> Option<Vec<String>> {
            let all: Option<Vec<_>> = files.iter().map(|file| self.lists.get(file)).collect();
            all.map(|all| all.into_iter().flatten().cloned().collect())
        };
        Word::Fits(match test {
            Test::Always(fits) => *fits,
            Test::Auth(list) => return self.auth(list, None, way),
            Test::Group(list, groups) => return self.auth(list, Some(groups), way),
            Test::Text(asked) => {
                let values = match asked.sample.values(way) {
                    Ok(values) => values,
                    // What a login is sent as is not known here, only that it is there.
                    Err(_) if asked.compare == Compare::Found && matches!(way.request.login, Login::Holder(_)) => {
                        return Word::Fits(true);
                    }
                    Err(part) => return unknown(&part),
                };
                let Some(more) = lists(&asked.files) else { return unknown("-f") };
                let wanted = [asked.values.as_slice(), &more].concat();
                values.iter().any(|text| fits(asked.compare, &wanted, asked.any_case, text))
            }
            Test::Number(sample, bounds) => match sample.values(way) {
                Err(part) => return unknown(&part),
                Ok(values) => {
                    let numbers = values.iter().filter_map(|value| value.parse::<i64>().ok());
                    let mut numbers =
                        numbers.filter(|number| bounds.iter().any(|(least, most)| (*least..=*most).contains(number)));
                    numbers.next().is_some()
                }
            },
            Test::Method(methods) => methods.contains(&way.request.method),
            Test::Source(ranges, files) => {
                let Some(more) = lists(files) else { return unknown("-f") };
                match way.request.client {
                    Client::Address(client) => {
                        let more = more.iter().filter_map(|line| range(line));
                        ranges.iter().copied().chain(more).any(|(address, bits)| in_range(address, bits, client))
                    }
                    Client::Welcome => true,
                    Client::Elsewhere => false,
                }
            }
            Test::Unknown(name) => return unknown(name),
        })
    }

    fn term(&self, term: &Term, place: Place, way: &mut Way<'_>) -> Word {
        let mut unknown = None;
        for test in &term.tests {
            match self.test(test, place, way) {
                Word::Fits(true) => return Word::Fits(!term.negated),
                Word::Fits(false) => {}
                Word::Unknown(because) => unknown = Some(because),
                crash @ Word::Crash(_) => return crash,
            }
        }
        unknown.map_or(Word::Fits(term.negated), Word::Unknown)
    }

    fn all(&self, terms: &[Term], place: Place, way: &mut Way<'_>) -> Word {
        let mut unknown = None;
        for term in terms {
            match self.term(term, place, way) {
                Word::Fits(true) => {}
                Word::Unknown(because) => unknown = Some(because),
                decided @ (Word::Fits(false) | Word::Crash(_)) => return decided,
            }
        }
        unknown.map_or(Word::Fits(true), Word::Unknown)
    }

    /// Whether a condition holds; none does.
    pub(super) fn holds(&self, condition: Option<&Condition>, place: Place, way: &mut Way<'_>) -> Word {
        let Some(condition) = condition else { return Word::Fits(true) };
        let mut unknown = None;
        for terms in &condition.any {
            match self.all(terms, place, way) {
                Word::Fits(true) => return Word::Fits(!condition.unless),
                Word::Fits(false) => {}
                Word::Unknown(because) => unknown = Some(because),
                crash @ Word::Crash(_) => return crash,
            }
        }
        unknown.map_or(Word::Fits(condition.unless), Word::Unknown)
    }
}
