//! One user's entry of a password file against one password: as Apache does, or as another server that reads it.

mod passwords;
mod served;

pub use passwords::{Login, Passwords, Verdict};
pub use served::{Served, ServedLogin};
