//! Group files, `group: member member` a line, as mod_authz_groupfile reads them
//! (modules/aaa/mod_authz_groupfile.c, `groups_for_user`).

use crate::lines::{LineLimit, logical_lines};
use crate::source::{FileId, Span};
use crate::words::{blanks, field, words};

/// One line: a group and members of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The name; compared without regard to case.
    pub name: Box<[u8]>,
    /// The members, in order; split at blanks only.
    pub members: Vec<Box<[u8]>>,
    /// Where the line stands.
    pub span: Span,
}

/// A group file as it was read; lines of one group add up.
#[derive(Debug)]
pub struct GroupFile {
    /// Its source.
    pub file: FileId,
    /// Its lines.
    pub groups: Vec<Group>,
}

impl GroupFile {
    /// Reads a group file; nothing is a fault.
    #[must_use]
    pub fn read(file: FileId, bytes: &[u8]) -> Self {
        let lines = logical_lines(bytes, LineLimit::LARGE).filter(|line| !line.is_skipped());
        let groups = lines
            .map(|line| {
                let text = line.text.bytes();
                let (members, name) = field(text).unwrap_or((&[], text));
                let members = words(members).iter().map(|word| word.value.as_ref().into()).collect();
                Group { name: trim_end(name).into(), members, span: line.span }
            })
            .collect();
        Self { file, groups }
    }

    /// Whether a user is a member of a group.
    #[must_use]
    pub fn has(&self, group: &[u8], user: &[u8]) -> bool {
        self.lines_of(group).any(|line| line.members.iter().any(|member| **member == *user))
    }

    /// The lines of a group.
    pub fn lines_of<'g>(&'g self, group: &'g [u8]) -> impl Iterator<Item = &'g Group> {
        self.groups.iter().filter(move |line| line.name.eq_ignore_ascii_case(group))
    }
}

fn trim_end(name: &[u8]) -> &[u8] {
    let mut kept = name;
    while let Some((last, before)) = kept.split_last() {
        if blanks(std::slice::from_ref(last)).is_ok_and(|(rest, _)| !rest.is_empty()) {
            break;
        }
        kept = before;
    }
    kept
}
