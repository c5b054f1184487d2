//! Programs behind sockets: what a start checks of them, and which of them takes a request (gw_backend.c,
//! `gw_set_defaults_backend` and `gw_check_extension`; mod_proxy.c; mod_scgi.c).

use super::block::Setting;
use super::disk::Look;
use super::fault::Fault;
use super::keys::Type;
use super::request::Parsed;
use super::respond::{Stop, plain};
use super::setup::{Lighttpd, Truth};
use super::value::{Element, Value};

/// The keys of a host (`gw_set_defaults_backend`, `cpk`).
const KEYS: [(&str, Type); 26] = [
    ("host", Type::Text),
    ("port", Type::Short),
    ("socket", Type::Text),
    ("listen-backlog", Type::Number),
    ("bin-path", Type::Text),
    ("kill-signal", Type::Short),
    ("check-local", Type::Truth),
    ("mode", Type::Text),
    ("docroot", Type::Text),
    ("min-procs", Type::Short),
    ("max-procs", Type::Short),
    ("max-load-per-proc", Type::Short),
    ("idle-timeout", Type::Short),
    ("disable-time", Type::Short),
    ("bin-environment", Type::TextByKey),
    ("bin-copy-environment", Type::Texts),
    ("broken-scriptfilename", Type::Truth),
    ("strip-request-uri", Type::Text),
    ("fix-root-scriptname", Type::Truth),
    ("allow-x-send-file", Type::Truth),
    ("x-sendfile", Type::Truth),
    ("x-sendfile-docroot", Type::Texts),
    ("tcp-fin-propagate", Type::Truth),
    ("connect-timeout", Type::Number),
    ("write-timeout", Type::Number),
    ("read-timeout", Type::Number),
];

/// The longest path of a socket.
const LONGEST: usize = 105;

/// What a host's key holds.
fn of<'e>(host: &'e Element, key: &str) -> Option<&'e Value> {
    let own =
        |element: &&Element| element.key.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(key.as_bytes()));
    host.value.elements().iter().find(own).map(|element| &element.value)
}

fn text<'e>(host: &'e Element, key: &str) -> Option<&'e [u8]> {
    of(host, key).and_then(Value::text).filter(|text| !text.is_empty())
}

/// The path of a host's socket.
fn socket(host: &Element) -> Option<&[u8]> {
    text(host, "socket").or_else(|| text(host, "host").filter(|host| host.starts_with(b"/")))
}

impl Lighttpd<'_> {
    /// `fastcgi.server` and its kin; `answers` only: the module cannot judge logins.
    pub(super) fn check_gateways(&self, key: &str, answers: bool) -> Result<(), Fault> {
        for setting in self.settings(key) {
            let hosts = setting.value.elements().iter().flat_map(|name| name.value.elements());
            for host in hosts {
                check_host(setting, host, answers)?;
            }
        }
        Ok(())
    }

    /// `proxy.forwarded` and `proxy.header` (`mod_proxy_parse_forwarded`, `mod_proxy_parse_header_opts`).
    pub(super) fn check_proxy(&self) -> Result<(), Fault> {
        let refuse = |setting: &Setting, element: &Element| {
            let key = String::from_utf8_lossy(&setting.key).into_owned();
            Err(Fault::refused(element.place, &key, "unexpected key or value"))
        };
        for setting in self.settings("proxy.forwarded") {
            for element in setting.value.elements() {
                let known =
                    matches!(element.key.as_deref(), Some(b"by" | b"for" | b"host" | b"proto" | b"remote_user"));
                if !known || element.value.truth().is_none() {
                    return refuse(setting, element);
                }
            }
        }
        for setting in self.settings("proxy.header") {
            for element in setting.value.elements() {
                let right = match element.key.as_deref() {
                    Some(b"https-remap" | b"force-http10" | b"upgrade" | b"connect") => element.value.truth().is_some(),
                    Some(b"map-urlpath" | b"map-host-request" | b"map-host-response") => {
                        Type::TextByKey.takes(&element.value)
                    }
                    Some(_) | None => false,
                };
                if !right {
                    return refuse(setting, element);
                }
            }
        }
        Ok(())
    }

    /// A request whose path fits, before its file is sought: `always` where no file has to be there.
    pub(super) fn gateway(&self, parsed: &Parsed, truths: &[Truth], module: &str, always: bool) -> Result<(), Stop> {
        let Some(element) = self.taken(&parsed.path, parsed, truths, module)? else { return Ok(()) };
        let local = |host: &Element| of(host, "check-local").and_then(Value::truth).unwrap_or(true);
        let hosts = element.value.elements();
        if !always && hosts.iter().all(local) {
            return Ok(());
        }
        if !always && hosts.iter().any(local) {
            return Err(self.elsewhere(element.place, &server_key(module), &format!("mod_{module}")));
        }
        self.asked(element, module)
    }

    /// A request whose file is there.
    pub(super) fn gateway_for_file(
        &self,
        path: &[u8],
        parsed: &Parsed,
        truths: &[Truth],
        module: &str,
    ) -> Result<(), Stop> {
        let taken = self.taken(path, parsed, truths, module)?;
        taken.map_or(Ok(()), |element| self.asked(element, module))
    }

    /// Whose hosts take the request: keys are the start of the path or the end of a name.
    fn taken(&self, name: &[u8], parsed: &Parsed, truths: &[Truth], module: &str) -> Result<Option<&Element>, Stop> {
        let Some(setting) = self.effective(truths, &server_key(module))? else { return Ok(None) };
        let elements = setting.value.elements();
        let filled = |element: &&Element| !element.value.elements().is_empty();
        if let Some(mapped) = self.effective(truths, &format!("{module}.map-extensions"))? {
            let ends = |element: &&Element| element.key.as_deref().is_some_and(|key| name.ends_with(key));
            let target = mapped.value.elements().iter().find(ends).and_then(|element| element.value.text());
            let own = elements.iter().filter(filled).find(|element| element.key.as_deref() == target);
            if let (Some(_), Some(own)) = (target, own) {
                return Ok(Some(own));
            }
        }
        let fits = |element: &&Element| {
            let key = element.key.as_deref().unwrap_or_default();
            if key.starts_with(b"/") { parsed.path.starts_with(key) } else { name.ends_with(key) }
        };
        Ok(elements.iter().filter(filled).find(fits))
    }

    /// What the program behind answers: 503 where its socket is not there, else nobody can tell.
    fn asked(&self, element: &Element, module: &str) -> Result<(), Stop> {
        let gone = |host: &Element| {
            let alone = text(host, "bin-path").is_none() && text(host, "mode") != Some(b"authorizer");
            alone && socket(host).is_some_and(|path| matches!(self.look(path), Look::Missing))
        };
        if element.value.elements().iter().all(gone) {
            return Err(plain(503).into());
        }
        Err(self.elsewhere(element.place, &server_key(module), &format!("mod_{module}")))
    }
}

fn server_key(module: &str) -> String {
    format!("{module}.server")
}

fn check_host(setting: &Setting, host: &Element, answers: bool) -> Result<(), Fault> {
    let key = String::from_utf8_lossy(&setting.key).into_owned();
    let refuse = |message: String| Err(Fault::refused(host.place, &key, message));
    if !Type::AnyByKey.takes(&host.value) {
        return refuse("expected ( \"ext\" => ( \"backend-label\" => ( \"key\" => \"value\" )))".to_owned());
    }
    for (name, kind) in KEYS {
        if of(host, name).is_some_and(|value| !kind.takes(value)) {
            return refuse(format!("{name} should have been {}", kind.wanted()));
        }
    }
    let roots = of(host, "x-sendfile-docroot");
    if roots.is_some_and(|roots| roots.texts().any(|root| !root.starts_with(b"/"))) {
        return refuse("x-sendfile-docroot paths must begin with '/'".to_owned());
    }
    let port = of(host, "port").and_then(Value::number).is_some_and(|port| port != 0);
    if (port || text(host, "host").is_some()) && text(host, "socket").is_some() {
        return refuse("either host/port or socket have to be set".to_owned());
    }
    match socket(host) {
        Some(path) if path.len() > LONGEST => return refuse("unixsocket is too long".to_owned()),
        None if text(host, "host").is_none() && text(host, "bin-path").is_none() => {
            return refuse("host or bin-path have to be set".to_owned());
        }
        Some(_) | None => {}
    }
    if answers && text(host, "mode") == Some(b"authorizer") {
        return refuse("no host here can have the mode authorizer".to_owned());
    }
    Ok(())
}
