//! The real Apache: its main config as Debian has it, its start, its log, its end.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use super::case::{Modules, Setup};
use super::client;
use super::layout::Laid;

/// Where Debian installs it.
pub(crate) const PROGRAM: &str = "/usr/sbin/apache2";
const MODULES: &str = "/usr/lib/apache2/modules";
const PATIENCE: Duration = Duration::from_secs(20);
const ATTEMPTS: u32 = 5;
const FIRST_PORT: u16 = 12_000;
const PORTS: u16 = 20_000;

static NEXT_PORT: AtomicU16 = AtomicU16::new(0);

/// What Debian switches on by itself when apache2 is installed.
const DEBIAN_DEFAULT: &str = "access_compat alias auth_basic authn_core authn_file authz_core authz_host authz_user \
    autoindex deflate dir env filter mime mpm_event negotiation reqtimeout setenvif status";

/// What Debian's apache2 package ships, in an order that loads. Left out: `cgid`, which forks a daemon of its own (`cgi`
/// stands in for it), `heartmonitor`, whose shared memory outlives it, and the other two MPMs.
const ALL: &str = "access_compat actions alias allowmethods asis auth_basic auth_digest auth_form authn_anon authn_core \
    authn_dbd authn_dbm authn_file authn_socache authnz_fcgi authnz_ldap authz_core authz_dbd authz_dbm \
    authz_groupfile authz_host authz_owner authz_user autoindex brotli buffer cache cache_disk cache_socache \
    cern_meta cgi charset_lite data dav dav_fs dav_lock dbd deflate dialup dir dumpio echo env expires ext_filter \
    file_cache filter headers heartbeat http2 ident imagemap include info lbmethod_bybusyness \
    lbmethod_byrequests lbmethod_bytraffic lbmethod_heartbeat ldap log_debug log_forensic lua macro md mime \
    mime_magic mpm_event negotiation proxy proxy_ajp proxy_balancer proxy_connect proxy_express proxy_fcgi \
    proxy_fdpass proxy_ftp proxy_hcheck proxy_html proxy_http proxy_http2 proxy_scgi proxy_uwsgi proxy_wstunnel \
    ratelimit reflector remoteip reqtimeout request rewrite sed session session_cookie session_crypto session_dbd \
    setenvif slotmem_plain slotmem_shm socache_dbm socache_memcache socache_redis socache_shmcb speling ssl status \
    substitute suexec unique_id userdir usertrack vhost_alias xml2enc";

/// Why this host cannot run the real server, or nothing.
pub(crate) fn missing() -> Option<&'static str> {
    if !Path::new(PROGRAM).is_file() {
        return Some("apache2 is not installed");
    }
    if !fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0) {
        return Some("apache2 needs root to become www-data");
    }
    None
}

/// The server's version line, as `Apache/2.4.71 (Debian)`.
pub(crate) fn version() -> io::Result<String> {
    let shown = Command::new(PROGRAM).arg("-v").env_clear().output()?;
    let text = String::from_utf8_lossy(&shown.stdout).into_owned();
    Ok(text.lines().next().unwrap_or_default().trim_start_matches("Server version: ").to_owned())
}

/// How a start went.
pub(crate) enum Start {
    /// It answers.
    Up(Apache),
    /// It refuses its config, and says so.
    Refused(String),
}

/// A running server: one process (`-X`), stopped when this is dropped.
pub(crate) struct Apache {
    child: Child,
    /// The loopback port of each site, in the order given.
    pub(crate) ports: Vec<u16>,
    log: PathBuf,
    seen: usize,
}

/// A case that is laid out, to be served on a port of its own.
pub(crate) struct Site<'c> {
    /// Where it lies.
    pub(crate) laid: Laid,
    /// How it is set up.
    pub(crate) setup: &'c Setup,
}

impl Drop for Apache {
    /// SIGKILL: one process, and what it keeps lies in the case's folder or in memory of its own.
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Apache {
    /// Starts one server for all `sites`, with the ServerRoot, the modules and the `-D` names of the first; takes other
    /// ports when one was lost to somebody else.
    pub(crate) fn start(sites: &[Site<'_>]) -> io::Result<Start> {
        let first = sites.first().ok_or_else(|| io::Error::other("no site to serve"))?;
        let mut last = String::new();
        for _ in 0..ATTEMPTS {
            match Self::start_on(free_ports(sites.len()), first, sites)? {
                Start::Refused(why) if why.contains("could not bind to address") => last = why,
                started @ (Start::Up(_) | Start::Refused(_)) => return Ok(started),
            }
        }
        Err(io::Error::other(last))
    }

    fn start_on(ports: Vec<u16>, first: &Site<'_>, sites: &[Site<'_>]) -> io::Result<Start> {
        let root = &first.laid.root;
        let config = root.join("httpd.conf");
        fs::write(&config, main_config(&ports, first, sites))?;
        let (said, pid_file) = (root.join("stderr"), root.join("httpd.pid"));
        let mut command = Command::new(PROGRAM);
        command.arg("-X").arg("-f").arg(&config).current_dir("/");
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").env("LANG", "C");
        command.args(first.setup.defines.iter().flat_map(|name| ["-D", name]));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(fs::File::create(&said)?);
        let mut apache = Apache { child: command.spawn()?, ports, log: root.join("error.log"), seen: 0 };
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            if apache.child.try_wait()?.is_some() {
                return Ok(Start::Refused(fs::read_to_string(&said)?));
            }
            // The pid file tells our server from another one that was quicker to take the port.
            if pid_file.is_file() && apache.ports.first().is_some_and(|port| client::is_served(*port)) {
                drop(apache.new_log());
                return Ok(Start::Up(apache));
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Err(io::Error::other("apache2 neither answered nor gave up"))
    }

    /// The lines that the error log got since this was asked last.
    pub(crate) fn new_log(&mut self) -> Vec<String> {
        let text = fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        let lines: Vec<String> = text.lines().skip(self.seen).map(str::to_owned).collect();
        self.seen += lines.len();
        lines
    }
}

/// Ports that were free a moment ago: below those that the system gives to clients, none given twice in a round.
fn free_ports(count: usize) -> Vec<u16> {
    let start = u16::try_from(std::process::id() % u32::from(PORTS)).unwrap_or_default();
    let next = || FIRST_PORT + start.wrapping_add(NEXT_PORT.fetch_add(1, Ordering::Relaxed)) % PORTS;
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    std::iter::repeat_with(next).filter(free).take(count).collect()
}

/// The assumptions that stand in for a server config: Debian's Apache, every document granted, `.ht*` denied. A host by
/// port for each site, so that the Host header stays free.
fn main_config(ports: &[u16], first: &Site<'_>, sites: &[Site<'_>]) -> String {
    let (root, server) = (first.laid.root.display(), first.laid.server());
    let server = server.display();
    let modules: String = modules(&first.setup.modules).into_iter().map(load).collect();
    let mime = if modules.contains("mime_module") { "TypesConfig /etc/mime.types\n" } else { "" };
    let index = if modules.contains("dir_module") { "DirectoryIndex index.html index.cgi index.php\n" } else { "" };
    let hosts: String = ports.iter().zip(sites).map(|(port, site)| host(*port, site)).collect();
    format!(
        "ServerRoot \"{server}\"\nServerName localhost\nDefaultRuntimeDir \"{root}\"\nPidFile \"{root}/httpd.pid\"\n\
         ErrorLog \"{root}/error.log\"\nLogLevel warn\nUser www-data\nGroup www-data\n{modules}{mime}{index}\
         <Directory />\n\tOptions FollowSymLinks\n\tAllowOverride None\n\tRequire all denied\n</Directory>\n\
         <FilesMatch \"^\\.ht\">\n\tRequire all denied\n</FilesMatch>\n{hosts}"
    )
}

fn host(port: u16, site: &Site<'_>) -> String {
    let (folder, overrides) = (site.laid.site(), &site.setup.allow_override);
    let folder = folder.display();
    format!(
        "Listen 127.0.0.1:{port}\n<VirtualHost 127.0.0.1:{port}>\n\tDocumentRoot \"{folder}\"\n\
         \t<Directory \"{folder}\">\n\t\tOptions Indexes FollowSymLinks\n\t\tAllowOverride {overrides}\n\
         \t\tRequire all granted\n\t</Directory>\n</VirtualHost>\n"
    )
}

fn modules(wanted: &Modules) -> Vec<&str> {
    let words: Vec<&str> = match wanted {
        Modules::Set(name) => vec![name],
        Modules::List(names) => names.iter().map(String::as_str).collect(),
    };
    let mut named: Vec<&str> = Vec::from(["mpm_event"]);
    for word in words {
        match word {
            "all" => named.extend(ALL.split_whitespace()),
            "debian-default" => named.extend(DEBIAN_DEFAULT.split_whitespace()),
            module => named.push(module),
        }
    }
    // In the order of ALL, for some need another's symbols; what this server does not know stays at the end and fails.
    named.sort_by_key(|name| ALL.split_whitespace().position(|known| known == *name).unwrap_or(usize::MAX));
    named.dedup();
    named
}

fn load(module: &str) -> String {
    format!("LoadModule {module}_module {MODULES}/mod_{module}.so\n")
}
