//! The format of the access log (mod_accesslog.c, `accesslog_parse_format`).

use nom::branch::alt;
use nom::bytes::complete::{tag, take_till1};
use nom::character::complete::one_of;
use nom::combinator::{all_consuming, opt, value};
use nom::multi::many1_count;
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// The letters that stand for something.
const FIELDS: &str = "%aAbBCDefhHiIklmnoOpPqrstTuUvVX";
/// Those of them that need no name in front: of a header without one the server dies.
const NAMELESS: &str = "%aAbBCDefhHIklmnOpPqrstTuUvVX";

/// Whether the server takes it: something, and a letter that it knows behind each `%`.
pub(super) fn is_format(text: &[u8]) -> bool {
    let name = delimited(tag("{"), take_till1(|byte| byte == b'}'), tag("}"));
    let named = value((), (name, one_of(FIELDS)));
    let nameless = value((), (opt(one_of("<>")), one_of(NAMELESS)));
    let field = preceded(tag("%"), alt((named, nameless)));
    let plain = value((), take_till1(|byte| byte == b'%'));
    let parsed: IResult<&[u8], usize> = all_consuming(many1_count(alt((plain, field)))).parse(text);
    parsed.is_ok()
}
