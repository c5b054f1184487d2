//! The server's environment as Debian's `envvars` beside the main configuration sets it: a shell script of which only the
//! assignments are read.

use std::collections::BTreeMap;

use nom::branch::alt;
use nom::bytes::complete::{is_not, tag, take_till, take_while1};
use nom::character::complete::{char, space0, space1};
use nom::combinator::{all_consuming, opt};
use nom::multi::many0;
use nom::sequence::{delimited, preceded, terminated};
use nom::{IResult, Parser};

/// A piece of a value.
enum Piece<'s> {
    /// As it stands.
    Text(&'s str),
    /// `$NAME` or `${NAME}`.
    Variable(&'s str),
}

/// The variables that a script sets; an assignment whose value takes more than variables to work out is passed over.
#[must_use]
pub(in crate::servers::apache) fn environment(script: &str) -> BTreeMap<String, String> {
    let mut set = BTreeMap::new();
    for line in script.lines() {
        if let Ok((_, (name, pieces))) = assignment(line) {
            let value = pieces.iter().map(|piece| match piece {
                Piece::Text(text) => text,
                Piece::Variable(name) => set.get(*name).map(String::as_str).unwrap_or_default(),
            });
            let value = value.collect();
            set.insert(name.to_owned(), value);
        }
    }
    set
}

fn name(input: &str) -> IResult<&str, &str> {
    take_while1(|letter: char| letter.is_ascii_alphanumeric() || letter == '_').parse(input)
}

fn variable(input: &str) -> IResult<&str, Piece<'_>> {
    let braces = delimited(tag("${"), name, char('}'));
    alt((braces, preceded(char('$'), name))).map(Piece::Variable).parse(input)
}

fn assignment(line: &str) -> IResult<&str, (&str, Vec<Piece<'_>>)> {
    let single =
        delimited(char('\''), take_till(|letter| letter == '\''), char('\'')).map(|text| vec![Piece::Text(text)]);
    let inner = many0(alt((variable, is_not("\"$`\\").map(Piece::Text))));
    let double = delimited(char('"'), inner, char('"'));
    let bare = many0(alt((variable, is_not(" \t\"'$`\\;&|()<>").map(Piece::Text))));
    let value = alt((single, double, bare));
    let comment = opt(preceded(char('#'), take_till(|_| false)));
    let export = opt(terminated(tag("export"), space1));
    let mut whole = all_consuming(delimited(
        (space0, export),
        (terminated(name, char('=')), value),
        (space0, opt(char(';')), space0, comment),
    ));
    whole.parse(line)
}

#[cfg(test)]
mod tests {
    use super::environment;

    #[test]
    fn the_assignments_of_a_script_are_read_and_nothing_else() {
        let script = "unset HOME\nif [ \"${A##x}\" != \"$A\" ] ; then\n\tSUFFIX=\"-${A##x}\"\nelse\n\tSUFFIX=\nfi\n\
            export APACHE_RUN_USER=www-data # the worker\nexport APACHE_RUN_DIR=/var/run/apache2$SUFFIX\n\
            export LANG='C'\n#export NOT=1\nexport X=$(date)\n";
        let set = environment(script);
        let shown: Vec<String> = set.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(shown, ["APACHE_RUN_DIR=/var/run/apache2", "APACHE_RUN_USER=www-data", "LANG=C", "SUFFIX="]);
    }
}
