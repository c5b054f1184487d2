//! What the tests that lay a case out on disk and ask a real server share.
#![allow(dead_code, reason = "every test crate uses a part of its own")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on fails")]

pub(crate) mod apache;
pub(crate) mod case;
pub(crate) mod chance;
pub(crate) mod client;
pub(crate) mod layout;
pub(crate) mod memory;
pub(crate) mod placed;
pub(crate) mod process;
pub(crate) mod recording;
pub(crate) mod replay;
pub(crate) mod served;
pub(crate) mod servers;
