//! The variables that exist without being declared, recorded by `scripts/record-nginx-directives`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

struct Variables {
    names: BTreeMap<(&'static str, &'static str), bool>,
    prefixes: Vec<(&'static str, &'static str)>,
}

fn variables() -> &'static Variables {
    static VARIABLES: OnceLock<Variables> = OnceLock::new();
    VARIABLES.get_or_init(|| {
        let mut all = Variables { names: BTreeMap::new(), prefixes: Vec::new() };
        for line in include_str!("variables.tsv").lines().skip(2) {
            let mut fields = line.split('\t');
            let mut field = || fields.next().unwrap_or_default();
            let (name, file, changeable) = (field(), field(), field());
            match name.strip_suffix('*') {
                Some(prefix) => all.prefixes.push((prefix, file)),
                None => drop(all.names.insert((name, file), changeable == "yes")),
            }
        }
        all
    })
}

/// Whether the server, or one of these modules, has a variable of that name (src/http/ngx_http_variables.c,
/// `ngx_http_variables_init_vars`).
pub(in super::super) fn is_known(name: &[u8], loaded: &BTreeSet<String>) -> bool {
    let Ok(name) = str::from_utf8(name) else { return false };
    let brings = |file: &str| file == "-" || loaded.contains(file);
    let all = variables();
    let whole =
        all.names.range((name, "")..).take_while(|((known, _), _)| *known == name).any(|((_, file), _)| brings(file));
    whole || all.prefixes.iter().any(|(prefix, file)| brings(file) && name.starts_with(prefix))
}

/// Whether the server has a variable of that name that no directive may set (`ngx_http_add_variable`).
pub(in super::super) fn is_fixed(name: &[u8], loaded: &BTreeSet<String>) -> bool {
    let Ok(name) = str::from_utf8(name) else { return false };
    let known = variables().names.range((name, "")..).take_while(|((known, _), _)| *known == name);
    known.filter(|((_, file), _)| *file == "-" || loaded.contains(*file)).any(|(_, changeable)| !changeable)
}
