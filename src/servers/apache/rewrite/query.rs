//! The query that a substitution leaves (modules/mappers/mod_rewrite.c, `splitout_queryargs`).

use nom::IResult;
use nom::bytes::complete::take_till;

use super::apply::Course;
use super::rule::{Rule, RuleFlag};
use super::schemes::scheme_length;

/// Cuts the query off the file name.
pub(super) fn split_query(course: &mut Course, rule: &Rule) {
    if rule.has(&RuleFlag::NoQuery) {
        course.query = None;
        return;
    }
    let skip = match scheme_length(&course.filename) {
        Some((_, false)) => {
            course.query = None;
            return;
        }
        Some((length, true)) => length,
        None => 0,
    };
    if rule.has(&RuleFlag::Discard) {
        course.query = None;
    }
    let Some(at) = mark(course.filename.get(skip..).unwrap_or_default(), rule.has(&RuleFlag::LastMark)) else { return };
    let behind = course.filename.get(skip + at + 1..).unwrap_or_default().to_vec();
    course.filename.truncate(skip + at);
    let old = course.query.take();
    let new = if rule.has(&RuleFlag::Append) {
        match (behind.is_empty(), old) {
            (true, old) => old,
            (false, old) => Some([behind.as_slice(), b"&", &old.unwrap_or_default()].concat()),
        }
    } else {
        Some(behind)
    };
    let cut = new.map(|query| query.strip_suffix(b"&").map(<[u8]>::to_vec).unwrap_or(query));
    course.query = cut.filter(|query| !query.is_empty());
}

/// Where the first, or the last, question mark stands.
fn mark(text: &[u8], last: bool) -> Option<usize> {
    if last {
        return text.iter().rposition(|byte| *byte == b'?');
    }
    let first: IResult<&[u8], &[u8]> = take_till(|byte| byte == b'?')(text);
    first.ok().filter(|(rest, _)| !rest.is_empty()).map(|(_, before)| before.len())
}
