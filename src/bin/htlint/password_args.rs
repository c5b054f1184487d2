//! The arguments of the commands that deal with stored passwords.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use htlint::hash::{Crypt, Verifier};

use htlint::servers::Kind;

use crate::args::{Format, server};

/// The arguments of `htlint hash`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cut -d: -f2 .htpasswd | htlint hash
  cut -d: -f2 .htpasswd | htlint hash --server nginx --platform alpine
  htlint hash --format jsonl < questions.jsonl

With --format jsonl a line asks {\"hash\": \"...\", \"verifier\": \"apr\", \"password_b64\": \"...\"}, the latter two at will,
and gets {\"scheme\", \"alive\", \"why\", \"result\"}. No hash and no password is ever printed.

Exit codes: 0 all lines were read, 2 could not run.")]
pub(crate) struct Hash {
    /// How to ask and answer
    #[arg(long, value_enum, default_value_t = Lines::Text)]
    pub(crate) format: Lines,

    /// The code that compares: apr, libxcrypt, musl, old-glibc, nginx, lighttpd, go-bcrypt or none (default: apr);
    /// with --format jsonl for lines that name none
    #[arg(long, value_name = "NAME", value_parser = verifier, conflicts_with_all = ["server", "platform"])]
    pub(crate) verifier: Option<Verifier>,

    /// The program that compares (default: apache)
    #[arg(long, value_enum)]
    pub(crate) server: Option<Consumer>,

    /// The system whose crypt(3) stands behind it (default: debian)
    #[arg(long, value_enum)]
    pub(crate) platform: Option<System>,
}

/// The arguments of `htlint verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  htlint verify .htpasswd alice
  pass show site/alice | head -1 | htlint verify .htpasswd alice --password-stdin
  htlint verify .htpasswd alice --platform alpine --format json
  htlint verify auth/htpasswd alice --server docker-registry

The password is asked for on the terminal and not shown. It can not be given as an argument: other users of the machine
see those.

Exit codes: 0 match, 1 mismatch or error (also when the file has no such user), 2 could not run, 3 can't tell.")]
pub(crate) struct Verify {
    /// The password file
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,

    /// The user
    #[arg(value_name = "USER")]
    pub(crate) user: std::ffi::OsString,

    /// Take the password from stdin, all of it but one line end (LF or CRLF) behind it
    #[arg(long)]
    pub(crate) password_stdin: bool,

    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    /// The server whose reading of the file counts (default: apache)
    #[arg(long, value_parser = server())]
    pub(crate) server: Option<Kind>,

    /// The system whose crypt(3) stands behind the server
    #[arg(long, value_enum, default_value_t = System::Debian)]
    pub(crate) platform: System,
}

/// What `htlint check` does with passwords.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logins")]
pub(crate) struct Logins {
    /// Try these logins wherever their users are known: lines of user:password; one that is refused is an error
    #[arg(long, value_name = "FILE")]
    pub(crate) credentials: Option<PathBuf>,

    /// Take --credentials although others may read the file
    #[arg(long, requires = "credentials")]
    pub(crate) force: bool,

    /// Try obvious passwords on every entry: none, the user's name, the realm, and about 150 more
    #[arg(long)]
    pub(crate) audit: bool,

    /// Try the lines of this file as well
    #[arg(long, value_name = "FILE", requires = "audit")]
    pub(crate) wordlist: Option<PathBuf>,
}

/// How lines are asked and answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lines {
    /// A stored password a line, answers for people
    Text,
    /// A JSON object a line, both ways
    Jsonl,
}

/// The programs whose comparison htlint knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Consumer {
    /// Apache httpd 2.4
    Apache,
    /// nginx
    Nginx,
    /// lighttpd 1.4
    Lighttpd,
    /// The Docker registry (distribution)
    DockerRegistry,
    /// Caddy 2
    Caddy,
}

impl Consumer {
    /// All of them.
    pub(crate) const ALL: [Self; 5] = [Self::Apache, Self::Nginx, Self::Lighttpd, Self::DockerRegistry, Self::Caddy];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Apache => "apache",
            Self::Nginx => "nginx",
            Self::Lighttpd => "lighttpd",
            Self::DockerRegistry => "docker-registry",
            Self::Caddy => "caddy",
        }
    }

    /// What it compares with on a system; `None`: what it does there is not known.
    pub(crate) fn verifier(self, system: System) -> Option<Verifier> {
        let crypt = system.crypt();
        match self {
            Self::Apache => Some(Verifier::Apr(crypt)),
            Self::Nginx | Self::Lighttpd if system == System::Windows => None,
            Self::Nginx => Some(Verifier::Nginx(crypt)),
            Self::Lighttpd => Some(Verifier::Lighttpd(crypt)),
            Self::DockerRegistry | Self::Caddy => Some(Verifier::GoBcrypt),
        }
    }
}

/// The systems whose crypt(3) htlint knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum System {
    /// Debian 11, Ubuntu 20.04, Fedora and later: libxcrypt
    Debian,
    /// Alpine: musl
    Alpine,
    /// Debian 10, Ubuntu 18.04, CentOS 7 and before: glibc's own
    OldGlibc,
    /// macOS
    Macos,
    /// Windows, which has none
    Windows,
}

impl System {
    /// The same in the library's terms.
    pub(crate) fn crypt(self) -> Crypt {
        match self {
            Self::Debian => Crypt::Libxcrypt,
            Self::Alpine => Crypt::Musl,
            Self::OldGlibc => Crypt::OldGlibc,
            Self::Macos => Crypt::MacOs,
            Self::Windows => Crypt::None,
        }
    }
}

fn verifier(name: &str) -> Result<Verifier, String> {
    let names = "apr, libxcrypt, musl, old-glibc, nginx, lighttpd, go-bcrypt, none";
    Verifier::named(name).ok_or_else(|| format!("expected one of {names}"))
}
