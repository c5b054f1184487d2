//! Requests answered in one batch by htlint, beside the real Apache asked by `ab` over kept-alive connections, on the same
//! configuration with `{SHA}` entries. Rounds take turns; medians are compared.
//!
//! `cargo bench --bench simulate` as root, with apache2 and apache2-utils installed
#![allow(clippy::print_stdout, reason = "it is what a benchmark is for")]

use std::fs;
use std::io::{Error, Result};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

/// Requests of a round.
const REQUESTS: usize = 100_000;
/// Rounds of each side.
const ROUNDS: usize = 5;
/// Entries of the password file.
const USERS: usize = 200;
/// Connections that `ab` keeps.
const CONNECTIONS: &str = "8";

const MODULES: [&str; 8] =
    ["mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "dir", "mime"];

fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    lay_out(folder.path(), port)?;
    let apache = Apache::start(folder.path(), port);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(answer(folder.path())?);
        if apache.is_ok() {
            theirs.push(ask(port)?);
        }
    }
    let ours = median(&mut ours);
    println!("htlint: {REQUESTS} requests in {:.2} s", ours.as_secs_f64());
    match apache {
        Err(error) => println!("apache2 was not asked: {error}"),
        Ok(_) => {
            let theirs = median(&mut theirs);
            println!("apache2: {REQUESTS} requests in {:.2} s", theirs.as_secs_f64());
            println!("ratio: {:.1}", theirs.as_secs_f64() / ours.as_secs_f64());
        }
    }
    Ok(())
}

/// The user of this number and the password.
fn login(number: usize) -> (String, String) {
    (format!("guest{number}"), format!("lamp-{number}"))
}

fn lay_out(folder: &Path, port: u16) -> Result<()> {
    let root = folder.display();
    let modules: String = MODULES
        .iter()
        .map(|module| format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n"))
        .collect();
    let config = format!(
        "ServerRoot \"{root}\"\nListen 127.0.0.1:{port}\nServerName localhost\nPidFile \"{root}/pid\"\n\
         ErrorLog /dev/null\nLogLevel crit\nUser www-data\nGroup www-data\nMaxKeepAliveRequests 0\n{modules}\
         TypesConfig /dev/null\nDocumentRoot \"{root}/site\"\n\
         <Directory \"{root}/site\">\n\tAllowOverride AuthConfig\n\tRequire all granted\n</Directory>\n"
    );
    fs::create_dir_all(folder.join("site/private"))?;
    fs::write(folder.join("httpd.conf"), config)?;
    fs::write(folder.join("site/private/index.html"), "rooms\n")?;
    let access = format!("AuthType Basic\nAuthName Guests\nAuthUserFile \"{root}/guests\"\nRequire valid-user\n");
    fs::write(folder.join("site/private/.htaccess"), access)?;
    let entry = |number| {
        let (user, password) = login(number);
        format!("{user}:{{SHA}}{}\n", STANDARD.encode(Sha1::digest(password.as_bytes())))
    };
    fs::write(folder.join("guests"), (0..USERS).map(entry).collect::<String>())?;
    // Every user in turn, one in ten with a wrong password, one in ten without any.
    let request = |number: usize| {
        let (user, password) = login(number % USERS);
        match number % 10 {
            0 => "{\"path\": \"/private/index.html\"}\n".to_owned(),
            1 => format!("{{\"path\": \"/private/index.html\", \"user\": \"{user}\", \"password\": \"wrong\"}}\n"),
            _ => format!("{{\"path\": \"/private/index.html\", \"user\": \"{user}\", \"password\": \"{password}\"}}\n"),
        }
    };
    fs::write(folder.join("requests.jsonl"), (0..REQUESTS).map(request).collect::<String>())?;
    let opened = Command::new("chmod").args(["-R", "a+rX"]).arg(folder).status()?;
    if opened.success() { Ok(()) } else { Err(Error::other("chmod failed")) }
}

fn answer(folder: &Path) -> Result<Duration> {
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_htlint"))
        .args(["simulate", "--on-host", "--format", "jsonl", "--config"])
        .arg(folder.join("httpd.conf"))
        .arg("--requests")
        .arg(folder.join("requests.jsonl"))
        .stderr(Stdio::inherit())
        .output()?;
    let took = started.elapsed();
    let granted =
        String::from_utf8_lossy(&output.stdout).lines().filter(|line| line.contains("\"status\":200")).count();
    if granted == REQUESTS / 10 * 8 { Ok(took) } else { Err(Error::other(format!("{granted} requests got 200"))) }
}

/// The same number of requests, all of one user who is in the middle of the file.
fn ask(port: u16) -> Result<Duration> {
    let (user, password) = login(USERS / 2);
    let started = Instant::now();
    let status = Command::new("ab")
        .args(["-q", "-k", "-c", CONNECTIONS, "-n", &REQUESTS.to_string(), "-A", &format!("{user}:{password}")])
        .arg(format!("http://127.0.0.1:{port}/private/index.html"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()?;
    if status.success() { Ok(started.elapsed()) } else { Err(Error::other("ab failed")) }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

/// The real server, stopped when this is dropped.
struct Apache(Child);

impl Apache {
    fn start(folder: &Path, port: u16) -> Result<Self> {
        let mut command = Command::new("/usr/sbin/apache2");
        command
            .args(["-D", "FOREGROUND", "-f"])
            .arg(folder.join("httpd.conf"))
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut apache = Self(command.spawn()?);
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(10));
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(apache);
            }
            if apache.0.try_wait()?.is_some() {
                break;
            }
        }
        Err(Error::other("it did not start"))
    }
}

impl Drop for Apache {
    /// SIGTERM, so that it takes its workers along.
    fn drop(&mut self) {
        drop(Command::new("kill").arg(self.0.id().to_string()).status());
        drop(self.0.wait());
    }
}
