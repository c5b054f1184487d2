//! nginx on the case's own main config: a master as root, its workers' user as the config says.

use std::io::{Error, Result};
use std::path::Path;
use std::process::Command;

use super::super::placed::{Placed, is_root};
use super::super::process::Process;
use super::super::replay::{Driver, Started};

const PROGRAM: &str = "/usr/sbin/nginx";

pub(crate) struct Nginx;

impl Driver for Nginx {
    fn name(&self) -> &'static str {
        "nginx"
    }

    fn missing(&self) -> Option<&'static str> {
        match (Path::new(PROGRAM).is_file(), is_root()) {
            (false, _) => Some("there is no nginx"),
            (true, false) => Some("nginx changes its workers' user, which needs root"),
            (true, true) => None,
        }
    }

    fn version(&self) -> Result<String> {
        let output = Command::new(PROGRAM).arg("-v").output()?;
        let text = String::from_utf8(output.stderr).map_err(Error::other)?;
        Ok(text.trim().trim_start_matches("nginx version: ").to_owned())
    }

    fn start(&self, placed: &Placed, config: &Path) -> Result<Started> {
        let mut command = Command::new(PROGRAM);
        command.arg("-c").arg(config).args(["-g", "daemon off;"]);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LANG", "C");
        Process::start(command, placed)
    }
}
