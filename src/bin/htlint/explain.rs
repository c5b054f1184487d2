//! `htlint explain`: the page of a rule, found by its name or by a line of the server's error log.

use std::io;

use anstyle::{AnsiColor, Style};
use htlint::finding::Severity;
use htlint::rules::Rule;

use crate::console::{Console, Exit, unless_closed};

/// How near a name must be to be what was meant (Jaro-Winkler).
const NEAR: f64 = 0.8;

/// Prints the rule's page; from a log line it leads to the rules that speak of it and prints the first one's page.
pub(crate) fn explain(
    name: &str,
    rules: &[&'static Rule],
    colour: bool,
    console: &mut Console<'_>,
) -> io::Result<Exit> {
    let spoken = name.trim();
    let found: Vec<&Rule> = match rules.iter().find(|rule| rule.id.0 == spoken) {
        Some(rule) => vec![rule],
        None => speaking_of(spoken, rules),
    };
    let Some(first) = found.first() else {
        let message = match log_code(spoken) {
            Some(code) => format!("no rule speaks of {code}"),
            None => no_such_rule(spoken, rules),
        };
        return console.stop(&message);
    };
    let names: Vec<&str> = found.iter().map(|rule| rule.id.0).collect();
    let others = if first.id.0 == spoken { String::new() } else { format!("See: {}\n\n", names.join(", ")) };
    unless_closed(write!(console.out, "{others}{}", styled(first, colour)))?;
    Ok(Exit::Fine)
}

/// The line for a name that no rule has, with the nearest one that exists.
pub(crate) fn no_such_rule(name: &str, rules: &[&'static Rule]) -> String {
    let near = rules.iter().map(|rule| (strsim::jaro_winkler(name, rule.id.0), rule.id.0));
    let nearest = near.filter(|(near, _)| *near >= NEAR).max_by(|one, other| one.0.total_cmp(&other.0));
    let hint = nearest.map_or("htlint rules lists them all".to_owned(), |(_, id)| format!("did you mean {id}?"));
    format!("no rule is called '{name}'; {hint}")
}

/// The rules whose pages hold the code of the log line, or else its words. A single word is a misspelt name.
fn speaking_of(line: &str, rules: &[&'static Rule]) -> Vec<&'static Rule> {
    let words =
        log_code(line).or_else(|| line.contains(' ').then(|| line.to_owned())).map(|words| words.to_lowercase());
    let speaks = |rule: &&Rule| words.as_ref().is_some_and(|words| rule.page().to_lowercase().contains(words));
    rules.iter().copied().filter(speaks).collect()
}

/// The code in a line of httpd's error log: `AH` and five digits (httpd's `APLOGNO`).
fn log_code(line: &str) -> Option<String> {
    let words = line.split(|found: char| !found.is_ascii_alphanumeric()).map(str::to_ascii_uppercase);
    words.into_iter().find(|word| {
        let digits = word.strip_prefix("AH").unwrap_or_default();
        digits.len() == 5 && digits.bytes().all(|digit| digit.is_ascii_digit())
    })
}

/// The page as Markdown; in colour its headings are bold instead of marked.
fn styled(rule: &Rule, colour: bool) -> String {
    let word = rule.severity.word();
    let page = format!("# {}\n\n{word}: {}\n\n{}", rule.id.0, rule.title, rule.page());
    if !colour {
        return page;
    }
    let (bold, severity) = (Style::new().bold(), severity_style(rule.severity));
    let page = page.replacen(&format!("\n{word}:"), &format!("\n{severity}{word}:{severity:#}"), 1);
    let mut fenced = false;
    let lines = page.lines().map(|line| {
        fenced ^= line.starts_with("```");
        let heading = line.trim_start_matches('#').strip_prefix(' ').filter(|_| !fenced && line.starts_with('#'));
        heading.map_or_else(|| format!("{line}\n"), |heading| format!("{bold}{heading}{bold:#}\n"))
    });
    lines.collect()
}

fn severity_style(severity: Severity) -> Style {
    let colour = match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    };
    Style::new().fg_color(Some(colour.into()))
}
