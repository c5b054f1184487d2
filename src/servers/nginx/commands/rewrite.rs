//! Directives of the rewrite module (src/http/modules/ngx_http_rewrite_module.c).

use super::http::regex;
use crate::servers::nginx::condition::{Condition, condition};
use crate::servers::nginx::directives::{is_fixed, number};
use crate::servers::nginx::reader::{Reader, Stop, Use};
use crate::servers::nginx::tree::Item;

/// Declares the variable that a word names (`ngx_http_add_variable`).
pub(super) fn variable(reader: &mut Reader<'_>, item: &Item, index: usize) -> Result<(), Stop> {
    let written = item.arg(index);
    let refuse = |words: String| Err(Stop::wrong(&item.name(), words, item.place_of(index)));
    let shown = String::from_utf8_lossy(written).into_owned();
    match written {
        [b'$', name @ ..] if !name.is_empty() => {
            if is_fixed(name, &reader.modules) {
                return refuse(format!("the duplicate \"{}\" variable", String::from_utf8_lossy(name)));
            }
            reader.declared.insert(name.to_vec());
            Ok(())
        }
        _ => refuse(format!("invalid variable name \"{shown}\"")),
    }
}

/// `set` (`ngx_http_rewrite_set`).
pub(super) fn set(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    variable(reader, item, 0)
}

/// `return` (`ngx_http_rewrite_return`).
pub(super) fn returns(item: &Item) -> Result<(), Stop> {
    let first = item.arg(0);
    let address = ["http://", "https://", "$scheme"].iter().any(|start| first.starts_with(start.as_bytes()));
    let fits = match number(first) {
        Some(code) => code <= 999,
        None => item.args.len() == 1 && address,
    };
    if fits {
        return Ok(());
    }
    let message = format!("invalid return code \"{}\"", String::from_utf8_lossy(first));
    Err(Stop::wrong("return", message, item.place_of(0)))
}

/// `rewrite` (`ngx_http_rewrite`).
pub(super) fn rewrite(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    if item.arg(1).is_empty() {
        return Err(Stop::wrong("rewrite", "empty replacement", item.place_of(1)));
    }
    let pattern = item.arg(0).to_vec();
    regex(reader, item, &pattern, false, item.place_of(0))?;
    if item.args.len() == 3 && !matches!(item.arg(2), b"last" | b"break" | b"redirect" | b"permanent") {
        let message = format!("invalid parameter \"{}\"", String::from_utf8_lossy(item.arg(2)));
        return Err(Stop::wrong("rewrite", message, item.place_of(2)));
    }
    Ok(())
}

/// The condition of an `if` (`ngx_http_rewrite_if_condition`).
pub(super) fn check_condition(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    let words: Vec<Vec<u8>> = item.args.iter().map(|word| word.value.clone()).collect();
    let condition = condition(&words).map_err(|message| Stop::wrong("if", message, item.place))?;
    if let Some(name) = condition.variable() {
        reader.uses.push(Use { name: name.to_vec(), directive: "if".to_owned(), place: item.place });
    }
    match condition {
        Condition::Set(_) => Ok(()),
        Condition::Compare { value, .. } | Condition::File { path: value, .. } => {
            reader.text(item, &value, item.place).map(|_| ())
        }
        Condition::Fits { pattern, ignore_case, .. } => {
            regex(reader, item, &pattern, ignore_case, item.place).map(|_| ())
        }
    }
}

/// `valid_referers` (`ngx_http_valid_referers`): its variable comes into being with it.
pub(super) fn referers(reader: &mut Reader<'_>, item: &Item) -> Result<(), Stop> {
    reader.declared.insert(b"invalid_referer".to_vec());
    if item.args.iter().any(|word| word.value.is_empty()) {
        return Err(Stop::wrong("valid_referers", "invalid referer \"\"", item.place));
    }
    for (index, word) in item.args.iter().enumerate() {
        if let [b'~', pattern @ ..] = word.value.as_slice() {
            if pattern.is_empty() {
                return Err(Stop::wrong("valid_referers", "empty regex in \"~\"", item.place_of(index)));
            }
            regex(reader, item, pattern, true, item.place_of(index))?;
        }
    }
    Ok(())
}
