//! What the server's own configuration is taken to say where it is not given (Debian's apache2.conf): the document root is
//! granted to all, and files whose names begin with `.ht` to nobody.

use super::config::{Asks, DirConfig, FilesSection, Provider, Rule, Set};
use super::expr::Pattern;
use super::files_pattern::FilesPattern;
use super::host::Host;
use super::methods::Methods;
use super::profile::Profile;
use super::scope::Permit;
use super::section::{DirectoryPattern, Section};
use crate::source::{Place, Sources, Span};

/// The host outside of all per-directory files. Its rules have no text, for no file says them.
#[must_use]
pub(super) fn assumed(sources: &Sources, profile: &Profile) -> Host {
    let Some((file, _)) = sources.iter().next() else { return Host::default() };
    let place = Place::new(file, Span::at(0));
    let hidden = Pattern::compile(br"^\.ht", false)
        .map_or(FilesPattern::Unknown, |pattern| FilesPattern::Regex(pattern, br"^\.ht".to_vec()));
    let config = DirConfig { rules: vec![all(false, place)], ..DirConfig::default() };
    let files = vec![FilesSection { pattern: hidden, written: String::new(), config, place }];
    let allowed = Set::new(Permit::of(profile).allowed, place);
    let settings = DirConfig { files, ..DirConfig::default() };
    let config = DirConfig { allow_override: Some(allowed), rules: vec![all(true, place)], ..DirConfig::default() };
    let pattern = DirectoryPattern::Path(b"/".to_vec());
    let directories = vec![Section { pattern, written: String::new(), config, place }];
    Host { settings, directories, ..Host::default() }
}

fn all(granted: bool, place: Place) -> Rule {
    let asks = Asks::Provider(Provider::All(granted));
    Rule { asks, negated: false, methods: Methods::ALL, place, written: String::new() }
}
