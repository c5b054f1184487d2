//! Directives on what is sent (src/http/ngx_http_core_module.c, modules/ngx_http_try_files_module.c,
//! ngx_http_index_module.c, ngx_http_headers_filter_module.c).

use crate::servers::nginx::directives::{number, time};
use crate::servers::nginx::location::Matching;
use crate::servers::nginx::reader::{Reader, Stop};
use crate::servers::nginx::tree::{BlockId, Item};

/// `root`, `alias` (`ngx_http_core_root`).
pub(super) fn root(reader: &Reader<'_>, scope: BlockId, item: &Item) -> Result<(), Stop> {
    let name = item.name();
    let block = reader.tree.get(scope);
    let other = if name == "root" { "alias" } else { "root" };
    if block.items.iter().any(|known| known.name == other.as_bytes()) {
        let message = format!("\"{name}\" directive is duplicate, \"{other}\" directive was specified earlier");
        return Err(Stop::wrong(&name, message, item.place));
    }
    if name == "alias" && matches!(block.matching, Some(Matching::Named(_))) {
        let message = "the \"alias\" directive cannot be used inside the named location";
        return Err(Stop::wrong(&name, message, item.place));
    }
    let text = String::from_utf8_lossy(item.arg(0)).into_owned();
    for variable in ["document_root", "realpath_root"] {
        if text.contains(&format!("${variable}")) || text.contains(&format!("${{{variable}}}")) {
            let message = format!("the ${variable} variable cannot be used in the \"{name}\" directive");
            return Err(Stop::wrong(&name, message, item.place));
        }
    }
    Ok(())
}

/// `error_page` (`ngx_http_core_error_page`).
pub(super) fn error_page(item: &Item) -> Result<(), Stop> {
    let refuse = |words: String| Err(Stop::wrong("error_page", words, item.place));
    let shown = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
    let mut codes = item.args.len().saturating_sub(1);
    let before = item.args.get(codes.saturating_sub(1)).map(|word| word.value.as_slice()).unwrap_or_default();
    if let [b'=', code @ ..] = before {
        if codes <= 1 || (!code.is_empty() && number(code).is_none()) {
            return refuse(format!("invalid value \"{}\"", shown(before)));
        }
        codes -= 1;
    }
    for word in item.args.iter().take(codes) {
        match number(&word.value) {
            None | Some(499) => return refuse(format!("invalid value \"{}\"", shown(&word.value))),
            Some(300..=599) => {}
            Some(_) => return refuse(format!("value \"{}\" must be between 300 and 599", shown(&word.value))),
        }
    }
    Ok(())
}

/// `try_files` (`ngx_http_try_files`).
pub(super) fn try_files(item: &Item) -> Result<(), Stop> {
    if let [b'=', code @ ..] = item.last()
        && number(code).is_none_or(|code| code > 999)
    {
        let message = format!("invalid code \"{}\"", String::from_utf8_lossy(item.last()));
        return Err(Stop::wrong("try_files", message, item.place));
    }
    Ok(())
}

/// `index`: an absolute name only as the last one is a warning; an empty one is refused (`ngx_http_index_set_index`).
pub(super) fn index(item: &Item) -> Result<(), Stop> {
    match item.args.iter().position(|word| word.value.is_empty()) {
        Some(at) => Err(Stop::wrong("index", "index \"\" in \"index\" directive is invalid", item.place_of(at))),
        None => Ok(()),
    }
}

/// `add_header` and its kind take `always` and nothing else at the end (`ngx_http_headers_add`).
pub(super) fn header(item: &Item) -> Result<(), Stop> {
    if item.name.starts_with(b"add_") && item.args.len() == 3 && item.arg(2) != b"always" {
        let message = format!("invalid parameter \"{}\"", String::from_utf8_lossy(item.arg(2)));
        return Err(Stop::wrong(&item.name(), message, item.place_of(2)));
    }
    Ok(())
}

/// `expires` (`ngx_http_headers_expires`, `ngx_http_parse_expires`).
pub(super) fn expires(item: &Item) -> Result<(), Stop> {
    let modified = item.args.len() == 2;
    let refuse = |words: &str| Err(Stop::wrong("expires", words, item.place));
    if modified && item.arg(0) != b"modified" {
        return refuse("invalid value");
    }
    let text = item.last();
    if text.contains(&b'$') || matches!(text, b"epoch" | b"max" | b"off") {
        return Ok(());
    }
    let plain = text.strip_prefix(b"@").or_else(|| text.strip_prefix(b"+")).or_else(|| text.strip_prefix(b"-"));
    match time(plain.unwrap_or(text), false) {
        Some(value) if !text.starts_with(b"@") || !modified && value <= 86_400_000 => Ok(()),
        _ => refuse("invalid value"),
    }
}
