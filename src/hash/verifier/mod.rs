//! One file per verifier: what it accepts is written there and nowhere else.

mod apr;
mod envoy;
mod glibc;
mod go_auth;
mod go_bcrypt;
mod h2o;
mod kind;
mod libxcrypt;
mod lighttpd;
mod macos;
mod musl;
mod nginx;
mod radicale;
mod squid;
mod verdaccio;

pub use kind::{Crypt, Outcome, Verifier, judge, verify};
pub use radicale::Encryption;

pub(super) use kind::read_widely;
