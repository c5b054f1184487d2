//! One file per verifier: what it accepts is written there and nowhere else.

mod apr;
mod glibc;
mod go_bcrypt;
mod kind;
mod libxcrypt;
mod lighttpd;
mod macos;
mod musl;
mod nginx;

pub use kind::{Crypt, Outcome, Verifier, judge, verify};

pub(super) use kind::read_widely;
