//! Conditional sections, decided while the file is read (server/core.c, `start_ifmod`, `start_ifdefine`, `start_iffile`,
//! `start_ifdirective`, `start_ifsection`; modules/metadata/mod_version.c, `start_ifversion`).

use nom::Parser;
use nom::bytes::complete::{tag, take_while1};
use nom::character::complete::char;
use nom::combinator::{all_consuming, opt, recognize, rest};
use nom::multi::separated_list1;
use nom::sequence::{preceded, terminated};

use super::directives::{find, foreign_directive, foreign_module, module};
use super::expr::{Pattern, PatternFault};
use super::line::Directive;
use super::profile::Profile;
use super::scope::Permit;
use super::tree::SyntaxFault;
use super::world::{Question, World};
use crate::answer::Missing;
use crate::lines::{LogicalLine, LogicalLines};
use crate::read::Stat;
use crate::source::FileId;
use crate::words::{blanks, word, words};

/// What a condition comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Truth {
    /// The body is read.
    True,
    /// The body is skipped.
    False,
    /// The argument is refused, in the server's words.
    Refused(String),
    /// The body is kept for later.
    Kept,
    /// It may not stand here.
    Forbidden,
    /// It may not stand here, and the line is passed over: not so its body, and not its end.
    PassedOver,
}

/// What becomes of a directive while the file is read.
pub(super) enum OnRead<'s> {
    /// Nothing yet: it stays in the tree.
    Later,
    /// It was executed.
    Done,
    /// It was executed and failed.
    Fails(SyntaxFault),
    /// These are read in its place, each whole in itself.
    Reads(Vec<Portion<'s>>),
    /// This is read in its place as if it stood there.
    Splices(Portion<'s>),
}

/// Text that is read in the place of a directive.
pub(super) struct Portion<'s> {
    /// The file it stands in.
    pub file: FileId,
    /// The bytes of that file.
    pub bytes: &'s [u8],
    /// The lines.
    pub lines: Lines<'s>,
}

/// Where lines come from.
pub(super) enum Lines<'s> {
    /// A file.
    File(LogicalLines<'s>),
    /// A section that was kept.
    Kept(std::vec::IntoIter<LogicalLine<'s>>),
}

impl<'s> Iterator for Lines<'s> {
    type Item = LogicalLine<'s>;

    fn next(&mut self) -> Option<LogicalLine<'s>> {
        match self {
            Self::File(lines) => lines.next(),
            Self::Kept(lines) => lines.next(),
        }
    }
}

/// What the reader asks of the server's surroundings.
pub(super) trait Conditions<'s> {
    /// Decides a section if it is a conditional one.
    fn decide(&mut self, section: &Directive<'s>) -> Option<Truth>;

    /// The value of `${NAME}`.
    fn variable(&self, name: &str) -> Option<Vec<u8>>;

    /// Executes a directive if the server executes it while it reads.
    fn on_read(&mut self, _: &Directive<'s>) -> OnRead<'s> {
        OnRead::Later
    }

    /// Keeps the body of a section of which [`Conditions::decide`] said so; fails in the server's words.
    fn keep(&mut self, _: &Directive<'s>, _: Vec<LogicalLine<'s>>) -> Result<(), String> {
        Ok(())
    }

    /// Is told that a portion was read to its end.
    fn left(&mut self) {}
}

/// Whether files of the server exist, as far as that can be told.
pub(super) trait Existence {
    /// What stands at the end of a path of the server; `None`: can't tell; an inner `None`: nothing does.
    fn stands(&self, path: &[u8]) -> Option<Option<Stat>>;
}

/// Conditions of a profile in a world.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'p> {
    /// The server's facts.
    pub profile: &'p Profile,
    /// The unknown ones.
    pub world: &'p World,
    /// The server's files.
    pub existence: Option<&'p dyn Existence>,
}

impl<'s> Conditions<'s> for Surroundings<'_> {
    fn decide(&mut self, section: &Directive<'s>) -> Option<Truth> {
        self.judge(section)
    }

    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        self.profile.variable(name).map(String::into_bytes)
    }
}

/// Conditions of a per-directory file, which may not hold every section (server/config.c, `invoke_cmd`).
pub(super) struct Admitting<'p> {
    /// What decides.
    pub around: Surroundings<'p>,
    /// What the file may hold.
    pub permit: &'p Permit,
}

impl<'s> Conditions<'s> for Admitting<'_> {
    fn decide(&mut self, section: &Directive<'s>) -> Option<Truth> {
        let truth = self.around.judge(section)?;
        let name = &section.name.value;
        let listed = self.permit.list.iter().any(|listed| listed.eq_ignore_ascii_case(name));
        if listed || find(name).iter().any(|row| row.overrides.meets(self.permit.allowed.classes)) {
            return Some(truth);
        }
        Some(if self.permit.allowed.skips_forbidden { Truth::PassedOver } else { Truth::Forbidden })
    }

    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        self.around.variable(name)
    }
}

impl Surroundings<'_> {
    /// Decides a section if it is a conditional one.
    pub(super) fn judge(&self, section: &Directive<'_>) -> Option<Truth> {
        let decide: fn(&Self, &[u8], &Directive<'_>) -> bool = match section.name.value.to_ascii_lowercase().as_slice()
        {
            b"<ifmodule" => Self::has_module,
            b"<ifdefine" => Self::has_define,
            b"<iffile" => Self::has_file,
            b"<ifdirective" | b"<ifsection" => Self::has_directive,
            b"<ifversion" => return Some(self.version(section)),
            _ => return None,
        };
        let Some(argument) = section.section_argument() else {
            return Some(Truth::Refused(format!("{}> directive missing closing '>'", section.name())));
        };
        let (argument, negated) = negation(argument);
        let Some((_, name)) = word(argument).ok().filter(|(_, name)| !name.value.is_empty()) else {
            return Some(Truth::Refused(format!("{}> directive requires additional arguments", section.name())));
        };
        let holds = decide(self, &name.value, section) != negated;
        Some(if holds { Truth::True } else { Truth::False })
    }

    fn has_module(&self, name: &[u8], section: &Directive<'_>) -> bool {
        match (module(name), foreign_module(name)) {
            (Some(_), _) => self.profile.modules.has(name),
            (None, Some(foreign)) => self.has_foreign(foreign.name, section),
            (None, None) => self.profile.has_unnamed(name),
        }
    }

    fn has_foreign(&self, name: &'static str, section: &Directive<'_>) -> bool {
        if let Some(loaded) = &self.profile.foreign {
            return loaded.contains(name);
        }
        let missing = Missing::Module { name: name.to_owned(), directive: section.name() };
        self.world.ask(Question::Module(name), missing, section.place())
    }

    fn has_define(&self, name: &[u8], _: &Directive<'_>) -> bool {
        self.profile.defines.keys().any(|defined| defined.as_bytes() == name)
    }

    fn has_file(&self, path: &[u8], section: &Directive<'_>) -> bool {
        if let Some(known) = self.existence.and_then(|existence| existence.stands(path)) {
            return known.is_some();
        }
        let missing = Missing::Path { path: String::from_utf8_lossy(path).into_owned() };
        self.world.ask(Question::File(path.to_owned()), missing, section.place())
    }

    fn has_directive(&self, name: &[u8], section: &Directive<'_>) -> bool {
        let is_section = section.is("<IfSection");
        let name = if is_section { [b"<", name].concat() } else { name.to_owned() };
        if !find(&name).is_empty() {
            return self.profile.modules.directives(&name).next().is_some();
        }
        foreign_directive(&name).is_some_and(|foreign| self.has_foreign(foreign.name, section))
    }

    fn version(&self, section: &Directive<'_>) -> Truth {
        let usage = || Truth::Refused(format!("{} [operator] version> is what it takes", section.name()));
        if section.words().len() > 3 {
            return Truth::Refused(format!("{} takes one, two or three arguments", section.name()));
        }
        let Some(argument) = section.section_argument() else { return usage() };
        if words(argument).len() > 2 {
            return Truth::Refused(format!("{}> directive missing closing '>'", section.name()));
        }
        let (operator, version) = match (word(argument), word(argument).ok().and_then(|(rest, _)| word(rest).ok())) {
            (Ok((_, operator)), Some((_, version))) => (operator.value, version.value),
            (Ok((_, version)), None) => (b"=".as_slice().into(), version.value),
            (Err(_), _) => return usage(),
        };
        let (operator, negated) = match operator.strip_prefix(b"!") {
            Some(operator) => (operator.to_owned(), true),
            None => (operator.into_owned(), false),
        };
        let pattern = match (operator.as_slice(), delimited_pattern(&version)) {
            (b"~", pattern) => Some(pattern.unwrap_or(&version)),
            (b"=" | b"==", pattern) => pattern,
            _ => None,
        };
        if pattern.is_some_and(|pattern| matches!(Pattern::compile(pattern, false), Err(PatternFault::Refused))) {
            return Truth::Refused("Unable to compile regular expression".to_owned());
        }
        let holds = match (operator.as_slice(), pattern) {
            (_, Some(pattern)) => self.version_fits(pattern, section),
            (b"=" | b"==" | b">" | b">=" | b"<" | b"<=", None) => match parts(&version) {
                Some(wanted) => compares(&operator, self.profile.version, wanted),
                None => return usage(),
            },
            _ => return Truth::Refused(format!("unrecognized operator '{}'", String::from_utf8_lossy(&operator))),
        };
        if holds == negated { Truth::False } else { Truth::True }
    }

    fn version_fits(&self, pattern: &[u8], section: &Directive<'_>) -> bool {
        let [major, minor, patch] = self.profile.version;
        let version = format!("{major}.{minor}.{patch}");
        let found = Pattern::compile(pattern, false).ok().and_then(|pattern| pattern.is_match(version.as_bytes()));
        found.unwrap_or_else(|| {
            let missing = Missing::Pattern { directive: section.name() };
            self.world.ask(Question::Holds(section.place()), missing, section.place())
        })
    }
}

fn compares(operator: &[u8], ours: [u32; 3], wanted: [u32; 3]) -> bool {
    match operator {
        b">" => ours > wanted,
        b">=" => ours >= wanted,
        b"<" => ours < wanted,
        b"<=" => ours <= wanted,
        _ => ours == wanted,
    }
}

/// A leading `!` and the blanks behind it.
fn negation(argument: &[u8]) -> (&[u8], bool) {
    let mark = preceded(blanks, recognize((tag::<_, _, nom::error::Error<&[u8]>>("!"), blanks)));
    let mut both = (opt(mark), rest);
    both.parse(argument).map_or((argument, false), |(_, (mark, argument))| (argument, mark.is_some()))
}

fn delimited_pattern(version: &[u8]) -> Option<&[u8]> {
    version.strip_prefix(b"/").and_then(|version| version.strip_suffix(b"/"))
}

/// One to three numbers; missing ones count as 0.
fn parts(version: &[u8]) -> Option<[u32; 3]> {
    let number = take_while1(|byte: u8| byte.is_ascii_digit())
        .map(|digits| std::str::from_utf8(digits).unwrap_or_default().parse().unwrap_or(u32::MAX));
    let mut list = all_consuming(terminated(
        separated_list1(char::<&[u8], nom::error::Error<&[u8]>>('.'), number),
        opt(char('.')),
    ));
    let (_, numbers) = list.parse(version).ok()?;
    let mut parts = [0; 3];
    parts.get_mut(..numbers.len())?.copy_from_slice(&numbers);
    Some(parts)
}
