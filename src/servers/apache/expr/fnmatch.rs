//! Globs as `apr_fnmatch` matches them.

/// How a glob is matched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fnmatch {
    /// `*`, `?` and `[...]` do not match a slash (`APR_FNM_PATHNAME`).
    pub pathname: bool,
    /// Letters match in either case (`APR_FNM_CASE_BLIND`).
    pub case_blind: bool,
}

/// Whether a pattern holds anything but plain letters, as `apr_fnmatch_test` sees it: `*`, `?`, or a `[` that a `]`
/// follows; what a backslash stands before is plain.
#[must_use]
pub fn is_glob(pattern: &[u8]) -> bool {
    let (mut open, mut escaped) = (false, false);
    for byte in pattern {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'*' | b'?' => return true,
            b'[' => open = true,
            b']' if open => return true,
            _ => {}
        }
    }
    false
}

/// Whether `text` as a whole fits `pattern`: `*`, `?`, `[a-z]`, `[!a-z]`, `[^a-z]`, backslash escapes; a bracket that is
/// never closed is a plain one (`apr_fnmatch` of APR 1.7). Takes time linear in the product of both lengths.
#[must_use]
pub fn fnmatch(pattern: &[u8], text: &[u8], how: Fnmatch) -> bool {
    let (mut pattern, mut text) = (pattern, text);
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            retry = Some((rest, text));
            pattern = rest;
            continue;
        }
        match (pattern.is_empty(), text) {
            (true, []) => return true,
            (false, [byte, after @ ..]) => {
                if let Some(rest) = one(pattern, *byte, how) {
                    if how.pathname && *byte == b'/' {
                        retry = None;
                    }
                    (pattern, text) = (rest, after);
                    continue;
                }
            }
            (true, [_, ..]) | (false, []) => {}
        }
        match retry {
            Some((rest, [byte, after @ ..])) if !(how.pathname && *byte == b'/') => {
                retry = Some((rest, after));
                (pattern, text) = (rest, after);
            }
            _ => return false,
        }
    }
}

/// Matches one byte against the pattern's next item other than `*`; gives the pattern behind it.
fn one(pattern: &[u8], byte: u8, how: Fnmatch) -> Option<&[u8]> {
    let slash = how.pathname && byte == b'/';
    match pattern {
        [b'[', rest @ ..] => match class(rest, byte, how) {
            Some((fits, behind)) => (fits && !slash).then_some(behind),
            None => (byte == b'[').then_some(rest),
        },
        [b'?', rest @ ..] => (!slash).then_some(rest),
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => same(*literal, byte, how).then_some(rest),
        [] => None,
    }
}

fn same(left: u8, right: u8, how: Fnmatch) -> bool {
    left == right || (how.case_blind && left.eq_ignore_ascii_case(&right))
}

/// Behind `[`: whether the byte fits and what follows the closing bracket; `None` if it never closes.
fn class(pattern: &[u8], byte: u8, how: Fnmatch) -> Option<(bool, &[u8])> {
    let (negated, mut rest) = match pattern {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, pattern),
    };
    let (mut fits, mut first) = (false, true);
    loop {
        if let ([b']', behind @ ..], false) = (rest, first) {
            return Some((fits != negated, behind));
        }
        if let ([b'\\', escaped @ ..], false) = (rest, first && rest.first() == Some(&b']')) {
            rest = escaped;
        }
        first = false;
        let low = *rest.first()?;
        if how.pathname && low == b'/' {
            return None;
        }
        rest = match rest {
            [_, b'-', b'\\', high, behind @ ..] | [_, b'-', high, behind @ ..] if rest.get(2) != Some(&b']') => {
                if how.pathname && *high == b'/' {
                    return None;
                }
                fits |= within(low, byte, *high, how);
                behind
            }
            [_, b'-', b'\\'] => return None,
            _ => {
                fits |= same(low, byte, how);
                rest.get(1..)?
            }
        };
    }
}

fn within(low: u8, byte: u8, high: u8, how: Fnmatch) -> bool {
    let folded = |byte: u8| byte.to_ascii_lowercase();
    let upper = byte.is_ascii_uppercase() || low.is_ascii_uppercase() || high.is_ascii_uppercase();
    (low..=high).contains(&byte) || (how.case_blind && upper && (folded(low)..=folded(high)).contains(&folded(byte)))
}
