//! `htlint hash`: what is this stored password? One a line, as text or as JSON.

use std::io::{self, Read};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use htlint::hash::{Life, Limits, Outcome, Scheme, Verifier, judge, verify};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::column::{Column, Line, MOST};
use crate::console::{Console, Exit};
use crate::password_args::{Consumer, Hash, Lines, System};
use crate::portrait::portrait;

/// Answers every line of `input` in order, at once where nothing more is waiting.
pub(crate) fn hash(arguments: &Hash, input: impl Read, console: &mut Console<'_>) -> io::Result<Exit> {
    let system = arguments.platform.unwrap_or(System::Debian);
    let server = arguments.server.unwrap_or(Consumer::Apache);
    let Some(verifier) = arguments.verifier.or_else(|| server.verifier(system)) else {
        return console.stop(&format!("what {} does on Windows is not known", server.name()));
    };
    let mut column = Column::new(input);
    let mut number = 0_u64;
    loop {
        let line = match column.next() {
            Ok(Some(line)) => line,
            Ok(None) => return Ok(Exit::Fine),
            Err(error) => return console.stop(&format!("stdin: {error}")),
        };
        number += 1;
        let written = match arguments.format {
            Lines::Jsonl => write_json(&answer(&line, verifier), console),
            Lines::Text => writeln!(console.out, "{number}: {}", portrait(&line, verifier, system)),
        };
        let written = if column.is_drained() { written.and_then(|()| console.out.flush()) } else { written };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Exit::Fine),
            other => other?,
        }
    }
}

/// A question.
#[derive(Deserialize)]
struct Question {
    hash: String,
    verifier: Option<String>,
    password_b64: Option<String>,
}

/// Its answer.
#[derive(Debug, PartialEq, Eq, Serialize, Default)]
struct Answer {
    scheme: Option<&'static str>,
    alive: Option<bool>,
    why: Option<String>,
    result: Option<&'static str>,
}

impl Answer {
    /// Only why there is none.
    fn none(why: String) -> Self {
        Self { why: Some(why), ..Self::default() }
    }
}

fn write_json(answer: &Answer, console: &mut Console<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *console.out, answer)?;
    writeln!(console.out)
}

fn answer(line: &Line<'_>, default: Verifier) -> Answer {
    let Line::Whole(line) = line else {
        return Answer::none(format!("the line is longer than {MOST} bytes"));
    };
    // What serde has to say may hold a piece of the line.
    let Ok(Question { hash, verifier, password_b64 }) = serde_json::from_slice(line) else {
        return Answer::none("the line is no JSON object with a \"hash\"".to_owned());
    };
    let (hash, password_b64) = (Zeroizing::new(hash), password_b64.map(Zeroizing::new));
    let field = hash.as_bytes();
    let scheme = Some(Scheme::of(field).id());
    let verifier = match verifier {
        None => default,
        Some(name) => match Verifier::named(&name) {
            Some(verifier) => verifier,
            None => return Answer { scheme, ..Answer::none("there is no such verifier".to_owned()) },
        },
    };
    let life = judge(field, verifier);
    let mut answer = Answer { scheme, alive: life.is_alive(), why: words(life), result: None };
    if let Some(password) = password_b64 {
        match STANDARD.decode(password.as_bytes()).map(Zeroizing::new) {
            Ok(password) => compare(field, &password, verifier, &mut answer),
            Err(_) => answer.why = Some("\"password_b64\" is no base64".to_owned()),
        }
    }
    answer
}

fn compare(field: &[u8], password: &[u8], verifier: Verifier, answer: &mut Answer) {
    let outcome = verify(field, password, verifier, Limits::DEFAULT);
    answer.result = Some(outcome.word());
    if answer.alive == Some(true) {
        answer.why = match outcome {
            Outcome::Unknown => Some("one comparison costs more than htlint spends".to_owned()),
            Outcome::Error => Some("the password is longer than the verifier takes".to_owned()),
            Outcome::Match | Outcome::Mismatch => None,
        };
    }
}

/// What speaks against a life; `None` if nothing does.
fn words(life: Life) -> Option<String> {
    match life {
        Life::Alive => None,
        Life::Dead(death) => Some(death.to_string()),
        Life::Unknown(doubt) => Some(doubt.to_string()),
    }
}
