//! Which files an `include` names (configfile.c, `config_parse_file`; glob(3) with GLOB_BRACE).

use std::path::{Path, PathBuf};

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till};
use nom::combinator::{opt, recognize, verify};
use nom::multi::many0;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

use super::fault::Fault;
use super::reader::Reader;
use crate::answer::{Missing, Reason};
use crate::read::{self, Located, server_path};
use crate::source::Place;

/// More braces than a pattern has on purpose.
const MOST_BRACES: usize = 32;
/// More alternatives than a pattern has on purpose.
const MOST_ALTERNATIVES: usize = 256;

impl Reader<'_> {
    /// The files on this machine, in the order in which the server reads them.
    pub(super) fn included(&self, name: &[u8], place: Place) -> Result<Vec<PathBuf>, Fault> {
        let server = self.server_path_of(name);
        let text = server.as_os_str().as_encoded_bytes();
        if text.iter().filter(|byte| **byte == b'{').count() > MOST_BRACES {
            return Err(Fault::unknown(place, Missing::TooMany));
        }
        let mut found = Vec::new();
        for alternative in expanded(text) {
            let mut paths = self.fitting(&alternative, place)?;
            paths.sort();
            found.extend(paths);
        }
        if found.is_empty() && !text.iter().any(|byte| b"*?[]{}".contains(byte)) {
            return Err(Fault::because(place, Reason::IncludeMissing { path: server.display().to_string() }));
        }
        Ok(found)
    }

    fn fitting(&self, pattern: &[u8], place: Place) -> Result<Vec<PathBuf>, Fault> {
        let mut paths = vec![PathBuf::from("/")];
        for part in parts(pattern) {
            let mut next = Vec::new();
            for path in &paths {
                if is_pattern(part) {
                    let local = self.local(path, place)?;
                    let entries = self.target.files.children(&local).unwrap_or_default();
                    let names = entries.iter().filter_map(|entry| entry.file_name());
                    let fit = names.filter(|name| fits(part, name.as_encoded_bytes()));
                    next.extend(fit.map(|name| path.join(name)));
                } else {
                    next.push(path.join(server_path(&unescaped(part))));
                }
            }
            paths = next;
        }
        let mut found = Vec::new();
        for path in paths {
            let local = self.local(&path, place)?;
            match self.target.files.stat(&local) {
                Ok(_) => found.push(local),
                Err(read::Fault::Denied) => {
                    return Err(Fault::unknown(place, Missing::Content { path: local.display().to_string() }));
                }
                Err(_) => {}
            }
        }
        Ok(found)
    }

    fn local(&self, server: &Path, place: Place) -> Result<PathBuf, Fault> {
        match self.target.paths.told(self.target.files, server) {
            Located::Local { path, .. } => Ok(path),
            // What lies beside the main configuration is where it says, if anything is there.
            Located::Unmapped if server.starts_with(self.target.folder()) => Ok(server.to_owned()),
            Located::Unmapped => Err(Fault::unknown(place, Missing::Path { path: server.display().to_string() })),
        }
    }
}

/// The names between the slashes.
fn parts(path: &[u8]) -> Vec<&[u8]> {
    let name = preceded(tag("/"), take_till(|byte| byte == b'/'));
    let parsed: IResult<&[u8], Vec<&[u8]>> = many0(name).parse(path);
    parsed.map(|(_, names)| names.into_iter().filter(|name| !name.is_empty()).collect()).unwrap_or_default()
}

fn is_pattern(part: &[u8]) -> bool {
    part.iter().any(|byte| b"*?[".contains(byte))
}

fn unescaped(part: &[u8]) -> Vec<u8> {
    let piece = preceded(opt(tag("\\")), take(1_usize));
    let parsed: IResult<&[u8], Vec<&[u8]>> = many0(piece).parse(part);
    parsed.map(|(_, pieces)| pieces.concat()).unwrap_or_default()
}

/// `{a,b}` written out, outermost first.
fn expanded(text: &[u8]) -> Vec<Vec<u8>> {
    let mut open = vec![text.to_vec()];
    let mut done = Vec::new();
    while !open.is_empty() && open.len() + done.len() < MOST_ALTERNATIVES {
        let text = open.remove(0);
        match braces(&text) {
            Ok((behind, (before, inner))) if !inner.is_empty() => {
                let choices = choices(inner).into_iter().map(|choice| [before, choice, behind].concat());
                open.splice(0..0, choices);
            }
            _ => done.push(text),
        }
    }
    done
}

/// The text before the first braces, and what stands in them.
fn braces(text: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    (take_till(|byte| byte == b'{'), delimited(tag("{"), inside, tag("}"))).parse(text)
}

/// Text in which braces are balanced.
fn inside(text: &[u8]) -> IResult<&[u8], &[u8]> {
    let nested = recognize((tag("{"), inside, tag("}")));
    let plain = verify(take(1_usize), |byte: &[u8]| !matches!(byte, b"{" | b"}"));
    recognize(many0(alt((nested, plain)))).parse(text)
}

/// The pieces between the commas that stand in no inner braces.
fn choices(inner: &[u8]) -> Vec<&[u8]> {
    let nested = || recognize((tag("{"), inside, tag("}")));
    let plain = || verify(take(1_usize), |byte: &[u8]| byte != b",");
    let choice = recognize(many0(alt((nested(), plain()))));
    let parsed: IResult<&[u8], Vec<&[u8]>> = nom::multi::separated_list1(tag(","), choice).parse(inner);
    parsed.map(|(_, choices)| choices).unwrap_or_default()
}

/// Whether a name fits one part of a pattern (fnmatch(3) with FNM_PERIOD, as glob(3) has it).
fn fits(pattern: &[u8], name: &[u8]) -> bool {
    if name.starts_with(b".") && is_pattern(pattern.get(..1).unwrap_or_default()) {
        return false;
    }
    let (mut pattern, mut name) = (pattern, name);
    // What follows the last `*`, and where it was tried last.
    let mut again: Option<(&[u8], &[u8])> = None;
    loop {
        if let Some(rest) = pattern.strip_prefix(b"*") {
            again = Some((rest, name));
            pattern = rest;
        } else if let Some((rest, behind)) = one(pattern, name) {
            (pattern, name) = (rest, behind);
        } else if pattern.is_empty() && name.is_empty() {
            return true;
        } else if let Some((rest, [_, behind @ ..])) = again {
            again = Some((rest, behind));
            (pattern, name) = (rest, behind);
        } else {
            return false;
        }
    }
}

/// What is left of pattern and name if the first character of the one fits that of the other.
fn one<'t>(pattern: &'t [u8], name: &'t [u8]) -> Option<(&'t [u8], &'t [u8])> {
    let (byte, behind) = name.split_first()?;
    match pattern {
        [b'?', rest @ ..] => Some((rest, behind)),
        [b'[', rest @ ..] => match set(pattern, *byte) {
            Some((rest, fit)) => fit.then_some((rest, behind)),
            None => (*byte == b'[').then_some((rest, behind)),
        },
        [b'\\', escaped, rest @ ..] => (escaped == byte).then_some((rest, behind)),
        [plain, rest @ ..] => (plain == byte).then_some((rest, behind)),
        [] => None,
    }
}

/// `[a-z]`: what follows it, and whether the byte is in it; `None`: it is not closed.
fn set(pattern: &[u8], byte: u8) -> Option<(&[u8], bool)> {
    let parsed: IResult<&[u8], Option<&[u8]>> = preceded(tag("["), opt(alt((tag("!"), tag("^"))))).parse(pattern);
    let (mut rest, negated) = parsed.ok().map(|(rest, mark)| (rest, mark.is_some()))?;
    let mut found = false;
    let mut first = true;
    loop {
        rest = match rest {
            [b']', behind @ ..] if !first => return Some((behind, found != negated)),
            [low, b'-', high, behind @ ..] if *high != b']' => {
                found |= (*low..=*high).contains(&byte);
                behind
            }
            [one, behind @ ..] => {
                found |= *one == byte;
                behind
            }
            [] => return None,
        };
        first = false;
    }
}
