//! What servers with accounts of their own share: who is presented, whose account that is, whether the password fits,
//! and what a survey makes of it.

mod book;
mod fate;
mod host;
mod presented;
mod profile;
mod survey;
mod target;

pub use book::{Book, Checked, Opened};
pub use fate::{fate, nearest};
pub use host::{Content, Host};
pub use presented::{Base64, Presented, Style};
pub use profile::Profile;
pub use survey::{Post, refused_start, surveyed};
pub use target::{go_path, percent_decoded, target_path};
