//! `rclone serve http` 1.60 with `--htpasswd`.

mod flags;
mod server;

pub(super) use server::{PROFILE, open};
