//! The Ruby of a `mruby.handler`, as far as it makes an `Htpasswd` (h2o `share/h2o/mruby/htpasswd.rb`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till, take_while1};
use nom::character::complete::{multispace0, multispace1, space0, space1};
use nom::combinator::{all_consuming, opt, value};
use nom::multi::{many0, separated_list0};
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

/// What a script comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Script {
    /// `Htpasswd.new(path, realm)`.
    Htpasswd { path: String, realm: String },
    /// What is left in the end is no handler: it raises at every request.
    Nothing,
    /// It does not compile or run, for this reason.
    Refused(&'static str),
    /// htlint cannot tell.
    Unknown,
}

enum Statement {
    Require(String),
    Make { class: String, arguments: Vec<String> },
}

/// Reads a script.
pub(super) fn read(text: &str) -> Script {
    let ends = take_till(|found| found == '\n');
    let comment = value((), preceded(tag("#"), ends));
    let between = || many0(alt((value((), multispace1), value((), tag(";")))));
    let statements = many0(terminated(alt((require, make)), (space0, opt(comment), between())));
    let parsed: IResult<&str, _> = all_consuming(preceded(multispace0, statements)).parse(text);
    let Ok((_, statements)) = parsed else {
        return if balanced(text) {
            Script::Unknown
        } else {
            Script::Refused("a bracket or a quotation mark is not closed")
        };
    };
    if !one_a_line(text) {
        return Script::Refused("two statements stand in one line");
    }
    let ends_in_require = matches!(statements.last(), Some(Statement::Require(_)));
    let mut known = false;
    let mut made = Script::Unknown;
    for statement in statements {
        match statement {
            Statement::Require(name) if matches!(name.as_str(), "htpasswd.rb" | "htpasswd") => known = true,
            Statement::Require(name)
                if matches!(name.as_str(), "acl.rb" | "acl" | "dos_detector.rb" | "trie_addr.rb") => {}
            Statement::Require(_) => return Script::Refused("there is no such file to require"),
            Statement::Make { class, .. } if class != "Htpasswd" => return Script::Unknown,
            Statement::Make { .. } if !known => return Script::Refused("htpasswd.rb is not required"),
            Statement::Make { arguments, .. } => match arguments.as_slice() {
                [path, realm] => made = Script::Htpasswd { path: path.clone(), realm: realm.clone() },
                _ => return Script::Refused("Htpasswd.new takes a path and a realm"),
            },
        }
    }
    if ends_in_require { Script::Nothing } else { made }
}

fn require(text: &str) -> IResult<&str, Statement> {
    // The way in which older examples name the file.
    let shipped = delimited(tag("\"#{$H2O_ROOT}/share/h2o/mruby/"), take_till(|found| found == '"'), tag("\""));
    let name = alt((shipped.map(str::to_owned), quoted));
    preceded((tag("require"), space1), name).map(Statement::Require).parse(text)
}

fn make(text: &str) -> IResult<&str, Statement> {
    let class = take_while1(|found: char| found.is_ascii_alphanumeric() || found == '_');
    let comma = (multispace0, tag(","), multispace0);
    let arguments = || separated_list0(comma, quoted);
    let in_brackets = delimited((tag("("), multispace0), arguments(), (multispace0, tag(")")));
    let bare = preceded(space1, separated_list0((multispace0, tag(","), multispace0), quoted));
    let (rest, (class, _, arguments)) = (class, tag(".new"), alt((in_brackets, bare))).parse(text)?;
    Ok((rest, Statement::Make { class: class.to_owned(), arguments }))
}

fn quoted(text: &str) -> IResult<&str, String> {
    let within = |mark: &'static str| {
        let end = mark.chars().next().unwrap_or('"');
        delimited(tag(mark), take_till(move |found| found == end || found == '\\' || found == '#'), tag(mark))
    };
    alt((within("\""), within("'"))).map(str::to_owned).parse(text)
}

fn balanced(text: &str) -> bool {
    let count = |wanted: char| text.chars().filter(|found| *found == wanted).count();
    count('(') == count(')') && count('"').is_multiple_of(2) && count('\'').is_multiple_of(2)
}

/// Whether `require` and what follows stand apart.
fn one_a_line(text: &str) -> bool {
    text.lines().all(|line| !(line.contains("require") && line.contains(".new") && !line.contains(';')))
}
