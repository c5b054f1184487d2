//! `htlint rules`: all rules.

use std::io;

use htlint::rules::Rule;
use serde::Serialize;

use crate::args::Format;
use crate::console::{Console, Exit, unless_closed};

/// Lists the rules.
pub(crate) fn rules(format: Format, rules: &[&'static Rule], console: &mut Console<'_>) -> io::Result<Exit> {
    let listed = match format {
        Format::Text => table(rules, console),
        Format::Json => list(rules, console),
    };
    unless_closed(listed)?;
    Ok(Exit::Fine)
}

fn table(rules: &[&'static Rule], console: &mut Console<'_>) -> io::Result<()> {
    let widest = rules.iter().map(|rule| rule.id.0.len()).max().unwrap_or(0);
    for rule in rules {
        writeln!(console.out, "{:widest$}  {:7}  {}", rule.id.0, rule.severity.word(), rule.title)?;
    }
    Ok(())
}

#[derive(Serialize)]
struct Listing {
    version: u8,
    rules: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    severity: &'static str,
    title: &'static str,
    explains: Vec<&'static str>,
}

fn list(rules: &[&'static Rule], console: &mut Console<'_>) -> io::Result<()> {
    let entry = |rule: &&'static Rule| Entry {
        id: rule.id.0,
        severity: rule.severity.word(),
        title: rule.title,
        explains: rule.explains.iter().map(|kind| kind.id()).collect(),
    };
    let listing = Listing { version: 1, rules: rules.iter().map(entry).collect() };
    writeln!(console.out, "{}", serde_json::to_string_pretty(&listing)?)
}
