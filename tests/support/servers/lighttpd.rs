//! lighttpd on the case's own config, in the foreground and in a process group of its own: one that has several workers
//! stops them through its group.

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::super::placed::Placed;
use super::super::process::Process;
use super::super::replay::{Driver, Started};

const PROGRAM: &str = "/usr/sbin/lighttpd";

pub(crate) struct Lighttpd;

impl Driver for Lighttpd {
    fn name(&self) -> &'static str {
        "lighttpd"
    }

    fn missing(&self) -> Option<&'static str> {
        (!Path::new(PROGRAM).is_file()).then_some("there is no lighttpd here")
    }

    fn version(&self) -> io::Result<String> {
        let told = Command::new(PROGRAM).arg("-v").output()?;
        Ok(String::from_utf8_lossy(&told.stdout).lines().next().unwrap_or_default().to_owned())
    }

    /// It listens before it has checked everything, so the check comes first.
    fn start(&self, placed: &Placed, config: &Path) -> io::Result<Started> {
        let checked =
            Command::new(PROGRAM).arg("-tt").arg("-f").arg(config).current_dir("/").stdin(Stdio::null()).output()?;
        if !checked.status.success() {
            return Ok(Started::Refused(String::from_utf8_lossy(&checked.stderr).into_owned()));
        }
        let mut command = Command::new(PROGRAM);
        command.arg("-D").arg("-f").arg(config).process_group(0);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LANG", "C");
        Process::start(command, placed)
    }
}
