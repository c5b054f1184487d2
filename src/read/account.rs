//! The account a server's workers run as, and whether it may open a file: the usual permission bits, no ACLs.

use std::path::{Path, PathBuf};

use nom::bytes::complete::{tag, take_until, take_while};
use nom::character::complete::u32 as number;
use nom::combinator::all_consuming;
use nom::multi::separated_list0;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::files::{Fault, FileType, Files, NULL_DEVICE, Stat};
use super::resolve::{Way, follow};

/// A user and its groups as the kernel sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, or its number where there is none; for reports.
    pub name: String,
    /// The user's number; 0 may read all.
    pub uid: u32,
    /// The group it runs as.
    pub gid: u32,
    /// The further groups that list it (`initgroups(3)`).
    pub groups: Vec<u32>,
}

/// Why an account may not open a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What stands in the way, as the path leads there.
    pub at: PathBuf,
    /// Why.
    pub what: Obstacle,
}

/// What stands in an account's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// Nothing is there.
    Missing,
    /// No directory, where one must be.
    NotADirectory,
    /// A directory without `x` for the account.
    Unsearchable,
    /// The file itself, without `r` for the account.
    Unreadable,
    /// Something else than a regular file.
    NotRegular(FileType),
    /// Links that lead round.
    Loop,
    /// We ourselves may not look there: can't tell.
    Unseen,
}

impl From<Fault> for Obstacle {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing => Self::Missing,
            Fault::NotADirectory => Self::NotADirectory,
            Fault::Loop => Self::Loop,
            Fault::Directory => Self::NotRegular(FileType::Directory),
            Fault::NotRegular(kind) => Self::NotRegular(kind),
            Fault::Denied | Fault::TooLarge { .. } | Fault::Other(_) => Self::Unseen,
        }
    }
}

impl Account {
    /// The account of that name, or `#number` as httpd's `User` takes it, from the machine's `/etc/passwd` and
    /// `/etc/group`. `None`: neither file has it (another source of names may), or they cannot be read.
    #[must_use]
    pub fn named(name: &str, files: &dyn Files) -> Option<Self> {
        let passwd = files.read(Path::new("/etc/passwd")).ok()?;
        let group = files.read(Path::new("/etc/group")).unwrap_or_default();
        Self::parse(name, &passwd, &group)
    }

    /// The same from the texts of the two files (passwd(5), group(5)).
    #[must_use]
    pub fn parse(name: &str, passwd: &[u8], group: &[u8]) -> Option<Self> {
        let wanted = hashed_number(name);
        let (login, uid, gid) = lines(passwd).filter_map(passwd_line).find(|(login, uid, _)| match wanted {
            Some(wanted) => *uid == wanted,
            None => *login == name.as_bytes(),
        })?;
        let groups = lines(group).filter_map(group_line).filter(|group| group.members.contains(&login));
        let groups = groups.map(|group| group.gid).collect();
        Some(Self { name: String::from_utf8_lossy(login).into_owned(), uid, gid, groups })
    }

    /// The same running as another group: httpd's `Group`, the second word of nginx's `user`.
    #[must_use]
    pub fn with_group(mut self, gid: u32) -> Self {
        self.gid = gid;
        self
    }

    /// Whether it may open the file for reading: `x` on every directory the path really goes through, links followed,
    /// and a regular file (or [`NULL_DEVICE`]) with `r`. The first thing in the way is told.
    pub fn may_open(&self, files: &dyn Files, path: &Path) -> Result<(), Refusal> {
        if path == Path::new(NULL_DEVICE) {
            return Ok(());
        }
        let real = self.reach(files, path)?;
        let refuse = |what| Err(Refusal { at: path.to_owned(), what });
        match files.stat(&real) {
            Err(fault) => refuse(fault.into()),
            Ok(stat) if stat.kind != FileType::Regular => refuse(Obstacle::NotRegular(stat.kind)),
            Ok(stat) if !self.has(&stat, 4) => refuse(Obstacle::Unreadable),
            Ok(_) => Ok(()),
        }
    }

    /// Whether it may look names up in the directory: `x` on it and on every directory the path really goes through.
    pub fn may_search(&self, files: &dyn Files, directory: &Path) -> Result<(), Refusal> {
        let real = self.reach(files, directory)?;
        Going { account: self, files }.search(&real).map_err(|stop| stop.on(directory))
    }

    /// The real path behind the links, if every directory on the way lets the account through.
    fn reach(&self, files: &dyn Files, path: &Path) -> Result<PathBuf, Refusal> {
        follow(&Going { account: self, files }, path).map_err(|stop| stop.on(path))
    }

    /// Whether the bits (4 read, 1 search) are there: the owner's alone if it owns, else the group's, else the others'.
    #[must_use]
    pub fn has(&self, stat: &Stat, bits: u32) -> bool {
        let class = if stat.uid == self.uid {
            6
        } else if stat.gid == self.gid || self.groups.contains(&stat.gid) {
            3
        } else {
            0
        };
        self.uid == 0 || (stat.mode >> class) & bits == bits
    }
}

/// The number of the group of that name, or of `#number`; `None`: `/etc/group` does not have it or cannot be read.
#[must_use]
pub fn group_number(name: &str, files: &dyn Files) -> Option<u32> {
    if let Some(number) = hashed_number(name) {
        return Some(number);
    }
    let group = files.read(Path::new("/etc/group")).ok()?;
    lines(&group).filter_map(group_line).find(|group| group.name == name.as_bytes()).map(|group| group.gid)
}

/// The name of the group of that number; `None`: `/etc/group` does not have it or cannot be read.
#[must_use]
pub fn group_name(number: u32, files: &dyn Files) -> Option<Vec<u8>> {
    let group = files.read(Path::new("/etc/group")).ok()?;
    lines(&group).filter_map(group_line).find(|group| group.gid == number).map(|group| group.name.to_vec())
}

fn hashed_number(name: &str) -> Option<u32> {
    let parsed: IResult<&[u8], u32> = all_consuming(preceded(tag("#"), number)).parse(name.as_bytes());
    parsed.ok().map(|(_, number)| number)
}

/// The account on its way.
struct Going<'a> {
    account: &'a Account,
    files: &'a dyn Files,
}

/// Where and why the way ended; no place of its own: the end of the path.
struct Stop {
    at: Option<PathBuf>,
    what: Obstacle,
}

impl Stop {
    fn on(self, path: &Path) -> Refusal {
        Refusal { at: self.at.unwrap_or_else(|| path.to_owned()), what: self.what }
    }
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self { at: None, what: fault.into() }
    }
}

impl Way for Going<'_> {
    type Stop = Stop;

    fn search(&self, directory: &Path) -> Result<(), Stop> {
        let stop = |what| Err(Stop { at: Some(directory.to_owned()), what });
        match self.files.stat(directory) {
            Err(fault) => stop(fault.into()),
            Ok(stat) if stat.kind != FileType::Directory => stop(Obstacle::NotADirectory),
            Ok(stat) if !self.account.has(&stat, 1) => stop(Obstacle::Unsearchable),
            Ok(_) => Ok(()),
        }
    }

    fn link(&self, path: &Path) -> Result<Option<PathBuf>, Stop> {
        self.files.link(path).map_err(|fault| Stop { at: Some(path.to_owned()), what: fault.into() })
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let line = take_while::<_, _, nom::error::Error<&[u8]>>(|byte| byte != b'\n');
    let (_, lines) = separated_list0(tag("\n"), line).parse(text).unwrap_or_default();
    lines.into_iter()
}

/// A field and the colon behind it.
fn field(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_until(":"), tag(":")).parse(input)
}

/// Name, user and group number of a line of passwd(5).
fn passwd_line(line: &[u8]) -> Option<(&[u8], u32, u32)> {
    let mut fields = (field, field, terminated(number, tag(":")), terminated(number, tag(":")));
    let (_, (name, _, uid, gid)) = fields.parse(line).ok()?;
    Some((name, uid, gid))
}

/// A line of group(5).
struct Group<'t> {
    name: &'t [u8],
    gid: u32,
    members: Vec<&'t [u8]>,
}

fn group_line(line: &[u8]) -> Option<Group<'_>> {
    let member = take_while::<_, _, nom::error::Error<&[u8]>>(|byte| byte != b',');
    let members = separated_list0(tag(","), member);
    let (_, (name, _, gid, members)) = (field, field, terminated(number, tag(":")), members).parse(line).ok()?;
    Some(Group { name, gid, members })
}
