//! The servers, each in a room of its own, from its config text to its answers; this is their register.

pub mod apache;
mod kind;
pub mod lighttpd;
pub mod nginx;

pub use kind::{Kind, open};
