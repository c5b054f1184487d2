//! The servers that are one program in the foreground each, as Debian, PyPI and npm ship them; all but those that drop their
//! rights themselves run as www-data.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::super::case::{Request, Scheme};
use super::super::client;
use super::super::placed::Placed;
use super::super::replay::{Driver, Running, Started};

const PATIENCE: Duration = Duration::from_secs(25);
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// One of them.
pub(crate) struct Other {
    name: &'static str,
    program: &'static str,
    /// What makes it print its version.
    version: &'static [&'static str],
    /// Its arguments; `CONFIG` and `PORT` are filled in, and `ARGUMENTS` are the lines of the config.
    arguments: &'static [&'static str],
    /// Whether it changes to another account by itself.
    drops_rights: bool,
    /// How long it takes at most, once the port is open, until what it read is in force or it has given up; one that
    /// answers `/` with 404 until then is asked again and again.
    settles: Duration,
}

pub(crate) const REGISTRY: Other = Other {
    name: "docker-registry",
    program: "docker-registry",
    version: &["--version"],
    arguments: &["serve", "CONFIG"],
    drops_rights: false,
    settles: Duration::ZERO,
};
pub(crate) const CADDY: Other = Other {
    name: "caddy",
    program: "caddy",
    version: &["version"],
    arguments: &["run", "--config", "CONFIG", "--adapter", "caddyfile"],
    drops_rights: false,
    settles: Duration::from_millis(100),
};
pub(crate) const TRAEFIK: Other = Other {
    name: "traefik",
    program: "traefik",
    version: &["version"],
    arguments: &["--configfile=CONFIG"],
    drops_rights: false,
    settles: Duration::from_millis(2000),
};
pub(crate) const SQUID: Other = Other {
    name: "squid",
    program: "squid",
    version: &["-v"],
    // Its own name for each: those that run at a time would share their memory else.
    arguments: &["-N", "-n", "sPORT", "-f", "CONFIG"],
    drops_rights: true,
    settles: Duration::from_millis(1200),
};
pub(crate) const ENVOY: Other = Other {
    name: "envoy",
    program: "envoy",
    version: &["--version"],
    arguments: &["-c", "CONFIG", "--concurrency", "1", "--disable-hot-restart", "-l", "error"],
    drops_rights: false,
    settles: Duration::ZERO,
};
pub(crate) const RADICALE: Other = Other {
    name: "radicale",
    program: "radicale",
    version: &["--version"],
    arguments: &["--config", "CONFIG", "--server-hosts", "127.0.0.1:PORT"],
    drops_rights: false,
    settles: Duration::ZERO,
};
pub(crate) const VERDACCIO: Other = Other {
    name: "verdaccio",
    program: "verdaccio",
    version: &["--version"],
    arguments: &["--config", "CONFIG", "--listen", "127.0.0.1:PORT"],
    drops_rights: false,
    settles: Duration::ZERO,
};
pub(crate) const RCLONE: Other = Other {
    name: "rclone",
    program: "rclone",
    version: &["version"],
    arguments: &["serve", "http", "--addr", "127.0.0.1:PORT", "ARGUMENTS"],
    drops_rights: false,
    settles: Duration::ZERO,
};
pub(crate) const H2O: Other = Other {
    name: "h2o",
    program: "h2o",
    version: &["--version"],
    arguments: &["-c", "CONFIG"],
    drops_rights: true,
    settles: Duration::ZERO,
};
pub(crate) const HAPROXY: Other = Other {
    name: "haproxy",
    program: "haproxy",
    version: &["-v"],
    arguments: &["-db", "-f", "CONFIG"],
    drops_rights: true,
    settles: Duration::ZERO,
};

struct Up {
    child: Child,
    port: u16,
    /// What lies beside the case's root for the server alone.
    beside: Vec<std::path::PathBuf>,
}

impl Drop for Up {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
        for path in &self.beside {
            drop(fs::remove_dir_all(path).or_else(|_| fs::remove_file(path)));
        }
    }
}

impl Running for Up {
    fn port(&self, _: bool) -> u16 {
        self.port
    }
}

impl Other {
    fn command(&self, placed: &Placed, config: &Path) -> io::Result<Command> {
        let mut command = Command::new(self.program);
        let port = placed.port.to_string();
        for argument in self.arguments {
            if *argument == "ARGUMENTS" {
                command.args(fs::read_to_string(config)?.lines().filter(|line| !line.is_empty()));
                continue;
            }
            command.arg(argument.replace("CONFIG", &config.display().to_string()).replace("PORT", &port));
        }
        let home = placed.root.with_extension("home");
        fs::create_dir_all(&home)?;
        command.env_clear().env("PATH", path()).env("HOME", &home).env("LC_ALL", "C.UTF-8").current_dir("/");
        if !self.drops_rights {
            let (uid, gid) = www_data()?;
            std::os::unix::fs::chown(&home, Some(uid), Some(gid))?;
            command.uid(uid).gid(gid);
        }
        Ok(command)
    }
}

impl Other {
    fn settle(&self, port: u16) {
        let started = Instant::now();
        let root = Request {
            path: "/".to_owned(),
            method: "GET".to_owned(),
            user: None,
            password: None,
            scheme: Scheme::Basic,
            https: false,
            headers: BTreeMap::new(),
        };
        let in_force = || client::ask(port, &root).is_ok_and(|status| status != 404);
        while started.elapsed() < self.settles && !(self.name == "traefik" && in_force()) {
            thread::sleep(Duration::from_millis(50).min(self.settles));
        }
    }
}

impl Driver for Other {
    fn name(&self) -> &'static str {
        self.name
    }

    fn missing(&self) -> Option<&'static str> {
        let there = path().split(':').any(|folder| Path::new(folder).join(self.program).is_file());
        (!there).then_some("the program is not installed")
    }

    fn version(&self) -> io::Result<String> {
        let said = Command::new(self.program).args(self.version).env("PATH", path()).output()?;
        let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
        let numbered = text.lines().find(|line| line.bytes().any(|byte| byte.is_ascii_digit())).unwrap_or_default();
        Ok(format!("{} ({})", numbered.trim(), self.name))
    }

    fn start(&self, placed: &Placed, config: &Path) -> io::Result<Started> {
        let said = placed.root.with_extension("said");
        let mut beside = vec![said.clone(), placed.root.with_extension("home")];
        let config = if self.name == "squid" {
            let whole = placed.root.with_extension("conf");
            fs::write(&whole, with_origin(&fs::read(config)?)?)?;
            beside.push(whole.clone());
            whole
        } else {
            config.to_owned()
        };
        let mut command = self.command(placed, &config)?;
        let file = fs::File::create(&said)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let mut up = Up { child: command.spawn()?, port: placed.port, beside };
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if up.child.try_wait()?.is_some() {
                return Ok(Started::Refused(String::from_utf8_lossy(&fs::read(&said)?).into_owned()));
            }
            if client::is_served(placed.port) {
                self.settle(placed.port);
                if up.child.try_wait()?.is_some() {
                    return Ok(Started::Refused(String::from_utf8_lossy(&fs::read(&said)?).into_owned()));
                }
                return Ok(Started::Up(Box::new(up)));
            }
            thread::sleep(Duration::from_millis(20));
        }
        Err(io::Error::other("the server neither answered nor gave up"))
    }
}

fn path() -> String {
    std::env::var("PATH").map_or_else(|_| PATH.to_owned(), |own| format!("{own}:{PATH}"))
}

/// The numbers of www-data, as Debian has them.
fn www_data() -> io::Result<(u32, u32)> {
    let passwd = fs::read_to_string("/etc/passwd")?;
    let line = passwd.lines().find(|line| line.starts_with("www-data:"));
    let mut fields = line.ok_or_else(|| io::Error::other("there is no www-data"))?.split(':').skip(2);
    let mut number = || fields.next().and_then(|field| field.parse().ok());
    number().zip(number()).ok_or_else(|| io::Error::other("www-data has no numbers"))
}

/// A squid.conf with a web server behind it that answers 200, and without files of its own.
fn with_origin(config: &[u8]) -> io::Result<Vec<u8>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let port = listener.local_addr()?.port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            drop(stream.set_read_timeout(Some(Duration::from_secs(2))));
            let mut buffer = [0; 4096];
            drop(stream.read(&mut buffer));
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"));
        }
    });
    let more = format!(
        "\npid_filename none\naccess_log none\ncache_log /dev/stderr\ncoredump_dir /tmp\n\
         cache_peer 127.0.0.1 parent {port} 0 no-query no-digest originserver\nnever_direct allow all\n"
    );
    Ok([config, more.as_bytes()].concat())
}
