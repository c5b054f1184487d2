//! The servers, each in a room of its own: from its config text to its answers.

pub mod apache;
