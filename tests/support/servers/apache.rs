//! Apache on the case's own main config: one process (`-X`), its workers' user as the config says.

use std::io;
use std::path::Path;
use std::process::Command;

use super::super::apache;
use super::super::placed::Placed;
use super::super::process::Process;
use super::super::replay::{Driver, Started};

pub(crate) struct Apache;

impl Driver for Apache {
    fn name(&self) -> &'static str {
        "apache"
    }

    fn missing(&self) -> Option<&'static str> {
        apache::missing()
    }

    fn version(&self) -> io::Result<String> {
        apache::version()
    }

    /// With the variables of `envvars` where it lies beside the config, as apache2ctl starts it.
    fn start(&self, placed: &Placed, config: &Path) -> io::Result<Started> {
        let envvars = config.with_file_name("envvars");
        let mut command = if envvars.is_file() {
            let mut shell = Command::new("/bin/sh");
            shell.arg("-c").arg(". \"$0\"; exec \"$@\"").arg(envvars).arg(apache::PROGRAM);
            shell
        } else {
            Command::new(apache::PROGRAM)
        };
        command.arg("-X").arg("-f").arg(config);
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LANG", "C");
        Process::start(command, placed)
    }
}
