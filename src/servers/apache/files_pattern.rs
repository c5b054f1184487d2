//! Which file names a `<Files>` or `<FilesMatch>` section is for (server/request.c, `ap_file_walk`).

use nom::bytes::complete::{tag, take_till};
use nom::multi::separated_list1;
use nom::{IResult, Parser};

use super::expr::{Fnmatch, Pattern, fnmatch, is_glob};

/// The argument of the section.
#[derive(Debug, Clone)]
pub(super) enum FilesPattern {
    /// A name without `*`, `?` and `[`: compared byte for byte.
    Name(Vec<u8>),
    /// A glob.
    Glob(Vec<u8>),
    /// An unanchored regular expression, and its text.
    Regex(Pattern, Vec<u8>),
    /// A regular expression that only the server can compile.
    Unknown,
}

impl FilesPattern {
    /// A `<Files>` argument, merged with no path at all (server/core.c, `filesection`): `./x` is `x`.
    #[must_use]
    pub(super) fn name(argument: &[u8]) -> Self {
        let argument = merged(argument);
        if is_glob(&argument) { Self::Glob(argument) } else { Self::Name(argument) }
    }

    /// Whether the last component of a path fits; `None`: can't tell.
    #[must_use]
    pub(super) fn fits(&self, name: &[u8]) -> Option<bool> {
        match self {
            Self::Name(wanted) => Some(wanted == name),
            Self::Glob(glob) => Some(fnmatch(glob, name, Fnmatch::default())),
            Self::Regex(pattern, _) => pattern.is_match(name),
            Self::Unknown => None,
        }
    }

    /// Names that fit, to stand for all that do; empty if none can be made up.
    #[must_use]
    pub(super) fn examples(&self) -> Vec<Vec<u8>> {
        let made = match self {
            Self::Name(name) => vec![name.clone()],
            Self::Glob(glob) => vec![glob.iter().filter(|byte| **byte != b'*').map(plain).collect()],
            Self::Regex(_, text) => samples(text),
            Self::Unknown => Vec::new(),
        };
        made.into_iter().filter(|name| !name.is_empty() && self.fits(name) == Some(true)).collect()
    }
}

/// What `apr_filepath_merge` makes of a relative path and an empty one; one that keeps a slash fits no name.
fn merged(argument: &[u8]) -> Vec<u8> {
    if argument.starts_with(b"/") {
        return argument.to_owned();
    }
    let mut kept: Vec<&[u8]> = Vec::new();
    for part in parts(argument).map_or_else(|_| Vec::new(), |(_, parts)| parts) {
        match part {
            b"" | b"." => {}
            b".." if kept.last().is_some_and(|last| *last != b"..") => {
                kept.pop();
            }
            _ => kept.push(part),
        }
    }
    let folder = [b"/".as_slice(), b"/.", b"/.."].iter().any(|end| argument.ends_with(end));
    if folder && !kept.is_empty() {
        kept.push(b"");
    }
    kept.join(&b'/')
}

fn parts(path: &[u8]) -> IResult<&[u8], Vec<&[u8]>> {
    separated_list1(tag("/"), take_till(|byte| byte == b'/')).parse(path)
}

fn plain(byte: &u8) -> u8 {
    if *byte == b'?' { b'x' } else { *byte }
}

/// The most names made of one expression.
const MOST_SAMPLES: usize = 16;

/// Shortest texts that a regular expression finds, one for each of its alternatives.
fn samples(text: &[u8]) -> Vec<Vec<u8>> {
    let Ok(text) = std::str::from_utf8(text) else { return Vec::new() };
    let Ok(tree) = regex_syntax::parse(text) else { return Vec::new() };
    let mut made = of_tree(&tree);
    let padded: Vec<_> = made.iter().map(|name| [b"x".as_slice(), name].concat()).collect();
    made.extend(padded);
    made
}

fn of_tree(tree: &regex_syntax::hir::Hir) -> Vec<Vec<u8>> {
    use regex_syntax::hir::{Class, HirKind};
    match tree.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![Vec::new()],
        HirKind::Literal(literal) => vec![literal.0.to_vec()],
        HirKind::Class(Class::Unicode(class)) => {
            class_member(&class.iter().map(|range| (range.start(), range.end())).collect::<Vec<_>>())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges = class.iter().map(|range| (char::from(range.start()), char::from(range.end())));
            class_member(&ranges.collect::<Vec<_>>())
        }
        HirKind::Repetition(repeat) if repeat.min == 0 => vec![Vec::new()],
        HirKind::Repetition(repeat) => {
            let times = usize::try_from(repeat.min).unwrap_or(1).min(MOST_SAMPLES);
            of_tree(&repeat.sub).into_iter().map(|one| one.repeat(times)).collect()
        }
        HirKind::Capture(capture) => of_tree(&capture.sub),
        HirKind::Alternation(branches) => branches.iter().flat_map(of_tree).take(MOST_SAMPLES).collect(),
        HirKind::Concat(parts) => parts.iter().fold(vec![Vec::new()], |made, part| {
            let tails = of_tree(part);
            let joined = made.iter().flat_map(|head| tails.iter().map(|tail| [head.as_slice(), tail].concat()));
            joined.take(MOST_SAMPLES).collect()
        }),
    }
}

fn class_member(ranges: &[(char, char)]) -> Vec<Vec<u8>> {
    let holds = |wanted: char| ranges.iter().any(|(start, end)| (*start..=*end).contains(&wanted));
    let member = ['x', 'a', '1', '.', '-', '_'].into_iter().find(|wanted| holds(*wanted));
    let member = member.or_else(|| ranges.first().map(|(start, _)| *start));
    member.map(|member| member.to_string().into_bytes()).into_iter().collect()
}
