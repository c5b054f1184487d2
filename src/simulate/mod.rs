//! What a server will answer to a request, before its configuration is live.

mod asked;
mod simulator;

pub use asked::{Asked, BadAsked};
pub use simulator::{Simulated, Simulator, Spoken, simulate};
