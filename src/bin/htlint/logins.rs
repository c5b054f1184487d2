//! `htlint logins`: who can log in where?

use std::io;

use htlint::check;
use htlint::read::Disk;
use htlint::report::{Style, areas, logins as table};

use crate::args::{Format, Who};
use crate::console::{Console, Exit, unless_closed};
use crate::look::options;

/// Looks at the files and shows the areas with their people; what is wrong there is the business of `check`.
pub(crate) fn logins(arguments: &Who, colour: bool, console: &mut Console<'_>) -> io::Result<Exit> {
    let Who { paths, format, target, exclude } = arguments;
    let options = options(target, exclude, &console.around.folder, paths);
    let report = match check(&Disk::default(), &options) {
        Ok(checked) => checked.report,
        Err(stop) => return console.stop(&stop.to_string()),
    };
    let around = &console.around;
    let style = Style {
        folder: &around.folder,
        colour,
        unicode: around.unicode(),
        width: around.width(),
        notes: false,
        show_secrets: false,
        summary: false,
    };
    unless_closed(match format {
        Format::Json => areas(&report, &around.folder, console.out),
        Format::Text => table(&report, &style, console.out),
    })?;
    Ok(Exit::Fine)
}
