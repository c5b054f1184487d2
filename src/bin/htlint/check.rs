//! `htlint check`: what is wrong here?

use std::fmt::Display;
use std::io;
use std::path::Path;

use htlint::config::FailOn as Told;

use htlint::Checked;
use htlint::finding::Finding;
use htlint::report::{Report, Style, json, printable, terminal};
use htlint::rules::Rule;

use crate::args::{Check, FailOn, Format};
use crate::console::{Console, Exit, unless_closed};
use crate::explain::no_such_rule;

/// Looks at the files with `lint`, drops what was not asked for, and reports the rest. Every rule is asked all the same,
/// so that the answer of one does not depend on whether another is shown.
pub(crate) fn check<S: Display>(
    arguments: &Check,
    lint: impl FnOnce(&Check, &Path) -> Result<Checked, S>,
    rules: &[&'static Rule],
    colour: bool,
    console: &mut Console<'_>,
) -> io::Result<Exit> {
    if let Err(message) = usable(arguments, rules) {
        return console.stop(&message);
    }
    let Checked { mut report, fail_on, strangers } = match lint(arguments, &console.around.folder) {
        Ok(checked) => checked,
        Err(stop) => return console.stop(&stop.to_string()),
    };
    let told = arguments.show.fail_on.map(FailOn::told).or(fail_on).unwrap_or(Told::Error);
    report.findings.retain(|finding| wanted(arguments, finding));
    let failed = report.worst().is_some_and(|worst| told.least().is_some_and(|least| worst >= least));
    unless_closed(show(&report, arguments, told, colour, console))?;
    for user in strangers {
        let name = printable(&String::from_utf8_lossy(&user), console.around.unicode()).replace('\n', "?");
        writeln!(console.err, "warning: --credentials: no password file that was read knows '{name}'")?;
    }
    Ok(if failed { Exit::Found } else { Exit::Fine })
}

/// Whether the arguments make sense together; else what is wrong.
fn usable(arguments: &Check, rules: &[&'static Rule]) -> Result<(), String> {
    let named = arguments.show.select.iter().chain(&arguments.show.ignore);
    if let Some(unknown) = named.into_iter().find(|name| !rules.iter().any(|rule| rule.id.0 == name.as_str())) {
        return Err(no_such_rule(unknown, rules));
    }
    let stdin = arguments.paths.iter().any(|path| path == Path::new("-"));
    match (stdin, &arguments.stdin_filename) {
        (true, None) => Err("- needs --stdin-filename NAME to tell which kind of file it is".to_owned()),
        (false, Some(_)) => Err("--stdin-filename is given, and - is not among the paths".to_owned()),
        (true, Some(_)) | (false, None) => Ok(()),
    }
}

fn wanted(arguments: &Check, finding: &Finding) -> bool {
    let named = |names: &[String]| names.iter().any(|name| name == finding.rule.0);
    (arguments.show.select.is_empty() || named(&arguments.show.select)) && !named(&arguments.show.ignore)
}

fn show(report: &Report, arguments: &Check, fail_on: Told, colour: bool, console: &mut Console<'_>) -> io::Result<()> {
    let around = &console.around;
    match arguments.show.format {
        Format::Json => json(report, &around.folder, arguments.show.show_secrets, console.out),
        Format::Text => {
            let style = Style {
                folder: &around.folder,
                colour,
                unicode: around.unicode(),
                width: around.width(),
                // A note that fails the run must be seen.
                notes: arguments.show.notes || fail_on == Told::Note,
                show_secrets: arguments.show.show_secrets,
                summary: !arguments.show.quiet,
            };
            terminal(report, &style, console.out)
        }
    }
}
