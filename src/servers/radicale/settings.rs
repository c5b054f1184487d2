//! The options that Radicale knows, and the values that it takes (`radicale/config.py`).

use super::ini::{Ini, Setting};
use crate::answer::{Because, Reason};
use crate::source::{FileId, Place};

/// Section, option and kind of every option of 3.9 (`DEFAULT_CONFIG_SCHEMA`).
const OPTIONS: &str = include_str!("options.txt");

/// The kind of an option; `None`: there is no such option.
fn kind(section: &str, name: &str) -> Option<&'static str> {
    OPTIONS.lines().find_map(|line| {
        let mut words = line.split(' ');
        (words.next() == Some(section) && words.next() == Some(name)).then(|| words.next().unwrap_or("str"))
    })
}

/// What Radicale refuses.
///
/// # Errors
/// The first of it.
pub(super) fn check(file: FileId, ini: &Ini) -> Result<(), Because> {
    for section in &ini.sections {
        if !OPTIONS.lines().any(|line| line.split(' ').next() == Some(&section.name)) && section.name != "headers" {
            let reason = Reason::UnknownDirective { name: format!("[{}]", section.name), nearest: None };
            return Err(Because::at(reason, Place::new(file, section.span)));
        }
    }
    for setting in ini.settings.iter().filter(|setting| setting.section != "headers") {
        let place = Place::new(file, setting.span);
        // Backends from elsewhere bring options of their own.
        let own = ini.get(&setting.section, "type").is_some_and(|kind| kind.value.contains('.'));
        match kind(&setting.section, &setting.name) {
            None if own => {}
            None => {
                let near = OPTIONS.lines().filter_map(|line| line.split(' ').nth(1));
                // A longer word is nobody's slip.
                let near = near
                    .filter(|_| setting.name.len() <= 64)
                    .map(|name| (strsim::osa_distance(name, &setting.name), name))
                    .min();
                let nearest = near.filter(|(distance, _)| *distance <= 2).map(|(_, name)| name.to_owned());
                let reason = Reason::UnknownDirective { name: setting.name.clone(), nearest };
                return Err(Because::at(reason, place));
            }
            Some(_) if setting.section == "storage" && setting.name == "type" && !is_storage(&setting.value) => {
                let message = "there is no such module".to_owned();
                return Err(Because::at(Reason::WrongArguments { name: setting.name.clone(), message }, place));
            }
            Some(_)
                if setting.name == "script_name" && !setting.value.is_empty() && !setting.value.starts_with('/') =>
            {
                let message = "it must begin with a slash".to_owned();
                return Err(Because::at(Reason::WrongArguments { name: setting.name.clone(), message }, place));
            }
            Some(kind) if !fits(kind, &setting.value) => {
                let message = "Radicale does not take this value".to_owned();
                return Err(Because::at(Reason::WrongArguments { name: setting.name.clone(), message }, place));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Whether storage is of Radicale's own kinds, or perhaps of another module's.
fn is_storage(name: &str) -> bool {
    matches!(name, "multifilesystem" | "multifilesystem_nolock") || name.contains('.')
}

fn fits(kind: &str, value: &str) -> bool {
    match kind {
        "bool" => truth(value).is_some(),
        "positive_float" => value.parse::<f64>().is_ok_and(|value| value >= 0.0 && value.is_finite()),
        "positive_int" => value.parse::<u64>().is_ok(),
        "int" => value.parse::<i64>().is_ok(),
        "json_str" => value.is_empty() || serde_json::from_str::<serde_json::Value>(value).is_ok(),
        "logging_level" => {
            let levels = ["trace", "debug", "info", "notice", "warning", "warn", "error", "critical", "alert"];
            levels.contains(&value.to_lowercase().as_str())
        }
        "list_of_ip_address" => value.split(',').map(str::trim).all(is_address),
        _ => true,
    }
}

/// An address or a name, and a port behind a colon.
fn is_address(text: &str) -> bool {
    text.is_empty() || text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

/// The truth values of `RawConfigParser.BOOLEAN_STATES`.
pub(super) fn truth(value: &str) -> Option<bool> {
    match value.to_lowercase().as_str() {
        "1" | "yes" | "true" | "on" => Some(true),
        "0" | "no" | "false" | "off" => Some(false),
        _ => None,
    }
}

/// Whether a switch is on.
pub(super) fn is_on(ini: &Ini, section: &str, name: &str) -> bool {
    ini.get(section, name).and_then(|Setting { value, .. }| truth(value)) == Some(true)
}
