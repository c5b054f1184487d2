//! The command line: arguments in, a report and an exit code out.

mod args;
mod check;
mod column;
mod console;
mod explain;
mod hash;
mod logins;
mod look;
mod matrix;
mod password_args;
#[cfg(test)]
mod password_tests;
mod portrait;
mod progress;
mod prompt;
mod rules;
mod simulate;
mod simulate_args;
#[cfg(test)]
mod tests;
mod verify;

use std::ffi::OsString;
use std::io::{self, BufWriter, Write};
use std::process::ExitCode;

use clap::Parser;
use clap::error::{ContextKind, ErrorKind};
use htlint::rules::ALL;

use args::{Arguments, Color, Command};
use console::{Console, Exit, Surroundings, unless_closed};

fn main() -> ExitCode {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut err = io::stderr().lock();
    let mut console = Console { out: &mut out, err: &mut err, around: Surroundings::here() };
    let ran = run(std::env::args_os(), &mut console);
    let exit = ran.and_then(|exit| unless_closed(out.flush()).map(|()| exit)).unwrap_or_else(|error| {
        // Nobody is left to tell if this fails too.
        let _ = writeln!(err, "error: cannot write: {error}");
        Exit::Stopped
    });
    ExitCode::from(exit.code())
}

/// Runs the command that the arguments ask for.
fn run(arguments: impl Iterator<Item = OsString>, console: &mut Console<'_>) -> io::Result<Exit> {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error, console),
    };
    let colour = console.around.colour(arguments.color);
    match arguments.command {
        Command::Check(check) => check::check(&check, look::look, ALL, colour, console),
        Command::Logins(who) => logins::logins(&who, colour, console),
        Command::Simulate(asked) => simulate::simulate(&asked, prompt::ask, io::stdin(), colour, console),
        Command::Verify(verify) => verify::verify(&verify, prompt::ask, io::stdin(), console),
        Command::Hash(hash) => hash::hash(&hash, io::stdin(), console),
        Command::Explain(explain) => explain::explain(&explain.name, ALL, colour, console),
        Command::Rules(rules) => rules::rules(rules.format, ALL, console),
        Command::Matrix(matrix) => matrix::matrix(matrix.format, console),
    }
}

/// Whether a wrong argument was one of `verify`.
fn is_about_a_password(error: &clap::Error) -> bool {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    usage.contains("htlint verify")
}

/// Help and version to stdout, a wrong usage to stderr.
fn usage(error: &clap::Error, console: &mut Console<'_>) -> io::Result<Exit> {
    if error.use_stderr() && error.kind() == ErrorKind::UnknownArgument && is_about_a_password(error) {
        // What clap would repeat here may be a password.
        return console.stop("verify takes FILE and USER only; the password comes from a prompt or --password-stdin");
    }
    let text = error.render();
    let text = if console.around.colour(Color::Auto) { text.ansi().to_string() } else { text.to_string() };
    if error.use_stderr() {
        write!(console.err, "{text}")?;
        return Ok(Exit::Stopped);
    }
    unless_closed(write!(console.out, "{text}"))?;
    Ok(Exit::Fine)
}
