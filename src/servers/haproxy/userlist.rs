//! Userlists (HAProxy `src/auth.c`).

use super::config::{Read, wrong};
use super::words::{Line, Word};
use crate::source::{Place, Span};
use crate::users::Entry;

/// A userlist.
#[derive(Debug, Default)]
pub(super) struct UserList {
    pub name: String,
    /// Whether each user's password is plain text; `None`: there is none.
    pub users: Vec<(Entry, Option<bool>)>,
    /// Users and their groups; a group itself has an empty user.
    pub members: Vec<(String, String)>,
    pub place: Option<Place>,
}

impl UserList {
    pub(super) fn user(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some((name, mut rest)) = rest.split_first() else {
            return Err(wrong(head.place, "user", "the name is missing"));
        };
        if self.users.iter().any(|(known, _)| *known.user == *name.text.as_bytes()) {
            return Ok(());
        }
        let mut listed = 0;
        let (mut stored, mut plain, mut end) = (String::new(), None, name.place.span.end);
        while let Some((word, more)) = rest.split_first() {
            let value = more.first();
            match word.text.as_str() {
                "password" | "insecure-password" => {
                    plain = Some(word.text == "insecure-password");
                    stored = value.map(|value| value.text.clone()).unwrap_or_default();
                }
                "groups" => {
                    let groups = value.map(|value| value.text.clone()).unwrap_or_default();
                    // A second list takes the place of the first.
                    let before = self.members.len().saturating_sub(listed);
                    self.members.truncate(before);
                    listed = groups.split(',').count();
                    self.members.extend(groups.split(',').map(|group| (name.text.clone(), group.to_owned())));
                }
                _ => return Err(wrong(word.place, "user", "this must be password, insecure-password or groups")),
            }
            end = value.unwrap_or(word).place.span.end;
            rest = more.get(1..).unwrap_or_default();
        }
        let entry = Entry {
            user: name.text.as_bytes().into(),
            stored: stored.into_bytes().into(),
            rest: Box::default(),
            user_span: name.place.span,
            span: Span::new(name.place.span.start, end),
        };
        self.users.push((entry, plain));
        Ok(())
    }

    pub(super) fn group(&mut self, head: &Word, rest: &[Word]) -> Read<()> {
        let Some(name) = rest.first() else { return Err(wrong(head.place, "group", "the name is missing")) };
        // The first one of a name counts.
        if self.has_group(&name.text) {
            return Ok(());
        }
        self.members.push((String::new(), name.text.clone()));
        match rest.get(1..).unwrap_or_default() {
            [] => {}
            [users] if users.text == "users" => {}
            [users, names] if users.text == "users" => {
                self.members.extend(names.text.split(',').map(|user| (user.to_owned(), name.text.clone())));
            }
            _ => return Err(wrong(head.place, "group", "this must be: group NAME users A,B")),
        }
        Ok(())
    }

    pub(super) fn check(&self) -> Read<()> {
        let Some(place) = self.place else { return Ok(()) };
        for (user, group) in self.members.iter().filter(|(user, _)| !user.is_empty()) {
            if !self.users.iter().any(|(entry, _)| *entry.user == *user.as_bytes()) {
                return Err(wrong(place, "group", format!("there is no user `{user}`")));
            }
            if !self.has_group(group) {
                return Err(wrong(place, "user", format!("there is no group `{group}`")));
            }
        }
        Ok(())
    }

    /// Whether there is a group of that name.
    pub(super) fn has_group(&self, name: &str) -> bool {
        self.members.iter().any(|(user, group)| user.is_empty() && group == name)
    }
}

/// The spans that no report may show: what follows `password` in a userlist.
pub(super) fn secrets(lines: &[Line]) -> Vec<Span> {
    let users = lines.iter().filter(|line| line.first().is_some_and(|head| head.text == "user"));
    let pairs = users.flat_map(|line| line.windows(2));
    let secret = pairs.filter_map(|pair| match pair {
        [word, value] if word.text.ends_with("password") => Some(value.place.span),
        _ => None,
    });
    secret.collect()
}
