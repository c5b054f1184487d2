//! What servers with accounts of their own share: who is presented, whose account that is, whether the password fits,
//! and what a survey makes of it.

mod book;
mod fate;
mod host;
mod network;
mod presented;
mod profile;
mod survey;
mod target;

pub use book::{Book, Checked, Opened};
pub use fate::{fate, nearest};
pub use host::{Content, Host, is_out_of_sight};
pub use network::{in_range, is_deserted, is_deserted_text};
pub use presented::{Base64, Presented, Style};
pub use profile::Profile;
pub use survey::{Post, handed_on, refused_start, surveyed};
pub use target::{go_path, percent_decoded, target_path, without_dots};
