//! The arguments of `htlint simulate`.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::args::Target;

/// The arguments of `htlint simulate`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  htlint simulate --config /etc/apache2/apache2.conf --on-host /admin/
  htlint simulate --config httpd.conf /admin/ --user alice
  htlint simulate --config httpd.conf /admin/ --as-holder alice --method POST
  htlint simulate --config httpd.conf --requests requests.jsonl --format jsonl

With --requests each line asks {\"path\", \"method\", \"user\", \"password\", \"scheme\", \"headers\", \"https\",
\"remote_addr\"}, all but the path at will, and gets {\"startup\", \"status\", \"certain\", \"reasons\"}.

The password is asked for on the terminal and not shown. Exit codes: 0 whatever the server answers, 2 could not run.")]
pub(crate) struct Simulate {
    /// The request target: a path, perhaps with a query
    #[arg(value_name = "PATH", required_unless_present = "requests", conflicts_with = "requests")]
    pub(crate) path: Option<String>,

    /// Take requests from this file, one JSON object a line; - is stdin
    #[arg(long, value_name = "FILE")]
    pub(crate) requests: Option<PathBuf>,

    /// How to report: text is a trace of the steps, jsonl one object a line (default: jsonl with --requests)
    #[arg(long, value_enum)]
    pub(crate) format: Option<Shape>,

    #[command(flatten)]
    pub(crate) request: Single,

    #[command(flatten)]
    pub(crate) target: Target,
}

/// What one request carries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct Single {
    /// Log in as this user
    #[arg(long, value_name = "USER", conflicts_with_all = ["requests", "as_holder"])]
    pub(crate) user: Option<String>,

    /// Take the password from stdin, all of it but one line end behind it
    #[arg(long, requires = "user")]
    pub(crate) password_stdin: bool,

    /// Log in as this user with the right password, whatever it is
    #[arg(long, value_name = "USER", conflicts_with = "requests")]
    pub(crate) as_holder: Option<String>,

    /// How the password is sent
    #[arg(long, value_enum, default_value_t = Sent::Basic, requires = "user")]
    pub(crate) scheme: Sent,

    /// The method
    #[arg(short = 'X', long, value_name = "METHOD", default_value = "GET", conflicts_with = "requests")]
    pub(crate) method: String,

    /// A header, for instance 'Host: shop.example' (repeatable)
    #[arg(short = 'H', long, value_name = "NAME: VALUE", value_parser = header, conflicts_with = "requests")]
    pub(crate) header: Vec<(String, String)>,

    /// The request comes over TLS
    #[arg(long, conflicts_with = "requests")]
    pub(crate) https: bool,

    /// The client's address
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1", conflicts_with = "requests")]
    pub(crate) remote_addr: IpAddr,
}

/// How answers are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shape {
    /// For people
    Text,
    /// One JSON object a line
    Jsonl,
}

/// How a password is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Sent {
    /// User and password
    Basic,
    /// The answer to one challenge
    Digest,
}

fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or("expected NAME: VALUE")?;
    if name.is_empty() {
        return Err("the name is empty".to_owned());
    }
    Ok((name.to_owned(), value.trim().to_owned()))
}
