//! Substitutions that are URLs of their own (modules/mappers/mod_rewrite.c, `is_absolute_uri`), and the change of a prefix
//! (`subst_prefix_path`).

/// The schemes that mod_rewrite knows, and whether a query may stand behind them.
const SCHEMES: [(&[u8], bool); 17] = [
    (b"ajp://", true),
    (b"balancer://", true),
    (b"ftp://", false),
    (b"fcgi://", true),
    (b"gopher://", false),
    (b"http://", true),
    (b"https://", true),
    (b"h2://", true),
    (b"h2c://", true),
    (b"ldap://", false),
    (b"mailto:", true),
    (b"news:", false),
    (b"nntp://", false),
    (b"scgi://", true),
    (b"ws://", true),
    (b"wss://", true),
    (b"unix:", false),
];

/// How long the scheme of a URL is, and whether a query may stand behind it; `None`: it has none that is known.
#[must_use]
pub(in super::super) fn scheme_length(url: &[u8]) -> Option<(usize, bool)> {
    if url.len() <= 5 {
        return None;
    }
    let starts = |scheme: &[u8]| url.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    SCHEMES.iter().find(|(scheme, _)| starts(scheme)).map(|(scheme, query)| (scheme.len(), *query))
}

/// A path with `new` for the prefix `old`, if it has that.
#[must_use]
pub(in super::super) fn with_base(path: &[u8], old: &[u8], new: &[u8]) -> Option<Vec<u8>> {
    let old = old.strip_suffix(b"/").unwrap_or(old);
    let rest = path.strip_prefix(old)?.strip_prefix(b"/")?;
    let slash: &[u8] = if new.is_empty() || new.last() == Some(&b'/') { b"" } else { b"/" };
    Some([new, slash, rest].concat())
}
