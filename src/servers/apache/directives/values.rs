//! What modules ask of the words of their directives once the server has counted them, as far as that is a list, a number
//! or a path: data, recorded from the server.

use std::collections::HashMap;
use std::sync::OnceLock;

const TABLE: &str = include_str!("values.tsv");

/// What a word must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Must {
    /// One of these, in any case; `x=*` is any word that begins with `x=`.
    BeOneOf(Vec<&'static str>),
    /// The same, with a `+` or `-` in front or without.
    BeOneOfSigned(Vec<&'static str>),
    /// Begin with one of these, in any case.
    StartWith(Vec<&'static str>),
    /// Hold none of these letters.
    Lack(&'static str),
    /// Begin with a number in this range; no number is 0 (`atoi`).
    Count(i64, i64),
    /// Be a number in this range.
    Measure(i64, i64),
    /// Begin with a number above 0, or be one of `none`, `default` and `unlimited`.
    CountRanges,
    /// Begin with 0 or a number from 512 on.
    SizeBuffer,
    /// Be a duration (server/util.c, `ap_timeout_parameter_parse`).
    Last,
    /// Nothing will do.
    NotBe,
    /// A method that the server knows, or `reset`.
    NameMethod,
    /// Parse as a string expression.
    Evaluate,
    /// Be one port, or two with a `-` between.
    NamePorts,
    /// Be a number above 0, perhaps with a fraction.
    Exceed,
    /// Be digits.
    BeDigits,
    /// Begin with a power of 2, or with 0; no number is 0.
    BePowerOfTwo,
    /// Be a number of bytes, with one of `b`, `k`, `m` and `g` behind it or without.
    Size,
    /// Hold this.
    Hold(&'static str),
    /// Hold no blank.
    HoldNoBlank,
    /// Be `on`, `off`, a kind of redirect or its status.
    Redirect,
    /// Be times of mod_reqtimeout: `header=20-40,MinRate=500`.
    LimitStages,
    /// Name a file.
    NameFile,
    /// Name a directory.
    NameFolder,
    /// Name a file that is not empty.
    NameContent,
    /// The same, unless it is the URL of a token.
    NameCertificate,
}

/// Which words are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The one with this index.
    Word(usize),
    /// Each.
    Each,
    /// The line as a whole.
    Line,
}

/// One demand on the words of a directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Which words.
    pub which: Which,
    /// What they must be.
    pub must: Must,
    /// What the server says otherwise; `{}` stands for the word.
    pub message: &'static str,
}

/// The demands on the directive called `name` in any case.
#[must_use]
pub fn demands(name: &[u8]) -> &'static [Demand] {
    static DEMANDS: OnceLock<HashMap<Vec<u8>, Vec<Demand>>> = OnceLock::new();
    let known = DEMANDS.get_or_init(|| {
        let mut known: HashMap<Vec<u8>, Vec<Demand>> = HashMap::new();
        for (name, demand) in TABLE.lines().skip(2).filter_map(row) {
            known.entry(name.to_ascii_lowercase().into_bytes()).or_default().push(demand);
        }
        known
    });
    known.get(&name.to_ascii_lowercase()).map(Vec::as_slice).unwrap_or_default()
}

fn row(line: &'static str) -> Option<(&'static str, Demand)> {
    let mut fields = line.split('\t');
    let (name, which, must, message) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let which = match which {
        "each" => Which::Each,
        "all" => Which::Line,
        number => Which::Word(number.parse::<usize>().ok()?.checked_sub(1)?),
    };
    let (kind, rest) = must.split_once(' ').unwrap_or((must, ""));
    Some((name, Demand { which, must: kind_of(kind, rest)?, message }))
}

fn kind_of(kind: &str, rest: &'static str) -> Option<Must> {
    let list = || rest.split('|').collect();
    let mut numbers = rest.split(' ').map(str::parse);
    let mut range = || Some((numbers.next()?.ok()?, numbers.next().map_or(Some(i64::MAX), Result::ok)?));
    Some(match kind {
        "in" => Must::BeOneOf(list()),
        "signed" => Must::BeOneOfSigned(list()),
        "starts" => Must::StartWith(list()),
        "without" => Must::Lack(rest),
        "atoi" => range().map(|(least, most)| Must::Count(least, most))?,
        "number" => range().map(|(least, most)| Must::Measure(least, most))?,
        "ranges" => Must::CountRanges,
        "buffer" => Must::SizeBuffer,
        "time" => Must::Last,
        "never" => Must::NotBe,
        "method" => Must::NameMethod,
        "expression" => Must::Evaluate,
        "ports" => Must::NamePorts,
        "positive" => Must::Exceed,
        "digits" => Must::BeDigits,
        "power" => Must::BePowerOfTwo,
        "size" => Must::Size,
        "has" => Must::Hold(rest),
        "plain" => Must::HoldNoBlank,
        "redirect" => Must::Redirect,
        "stages" => Must::LimitStages,
        "file" => Must::NameFile,
        "folder" => Must::NameFolder,
        "content" => Must::NameContent,
        "certificate" => Must::NameCertificate,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::apache::directives::find;

    #[test]
    fn every_row_is_read_and_names_a_directive() {
        for line in TABLE.lines().skip(2) {
            let (name, _) = row(line).unwrap_or_else(|| panic!("{line}"));
            assert!(!find(name.as_bytes()).is_empty(), "{name}");
        }
    }

    #[test]
    fn a_directive_may_have_several_demands() {
        assert_eq!(demands(b"indexorderDEFAULT").len(), 2);
        assert!(demands(b"ServerAdmin").is_empty());
        assert_eq!(demands(b"H2Padding")[0].must, Must::Count(0, 8));
    }
}
