//! Arguments that the server itself refuses: names, logs, levels, locks (server/core.c, server/log.c, server/util_mutex.c,
//! modules/loggers/mod_log_config.c, modules/arch/unix/mod_unixd.c).

use nom::branch::alt;
use nom::bytes::complete::{tag, take, take_till, take_until};
use nom::character::complete::{char, one_of};
use nom::combinator::{opt, rest, value};
use nom::multi::many0_count;
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::values::count;
use crate::read::FileType;
use crate::servers::apache::expr::{is_glob, parse_condition};
use crate::servers::apache::line::Directive;
use crate::servers::apache::reader::Reader;
use crate::servers::apache::scope::Scope;
use crate::source::{Place, Spanned};

/// The levels of `LogLevel` (server/core.c, `ap_parse_log_level`).
const LEVELS: [&str; 16] = [
    "emerg", "alert", "crit", "error", "warn", "notice", "info", "debug", "trace1", "trace2", "trace3", "trace4",
    "trace5", "trace6", "trace7", "trace8",
];

/// Kinds of locks, each with a module that registers it (`ap_mutex_register`).
const LOCKS: [(&str, &str); 16] = [
    ("default", "core.c"),
    ("mpm-accept", "prefork.c"),
    ("mpm-accept", "worker.c"),
    ("watchdog-callback", "mod_watchdog.c"),
    ("authdigest-client", "mod_auth_digest.c"),
    ("authdigest-opaque", "mod_auth_digest.c"),
    ("authn-socache", "mod_authn_socache.c"),
    ("cache-socache", "mod_cache_socache.c"),
    ("ldap-cache", "util_ldap.c"),
    ("rewrite-map", "mod_rewrite.c"),
    ("proxy", "mod_proxy.c"),
    ("proxy-balancer-shm", "mod_proxy_balancer.c"),
    ("ssl-cache", "mod_ssl.c"),
    ("ssl-stapling", "mod_ssl.c"),
    ("ssl-stapling-refresh", "mod_ssl.c"),
    ("lua-ivm-shm", "mod_lua.c"),
];

const MECHANISMS: &str = "(Mutex mechanisms are: 'none', 'default', 'flock:/path/to/file', 'fcntl:/path/to/file', \
                          'file:/path/to/file', 'pthread', 'sysvsem', 'posixsem', 'sem')";

type Words<'w> = &'w [Spanned<Vec<u8>>];

impl Reader<'_> {
    /// Why the server refuses what one of its own directives says.
    pub(super) fn refused_by_the_server(
        &mut self,
        directive: &Directive<'_>,
        name: &[u8],
        words: Words<'_>,
        scope: &mut Scope,
    ) -> Option<String> {
        let first = words.first().map(|word| word.value.as_slice()).unwrap_or_default();
        match name {
            b"servername" => server_name(first),
            b"serveralias" => {
                (!scope.is_within("<VirtualHost>")).then(|| "ServerAlias only used in <VirtualHost>".to_owned())
            }
            b"documentroot" => self.document_root(directive, first, scope),
            b"error" => Some(match directive.args() {
                [] => "The Error directive was used with no message.".to_owned(),
                message => String::from_utf8_lossy(message).into_owned(),
            }),
            b"loglevel" => words.iter().find_map(|word| self.level(&word.value)),
            b"mutex" => self.mutex(directive, &directive.words()),
            b"logformat" => format(first),
            b"customlog" | b"globallog" => self.log(directive, words, scope),
            b"user" => (first == b"root" || first.strip_prefix(b"#").is_some_and(|uid| count(uid) == 0))
                .then(|| "Apache has not been designed to serve pages while running as root.".to_owned()),
            b"suexec" if first.eq_ignore_ascii_case(b"on") => self.suexec(directive),
            b"suexecusergroup" => self.suexec(directive),
            b"setenvifexpr" => self.env_expression(directive, &directive.words(), scope),
            b"header" | b"requestheader" => self.header_expressions(directive, words, scope),
            b"rewritemap" => self.rewrite_map(directive, words),
            b"authnzfcgidefineprovider" => self.define_fcgi(directive, &directive.words()),
            b"authformprovider" => {
                self.providers(directive, words, false);
                None
            }
            b"authncachesocache" => {
                self.process.cache_told = true;
                self.shared_cache(first, false)
            }
            b"sslsessioncache" => self.shared_cache(first, true),
            b"sslstaplingcache" => {
                self.process.has_stapling_cache = true;
                self.shared_cache(first, false)
            }
            b"cachesocache" => self.shared_cache(first, false),
            _ => self.unnamed(directive, name, words).or_else(|| self.phrased(directive, name, words, scope)),
        }
    }

    /// server/core.c, `set_document_root`; a virtual host's may be missing.
    fn document_root(&mut self, directive: &Directive<'_>, path: &[u8], scope: &Scope) -> Option<String> {
        let is_virtual = scope.is_within("<VirtualHost>");
        let there = is_virtual || self.is_there(path, directive, |stat| stat.kind == FileType::Directory);
        let path = String::from_utf8_lossy(path);
        (!there).then(|| format!("DocumentRoot '{path}' is not a directory, or is not readable"))
    }

    /// server/core.c, `set_loglevel`.
    fn level(&self, word: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(word);
        let (module, level) = text.rsplit_once(':').map_or((None, &*text), |(module, level)| (Some(module), level));
        if !LEVELS.iter().any(|known| level.eq_ignore_ascii_case(known)) {
            return Some(
                "Log level keyword must be one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8"
                    .to_owned(),
            );
        }
        let module = module?;
        let has = |name: &str| self.profile.modules.has(name.as_bytes()) || self.profile.has_unnamed(name.as_bytes());
        let known = has(module) || has(&format!("{module}_module"));
        (!known && self.profile.foreign.as_ref().is_none_or(|foreign| foreign.is_empty()))
            .then(|| format!("Cannot find module {module}"))
    }

    /// server/util_mutex.c, `ap_set_mutex`.
    fn mutex(&mut self, directive: &Directive<'_>, words: Words<'_>) -> Option<String> {
        let Some((mechanism, kinds)) = words.split_first() else {
            return Some(format!("Mutex requires at least a mechanism argument {MECHANISMS}"));
        };
        let text = String::from_utf8_lossy(&mechanism.value).into_owned();
        let (name, path) = text.split_once(':').unwrap_or((&text, ""));
        let on_file = match name.to_ascii_lowercase().as_str() {
            "none" | "no" => return Some("None is not allowed for mutex type default".to_owned()),
            "default" | "yes" | "fcntl" | "file" | "flock" | "sysvsem" | "pthread" => true,
            "posixsem" | "sem" => false,
            _ => return Some(format!("Invalid Mutex argument {text} {MECHANISMS}")),
        };
        let folder = |stat: &crate::read::Stat| stat.kind == FileType::Directory;
        if on_file && !path.is_empty() && !self.is_there(path.as_bytes(), directive, folder) {
            return Some(format!("Invalid Mutex directory in argument {text}"));
        }
        kinds.iter().find_map(|kind| {
            let loaded = |(name, module): &(&str, &str)| {
                kind.value == name.as_bytes() && self.profile.modules.has(module.as_bytes())
            };
            let known = kind.value.eq_ignore_ascii_case(b"omitpid") || LOCKS.iter().any(loaded);
            (!known).then(|| format!("Mutex type {} is not valid", String::from_utf8_lossy(&kind.value)))
        })
    }

    /// modules/loggers/mod_log_config.c, `add_custom_log`.
    fn log(&mut self, directive: &Directive<'_>, words: Words<'_>, scope: &Scope) -> Option<String> {
        let value = |index: usize| words.get(index).map(|word| word.value.as_slice());
        let clause = value(2).unwrap_or_default();
        let lower = clause.to_ascii_lowercase();
        if let (Some(text), Some(word)) = (clause.get(5..).filter(|_| lower.starts_with(b"expr=")), words.get(2)) {
            if let Err(fault) = parse_condition(text, scope.origin()) {
                self.bad_expression(directive, &fault, Place::new(directive.file, word.span));
            }
        } else if matches!(lower.as_slice(), b"env=" | b"env=!") {
            return Some("missing environment variable name".to_owned());
        } else if !clause.is_empty() && !lower.starts_with(b"env=") {
            return Some("error in condition clause".to_owned());
        }
        value(1).and_then(format)
    }

    fn suexec(&mut self, directive: &Directive<'_>) -> Option<String> {
        const PROGRAM: &[u8] = b"/usr/lib/apache2/suexec";
        let there = self.is_there(PROGRAM, directive, |stat| stat.kind == FileType::Regular);
        (!there).then(|| "suEXEC isn't supported: Missing suexec binary /usr/lib/apache2/suexec".to_owned())
    }
}

/// server/core.c, `server_hostname_port`.
fn server_name(word: &[u8]) -> Option<String> {
    fn port(input: &[u8]) -> IResult<&[u8], &[u8]> {
        let scheme = opt(terminated(take_until("://"), tag("://")));
        preceded((scheme, take_till(|byte| byte == b':'), char(':')), rest).parse(input)
    }
    let shown = String::from_utf8_lossy(word);
    if is_glob(word) {
        return Some(format!("Invalid ServerName \"{shown}\" use ServerAlias to set multiple server names."));
    }
    let (_, port) = port(word).ok()?;
    (!(1..65536).contains(&count(port)))
        .then(|| format!("The port number \"{shown}\" is outside the appropriate range (i.e., 1..65535)."))
}

/// modules/loggers/mod_log_config.c, `parse_log_item`; `%I`, `%O`, `%S` and `%^FB` come with mod_logio, which is always
/// there.
fn format(text: &[u8]) -> Option<String> {
    let mut rest = text;
    while let Ok((item, _)) = (take_till::<_, _, nom::error::Error<&[u8]>>(|byte| byte == b'%'), char('%')).parse(rest)
    {
        match letter(item) {
            Ok((behind, letter)) if b"%haAlutfbBionLeVvpPHmqXCkrDTUsRIOS".contains(&letter) => rest = behind,
            Ok((behind, b'^'))
                if behind.starts_with(b"ti") || behind.starts_with(b"to") || behind.starts_with(b"FB") =>
            {
                rest = behind.get(2..).unwrap_or_default();
            }
            Ok((_, letter)) => {
                return Some(format!("Unrecognized LogFormat directive %{}", char::from(letter)));
            }
            Err(_) => return Some("Ran off end of LogFormat parsing args to some directive".to_owned()),
        }
    }
    None
}

/// The letter of an item, behind its modifiers.
fn letter(input: &[u8]) -> IResult<&[u8], u8> {
    let argument = value((), (char('{'), take_till(|byte| byte == b'}'), opt(char('}'))));
    let modifier = alt((value((), one_of("!<>,0123456789")), argument));
    let one = take(1_usize).map(|letter: &[u8]| letter.first().copied().unwrap_or_default());
    preceded(many0_count(modifier), one).parse(input)
}

/// Whether a line of the log is one.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_formats_of_logs_are_read() {
        assert_eq!(format(br#"%v:%p %h %l %u %t \"%r\" %>s %O \"%{Referer}i\" %{Host}^ti %!200,304{A}i 100%%"#), None);
        assert!(format(b"%Z").is_some() && format(b"%{x}").is_some() && format(b"%").is_some());
    }

    #[test]
    fn a_port_of_a_server_name_is_a_port() {
        assert_eq!(server_name(b"https://a.example:443"), None);
        assert_eq!(server_name(b"a.example"), None);
        assert!(server_name(b"a.example:http").is_some() && server_name(b"*").is_some());
    }
}
