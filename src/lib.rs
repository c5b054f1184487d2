//! What a web server will answer to a login, told from its files before they are deployed.

pub mod answer;
pub mod config;
pub mod finding;
pub mod hash;
pub mod lines;
pub mod lint;
pub mod read;
pub mod report;
pub mod rules;
pub mod servers;
pub mod source;
pub mod users;
pub mod words;

pub use lint::{Checked, Options, Stop, check};
