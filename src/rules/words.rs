//! Phrases that many rules share: what the server answers, and what was meant.

use super::rule::Case;
use crate::answer::Cause;
use crate::finding::{Logins, Outcome, Severity};

/// `500 (Internal Server Error)`.
pub(super) fn status(status: u16) -> String {
    let phrase = match status {
        200 => "OK",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        _ => return status.to_string(),
    };
    format!("{status} ({phrase})")
}

/// `: every request gets 500 (Internal Server Error)`, to end a message; nothing where it is not known.
pub(super) fn requests(outcome: Outcome) -> String {
    match (outcome.status, outcome.logins) {
        (Some(code), _) => format!(": every request gets {}", status(code)),
        (None, Some(Logins::None)) => ": nobody gets in".to_owned(),
        (None, Some(Logins::Some | Logins::All) | None) => String::new(),
    }
}

/// What the server does with a line whose first word it does not know: refuse the whole file, or go on without the line.
pub(super) fn unknown_line(outcome: Outcome) -> String {
    let why = if outcome.status.is_some_and(|status| status < 400) {
        "The server does not know the name: it warns in its log, and goes on without the line."
    } else {
        "One line that the server cannot read makes it refuse the whole file: Invalid command, perhaps misspelled or \
         defined by a module not included in the server configuration."
    };
    why.to_owned()
}

/// `: every login gets 401 (Unauthorized), even with the right password`, to end a message; nothing where it is not
/// known or does not matter.
pub(super) fn logins(outcome: Outcome) -> String {
    let gets = |code: u16| match code {
        401 => format!("{}, even with the right password", status(code)),
        _ => status(code),
    };
    match (outcome.logins, outcome.status) {
        (Some(Logins::None), Some(code)) => format!(": every login gets {}", gets(code)),
        (Some(Logins::Some), Some(code)) => format!(": some logins get {}", gets(code)),
        (Some(Logins::Some), None) => ": some logins fail".to_owned(),
        (Some(Logins::All), _) | (Some(Logins::None) | None, None) => String::new(),
        (None, Some(code)) => format!(": a login gets {}", gets(code)),
    }
}

/// `can never log in: always 401 (Unauthorized)`, behind a user.
pub(super) fn never(outcome: Outcome) -> String {
    match outcome.status.filter(|code| *code >= 400) {
        Some(code) => format!("can never log in: always {}", status(code)),
        None => "can never log in".to_owned(),
    }
}

/// `: they get 401 (Unauthorized)`, to end a message on some of the users; nothing where it is not known.
pub(super) fn they(outcome: Outcome, they: &str) -> String {
    outcome.status.map(|code| format!(": {they} {}", status(code))).unwrap_or_default()
}

/// The user, or the words for one whose name is not known.
pub(super) fn who(user: Option<String>) -> String {
    user.filter(|user| !user.is_empty()).unwrap_or_else(|| "the user of this entry".to_owned())
}

/// `directive 'X'` if these are letters that may be shown, else `such directive`: a pasted password or hash would stand
/// in the same place.
pub(super) fn named(kind: &str, name: &str, nearest: Option<&str>) -> String {
    let plain = name.len() <= 40 && name.chars().all(|letter| letter.is_ascii_alphabetic() || "<>_/-".contains(letter));
    let near = nearest.is_some_and(|nearest| name.len() <= nearest.len() + 3);
    if plain || near { format!("{kind} '{name}'") } else { format!("such {kind}") }
}

/// `Write 'X'.` if something near exists, else the other advice.
pub(super) fn meant(nearest: Option<&str>, otherwise: &str) -> String {
    nearest.map_or_else(|| otherwise.to_owned(), |nearest| format!("Write '{nearest}', if that is what you meant."))
}

/// How to get a module: Debian's command where the name follows httpd's fashion.
pub(super) fn load(module: &str) -> String {
    match module.strip_prefix("mod_").and_then(|name| name.strip_suffix(".c")) {
        Some(name) => {
            format!("Load mod_{name} in the server's config (on Debian: `a2enmod {name}`, then restart the server).")
        }
        None => format!("Load {module} in the server's config."),
    }
}

/// The text as one word of a shell's command line.
pub(super) fn shell(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Ends a message where protection that is written down is not in force.
pub(super) const OPEN: &str = ": everybody gets in without a password";

/// An error where the status is known or nobody gets in, a warning where that is only likely.
pub(super) fn sure(outcome: Outcome) -> Severity {
    if outcome.status.is_some() || matches!(outcome.logins, Some(Logins::None)) {
        Severity::Error
    } else {
        Severity::Warning
    }
}

/// An error where the reason keeps everybody out of some area, else a warning.
pub(super) fn where_it_locks_out(case: &Case<'_>, cause: &Cause) -> Severity {
    if case.locks_out(&cause.because) { Severity::Error } else { Severity::Warning }
}

/// The beginning of a long text; a rule may list a thousand addresses.
pub(super) fn brief(text: &str) -> String {
    const LONGEST: usize = 60;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let begin: String = text.chars().take(LONGEST).collect();
    format!("{}…", begin.trim_end())
}
