//! Text up to a mark.

use nom::bytes::complete::take_till;
use nom::{IResult, Parser};

/// The text before the first such byte, and what stands behind it; nothing stands behind where there is none.
#[must_use]
pub(super) fn cut(text: &[u8], mark: u8) -> (&[u8], Option<&[u8]>) {
    let parsed: IResult<&[u8], &[u8]> = take_till(|byte| byte == mark).parse(text);
    match parsed {
        Ok((rest, before)) => (before, rest.get(1..)),
        Err(_) => (text, None),
    }
}
