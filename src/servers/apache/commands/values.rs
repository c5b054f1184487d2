//! Whether the words of a directive are what its module asks for: the table of demands, applied.

use nom::branch::alt;
use nom::bytes::complete::{tag_no_case, take_until, take_while, take_while1};
use nom::character::complete::{char, one_of, space0};
use nom::combinator::{all_consuming, map_opt, opt, recognize, verify};
use nom::sequence::preceded;
use nom::{IResult, Parser};

use crate::answer::{Missing, Reason};
use crate::read::{FileType, Stat};
use crate::servers::apache::directives::{Demand, Must, Which, demands};
use crate::servers::apache::line::Directive;
use crate::servers::apache::reader::Reader;
use crate::servers::apache::scope::Scope;
use crate::source::{Place, Spanned};

impl Reader<'_> {
    /// Why a module refuses the words of its directive, in its own words, as far as the table of demands goes; bad
    /// expressions are noted at once.
    pub(super) fn unmet(
        &mut self,
        directive: &Directive<'_>,
        words: &[Spanned<Vec<u8>>],
        scope: &Scope,
    ) -> Option<String> {
        for demand in demands(&directive.name.value) {
            let looked_at: &[Spanned<Vec<u8>>] = match demand.which {
                Which::Line => return Some(demand.message.to_owned()),
                Which::Each => words,
                Which::Word(index) => words.get(index..=index).unwrap_or_default(),
            };
            for word in looked_at {
                if demand.must == Must::Evaluate {
                    self.parse_string(directive, &word.value, Place::new(directive.file, word.span), scope.origin());
                } else if !self.meets(demand, &word.value, directive) {
                    return Some(demand.message.replace("{}", &String::from_utf8_lossy(&word.value)));
                }
            }
        }
        None
    }

    fn meets(&mut self, demand: &Demand, word: &[u8], directive: &Directive<'_>) -> bool {
        match &demand.must {
            Must::BeOneOf(list) => is_one_of(word, list),
            Must::BeOneOfSigned(list) => {
                let unsigned = word.strip_prefix(b"+").or_else(|| word.strip_prefix(b"-")).unwrap_or(word);
                is_one_of(unsigned, list)
            }
            Must::StartWith(list) => list.iter().any(|start| starts_with(word, start)),
            Must::Lack(letters) => !word.iter().any(|byte| letters.as_bytes().contains(byte)),
            Must::Count(least, most) => (*least..=*most).contains(&count(word)),
            Must::Measure(least, most) => measure(word).is_some_and(|number| (*least..=*most).contains(&number)),
            Must::CountRanges => count(word) > 0 || is_one_of(word, &["none", "default", "unlimited"]),
            Must::SizeBuffer => matches!(count(word), 0 | 512..),
            Must::Last => is_duration(word),
            Must::NotBe => false,
            Must::NameMethod => {
                let name = String::from_utf8_lossy(word);
                word.eq_ignore_ascii_case(b"reset") || self.known_method(&name).is_some()
            }
            Must::Evaluate => true,
            Must::NamePorts => is_ports(word),
            Must::Exceed => is_positive(word),
            Must::BeDigits => !word.is_empty() && word.iter().all(u8::is_ascii_digit),
            Must::BePowerOfTwo => {
                u64::try_from(count(word)).is_ok_and(|number| number == 0 || number.is_power_of_two())
            }
            Must::Size => is_size(word),
            Must::Hold(text) => holds(word, text),
            Must::HoldNoBlank => !word.iter().any(u8::is_ascii_whitespace),
            Must::Redirect => {
                is_one_of(word, &["on", "off", "permanent", "temp", "seeother"])
                    || word.first().is_some_and(u8::is_ascii_digit) && (300..400).contains(&count(word))
            }
            Must::LimitStages => is_stage(word),
            Must::NameFile => self.is_there(word, directive, |stat| stat.kind == FileType::Regular),
            Must::NameFolder => self.is_there(word, directive, |stat| stat.kind == FileType::Directory),
            Must::NameContent => self.is_there(word, directive, has_content),
            Must::NameCertificate => word.starts_with(b"pkcs11:") || self.is_there(word, directive, has_content),
        }
    }

    /// Whether the path leads to what is wanted; can't tell: as if it did, but that is noted.
    pub(super) fn is_there(&mut self, path: &[u8], directive: &Directive<'_>, wanted: fn(&Stat) -> bool) -> bool {
        let Some(existence) = self.existence else { return true };
        match existence.stands(path) {
            Some(stat) => stat.as_ref().is_some_and(wanted),
            None => {
                let missing = Missing::Path { path: String::from_utf8_lossy(path).into_owned() };
                self.fault(crate::answer::Because::at(Reason::CannotTell { missing }, directive.place()));
                true
            }
        }
    }
}

/// Whether a word has a text in it.
pub(in crate::servers::apache) fn holds(word: &[u8], text: &str) -> bool {
    take_until::<_, _, nom::error::Error<&[u8]>>(text).parse(word).is_ok()
}

fn has_content(stat: &Stat) -> bool {
    stat.kind == FileType::Regular && stat.len > 0
}

fn is_one_of(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => starts_with(word, start),
        None => word.eq_ignore_ascii_case(known.as_bytes()),
    })
}

fn starts_with(word: &[u8], start: &str) -> bool {
    word.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start.as_bytes()))
}

/// C's `atoi`: the number at the start, 0 where there is none; of a large one the last 32 bits.
pub(super) fn count(word: &[u8]) -> i64 {
    let number = integer(word).map_or(0, |(_, number)| number);
    let [_, _, _, _, low @ ..] = number.to_be_bytes();
    i64::from(i32::from_be_bytes(low))
}

/// A whole number and nothing behind it (APR's `apr_strtoff` with its end checked).
pub(super) fn measure(word: &[u8]) -> Option<i64> {
    all_consuming(integer).parse(word).ok().map(|(_, number)| number)
}

fn integer(input: &[u8]) -> IResult<&[u8], i64> {
    let digits = take_while1(|byte: u8| byte.is_ascii_digit());
    let (rest, text) = (space0, recognize((opt(one_of("+-")), digits))).map(|(_, text)| text).parse(input)?;
    let number = std::str::from_utf8(text).unwrap_or_default().parse();
    Ok((rest, number.unwrap_or(if text.starts_with(b"-") { i64::MIN } else { i64::MAX })))
}

/// modules/proxy/mod_proxy_connect.c, `set_allowed_ports`.
fn is_ports(word: &[u8]) -> bool {
    let port = || take_while1(|byte: u8| byte.is_ascii_digit());
    let whole: IResult<&[u8], _> = all_consuming((port(), opt((char('-'), port())))).parse(word);
    whole.is_ok()
}

fn is_positive(word: &[u8]) -> bool {
    std::str::from_utf8(word).ok().and_then(|text| text.parse::<f64>().ok()).is_some_and(|number| number > 0.0)
}

/// modules/filters/mod_substitute.c, `set_max_line_length`.
fn is_size(word: &[u8]) -> bool {
    let digits = take_while1(|byte: u8| byte.is_ascii_digit());
    let whole: IResult<&[u8], _> = all_consuming((digits, opt(one_of("bBkKmMgG")))).parse(word);
    whole.is_ok()
}

/// modules/filters/mod_reqtimeout.c, `set_reqtimeout_param`.
fn is_stage(word: &[u8]) -> bool {
    fn number(input: &[u8]) -> IResult<&[u8], i64> {
        map_opt(take_while1(|byte: u8| byte.is_ascii_digit()), measure).parse(input)
    }
    let stage = alt((tag_no_case("handshake"), tag_no_case("header"), tag_no_case("body")));
    let rate = preceded(tag_no_case(",minrate="), verify(number, |rate| *rate > 0));
    let times = (number, opt((opt(preceded(char('-'), number)), rate)));
    let whole = all_consuming(preceded((stage, char('=')), times)).parse(word);
    whole.is_ok_and(|(_, (first, more))| more.is_none_or(|(last, _)| last.is_none_or(|last| last == 0 || last > first)))
}

/// server/util.c, `ap_timeout_parameter_parse`: a number, 0 where there is none, and perhaps a unit, of which only the
/// first letters count.
fn is_duration(word: &[u8]) -> bool {
    fn number(input: &[u8]) -> IResult<&[u8], &[u8]> {
        take_while(|byte: u8| byte.is_ascii_digit()).parse(input)
    }
    let Ok((unit, digits)) = number(word) else { return false };
    match (digits, unit) {
        ([], []) => false,
        (_, [] | [b's' | b'h', ..] | [b'm', b's' | b'i', ..]) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_c_does() {
        assert_eq!([count(b"12x"), count(b"-3"), count(b"x"), count(b"")], [12, -3, 0, 0]);
        assert_eq!([measure(b"12"), measure(b"12x"), measure(b"")], [Some(12), None, None]);
        assert_eq!([count(b"99999999999999999999"), count(b"4294967297")], [-1, 1]);
    }

    #[test]
    fn times_of_a_request_have_a_rate_where_they_have_two_ends() {
        for word in ["header=20-40,MinRate=500", "body=20,minrate=1", "HANDSHAKE=0", "header=5"] {
            assert!(is_stage(word.as_bytes()), "{word}");
        }
        for word in ["header", "header=20-40", "header=40-20,MinRate=5", "body=1,MinRate=0", "foot=5", "body=5s"] {
            assert!(!is_stage(word.as_bytes()), "{word}");
        }
    }

    #[test]
    fn a_duration_is_a_number_with_or_without_a_unit() {
        assert!(["5", "5s", "5ms", "5min", "5h", "0"].iter().all(|word| is_duration(word.as_bytes())));
        assert!(["shm:x", "http://a/", "min"].iter().all(|word| is_duration(word.as_bytes())));
        assert!(!["", "x", "5x", "5m", "-1", "1.5"].iter().any(|word| is_duration(word.as_bytes())));
    }
}
