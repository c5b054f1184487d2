//! What the server's own configuration is taken to say where it is not given (Debian's apache2.conf): the document root is
//! granted to all, and files whose names begin with `.ht` to nobody.

use super::config::{Asks, DirConfig, FilesSection, Provider, Rule};
use super::expr::Pattern;
use super::files_pattern::FilesPattern;
use super::methods::Methods;
use crate::source::{Place, Sources, Span};

/// The settings outside of all per-directory files. Their rules have no text, for no file says them.
#[must_use]
pub(super) fn outer(sources: &Sources) -> DirConfig {
    let Some((file, _)) = sources.iter().next() else { return DirConfig::default() };
    let place = Place::new(file, Span::at(0));
    let hidden = Pattern::compile(br"^\.ht", false)
        .map_or(FilesPattern::Unknown, |pattern| FilesPattern::Regex(pattern, br"^\.ht".to_vec()));
    let config = DirConfig { rules: vec![all(false, place)], ..DirConfig::default() };
    let files = vec![FilesSection { pattern: hidden, written: String::new(), config, place }];
    DirConfig { rules: vec![all(true, place)], files, ..DirConfig::default() }
}

fn all(granted: bool, place: Place) -> Rule {
    let asks = Asks::Provider(Provider::All(granted));
    Rule { asks, negated: false, methods: Methods::ALL, place, written: String::new() }
}
