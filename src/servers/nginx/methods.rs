//! The methods that the server knows (src/http/ngx_http_core_module.c, `ngx_methods_names`).

/// Those that `limit_except` takes, in whatever case.
const KNOWN: [&str; 14] = [
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "DELETE",
    "MKCOL",
    "COPY",
    "MOVE",
    "OPTIONS",
    "PROPFIND",
    "PROPPATCH",
    "LOCK",
    "UNLOCK",
    "PATCH",
];

/// Whether it is one of them.
pub(super) fn is_known(name: &[u8]) -> bool {
    KNOWN.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

/// The one that was meant.
pub(super) fn nearest(name: &str) -> Option<String> {
    let upper = name.to_ascii_uppercase();
    let near = KNOWN.iter().map(|known| (strsim::osa_distance(known, &upper), *known));
    near.filter(|(distance, _)| *distance <= 2).min().map(|(_, known)| known.to_owned())
}

/// Whether a method is listed in a `limit_except`: GET covers HEAD.
pub(super) fn lists(words: impl Iterator<Item = impl AsRef<[u8]>>, method: &str) -> bool {
    let mut words = words;
    words.any(|word| {
        let word = word.as_ref();
        word.eq_ignore_ascii_case(method.as_bytes()) || (method == "HEAD" && word.eq_ignore_ascii_case(b"GET"))
    })
}
