//! The arguments, as clap reads them and explains them.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use htlint::servers::Kind;

use crate::password_args::{Hash, Logins, System, Verify};
use crate::simulate_args::Simulate;

/// Says before deploy what a web server will answer to a login: reads .htaccess, .htpasswd and the configuration
/// around them.
#[derive(Debug, Parser)]
#[command(
    name = "htlint",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  htlint check                      look at everything below the current folder
  htlint logins --config /etc/apache2/apache2.conf --on-host
                                    who gets in where
  htlint simulate --config httpd.conf /admin/ --user alice
                                    what this request will get, and why
  htlint verify .htpasswd alice     ask for alice's password and compare it
  htlint explain dead-hash          the page of a rule
  htlint explain AH01620            from a line of the error log to the rule

Exit codes: 0 nothing at or above --fail-on, 1 something, 2 could not run."
)]
pub(crate) struct Arguments {
    /// The question.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to colour; auto: on a terminal, and as NO_COLOR, FORCE_COLOR and CLICOLOR_FORCE say
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

/// The questions that htlint answers.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What is wrong here? Looks at files and trees
    Check(Box<Check>),
    /// Who can log in where? Each area with its strangers and its users
    Logins(Box<Who>),
    /// What will the server answer to this request? Before the configuration is live
    Simulate(Box<Simulate>),
    /// Does this password match this entry of a password file?
    Verify(Verify),
    /// What is this stored password? One a line on stdin
    Hash(Hash),
    /// The page of a rule, or of the rule that speaks of a line of the server's error log
    Explain(Explain),
    /// All rules
    Rules(Rules),
    /// Which server takes which kind of stored password?
    Matrix(Matrix),
}

/// The arguments of `htlint check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  htlint check
  htlint check --map /var/www=public site/
  htlint check --config /etc/apache2/apache2.conf --on-host
  htlint check --fail-on warning --format json
  git show :.htaccess | htlint check - --stdin-filename .htaccess

Exit codes: 0 no finding at or above --fail-on, 1 some, 2 could not run.
Passwords and hashes are masked in every format unless --show-secrets is given.")]
pub(crate) struct Check {
    /// Files and folders to look at (default: the current folder); - reads stdin
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) show: Show,

    #[command(flatten)]
    pub(crate) target: Target,

    #[command(flatten)]
    pub(crate) logins: Logins,

    /// What is left out of the walk (repeatable)
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub(crate) exclude: Vec<String>,

    /// The name that stdin goes by: tells which kind of file it is and where it lies
    #[arg(long, value_name = "NAME", help_heading = "Files")]
    pub(crate) stdin_filename: Option<PathBuf>,
}

/// The arguments of `htlint logins`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  htlint logins
  htlint logins --map /var/www=public site/
  htlint logins --config /etc/apache2/apache2.conf --on-host
  htlint logins --format json

An area is a folder or URL, or the files of a section there, where a login is asked for or was meant to be. With
\"gets in\" the right password is meant, whatever it is. Exit codes: 0, or 2 if it could not run.")]
pub(crate) struct Who {
    /// Files and folders to look at (default: the current folder)
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) target: Target,

    /// What is left out of the walk (repeatable)
    #[arg(long, value_name = "GLOB", help_heading = "Files")]
    pub(crate) exclude: Vec<String>,
}

/// What is shown, and what counts.
#[derive(Debug, Args)]
#[command(next_help_heading = "Findings")]
pub(crate) struct Show {
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// Report these rules only (repeatable, or a list with commas)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// Do not report these rules (repeatable, or a list with commas)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// The least severity that makes the exit code 1 (default: error); note shows the notes too
    #[arg(long, value_enum, value_name = "SEVERITY")]
    pub(crate) fail_on: Option<FailOn>,

    /// Show notes in text, and not only their number
    #[arg(long)]
    pub(crate) notes: bool,

    /// Show passwords and hashes; mind who reads the output
    #[arg(long)]
    pub(crate) show_secrets: bool,

    /// Findings only, without the line that counts them
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// The server that will read the files.
#[derive(Debug, Args)]
#[command(next_help_heading = "Target")]
pub(crate) struct Target {
    /// The server; told from the files if not given
    #[arg(long, value_parser = server())]
    pub(crate) server: Option<Kind>,

    /// The server's main configuration: apache2.conf, lighttpd.conf, nginx.conf
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// The system whose crypt(3) stands behind the server
    #[arg(long, value_enum, default_value_t = System::Debian)]
    pub(crate) platform: System,

    /// Where a path of the server lies here: /var/www=public (repeatable)
    #[arg(long, value_name = "SERVER=LOCAL", value_parser = path_map)]
    pub(crate) map: Vec<(String, PathBuf)>,

    /// The server's file system lies under this folder: an unpacked image, a chroot
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,

    /// The folder whose content the server shows at /
    #[arg(long, value_name = "DIR")]
    pub(crate) docroot: Option<PathBuf>,

    /// This machine is the server: its paths, owners and modes count
    #[arg(long)]
    pub(crate) on_host: bool,

    /// The account of the server's workers, if the configuration does not say
    #[arg(long, value_name = "USER")]
    pub(crate) run_as: Option<String>,

    /// A name defined on the server's command line (repeatable)
    #[arg(short = 'D', long, value_name = "NAME[=VALUE]", value_parser = definition)]
    pub(crate) define: Vec<(String, Option<String>)>,

    /// A variable of the server's environment (repeatable)
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) env: Vec<(String, String)>,
}

/// The arguments of `htlint explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  htlint explain dead-hash
  htlint explain AH01620
  htlint explain \"AH01620: Could not open password file\"")]
pub(crate) struct Explain {
    /// A rule, a code like AH01620, or words of the server's error log
    #[arg(value_name = "RULE|CODE")]
    pub(crate) name: String,
}

/// The arguments of `htlint rules`.
#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// How to list them
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// The arguments of `htlint matrix`.
#[derive(Debug, Args)]
#[command(after_help = crate::matrix::LEGEND)]
pub(crate) struct Matrix {
    /// How to print it
    #[arg(long, value_enum, default_value_t = MatrixFormat::Text)]
    pub(crate) format: MatrixFormat,
}

/// How a table is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum MatrixFormat {
    /// For people
    Text,
    /// A table in Markdown
    Markdown,
    /// One JSON object
    Json,
}

/// How to report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object
    Json,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// As terminal and environment say
    Auto,
    /// Even into a pipe
    Always,
    /// Not even on a terminal
    Never,
}

/// The least severity that fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors
    Error,
    /// Warnings and errors
    Warning,
    /// Any finding
    Note,
    /// Nothing
    Never,
}

impl FailOn {
    /// The same in the library's terms.
    pub(crate) fn told(self) -> htlint::config::FailOn {
        match self {
            Self::Error => htlint::config::FailOn::Error,
            Self::Warning => htlint::config::FailOn::Warning,
            Self::Note => htlint::config::FailOn::Note,
            Self::Never => htlint::config::FailOn::Never,
        }
    }
}

/// Reads a server's name.
pub(crate) fn server() -> impl TypedValueParser<Value = Kind> {
    let names = PossibleValuesParser::new(Kind::ALL.map(Kind::name));
    names.try_map(|name| Kind::named(&name).ok_or("there is no such server"))
}

fn path_map(text: &str) -> Result<(String, PathBuf), String> {
    let (server, local) = text.split_once('=').ok_or("expected SERVER=LOCAL, for instance /var/www=public")?;
    if server.is_empty() || local.is_empty() {
        return Err("neither side of = may be empty".to_owned());
    }
    Ok((server.to_owned(), PathBuf::from(local)))
}

fn definition(text: &str) -> Result<(String, Option<String>), String> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.to_owned())));
    named(name).map(|name| (name, value))
}

fn variable(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    named(name).map(|name| (name, value.to_owned()))
}

fn named(name: &str) -> Result<String, String> {
    if name.is_empty() { Err("the name is empty".to_owned()) } else { Ok(name.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str) -> Result<Box<Check>, clap::Error> {
        let words = ["htlint", "check"].into_iter().chain(words.split_whitespace());
        let Command::Check(check) = Arguments::try_parse_from(words)?.command else { panic!("not a check") };
        Ok(check)
    }

    #[test]
    fn clap_finds_no_fault_with_the_declaration() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn lists_may_be_repeated_or_joined_by_commas() {
        let check = check("--select a,b --select c -D X -D Y=1=2 --env E=v --map /var/www=a=b p q").unwrap();
        assert_eq!(check.show.select, ["a", "b", "c"]);
        assert_eq!(check.target.define, [("X".to_owned(), None), ("Y".to_owned(), Some("1=2".to_owned()))]);
        assert_eq!(check.target.env, [("E".to_owned(), "v".to_owned())]);
        assert_eq!(check.target.map, [("/var/www".to_owned(), PathBuf::from("a=b"))]);
        assert_eq!(check.paths, [PathBuf::from("p"), PathBuf::from("q")]);
    }

    #[test]
    fn a_check_without_paths_names_none() {
        assert!(check("").unwrap().paths.is_empty());
    }

    #[test]
    fn half_a_pair_is_refused() {
        for words in ["--map /var/www", "--map =x", "--env E", "-D =1", "--fail-on nothing", "--format xml"] {
            assert_eq!(check(words).unwrap_err().exit_code(), 2, "{words}");
        }
    }
}
