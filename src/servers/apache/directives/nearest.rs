//! Did you mean: the known name that an unknown one is closest to.

use super::modules::ModuleSet;
use super::table::directives;

/// The directive of `modules` whose name an unknown `name` looks like, in any case, with some letters wrong or with
/// marks around it (`AuthType:`, a byte order mark); `None` where nothing is near, or `name` is known.
///
/// An opened section is only compared with sections.
#[must_use]
pub fn nearest(name: &[u8], modules: &ModuleSet) -> Option<&'static str> {
    if modules.directives(name).next().is_some() {
        return None;
    }
    let written = String::from_utf8_lossy(name);
    let section = written.trim_start_matches(|c: char| !c.is_ascii_graphic()).starts_with('<');
    let rows = directives().iter().filter(|row| row.is_section() == section);
    let names = rows.filter(|row| modules.has(row.module.as_bytes())).map(|row| row.name);
    closest(&bare(&written, section), names)
}

/// The authentication provider of `modules` whose name an unknown `name` looks like.
#[must_use]
pub fn nearest_authn_provider(name: &[u8], modules: &ModuleSet) -> Option<&'static str> {
    nearest_provider(name, modules.authn_providers().map(|provider| provider.name))
}

/// The authorization provider of `modules` whose name an unknown `name` looks like (`Valid-User`, `valid_user`).
#[must_use]
pub fn nearest_authz_provider(name: &[u8], modules: &ModuleSet) -> Option<&'static str> {
    nearest_provider(name, modules.authz_providers().map(|provider| provider.name))
}

fn nearest_provider(name: &[u8], known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let found = closest(&String::from_utf8_lossy(name).to_ascii_lowercase().replace('_', "-"), known)?;
    (found.as_bytes() != name).then_some(found)
}

/// `name` in lower case, from its first letter up to the first mark that no directive's name has.
fn bare(name: &str, section: bool) -> String {
    let name = name.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(name.len());
    let (name, _) = name.split_at(end);
    format!("{}{}", if section { "<" } else { "" }, name.to_ascii_lowercase())
}

/// Of `known`, the one with the fewest letters to change; as few as a slip of the hand makes in a word of that length.
fn closest(name: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let slips = match name.len() {
        0..=2 => 0,
        3..=7 => 1,
        8..=13 => 2,
        _ => 3,
    };
    // Longer than any name: not worth its distance to all of them.
    if name.len() > 64 {
        return None;
    }
    known
        .map(|word| (strsim::osa_distance(name, &word.to_ascii_lowercase()), word))
        .filter(|(distance, _)| *distance <= slips)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_of_the_hand_is_told_what_it_meant() {
        let all = ModuleSet::all();
        for (name, meant) in [
            ("AuthUserfFile", "AuthUserFile"),
            ("AuthGrouoFile", "AuthGroupFile"),
            ("AuthUsersFile", "AuthUserFile"),
            ("Requires", "Require"),
            ("require:", "Require"),
            ("AuthType:", "AuthType"),
            ("AuthType=Basic", "AuthType"),
            ("\u{feff}AuthType", "AuthType"),
            ("//AuthName", "AuthName"),
            ("AuhtName", "AuthName"),
            ("Odrer", "order"),
            ("Satisfyy", "Satisfy"),
            ("<File", "<Files"),
            ("<RequiresAll", "<RequireAll"),
            ("<Directroy", "<Directory"),
        ] {
            assert_eq!(nearest(name.as_bytes(), &all), Some(meant), "{name}");
        }
    }

    #[test]
    fn nothing_is_near_a_foreign_word() {
        let all = ModuleSet::all();
        for name in ["default", "auth_basic", "server", "return", "php_value", "<?php", "<b", "{", "", "x", "location"]
        {
            assert_eq!(nearest(name.as_bytes(), &all), None, "{name}");
        }
        assert_eq!(nearest(&[0xff; 4000], &all), None);
    }

    #[test]
    fn a_known_name_has_no_nearest_and_an_unloaded_one_is_not_proposed() {
        assert_eq!(nearest(b"authTYPE", &ModuleSet::all()), None);
        assert_eq!(nearest(b"AuthGroupFil", &ModuleSet::debian_default()), None);
    }

    #[test]
    fn providers_are_found_from_other_letters() {
        let all = ModuleSet::all();
        for (name, meant) in
            [("Valid-User", "valid-user"), ("valid_user", "valid-user"), ("users", "user"), ("IP", "ip")]
        {
            assert_eq!(nearest_authz_provider(name.as_bytes(), &all), Some(meant), "{name}");
        }
        for name in ["granted", "user", "from"] {
            assert_eq!(nearest_authz_provider(name.as_bytes(), &all), None, "{name}");
        }
        assert_eq!(nearest_authn_provider(b"File", &all), Some("file"));
        assert_eq!(nearest_authn_provider(b"mysql", &all), None);
    }
}
