//! The world outside: files on disk or in memory, which of them concern us, and where a server's path lies here.

mod disk;
mod files;
mod memory;
mod resolve;

pub use disk::{Disk, LIMIT};
pub use files::{Entry, Fault, FileType, Files, NULL_DEVICE, Stat};
pub use memory::Memory;
pub use resolve::real;
