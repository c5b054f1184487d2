//! What a web server will answer to a login, told from its files before they are deployed.
//!
//! [`check`] reads a site through [`read::Files`] (a disk, or a tree in memory), lets the server's room work out every
//! answer, and asks every rule for words on it:
//!
//! ```
//! use htlint::read::Memory;
//! use htlint::{Options, check};
//!
//! let files = Memory::new()
//!     .file("/site/.htaccess", "AuthType Basic\nAuthName Staff\nAuthUserFile /srv/site/.htpasswd\nRequire user alice\n")
//!     .file("/site/.htpasswd", "bob:open-sesame\n");
//! let options = Options {
//!     here: "/site".into(),
//!     maps: vec![("/srv/site".to_owned(), "/site".into())],
//!     ..Options::default()
//! };
//! let checked = check(&files, &options)?;
//!
//! let mut rules: Vec<&str> = checked.report.findings.iter().map(|finding| finding.rule.0).collect();
//! rules.sort_unstable();
//! assert_eq!(rules, ["plain-text-password", "required-user-missing"]);
//! assert_eq!(checked.report.areas[0].verdict().word(), "lockout");
//! # Ok::<(), htlint::Stop>(())
//! ```
//!
//! The modules stand on each other in the order of ARCHITECTURE.md; each one's first line says what it is for.

pub mod answer;
pub mod audit;
pub mod compose;
pub mod config;
pub mod credentials;
pub mod finding;
pub mod gate;
pub mod hash;
pub mod lines;
pub mod lint;
pub mod matrix;
pub mod pattern;
pub mod read;
pub mod readers;
pub mod report;
pub mod rules;
pub mod servers;
pub mod simulate;
pub mod source;
pub mod stop;
pub mod users;
pub mod verify;
pub mod words;
pub mod yaml;

pub use lint::{Checked, Options, check, check_watched};
pub use stop::Stop;
