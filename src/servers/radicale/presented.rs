//! The `Authorization` header as Radicale reads it (`radicale/app/__init__.py`, `handler`).

use crate::answer::{Answer, Login, Request};
use crate::gate::{Base64, Presented, Style};

/// Who is presented: `Basic` counts with its case, and what it cannot take apart is a 500.
pub(super) fn presented(request: &Request) -> Result<Presented, Answer> {
    let Login::Header(header) = &request.login else {
        return Ok(Presented::of(&request.login, Style::LOOSE));
    };
    let header = header.reveal().trim_ascii();
    let Some(text) = header.strip_prefix(b"Basic") else { return Ok(Presented::Nobody) };
    let failed = || Err(Answer { status: Some(500), because: Vec::new() });
    let letters = text.iter().filter(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte)).count();
    let pads = text.iter().filter(|byte| **byte == b'=').count();
    if letters % 4 == 1 || (letters + pads < letters.div_ceil(4) * 4) {
        return failed();
    }
    let presented = Presented::header(&[b"Basic ", text].concat(), Style { base64: Base64::Loose, blanks: true });
    if presented.name().is_none() { failed() } else { Ok(presented) }
}
