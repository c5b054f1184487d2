//! The world outside: files on disk or in memory, which of them concern us, and where a server's path lies here.

mod account;
mod discover;
mod disk;
mod exclude;
mod files;
mod kind;
mod locate;
mod memory;
mod overlay;
mod paths;
pub(crate) mod pem;
mod resolve;

pub use account::{Account, Obstacle, Refusal, group_name, group_number};
pub use discover::{Choice, Discovery, Found, FoundConfig, Unread, context_root, discover};
pub use disk::{Disk, LIMIT};
pub use exclude::{BadGlob, Excludes};
pub use files::{Entry, Fault, FileType, Files, NULL_DEVICE, Stat};
pub use kind::{ConfigKind, Kind};
pub use locate::{BadMap, How, Located, Mapping, PathMap};
pub use memory::Memory;
pub use overlay::Overlay;
pub use paths::{merge, normalize, server_path};
pub use resolve::real;
