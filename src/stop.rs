//! Why htlint could not look at all; a fault in what it looks at is a finding instead.

use std::fmt;
use std::path::PathBuf;

use crate::config::{BadConfig, RuleName};
use crate::read::{BadGlob, BadMap, Unread};
use crate::servers::Kind;

/// Why there was no look at all.
#[derive(Debug)]
pub enum Stop {
    /// Paths that were named and cannot be read.
    Unread(Vec<Unread>),
    /// A broken `htlint.toml`.
    Config(BadConfig),
    /// A `--map` that is none.
    Map(BadMap),
    /// An `--exclude` that is no pattern.
    Glob(BadGlob),
    /// An account that this machine does not have.
    NoAccount(String),
    /// A value in `htlint.toml` that means nothing: the file, the key, the value.
    Value(PathBuf, &'static str, String),
    /// A rule named in `htlint.toml` that does not exist.
    NoRule(PathBuf, RuleName),
    /// A main configuration whose name does not tell the server.
    NoServer(PathBuf),
    /// A server whose files alone tell nothing: its main configuration is needed.
    NeedsConfig(Kind),
}

impl fmt::Display for Stop {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unread(unread) => {
                let lines = unread.iter().map(|unread| format!("{}: {}", unread.path.display(), unread.fault));
                out.write_str(&lines.collect::<Vec<_>>().join("\n"))
            }
            Self::Config(bad) => bad.fmt(out),
            Self::Map(bad) => bad.fmt(out),
            Self::Glob(bad) => write!(out, "the pattern `{}`: {}", bad.glob, bad.message),
            Self::NoAccount(name) => write!(out, "there is no account {name} on this machine"),
            Self::Value(path, key, value) => write!(out, "{}: {key}: there is no `{value}`", path.display()),
            Self::NoRule(path, rule) => {
                let (line, column) = (rule.at.line, rule.at.column);
                write!(out, "{}:{line}:{column}: there is no rule `{}`", path.display(), rule.name)
            }
            Self::NeedsConfig(kind) => write!(out, "{} needs --config: its main configuration", kind.name()),
            Self::NoServer(path) => {
                write!(out, "{}: which server is it for? Say so with --server", path.display())
            }
        }
    }
}

impl std::error::Error for Stop {}
