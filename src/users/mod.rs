//! Password, group and digest files as their readers cut them: entries with their places, and what is odd about the rest.

mod contents;
mod csv;
mod digest;
mod group;
mod lighttpd;
mod nginx;
mod password;
mod reading;

pub use contents::{Contents, Encoding};
pub use digest::{DigestEntry, DigestFile};
pub use group::{Group, GroupFile};
pub use lighttpd::{HtdigestLine, htdigest_lines, read_lighttpd};
pub use nginx::{NginxLine, nginx_line, read_nginx};
pub use password::{Entry, Oddity, UserFile, Winner};
pub use reading::{ReadFile, Reading, Spoiled, Spoiling, traefik_spoils};
