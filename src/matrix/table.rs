//! The rows, the columns, and the cells between them.

use crate::answer::{Client, Login, Request, Scheme, Server, Startup, Trace};
use crate::credentials::Secret;
use crate::hash::Crypt;
use crate::read::Memory;
use crate::servers::{Kind, StandIn};
use crate::source::Sources;

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
    kind: Kind,
    crypt: Crypt,
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

/// The platforms beside Debian on which a server takes other stored passwords.
const PLATFORMS: [(&str, Kind, Crypt); 4] = [
    ("apache-musl", Kind::Apache, Crypt::Musl),
    ("apache-windows", Kind::Apache, Crypt::None),
    ("nginx-musl", Kind::Nginx, Crypt::Musl),
    ("nginx-old-glibc", Kind::Nginx, Crypt::OldGlibc),
];

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
    let on = |kind: Kind| PLATFORMS.into_iter().filter(move |(_, own, _)| *own == kind);
    let own = |kind: Kind| std::iter::once((kind.name(), kind, Crypt::Libxcrypt)).chain(on(kind));
    Kind::ALL.into_iter().flat_map(own).map(|(name, kind, crypt)| Column { name, kind, crypt }).collect()
}

/// What a consumer makes of a stored text: its room is asked, on a site in memory.
#[must_use]
pub fn cell(row: &Row, column: &Column) -> Cell {
    let files = Memory::new().file(USERS, format!("user:{}\n", row.stored));
    let Some(stand_in) = stand_in(column.kind, &files, &row.stored) else { return Cell::Unknown };
    let ask = |server: &dyn Server| match server.startup() {
        Startup::Fails(_) => Cell::Start,
        Startup::Unknown(_) => Cell::Unknown,
        Startup::Ok => asked(server, &stand_in, &row.stored),
    };
    stand_in.open(column.crypt, &Sources::default(), ask).unwrap_or(Cell::Unknown)
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
