//! What a command finds around itself: two streams, a terminal or none, the environment, the current folder.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use htlint::report::printable;

use crate::args::Color;

/// The columns where nobody says how many there are.
const WIDTH: usize = 100;

/// Where a command writes.
pub(crate) struct Console<'c> {
    /// What was asked for.
    pub(crate) out: &'c mut dyn Write,
    /// What stands in the way of it.
    pub(crate) err: &'c mut dyn Write,
    /// The rest.
    pub(crate) around: Surroundings,
}

/// What of the process a command may know.
pub(crate) struct Surroundings {
    /// The current folder.
    pub(crate) folder: PathBuf,
    /// Whether stdout is a terminal.
    pub(crate) terminal: bool,
    /// The columns of that terminal.
    pub(crate) columns: Option<usize>,
    /// The value of an environment variable.
    pub(crate) variable: fn(&str) -> Option<OsString>,
}

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// It ran, and nothing is in the way of a deploy.
    Fine,
    /// It ran, and found something at or above the threshold.
    Found,
    /// It could not run.
    Stopped,
    /// It ran, and the answer depends on what htlint does not know.
    Unknown,
}

impl Exit {
    /// The number for the shell.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Found => 1,
            Self::Stopped => 2,
            Self::Unknown => 3,
        }
    }
}

impl Console<'_> {
    /// Says in one line why the command could not run.
    pub(crate) fn stop(&mut self, message: &str) -> io::Result<Exit> {
        writeln!(self.err, "error: {}", printable(message, self.around.unicode()))?;
        Ok(Exit::Stopped)
    }
}

impl Surroundings {
    /// Those of this process.
    pub(crate) fn here() -> Self {
        Self {
            folder: std::env::current_dir().unwrap_or_default(),
            terminal: io::stdout().is_terminal(),
            columns: terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)),
            variable: |name| std::env::var_os(name),
        }
    }

    /// Whether to colour: as asked for; else NO_COLOR (no-color.org), FORCE_COLOR and CLICOLOR_FORCE
    /// (bixense.com/clicolors) decide, else whether stdout is a terminal that can.
    pub(crate) fn colour(&self, choice: Color) -> bool {
        let set = |name| self.text(name).is_some_and(|value| !value.is_empty());
        let on = |name| set(name) && self.text(name).as_deref() != Some("0");
        match choice {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto if on("FORCE_COLOR") || on("CLICOLOR_FORCE") => true,
            Color::Auto => self.terminal && self.text("TERM").as_deref() != Some("dumb"),
        }
    }

    /// Whether characters beyond ASCII can be shown: the first of LC_ALL, LC_CTYPE and LANG that is set decides (POSIX,
    /// Environment Variables); on Windows they can.
    pub(crate) fn unicode(&self) -> bool {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(|name| self.text(name));
        let locale = locale.into_iter().find(|value| !value.is_empty()).unwrap_or_default().to_ascii_lowercase();
        cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
    }

    /// The columns to fill.
    pub(crate) fn width(&self) -> usize {
        let said = self.text("COLUMNS").and_then(|value| value.parse().ok());
        said.or(self.columns).filter(|columns| *columns > 0).unwrap_or(WIDTH)
    }

    fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.to_string_lossy().into_owned())
    }
}

/// The same result, but a reader who has gone (`htlint ... | head`) is no fault.
pub(crate) fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(terminal: bool, variable: fn(&str) -> Option<OsString>) -> Surroundings {
        Surroundings { folder: PathBuf::from("/srv/site"), terminal, columns: None, variable }
    }

    #[test]
    fn colour_is_for_terminals_unless_somebody_says_otherwise() {
        let auto = |terminal, variable| around(terminal, variable).colour(Color::Auto);
        assert!(auto(true, |_| None));
        assert!(!auto(false, |_| None));
        assert!(!auto(true, |name| (name == "NO_COLOR").then(|| "1".into())));
        assert!(auto(true, |name| (name == "NO_COLOR").then(|| "".into())));
        assert!(auto(false, |name| (name == "FORCE_COLOR").then(|| "1".into())));
        assert!(auto(false, |name| (name == "CLICOLOR_FORCE").then(|| "1".into())));
        assert!(!auto(false, |name| (name == "CLICOLOR_FORCE").then(|| "0".into())));
        assert!(!auto(false, |_| Some("1".into())));
        assert!(!auto(true, |name| (name == "TERM").then(|| "dumb".into())));
        assert!(around(false, |_| Some("1".into())).colour(Color::Always));
        assert!(!around(true, |_| None).colour(Color::Never));
    }

    #[test]
    fn the_locale_tells_which_characters_there_are() {
        let unicode = |variable| around(true, variable).unicode();
        assert!(unicode(|name| (name == "LANG").then(|| "de_DE.UTF-8".into())));
        assert!(!unicode(|name| Some(if name == "LC_ALL" { "C".into() } else { "C.utf8".into() })));
        assert_eq!(unicode(|_| None), cfg!(windows));
    }

    #[test]
    fn columns_says_how_wide_it_is() {
        assert_eq!(around(true, |_| None).width(), WIDTH);
        assert_eq!(around(true, |_| Some("40".into())).width(), 40);
        assert_eq!(around(true, |_| Some("0".into())).width(), WIDTH);
    }
}
