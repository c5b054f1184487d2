//! squid.conf: lines of words (Squid `src/cache_cf.cc`, `src/ConfigParser.cc`).

use std::path::Path;

use fancy_regex::RegexBuilder;

use super::acl::{Acl, Rule, Test, ranges};
use super::page::Page;
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
/// The kinds of access lists (`src/AclRegs.cc`).
const KINDS: [&str; 62] = [
    "src",
    "dst",
    "myip",
    "localip",
    "arp",
    "eui64",
    "srcdomain",
    "dstdomain",
    "srcdom_regex",
    "dstdom_regex",
    "src_as",
    "dst_as",
    "peername",
    "peername_regex",
    "time",
    "url_regex",
    "urllogin",
    "urlpath_regex",
    "port",
    "localport",
    "myport",
    "myportname",
    "proto",
    "method",
    "http_status",
    "browser",
    "referer_regex",
    "ident",
    "ident_regex",
    "proxy_auth",
    "proxy_auth_regex",
    "snmp_community",
    "maxconn",
    "max_user_ip",
    "random",
    "req_mime_type",
    "req_header",
    "rep_mime_type",
    "rep_header",
    "external",
    "user_cert",
    "ca_cert",
    "ext_user",
    "ext_user_regex",
    "tag",
    "hier_code",
    "note",
    "annotate_client",
    "annotate_transaction",
    "adaptation_service",
    "squid_error",
    "squid_domain",
    "at_step",
    "ssl_error",
    "server_cert_fingerprint",
    "connections_encrypted",
    "any-of",
    "all-of",
    "ssl::server_name",
    "ssl::server_name_regex",
    "transaction_initiator",
    "has",
];

/// What a squid.conf adds up to.
#[derive(Debug, Default)]
pub(super) struct Config {
    pub acls: Vec<Acl>,
    pub rules: Vec<Rule>,
    /// `adapted_http_access` and `http_reply_access`, which are asked behind them.
    pub later: [Vec<Rule>; 2],
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
    pub user: Option<String>,
    pub main: Option<FileId>,
}

impl Config {
    /// Reads a file and those that it includes.
    ///
    /// # Errors
    /// The line that Squid refuses to start on.
    pub(super) fn take(&mut self, host: &Host<'_>, file: FileId, depth: usize) -> Result<(), Because> {
        let bytes = host.sources.get(file).map(Source::bytes).unwrap_or_default();
        self.main.get_or_insert(file);
        for (words, span) in lines(bytes) {
            self.line(host, &words, Place::new(file, span), depth)?;
        }
        Ok(())
    }

    fn line(&mut self, host: &Host<'_>, words: &[(String, bool)], place: Place, depth: usize) -> Result<(), Because> {
        let Some(((name, _), rest)) = words.split_first() else { return Ok(()) };
        let texts: Vec<&str> = rest.iter().map(|(word, _)| word.as_str()).collect();
        match (name.as_str(), texts.as_slice()) {
            ("include", paths) => {
                for path in paths {
                    self.include(host, path, place, depth)?;
                }
            }
            ("http_port" | "https_port", [_, options @ ..]) => {
                let accel = options
                    .iter()
                    .any(|option| matches!(*option, "accel" | "vhost") || option.starts_with("defaultsite="));
                self.caught.get_or_insert(place);
                if !options.iter().any(|option| matches!(*option, "intercept" | "tproxy")) {
                    self.accel.get_or_insert(accel);
                }
            }
            ("auth_param", [scheme, key, values @ ..]) => self.auth_param(scheme, key, values, place)?,
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
            ("http_reply_access", [action, names @ ..]) => {
                let rule = self.rule(action, names, place)?;
                self.later[1].extend(rule);
            }
            ("deny_info", [name, lists @ ..]) => {
                let lists = lists.iter().map(|list| (*list).to_owned()).collect();
                self.pages.push(Page { name: (*name).to_owned(), lists });
            }
            ("cache_effective_user", [user]) => self.user = Some((*user).to_owned()),
            _ if DIRECTIVES.lines().any(|known| known == name) => {}
            _ => {
                return Err(Because::at(
                    Reason::UnknownDirective { name: name.clone(), nearest: nearest(name) },
                    place,
                ));
            }
        }
        Ok(())
    }

    fn include(&mut self, host: &Host<'_>, path: &str, place: Place, depth: usize) -> Result<(), Because> {
        let server = Host::path(Path::new("/"), path);
        if path.contains('*') {
            let Some(folder) = server.parent() else { return Ok(()) };
            let Some((local, _)) = host.locate(folder) else { return Ok(()) };
            let wanted = server.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let (start, end) = wanted.split_once('*').unwrap_or((wanted, ""));
            for entry in host.target.files.children(&local).unwrap_or_default() {
                let name = entry.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                if name.starts_with(start) && name.ends_with(end) {
                    self.include(host, &folder.join(name).display().to_string(), place, depth)?;
                }
            }
            return Ok(());
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
            ("basic", "program") => {
                self.scheme = true;
                self.program = Some((values.iter().map(|value| (*value).to_owned()).collect(), place));
            }
            ("basic", "casesensitive") => self.casesensitive = values.first() == Some(&"on"),
            ("basic", "realm") => self.realm = Some(values.join(" ")),
            ("digest" | "ntlm" | "negotiate", "program") => {
                self.scheme = true;
                self.foreign = true;
            }
            ("basic" | "digest" | "ntlm" | "negotiate", _) => {}
            _ => {
                let nearest = Some("basic".to_owned());
                return Err(Because::at(
                    Reason::UnknownAuthType { name: scheme.to_owned(), nearest, module: None },
                    place,
                ));
            }
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
        let words = listed(host, values, place)?;
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
        let names: Vec<(bool, String)> = names.iter().map(|name| negated(name)).collect();
        for (_, name) in &names {
            let known = self.acl_named(name).is_some() || BUILT_IN.iter().any(|(known, _)| known == name);
            if !known {
                return Err(wrong(place, "http_access", &format!("there is no access list `{name}`")));
            }
        }
        Ok(Some(Rule { allow, names, place }))
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

fn nearest(name: &str) -> Option<String> {
    /// A longer word is nobody's slip.
    const LONGEST: usize = 64;
    if name.len() > LONGEST {
        return None;
    }
    let near = DIRECTIVES.lines().map(|known| (strsim::osa_distance(known, name), known)).min();
    near.filter(|(distance, _)| *distance <= 2).map(|(_, name)| name.to_owned())
}

/// Values, those in quotes read from the file that they name.
fn listed(host: &Host<'_>, values: &[(String, bool)], place: Place) -> Result<Vec<String>, Because> {
    let mut all = Vec::new();
    for (word, quoted) in values {
        if !quoted {
            all.push(word.clone());
            continue;
        }
        match host.read(&Host::path(Path::new("/"), word)) {
            Content::Read(_, bytes) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                all.extend(
                    text.lines()
                        .map(str::trim)
                        .filter(|line| !line.is_empty() && !line.starts_with('#'))
                        .map(str::to_owned),
                );
            }
            Content::Fault(reason) | Content::Unknown(reason) => return Err(Because::at(reason, place)),
        }
    }
    Ok(all)
}

fn test(kind: &str, words: &[String]) -> Option<Test> {
    let any_case = words.iter().any(|word| word == "-i");
    let values: Vec<String> = words.iter().filter(|word| !word.starts_with('-')).cloned().collect();
    let patterns = || -> Option<Vec<fancy_regex::Regex>> {
        values.iter().map(|text| RegexBuilder::new(text).case_insensitive(any_case).build().ok()).collect()
    };
    let port = |text: &String| match text.split_once('-') {
        Some((from, to)) => Some((from.parse().ok()?, to.parse().ok()?)),
        None => text.parse().ok().map(|port| (port, port)),
    };
    Some(match kind {
        "proxy_auth" if values.iter().any(|value| value == "REQUIRED") => Test::Required,
        "proxy_auth" => Test::Users { names: values, any_case },
        "proxy_auth_regex" => Test::UserPatterns(patterns()?),
        "src" => Test::Source(values.iter().map(|word| ranges(word)).collect::<Option<Vec<_>>>()?.concat()),
        "method" => Test::Method(values),
        "dstdomain" => Test::Domain(values),
        "urlpath_regex" => Test::PathPatterns(patterns()?),
        "url_regex" => Test::UrlPatterns(patterns()?),
        "port" => Test::Port(values.iter().map(port).collect::<Option<_>>()?),
        "any-of" => Test::AnyOf(values.iter().map(|name| negated(name)).collect()),
        "all-of" => Test::AllOf(values.iter().map(|name| negated(name)).collect()),
        _ => Test::Unknown,
    })
}

/// The values of a list that is defined in several lines.
fn joined(known: &Test, more: Test) -> Test {
    match (known, more) {
        (Test::Required, Test::Users { .. }) | (Test::Users { .. }, Test::Required) => Test::Required,
        (Test::Users { names, any_case }, Test::Users { names: more, any_case: also }) => {
            Test::Users { names: [names.clone(), more].concat(), any_case: *any_case || also }
        }
        (Test::Source(one), Test::Source(more)) => Test::Source([one.clone(), more].concat()),
        (Test::Method(one), Test::Method(more)) => Test::Method([one.clone(), more].concat()),
        (Test::Domain(one), Test::Domain(more)) => Test::Domain([one.clone(), more].concat()),
        (Test::PathPatterns(one), Test::PathPatterns(more)) => Test::PathPatterns([one.clone(), more].concat()),
        (Test::UrlPatterns(one), Test::UrlPatterns(more)) => Test::UrlPatterns([one.clone(), more].concat()),
        (Test::UserPatterns(one), Test::UserPatterns(more)) => Test::UserPatterns([one.clone(), more].concat()),
        (Test::Port(one), Test::Port(more)) => Test::Port([one.clone(), more].concat()),
        (Test::AnyOf(one), Test::AnyOf(more)) => Test::AnyOf([one.clone(), more].concat()),
        (Test::AllOf(_), Test::AllOf(more)) => Test::AllOf(more),
        (_, more) => more,
    }
}
