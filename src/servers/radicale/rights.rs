//! Who may do what with a collection (Radicale `radicale/rights`).

use fancy_regex::Regex;

use super::ini::{BadIni, read};

/// The backend of rights.
#[derive(Debug, Clone)]
pub(super) enum Rights {
    Authenticated,
    OwnerOnly,
    OwnerWrite,
    /// Sections: a pattern of users, one of collections, and the letters.
    File(Vec<(String, String, String)>),
}

impl Rights {
    /// The backend of that name, but for the one with a file.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "authenticated" => Some(Self::Authenticated),
            "owner_only" => Some(Self::OwnerOnly),
            "owner_write" => Some(Self::OwnerWrite),
            _ => None,
        }
    }

    /// The sections of a file.
    pub(super) fn file(bytes: &[u8]) -> Result<Self, BadIni> {
        let ini = read(bytes)?;
        // A percent sign stands for another option's value, or for itself where it stands twice.
        let stray = |value: &str| value.replace("%%", "").contains('%');
        if let Some(bad) = ini.settings.iter().find(|setting| stray(&setting.value)) {
            return Err(BadIni { message: "a percent sign must stand twice", span: bad.span });
        }
        let default = |name: &str| ini.get("DEFAULT", name).map(|setting| setting.value.clone());
        let sections = ini.sections.iter().filter(|section| section.name != "DEFAULT").map(|section| {
            let value = |name: &str| {
                ini.get(&section.name, name).map(|setting| setting.value.clone()).or_else(|| default(name))
            };
            let message = "a section without a collection or without permissions";
            let needed = |name: &str| value(name).ok_or(BadIni { message, span: section.span });
            Ok((value("user").unwrap_or_default(), needed("collection")?, needed("permissions")?))
        });
        Ok(Self::File(sections.collect::<Result<_, _>>()?))
    }

    /// The letters that a user (empty: nobody) has for a path without slashes around it; `anybody`: there are no logins,
    /// and the user does not count. `None`: a pattern that was asked cannot be compiled.
    pub(super) fn letters(&self, user: &str, path: &str, anybody: bool) -> Option<String> {
        let depth = if path.is_empty() { 0 } else { path.matches('/').count() + 1 };
        let owner = anybody || path.split('/').next() == Some(user);
        let letters = match (self, depth) {
            (Self::File(sections), _) => return from_file(sections, user, path),
            (_, _) if user.is_empty() && !anybody => "",
            (Self::Authenticated, 0) => "RW",
            (_, 0) => "R",
            (Self::Authenticated, 1) => "RW",
            (Self::Authenticated, 2) => "rw",
            (Self::OwnerOnly | Self::OwnerWrite, 1) if owner => "RW",
            (Self::OwnerOnly | Self::OwnerWrite, 2) if owner => "rw",
            (Self::OwnerWrite, 1) => "R",
            (Self::OwnerWrite, 2) => "r",
            _ => "",
        };
        Some(letters.to_owned())
    }
}

/// Whether a field of `str.format` is left in a text.
fn left_over(text: &str) -> bool {
    let text = text.replace("{{", "").replace("}}", "").replace("\\{", "").replace("\\}", "");
    text.contains(['{', '}'])
}

fn from_file(sections: &[(String, String, String)], user: &str, path: &str) -> Option<String> {
    let whole = |pattern: &str| Regex::new(&format!("^(?:{pattern})$")).ok();
    for (users, collections, letters) in sections {
        if users.is_empty() {
            continue;
        }
        let pattern = whole(&users.replace("{{", "{").replace("}}", "}"))?;
        let Ok(Some(groups)) = pattern.captures(user) else { continue };
        let mut filled = collections.replace("{user}", &fancy_regex::escape(user));
        for (index, group) in groups.iter().skip(1).enumerate() {
            let text = group.map_or("", |group| group.as_str());
            filled = filled.replace(&format!("{{{index}}}"), &fancy_regex::escape(text));
        }
        // What is left in braces Python's `format` does not know.
        if left_over(&filled) {
            return None;
        }
        let filled = filled.replace("{{", "{").replace("}}", "}");
        if whole(&filled)?.is_match(path).unwrap_or(false) {
            return Some(letters.clone());
        }
    }
    Some(String::new())
}
