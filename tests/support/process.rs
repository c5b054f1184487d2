//! A server's process: started with its words kept, waited for, stopped by its id.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::client;
use super::placed::Placed;
use super::replay::{Running, Started};

const PATIENCE: Duration = Duration::from_secs(20);
/// How long a server may take to end when it is asked to.
const GRACE: Duration = Duration::from_secs(3);

/// One process in the foreground, killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    port: u16,
    tls_port: u16,
}

impl Drop for Process {
    /// Asks first: a master that is killed leaves its workers behind, and the port with them.
    fn drop(&mut self) {
        let id = i32::try_from(self.child.id()).ok().and_then(rustix::process::Pid::from_raw);
        let asked = id.is_some_and(|id| rustix::process::kill_process(id, rustix::process::Signal::TERM).is_ok());
        let started = Instant::now();
        while asked && started.elapsed() < GRACE && self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            std::thread::sleep(Duration::from_millis(1));
        }
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Running for Process {
    fn settle(&mut self) {
        let started = Instant::now();
        while started.elapsed() < Duration::from_millis(300) && self.child.try_wait().is_ok_and(|ended| ended.is_none())
        {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn port(&self, https: bool) -> u16 {
        if https { self.tls_port } else { self.port }
    }
}

impl Process {
    /// Starts `command` in `/` without input and waits until something answers on the case's port or the process ends; what it
    /// printed is kept in a file outside of what the case laid out.
    pub(crate) fn start(mut command: Command, placed: &Placed) -> io::Result<Started> {
        let said = said(&placed.root);
        let file = fs::File::create(&said)?;
        command.current_dir("/").stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let mut process = Self { child: command.spawn()?, port: placed.port, tls_port: placed.tls_port };
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if process.child.try_wait()?.is_some() {
                let words = String::from_utf8_lossy(&fs::read(&said)?).into_owned();
                fs::remove_file(&said)?;
                return Ok(Started::Refused(words));
            }
            if client::is_served(placed.port) {
                fs::remove_file(&said)?;
                return Ok(Started::Up(Box::new(process)));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(io::Error::other("the server neither answered nor gave up"))
    }
}

/// Beside the root, for nothing of ours may lie in what the server sees.
fn said(root: &Path) -> PathBuf {
    root.with_extension("said")
}
