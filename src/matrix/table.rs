//! The rows, the columns, and the cells between them.

use crate::answer::{Client, Login, Request, Scheme, Server, Startup, Trace};
use crate::credentials::Secret;
use crate::hash::{Crypt, Limits, Outcome, Verifier, verify};
use crate::read::Memory;
use crate::servers::{Kind, StandIn};
use crate::source::{Source, Sources};
use crate::users::UserFile;

/// The kinds of stored text, each with a made-up example of the password `pepper77`; `\r` stands for a CR.
pub const ROWS: &str = include_str!("rows.txt");
/// The password of the examples.
const PASSWORD: &str = "pepper77";
/// Where the line lies in memory.
const USERS: &str = "/users";

/// A kind of stored text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What it is.
    pub label: &'static str,
    /// The example.
    pub stored: String,
}

/// A consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name: that of `--server`, with the platform behind it.
    pub name: &'static str,
    asked: Asked,
}

/// How a consumer is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// By its room, on a site in memory.
    Site(Kind),
    /// By its verifier, of the field as httpd's reader cuts it.
    Field(Verifier),
    /// By its verifier, of all behind the first colon.
    Rest(Verifier),
}

/// What becomes of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell {
    /// The right password gets in, and a wrong one does not.
    Yes,
    /// Nobody gets in.
    No,
    /// The stored text itself is the password.
    Text,
    /// The server does not start.
    Start,
    /// Every login of that user ends in this status.
    Status(u16),
    /// Can't tell.
    Unknown,
}

impl Cell {
    /// The word in tables.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Yes => "yes".to_owned(),
            Self::No => "no".to_owned(),
            Self::Text => "text".to_owned(),
            Self::Start => "start".to_owned(),
            Self::Status(status) => status.to_string(),
            Self::Unknown => "?".to_owned(),
        }
    }
}

/// All rows, in their order.
#[must_use]
pub fn rows() -> Vec<Row> {
    let row = |line: &'static str| {
        let (label, stored) = line.split_once('\t').unwrap_or((line, ""));
        Row { label, stored: stored.replace("\\r", "\r") }
    };
    ROWS.lines().map(row).collect()
}

/// All columns, in their order.
#[must_use]
pub fn columns() -> Vec<Column> {
    let own = [
        ("apache", Asked::Field(Verifier::Apr(Crypt::Libxcrypt))),
        ("apache-musl", Asked::Field(Verifier::Apr(Crypt::Musl))),
        ("apache-windows", Asked::Field(Verifier::Apr(Crypt::None))),
        ("nginx", Asked::Rest(Verifier::Nginx(Crypt::Libxcrypt))),
        ("nginx-musl", Asked::Rest(Verifier::Nginx(Crypt::Musl))),
        ("lighttpd", Asked::Rest(Verifier::Lighttpd(Crypt::Libxcrypt))),
    ];
    let known = |name: &str| own.iter().any(|(known, _)| *known == name);
    let sites = Kind::ALL.into_iter().filter(|kind| !known(kind.name()));
    let sites: Vec<_> = sites.map(|kind| (kind.name(), Asked::Site(kind))).collect();
    own.into_iter().chain(sites).map(|(name, asked)| Column { name, asked }).collect()
}

/// What a consumer makes of a stored text.
#[must_use]
pub fn cell(row: &Row, column: &Column) -> Cell {
    match column.asked {
        Asked::Site(kind) => on_site(kind, &row.stored),
        Asked::Field(verifier) => {
            let bytes = format!("user:{}\n", row.stored).into_bytes();
            let file = Sources::default().add(Source::new("users".into(), Vec::new()));
            let stored = UserFile::read(file, &bytes).entry(b"user").map(|entry| entry.stored.clone());
            compared(&stored.unwrap_or_default(), verifier)
        }
        Asked::Rest(verifier) => compared(row.stored.strip_suffix('\r').unwrap_or(&row.stored).as_bytes(), verifier),
    }
}

fn compared(stored: &[u8], verifier: Verifier) -> Cell {
    let fits = |password: &[u8]| verify(stored, password, verifier, Limits::DEFAULT) == Outcome::Match;
    match (fits(PASSWORD.as_bytes()), fits(b"wrong"), fits(stored)) {
        (true, false, _) => Cell::Yes,
        (false, false, true) => Cell::Text,
        _ => Cell::No,
    }
}

fn on_site(kind: Kind, stored: &str) -> Cell {
    let files = Memory::new().file(USERS, format!("user:{stored}\n"));
    let Some(stand_in) = stand_in(kind, &files, stored) else { return Cell::Unknown };
    let ask = |server: &dyn Server| match server.startup() {
        Startup::Fails(_) => Cell::Start,
        Startup::Unknown(_) => Cell::Unknown,
        Startup::Ok => asked(server, &stand_in, stored),
    };
    stand_in.open(Crypt::Libxcrypt, &Sources::default(), ask).unwrap_or(Cell::Unknown)
}

/// The server on a password file, or with the account in its configuration.
fn stand_in<'f>(kind: Kind, files: &'f Memory, stored: &str) -> Option<StandIn<'f>> {
    StandIn::new(kind, files, USERS.as_ref()).or_else(|| StandIn::with_account(kind, files, "user", stored))
}

fn asked(server: &dyn Server, stand_in: &StandIn<'_>, stored: &str) -> Cell {
    let status = |password: &str| {
        let login = Login::Password {
            user: b"user".to_vec(),
            password: Secret::new(password.as_bytes().to_vec()),
            scheme: Scheme::Basic,
        };
        let request = Request {
            path: stand_in.path.as_bytes().to_vec(),
            method: stand_in.method.to_owned(),
            login,
            client: Client::Elsewhere,
            https: false,
            headers: vec![("Host".to_owned(), b"localhost".to_vec())],
        };
        server.answer(&request, &mut Trace::unwanted()).status
    };
    match (status(PASSWORD), status("wrong"), status(stored)) {
        (Some(200..=399), Some(400..), _) => Cell::Yes,
        (_, Some(400..), Some(200..=399)) => Cell::Text,
        (Some(401 | 407), ..) => Cell::No,
        (Some(status), ..) => Cell::Status(status),
        (None, ..) => Cell::Unknown,
    }
}
