//! squid.conf: lines of words (Squid `src/cache_cf.cc`, `src/ConfigParser.cc`).

use std::net::IpAddr;
use std::path::Path;

use super::acl::{Acl, KINDS, Rule, joined, test};
use super::page::Page;
use super::values::{children, is_port, is_switch, is_time, truth};
use super::words::lines;
use crate::answer::{Because, Reason};
use crate::gate::{Content, Host};
use crate::source::{FileId, Place, Source};

/// Every directive of Squid 5.7 (its documented squid.conf).
const DIRECTIVES: &str = include_str!("directives.txt");
/// Lists that are there without being defined.
const BUILT_IN: [(&str, &str); 5] =
    [("all", "all"), ("localhost", "127.0.0.1/32"), ("to_localhost", ""), ("to_linklocal", ""), ("manager", "")];
/// The deepest includes.
const DEEPEST: usize = 16;
/// What a squid.conf adds up to.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub acls: Vec<Acl>,
    pub rules: Vec<Rule>,
    /// `adapted_http_access`, `http_reply_access` and `miss_access`, which are asked behind them.
    pub later: [Vec<Rule>; 3],
    pub pages: Vec<Page>,
    pub program: Option<(Vec<String>, Place)>,
    /// Whether any scheme has been set up.
    pub scheme: bool,
    /// Whether another scheme than Basic has.
    pub foreign: bool,
    pub casesensitive: bool,
    pub realm: Option<String>,
    /// Whether it stands in front of a web server; `None`: no port is opened.
    pub accel: Option<bool>,
    /// The first port, which is of no use alone if it only catches traffic.
    pub caught: Option<Place>,
    pub user: Option<(String, Place)>,
    pub group: Option<(String, Place)>,
    /// The names of `logformat`.
    pub formats: Vec<String>,
    /// Whether helpers for Basic are told more than they understand (`key_extras`).
    pub extras: bool,
    /// The address of the first port, where it has one.
    pub address: Option<IpAddr>,
    pub main: Option<FileId>,
    /// The first port's number and its name.
    pub port: Option<(u16, String)>,
    /// How many helpers for Basic are started at once.
    pub started: u32,
    /// Where requests are sent past the other servers.
    pub direct: Option<Place>,
    /// Files and folders that must be there.
    pub needed: Vec<(String, Place)>,
    /// The names of `external_acl_type`.
    external: Vec<String>,
    /// Whether a value in quotes is the value itself.
    quoted: bool,
}

impl Config {
    /// Reads a file and those that it includes.
    ///
    /// # Errors
    /// The line that Squid refuses to start on.
    pub(super) fn take(&mut self, host: &Host<'_>, file: FileId, depth: usize) -> Result<(), Because> {
        let bytes = host.sources.get(file).map(Source::bytes).unwrap_or_default();
        self.main.get_or_insert(file);
        let mut ifs = Vec::new();
        for (words, span) in lines(bytes) {
            let place = Place::new(file, span);
            let texts: Vec<&str> = words.iter().map(|(word, _)| word.as_str()).collect();
            match texts.as_slice() {
                ["if", expression @ ..] => {
                    let truth = truth(&expression.join(" "));
                    ifs.push(truth.ok_or_else(|| wrong(place, "if", "this expression cannot be evaluated"))?);
                }
                ["else", ..] => {
                    let last: &mut bool = ifs.last_mut().ok_or_else(|| wrong(place, "else", "there is no `if`"))?;
                    *last = !*last;
                }
                ["endif", ..] => {
                    ifs.pop().ok_or_else(|| wrong(place, "endif", "there is no `if`"))?;
                }
                _ if ifs.last() == Some(&false) => {}
                _ => self.line(host, &words, place, depth)?,
            }
        }
        if ifs.is_empty() {
            return Ok(());
        }
        Err(wrong(Place::new(file, crate::source::Span::at(bytes.len())), "if", "there is no `endif`"))
    }

    fn line(&mut self, host: &Host<'_>, words: &[(String, bool)], place: Place, depth: usize) -> Result<(), Because> {
        let Some(((name, _), rest)) = words.split_first() else { return Ok(()) };
        let texts: Vec<&str> = rest.iter().map(|(word, _)| word.as_str()).collect();
        match (name.as_str(), texts.as_slice()) {
            ("include", paths @ [_, ..]) => {
                for path in paths {
                    self.include(host, path, place, depth)?;
                }
            }
            ("http_port" | "https_port", values) if !is_port(name, values) => {
                return Err(wrong(place, name, "the port or the certificate is missing"));
            }
            ("http_port" | "https_port", [address, options @ ..]) => self.port(address, options, place),
            ("auth_param", [scheme, key, values @ ..]) => self.auth_param(scheme, key, values, place)?,
            ("auth_param", _) => return Err(wrong(place, name, "a scheme and a key must follow")),
            ("acl", [name, kind, ..]) => {
                let values = rest.get(2..).unwrap_or_default();
                self.acl(host, name, kind, values, place)?;
            }
            ("acl", _) => return Err(wrong(place, name, "an access list needs a name and a kind")),
            ("http_access", [action, names @ ..]) => {
                let rule = self.rule(action, names, place)?;
                self.rules.extend(rule);
            }
            ("adapted_http_access" | "http_access2", [action, names @ ..]) => {
                let rule = self.rule(action, names, place)?;
                self.later[0].extend(rule);
            }
            ("miss_access", [action, names @ ..]) => {
                let rule = self.rule(action, names, place)?;
                self.later[2].extend(rule);
            }
            ("http_reply_access", [action, names @ ..]) => {
                let rule = self.rule(action, names, place)?;
                self.later[1].extend(rule);
            }
            ("include", _) => return Err(unknown(name, place)),
            ("cache_effective_user" | "cache_effective_group", [account, ..]) => {
                // Quotes belong to the name.
                let quoted = rest.first().is_some_and(|(_, quoted)| *quoted);
                let account = if quoted { format!("\"{account}\"") } else { (*account).to_owned() };
                let of = if name == "cache_effective_user" { &mut self.user } else { &mut self.group };
                *of = Some((account, place));
            }
            _ => self.setting(name, &texts, place)?,
        }
        Ok(())
    }

    /// A directive that is neither about ports nor about access.
    fn setting(&mut self, name: &str, values: &[&str], place: Place) -> Result<(), Because> {
        match (name, values) {
            ("external_acl_type", [name, ..]) => self.external.push((*name).to_owned()),
            ("configuration_includes_quoted_values", [value]) => self.quoted = *value == "on",
            ("refresh_pattern", values) => {
                let values = values.iter().filter(|value| !matches!(**value, "-i" | "+i"));
                if values.count() < 4 {
                    return Err(wrong(place, name, "this must be: PATTERN MIN PERCENT MAX"));
                }
            }
            ("error_directory" | "url_rewrite_program" | "redirect_program" | "store_id_program", [path, ..])
                if *path != "none" =>
            {
                self.needed.push(((*path).to_owned(), place));
            }
            ("cache_dir", [_, path, ..]) => self.needed.push(((*path).to_owned(), place)),
            ("deny_info", [name, lists @ ..]) => {
                let status = name.split_once(':').and_then(|(code, _)| code.parse::<u16>().ok());
                let is_url = name.split_once(':').is_some_and(|(_, rest)| rest.contains("://"));
                if is_url && status.is_some_and(|status| !(300..400).contains(&status)) {
                    return Err(wrong(place, "deny_info", "this status requires a template"));
                }
                let lists = lists.iter().map(|list| (*list).to_owned()).collect();
                self.pages.push(Page { name: (*name).to_owned(), lists });
            }
            ("logformat", [format, ..]) => self.formats.push((*format).to_owned()),
            ("no_cache", _) => {}
            ("workers", ["0"]) => return Err(wrong(place, name, "there must be one at the least")),
            _ if !DIRECTIVES.lines().any(|known| known == name) => return Err(unknown(name, place)),
            _ => {}
        }
        if (name, values.first()) == ("always_direct", Some(&"allow")) {
            self.direct = Some(place);
        }
        match self.asked(name, values) {
            Some(Ok(names)) => self.known(names, place).map(|_| ()),
            Some(Err(())) => Err(wrong(place, name, "Squid does not take this value")),
            None => Ok(()),
        }
    }

    fn port(&mut self, address: &str, options: &[&str], place: Place) {
        let front = |option: &&str| matches!(*option, "accel" | "vhost") || option.starts_with("defaultsite=");
        self.caught.get_or_insert(place);
        if !options.iter().any(|option| matches!(*option, "intercept" | "tproxy")) {
            self.accel.get_or_insert(options.iter().any(front));
        }
        let (own, number) = address.rsplit_once(':').unwrap_or(("", address));
        let number = number.parse().unwrap_or(0);
        if self.port.is_none() {
            self.address = own.trim_matches(['[', ']']).parse().ok();
        }
        let name = options.iter().find_map(|option| option.strip_prefix("name=")).unwrap_or(address).to_owned();
        self.port.get_or_insert((number, name));
    }

    fn include(&mut self, host: &Host<'_>, path: &str, place: Place, depth: usize) -> Result<(), Because> {
        let server = Host::path(Path::new("/"), path);
        if path.contains('*') {
            let Some(folder) = server.parent() else { return Ok(()) };
            let Some((local, _)) = host.locate(folder) else { return Ok(()) };
            let mut any = false;
            let wanted = server.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let (start, end) = wanted.split_once('*').unwrap_or((wanted, ""));
            for entry in host.target.files.children(&local).unwrap_or_default() {
                let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if name.starts_with(start) && name.ends_with(end) {
                    any = true;
                    self.include(host, &folder.join(name).display().to_string(), place, depth)?;
                }
            }
            return if any { Ok(()) } else { Err(wrong(place, "include", "there is no such file")) };
        }
        match host.read(&server) {
            Content::Read(local, bytes) if depth < DEEPEST => {
                let id = host.keep(local, bytes, Vec::new());
                self.take(host, id, depth + 1)
            }
            Content::Read(..) => Err(wrong(place, "include", "files include each other")),
            Content::Fault(reason) | Content::Unknown(reason) => Err(Because::at(reason, place)),
        }
    }

    fn auth_param(&mut self, scheme: &str, key: &str, values: &[&str], place: Place) -> Result<(), Because> {
        match (scheme, key) {
            (scheme, _) if !matches!(scheme, "basic" | "digest" | "ntlm" | "negotiate") => {
                let nearest = Some("basic".to_owned());
                return Err(Because::at(
                    Reason::UnknownAuthType { name: scheme.to_owned(), nearest, module: None },
                    place,
                ));
            }
            ("basic", "program") => {
                self.scheme = true;
                self.program = Some((values.iter().map(|value| (*value).to_owned()).collect(), place));
            }
            (_, "casesensitive" | "utf8" | "keep_alive") if !is_switch(values, false) => {
                return Err(wrong(place, "auth_param", "this can only be `on` or `off`"));
            }
            (_, "credentialsttl") if !is_time(values) => {
                return Err(wrong(place, "auth_param", "this is no span of time"));
            }
            (_, "realm") if values.is_empty() => return Err(wrong(place, "auth_param", "the realm is missing")),
            (_, "children") => {
                let startup = children(values);
                let startup = startup.ok_or_else(|| wrong(place, "auth_param", "these children are none"))?;
                if scheme == "basic" {
                    self.started = startup;
                }
            }
            ("basic", "casesensitive") => self.casesensitive = matches!(values.first(), Some(&"on" | &"enable")),
            ("basic", "realm") => self.realm = Some(values.join(" ")),
            ("basic", "key_extras") => self.extras = !values.is_empty(),
            ("digest" | "ntlm" | "negotiate", "program") => {
                if let Some(program) = values.first() {
                    self.needed.push(((*program).to_owned(), place));
                }
                self.scheme = true;
                self.foreign = true;
            }
            _ => {}
        }
        Ok(())
    }

    fn acl(
        &mut self,
        host: &Host<'_>,
        name: &str,
        kind: &str,
        values: &[(String, bool)],
        place: Place,
    ) -> Result<(), Because> {
        if !KINDS.contains(&kind) {
            return Err(wrong(place, "acl", &format!("there is no kind `{kind}`")));
        }
        if kind.starts_with("proxy_auth") && !self.scheme {
            return Err(Because::at(Reason::AuthTypeMissing, place));
        }
        if kind == "external" && !values.first().is_some_and(|(name, _)| self.external.contains(name)) {
            return Err(wrong(place, "acl", "there is no such `external_acl_type`"));
        }
        let words = listed(host, values, self.quoted);
        let test = test(kind, &words).ok_or_else(|| wrong(place, "acl", "these values cannot be read"))?;
        match self.acls.iter_mut().find(|known| known.name == name) {
            Some(known) if known.kind != kind => {
                return Err(wrong(place, "acl", "a list of this name is of another kind"));
            }
            Some(known) => known.test = joined(&known.test, test),
            None => self.acls.push(Acl { name: name.to_owned(), kind: kind.to_owned(), test, place }),
        }
        Ok(())
    }

    fn rule(&self, action: &str, names: &[&str], place: Place) -> Result<Option<Rule>, Because> {
        let allow = match action {
            "allow" => true,
            "deny" => false,
            // Squid says so in its log and goes on.
            _ => return Ok(None),
        };
        // So it does of a line without lists.
        if names.is_empty() {
            return Ok(None);
        }
        Ok(Some(Rule { allow, names: self.known(names, place)?, place }))
    }

    /// Names of lists that there are.
    fn known(&self, names: &[&str], place: Place) -> Result<Vec<(bool, String)>, Because> {
        let names: Vec<(bool, String)> = names.iter().map(|name| negated(name)).collect();
        for (_, name) in &names {
            let known = self.acl_named(name).is_some() || BUILT_IN.iter().any(|(known, _)| known == name);
            if !known {
                return Err(wrong(place, "http_access", &format!("there is no access list `{name}`")));
            }
        }
        Ok(names)
    }

    pub(super) fn acl_named(&self, name: &str) -> Option<&Acl> {
        self.acls.iter().find(|acl| acl.name == name)
    }
}

/// A name, and whether `!` stands in front of it.
pub(super) fn negated(name: &str) -> (bool, String) {
    match name.strip_prefix('!') {
        Some(name) => (true, name.to_owned()),
        None => (false, name.to_owned()),
    }
}

fn wrong(place: Place, name: &str, message: &str) -> Because {
    Because::at(Reason::WrongArguments { name: name.to_owned(), message: message.to_owned() }, place)
}

fn unknown(name: &str, place: Place) -> Because {
    Because::at(Reason::UnknownDirective { name: name.to_owned(), nearest: nearest(name) }, place)
}

fn nearest(name: &str) -> Option<String> {
    /// A longer word is nobody's slip.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let near = DIRECTIVES.lines().map(|known| (strsim::osa_distance(known, name), known)).min();
    near.filter(|(distance, _)| *distance <= 2).map(|(_, name)| name.to_owned())
}

/// Values, those in quotes read from the file that they name, where they name one; a file that cannot be read holds
/// nothing.
fn listed(host: &Host<'_>, values: &[(String, bool)], quoted: bool) -> Vec<String> {
    let mut all = Vec::new();
    for (word, in_quotes) in values {
        if !in_quotes || quoted {
            all.push(word.clone());
            continue;
        }
        if let Content::Read(_, bytes) = host.read(&Host::path(Path::new("/"), word)) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
            all.extend(lines.map(str::to_owned));
        }
    }
    all
}
