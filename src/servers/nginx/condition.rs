//! The condition of an `if` (src/http/modules/ngx_http_rewrite_module.c, `ngx_http_rewrite_if_condition`).

/// What an `if` asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    /// `$name`: neither empty nor `0`.
    Set(Vec<u8>),
    /// `$name = value`, `$name != value`.
    Compare { variable: Vec<u8>, value: Vec<u8>, negated: bool },
    /// `$name ~ pattern` and its kind.
    Fits { variable: Vec<u8>, pattern: Vec<u8>, ignore_case: bool, negated: bool },
    /// `-f path` and its kind.
    File {
        /// `f`, `d`, `e` or `x`.
        test: u8,
        path: Vec<u8>,
        negated: bool,
    },
}

impl Condition {
    /// The variable that is asked.
    pub(super) fn variable(&self) -> Option<&[u8]> {
        match self {
            Self::Set(name) | Self::Compare { variable: name, .. } | Self::Fits { variable: name, .. } => Some(name),
            Self::File { .. } => None,
        }
    }
}

/// Reads the words of an `if`, brackets included.
///
/// # Errors
/// The server's words.
pub(super) fn condition(words: &[Vec<u8>]) -> Result<Condition, String> {
    let invalid = |word: &[u8]| format!("invalid condition \"{}\"", String::from_utf8_lossy(word));
    let mut words: Vec<Vec<u8>> = words.to_vec();
    match words.first_mut() {
        Some(first) if first.first() == Some(&b'(') => drop(first.remove(0)),
        other => return Err(invalid(other.map_or(&[], |word| word))),
    }
    match words.last_mut() {
        Some(last) if last.last() == Some(&b')') => drop(last.pop()),
        other => return Err(invalid(other.map_or(&[], |word| word))),
    }
    // An empty word is a bracket that stood alone.
    if words.len() > 1 && words.first().is_some_and(Vec::is_empty) {
        words.remove(0);
    }
    if words.len() > 1 && words.last().is_some_and(Vec::is_empty) {
        words.pop();
    }
    let parts: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    match parts.as_slice() {
        [[b'$', name @ ..]] if !name.is_empty() => Ok(Condition::Set(name.to_vec())),
        [[b'$', name @ ..], operator, value] if !name.is_empty() => compared(name, operator, value),
        [[b'-', test], path] => file(*test, path, false).ok_or_else(|| invalid(&[b'-', *test])),
        [[b'!', b'-', test], path] => file(*test, path, true).ok_or_else(|| invalid(&[b'!', b'-', *test])),
        [first, ..] => Err(invalid(first)),
        [] => Err(invalid(b"")),
    }
}

fn compared(name: &[u8], operator: &[u8], value: &[u8]) -> Result<Condition, String> {
    let (variable, value) = (name.to_vec(), value.to_vec());
    match operator {
        b"=" => Ok(Condition::Compare { variable, value, negated: false }),
        b"!=" => Ok(Condition::Compare { variable, value, negated: true }),
        b"~" | b"~*" | b"!~" | b"!~*" => Ok(Condition::Fits {
            variable,
            pattern: value,
            ignore_case: operator.ends_with(b"*"),
            negated: operator.starts_with(b"!"),
        }),
        _ => Err(format!("unexpected \"{}\" in condition", String::from_utf8_lossy(operator))),
    }
}

fn file(test: u8, path: &[u8], negated: bool) -> Option<Condition> {
    matches!(test, b'f' | b'd' | b'e' | b'x').then(|| Condition::File { test, path: path.to_vec(), negated })
}
