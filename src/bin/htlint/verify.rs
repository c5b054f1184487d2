//! `htlint verify`: does this password match this entry?

use std::io::{self, Read};

use htlint::hash::Outcome;
use htlint::read::Disk;
use htlint::report::{printable, shown_path};
use htlint::servers::Kind;
use htlint::verify::{Passwords, Served, Verdict};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::args::Format;
use crate::console::{Console, Exit, unless_closed};
use crate::password_args::Verify;

/// The most bytes of a password that are taken from stdin.
const MOST: usize = 1 << 16;

/// Finds the entry, asks for the password with `ask` or takes it from stdin, and says what the server would.
pub(crate) fn verify(
    arguments: &Verify,
    ask: impl FnOnce(&str) -> Result<Zeroizing<Vec<u8>>, String>,
    stdin: impl Read,
    console: &mut Console<'_>,
) -> io::Result<Exit> {
    let path = console.around.folder.join(&arguments.file);
    let file = shown_path(&path, &console.around.folder);
    let password = |console: &Console<'_>| {
        if arguments.password_stdin {
            return given(stdin);
        }
        let name = printable(&arguments.user.to_string_lossy(), console.around.unicode()).replace('\n', "?");
        ask(&format!("Password of {name}: "))
    };
    let (disk, user, crypt) = (Disk::default(), arguments.user.as_encoded_bytes(), arguments.platform.crypt());
    let verdict = match arguments.server.filter(|server| *server != Kind::Apache) {
        None => match Passwords::read(&disk, &path) {
            Err(fault) => return console.stop(&format!("{file}: {fault}")),
            Ok(passwords) => {
                let login = passwords.login(user, crypt);
                login.settled().map_or_else(|| password(console).map(|password| login.with(&password)), Ok)
            }
        },
        Some(server) => match Served::read(server, crypt, &disk, &path) {
            Err(fault) => return console.stop(&format!("{file}: {fault}")),
            Ok(None) => return console.stop(&format!("{} has no password files", server.name())),
            Ok(Some(served)) => {
                let login = served.login(user);
                login.settled().map_or_else(|| password(console).map(|password| login.with(&password)), Ok)
            }
        },
    };
    match verdict {
        Err(message) => console.stop(&message),
        Ok(verdict) => {
            unless_closed(show(&verdict, &file, arguments.format, console))?;
            Ok(match verdict.result {
                Outcome::Match => Exit::Fine,
                Outcome::Mismatch | Outcome::Error => Exit::Found,
                Outcome::Unknown => Exit::Unknown,
            })
        }
    }
}

/// All of stdin but one line end behind it.
pub(crate) fn given(stdin: impl Read) -> Result<Zeroizing<Vec<u8>>, String> {
    // Never grown, so that no copy is left behind.
    let mut password = Zeroizing::new(vec![0; MOST + 2]);
    let mut filled = 0;
    let mut stdin = stdin;
    while let Some(rest) = password.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match stdin.read(rest) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(format!("stdin: {error}")),
        }
    }
    let text = password.get(..filled).unwrap_or_default();
    let text = text.strip_suffix(b"\n").map_or(text, |line| line.strip_suffix(b"\r").unwrap_or(line));
    let length = text.len();
    if length > MOST {
        return Err(format!("stdin: more than {MOST} bytes"));
    }
    password.truncate(length);
    Ok(password)
}

/// The machine's view.
#[derive(Serialize)]
struct Shown<'v> {
    result: &'static str,
    scheme: Option<&'static str>,
    why: Option<&'v str>,
    file: &'v str,
    line: Option<usize>,
}

fn show(verdict: &Verdict, file: &str, format: Format, console: &mut Console<'_>) -> io::Result<()> {
    if format == Format::Json {
        let shown = Shown {
            result: verdict.result.word(),
            scheme: verdict.scheme.map(htlint::hash::Scheme::id),
            why: verdict.why.as_deref(),
            file,
            line: verdict.line,
        };
        serde_json::to_writer_pretty(&mut *console.out, &shown)?;
        return writeln!(console.out);
    }
    let place = verdict.line.map(|line| format!("{file}:{line}")).unwrap_or_else(|| file.to_owned());
    let place = printable(&place, console.around.unicode()).replace('\n', "?");
    let word = if verdict.result == Outcome::Unknown { "can't tell" } else { verdict.result.word() };
    let why = verdict.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    writeln!(console.out, "{place}: {word}{why}")?;
    if let Some(scheme) = verdict.scheme {
        writeln!(console.out, "   stored as: {scheme}")?;
    }
    if !verdict.unread.is_empty() {
        let lines: Vec<String> = verdict.unread.iter().map(usize::to_string).collect();
        writeln!(console.out, "   never read: line {}: the first entry of a user decides", lines.join(", "))?;
    }
    if let Some(advice) = verdict.advice {
        writeln!(console.out, "   instead: {advice}")?;
    }
    Ok(())
}
