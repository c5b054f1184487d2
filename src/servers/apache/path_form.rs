//! What kind of path somebody wrote, for the mistakes that are seen most.

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, tag_no_case, take_while1};
use nom::character::complete::{char, satisfy};
use nom::combinator::{opt, recognize, value};
use nom::sequence::preceded;

use crate::lines::is_blank;

/// The kinds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PathForm {
    /// It begins with `/`.
    Absolute,
    /// Relative to ServerRoot.
    Relative,
    /// An example's path that nobody filled in.
    Placeholder,
    /// One that no Unix server has: a drive letter, a URL, `~`.
    Foreign(&'static str),
    /// One that the assumed server hardly has: a developer's machine.
    Elsewhere(&'static str),
}

type Error<'p> = nom::error::Error<&'p [u8]>;

impl PathForm {
    /// Judges a path as written, without its quotes.
    #[must_use]
    pub(super) fn of(written: &[u8]) -> Self {
        if placeholder(written) {
            return Self::Placeholder;
        }
        if written.last().copied().is_some_and(is_blank) || written.first().copied().is_some_and(is_blank) {
            return Self::Foreign("a path with a blank inside its quotes");
        }
        let scheme = recognize((take_while1(|byte: u8| byte.is_ascii_alphabetic()), tag::<_, _, Error<'_>>("://")));
        let drive = recognize((satisfy(|letter| letter.is_ascii_alphabetic()), char(':')));
        let mut foreign = alt((
            value("a URL", scheme),
            value("a Windows path", drive),
            value("a Windows path", recognize(char('\\'))),
            value("a path with `~`, which only a shell knows", recognize(char('~'))),
        ));
        if let Ok((_, form)) = foreign.parse(written) {
            return Self::Foreign(form);
        }
        if elsewhere(written) {
            return Self::Elsewhere("a path of a developer's machine");
        }
        if written.first() == Some(&b'/') { Self::Absolute } else { Self::Relative }
    }
}

fn elsewhere(written: &[u8]) -> bool {
    alt((
        tag::<_, _, Error<'_>>("/Users/"),
        tag("/Applications/"),
        tag("/opt/lampp/"),
        tag("/opt/homebrew/"),
        tag("/xampp/"),
    ))
    .parse(written)
    .is_ok()
}

/// `/path/to/...`, `/full/path/...`, `/absolute/...`, `<...>`, `[...]`, `$$...`.
fn placeholder(written: &[u8]) -> bool {
    let word = alt((
        tag_no_case::<_, _, Error<'_>>("path/to"),
        tag_no_case("your/path"),
        tag_no_case("full/path"),
        tag_no_case("full-path"),
        tag_no_case("absolute"),
        tag_no_case("path-to"),
        tag_no_case("path_to"),
        tag_no_case("some/path"),
        tag_no_case("pfad/zu"),
    ));
    let mark = alt((tag("<"), tag("["), tag("$$"), tag("{{")));
    preceded(opt(char('/')), alt((word, mark))).parse(written).is_ok()
}

#[cfg(test)]
mod tests {
    use super::PathForm;

    #[test]
    fn the_paths_of_the_wild_are_told_apart() {
        let form = |path: &str| PathForm::of(path.as_bytes());
        assert_eq!(form("/var/www/.htpasswd"), PathForm::Absolute);
        assert_eq!(form(".htpasswd"), PathForm::Relative);
        assert_eq!(form("conf/users"), PathForm::Relative);
        assert_eq!(form("C:/xampp/.htpasswd"), PathForm::Foreign("a Windows path"));
        assert_eq!(form(r"\\share\x"), PathForm::Foreign("a Windows path"));
        assert_eq!(form("https://example.org/.htpasswd"), PathForm::Foreign("a URL"));
        assert_eq!(form("/path/to/.htpasswd"), PathForm::Placeholder);
        assert_eq!(form("<ABSOLUTE PATH>/.htpasswd"), PathForm::Placeholder);
        assert_eq!(form("/srv/path/.htpasswd"), PathForm::Absolute);
        assert!(matches!(form("/srv/.htpasswd "), PathForm::Foreign(_)));
        assert!(matches!(form("/Users/jo/site/.htpasswd"), PathForm::Elsewhere(_)));
    }
}
