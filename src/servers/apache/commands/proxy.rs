//! ProxyPass and its kin, as far as the server refuses to read them (modules/proxy/mod_proxy.c, `add_pass`,
//! `add_pass_reverse`, `set_worker_param`; proxy_util.c, `ap_proxy_define_worker`).

use nom::bytes::complete::{tag, take_while1};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use super::values::count;

/// The parameters of a worker.
const PARAMETERS: [&str; 26] = [
    "loadfactor",
    "retry",
    "ttl",
    "min",
    "max",
    "smax",
    "acquire",
    "timeout",
    "iobuffersize",
    "receivebuffersize",
    "keepalive",
    "disablereuse",
    "enablereuse",
    "route",
    "redirect",
    "status",
    "flushpackets",
    "flushwait",
    "ping",
    "lbset",
    "connectiontimeout",
    "flusher",
    "upgrade",
    "secret",
    "responsefieldsize",
    "addressttl",
];

/// Why the server refuses the words of `ProxyPass` or `ProxyPassMatch`.
pub(super) fn pass(words: &[&[u8]], in_section: bool) -> Option<String> {
    const FORM: &str = "Invalid ProxyPass|ProxyPassMatch parameter. Parameter must be in the form 'key=value'.";
    let words = words.strip_prefix(&[b"~".as_slice()]).unwrap_or(words);
    let words = if in_section { words } else { words.get(1..).unwrap_or_default() };
    let Some((url, parameters)) = words.split_first() else {
        return Some("ProxyPass|ProxyPassMatch needs a path when not defined in a location".to_owned());
    };
    let flags = |word: &&&[u8]| {
        !["nocanon", "interpolate", "noquery"].iter().any(|flag| word.eq_ignore_ascii_case(flag.as_bytes()))
    };
    let short = |word: &&&[u8]| starts_with(word, b"timeout=") && count(word.get(8..).unwrap_or_default()) < 1;
    if parameters.iter().any(|word| short(&word)) {
        return Some("ProxyPass Timeout must be at least one second".to_owned());
    }
    let mut keys = Vec::new();
    for parameter in parameters.iter().filter(flags) {
        match key(parameter) {
            Ok((_, key)) => keys.push(String::from_utf8_lossy(key).to_ascii_lowercase()),
            Err(_) if in_section && url.starts_with(b"/") => {
                return Some("ProxyPass|ProxyPassMatch can not have a path when defined in a location.".to_owned());
            }
            Err(_) => return Some(FORM.to_owned()),
        }
    }
    if *url == b"!" || starts_with(url, b"balancer:") {
        return None;
    }
    if scheme(url).map_or(true, |(host, _)| host.is_empty()) && !starts_with(url, b"unix:") {
        return Some(format!("ProxyPass URL must be absolute!: {}", String::from_utf8_lossy(url)));
    }
    let unknown =
        keys.iter().any(|key| key != "mapping" && !key.starts_with("hc") && !PARAMETERS.contains(&key.as_str()));
    unknown.then(|| "ProxyPass unknown Worker parameter".to_owned())
}

/// Why the server refuses the words of `ProxyPassReverse`.
pub(super) fn reverse(words: &[&[u8]], in_section: bool) -> Option<String> {
    let told: Vec<_> = words.iter().filter(|word| !word.eq_ignore_ascii_case(b"interpolate")).collect();
    match (told.len(), in_section) {
        (2.., true) => Some("ProxyPassReverse can not have a path when defined in a location".to_owned()),
        (0 | 1, false) => Some("ProxyPassReverse needs a path when not defined in a location".to_owned()),
        _ => None,
    }
}

fn starts_with(word: &[u8], start: &[u8]) -> bool {
    word.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start))
}

fn key(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_while1(|byte| byte != b'='), tag("=")).parse(input)
}

fn scheme(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_while1(|byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)), tag("://")).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_needs_a_path_and_an_absolute_url() {
        assert_eq!(pass(&[b"/a", b"http://b/", b"timeout=5"], false), None);
        assert_eq!(pass(&[b"http://b/"], true), None);
        assert_eq!(pass(&[b"/a", b"!"], false), None);
        for words in
            [&[b"/a".as_slice()][..], &[b"/a", b"b"], &[b"/a", b"http://b/", b"bogus=1"], &[b"/a", b"http://b", b"x"]]
        {
            assert!(pass(words, false).is_some(), "{words:?}");
        }
        assert!(pass(&[b"/a", b"http://b/"], true).is_some());
        assert!(reverse(&[b"/a"], false).is_some() && reverse(&[b"/a", b"http://b/"], false).is_none());
    }
}
