//! Words of directives that are read as small languages of their own (modules/generators/mod_autoindex.c;
//! modules/cache/mod_cache.c; modules/metadata/mod_usertrack.c; modules/ssl/ssl_engine_config.c;
//! modules/aaa/mod_authnz_ldap.c; modules/proxy/mod_proxy_fcgi.c).

use nom::bytes::complete::{tag, tag_no_case, take_till, take_while};
use nom::character::complete::{char, digit0, digit1, one_of, space0};
use nom::combinator::{opt, recognize, rest};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use super::alias::expression_at;
use super::others::refuses;
use super::values::count;
use crate::read::{FileType, Stat};
use crate::servers::apache::config::Set;
use crate::servers::apache::expr::{Origin, parse_condition};
use crate::servers::apache::line::Directive;
use crate::servers::apache::reader::Reader;
use crate::servers::apache::scope::Scope;
use crate::source::{Place, Spanned};

/// Options of an index that are on or off.
const SWITCHES: [&str; 18] = [
    "fancyindexing",
    "foldersfirst",
    "htmltable",
    "iconsarelinks",
    "ignorecase",
    "ignoreclient",
    "scanhtmltitles",
    "suppresscolumnsorting",
    "suppressdescription",
    "suppresshtmlpreamble",
    "suppressicon",
    "suppresslastmodified",
    "suppresssize",
    "suppressrules",
    "trackmodified",
    "versionsort",
    "xhtml",
    "showforbidden",
];

/// What OpenSSL's configuration knows, with what its value must be: `f` a file, `d` a folder (`SSL_CONF_cmd_value_type`
/// of OpenSSL 3 for a server's file).
const COMMANDS: [(&str, char); 30] = [
    ("signaturealgorithms", ' '),
    ("clientsignaturealgorithms", ' '),
    ("curves", ' '),
    ("groups", ' '),
    ("ecdhparameters", ' '),
    ("cipherstring", ' '),
    ("ciphersuites", ' '),
    ("protocol", ' '),
    ("minprotocol", ' '),
    ("maxprotocol", ' '),
    ("options", ' '),
    ("verifymode", ' '),
    ("chaincastore", ' '),
    ("verifycastore", ' '),
    ("requestcastore", ' '),
    ("clientcastore", ' '),
    ("recordpadding", ' '),
    ("numtickets", ' '),
    ("dhparameters", 'f'),
    ("certificate", 'f'),
    ("privatekey", 'f'),
    ("serverinfofile", 'f'),
    ("chaincafile", 'f'),
    ("verifycafile", 'f'),
    ("requestcafile", 'f'),
    ("clientcafile", 'f'),
    ("chaincapath", 'd'),
    ("verifycapath", 'd'),
    ("requestcapath", 'd'),
    ("clientcapath", 'd'),
];

type Words<'w> = &'w [Spanned<Vec<u8>>];

impl Reader<'_> {
    /// Why a module refuses what its directive says.
    pub(super) fn phrased(
        &mut self,
        directive: &Directive<'_>,
        name: &[u8],
        words: Words<'_>,
        scope: &mut Scope,
    ) -> Option<String> {
        let value = |index: usize| words.get(index).map(|word| word.value.as_slice()).unwrap_or_default();
        let in_section = scope.host.is_none();
        match name {
            b"indexoptions" => index_options(words),
            b"cookieexpires" => expiry(value(0)),
            b"addicon" | b"addiconbytype" | b"addiconbyencoding" => {
                (value(0).starts_with(b"(") && !value(0).contains(&b')')).then(|| "missing closing paren".to_owned())
            }
            b"cachelastmodifiedfactor" => {
                (!is_real(value(0))).then(|| "CacheLastModifiedFactor value must be a float".to_owned())
            }
            b"cachedisable" => uncached(value(0), in_section),
            b"cacheenable" => cached(value(0), words.len() > 1, in_section),
            b"sessioncookiename" | b"sessioncookiename2" | b"sessiondbdcookiename" | b"sessiondbdcookiename2"
                if directive.words().is_empty() =>
            {
                Some("The name of a cookie cannot be empty".to_owned())
            }
            b"authldapinitialbindpattern" => {
                refuses(value(0)).then(|| "AuthLDAPInitialBindPattern: cannot compile pattern".to_owned())
            }
            b"balancermember" => member(&directive.words(), scope),
            b"proxyset" => {
                let words = directive.words();
                let named = words.first().map(|word| word.value.as_slice()).unwrap_or_default();
                let free = !scope.is_within("<Proxy>") && !scope.is_within("<ProxyMatch>");
                if !free && words.iter().any(|word| !word.value.contains(&b'=')) {
                    return Some("Invalid ProxySet parameter. Parameter must be in the form 'key=value'".to_owned());
                }
                let missing = free && !is_address(named);
                missing.then(|| format!("ProxySet can not find '{}' Worker.", String::from_utf8_lossy(named)))
            }
            b"sslrequire" => {
                self.requirement(directive, scope);
                None
            }
            b"sslopensslconfcmd" => self.command_of_the_library(directive, value(0), value(1)),
            b"proxyfcgisetenvif" => self.variable_for_fcgi(directive, words, scope.origin()),
            b"redirect" | b"redirecttemp" | b"redirectpermanent" | b"redirectmatch" if in_section => {
                let plain: Vec<&[u8]> = words.iter().map(|word| word.value.as_slice()).collect();
                let word = words.get(expression_at(&plain)?)?;
                self.parse_string(directive, &word.value, Place::new(directive.file, word.span), scope.origin());
                None
            }
            _ => None,
        }
    }

    /// modules/aaa/mod_authnz_ldap.c, `mod_auth_ldap_parse_url`.
    pub(super) fn directory_of_people(&mut self, directive: &Directive<'_>, words: Words<'_>, scope: &mut Scope) {
        let mode = words.get(1).map(|word| word.value.as_slice());
        let refused = words.first().and_then(|url| directory_url(&url.value, mode));
        refused.into_iter().for_each(|message| self.refuse(directive, words, message));
        scope.config.ldap_url = words.first().map(|word| Set::new(word.value.clone(), directive.place()));
    }

    /// modules/ssl/ssl_engine_config.c, `ssl_cmd_SSLRequire`: nothing is kept from a per-directory file.
    fn requirement(&mut self, directive: &Directive<'_>, scope: &mut Scope) {
        match parse_condition(directive.args(), Origin::MainConfig) {
            Ok(condition) => scope.config.ssl_conditions.push(Set::new(condition.value, directive.place())),
            Err(fault) => self.bad_expression(directive, &fault, directive.args_place()),
        }
    }

    /// modules/ssl/ssl_engine_config.c, `ssl_cmd_SSLOpenSSLConfCmd`.
    fn command_of_the_library(&mut self, directive: &Directive<'_>, command: &[u8], value: &[u8]) -> Option<String> {
        let known = COMMANDS.iter().find(|(known, _)| command.eq_ignore_ascii_case(known.as_bytes()));
        let shown = String::from_utf8_lossy(value).into_owned();
        match known.map(|(_, kind)| kind) {
            None => Some(format!("'{}': invalid OpenSSL configuration command", String::from_utf8_lossy(command))),
            Some('f') => {
                let filled = |stat: &Stat| stat.kind == FileType::Regular && stat.len > 0;
                let there = self.is_there(value, directive, filled);
                (!there).then(|| format!("SSLOpenSSLConfCmd: file '{shown}' does not exist or is empty"))
            }
            Some('d') => {
                let there = self.is_there(value, directive, |stat| stat.kind == FileType::Directory);
                (!there).then(|| format!("SSLOpenSSLConfCmd: directory '{shown}' does not exist"))
            }
            Some(_) => None,
        }
    }

    /// modules/proxy/mod_proxy_fcgi.c, `cmd_setenv`.
    fn variable_for_fcgi(&mut self, directive: &Directive<'_>, words: Words<'_>, origin: Origin) -> Option<String> {
        let (condition, variable) = (words.first()?, words.get(1)?);
        if let Err(fault) = parse_condition(&condition.value, origin) {
            self.bad_expression(directive, &fault, Place::new(directive.file, condition.span));
            return None;
        }
        match (variable.value.as_slice(), words.get(2)) {
            ([b'!', ..], Some(_)) => Some("a third argument is not allowed in the unset mode".to_owned()),
            ([b'!'], None) => Some("ProxyFCGISetEnvIf: \"!\" is not a valid variable name".to_owned()),
            (_, Some(word)) => {
                self.parse_string(directive, &word.value, Place::new(directive.file, word.span), origin);
                None
            }
            _ => None,
        }
    }
}

/// modules/generators/mod_autoindex.c, `add_opts`.
fn index_options(words: Words<'_>) -> Option<String> {
    let (mut nothing, mut something) = (false, false);
    for word in words {
        let lower = String::from_utf8_lossy(&word.value).to_ascii_lowercase();
        let (sign, option) = match lower.strip_prefix(['+', '-']) {
            Some(option) if lower.starts_with('-') => (Some('-'), option),
            Some(option) => (Some('+'), option),
            None => (None, lower.as_str()),
        };
        let (name, told) = option.split_once('=').map_or((option, None), |(name, told)| (name, Some(told)));
        let width = |least: i64| told.is_some_and(|told| !told.starts_with('*') && narrow(told, least));
        let message = match (name, told, sign) {
            (name, None, sign) if SWITCHES.contains(&name) || name == "addaltclass" => {
                something |= sign.is_none();
                continue;
            }
            ("none", None, Some(_)) => "Cannot combine '+' or '-' with 'None' keyword",
            ("none", None, None) => {
                (nothing, something) = (true, false);
                continue;
            }
            ("namewidth" | "descriptionwidth", None, sign) if sign != Some('-') => {
                "a width with no value may only appear with '-'"
            }
            ("iconwidth" | "iconheight" | "namewidth" | "descriptionwidth", Some(_), Some('-')) => {
                "Cannot combine '-' with a width or a height"
            }
            ("namewidth", Some(_), _) if width(5) => "NameWidth value must be greater than 5",
            ("descriptionwidth", Some(_), _) if width(12) => "DescriptionWidth value must be greater than 12",
            ("iconwidth" | "iconheight" | "namewidth" | "descriptionwidth", _, _)
            | ("type" | "charset", Some(_), _)
            | ("useolddateformat", None, _) => continue,
            _ => "Invalid directory indexing option",
        };
        return Some(message.to_owned());
    }
    (nothing && something).then(|| "Cannot combine other IndexOptions keywords with 'None'".to_owned())
}

/// Whether a width is told and too small.
fn narrow(told: &str, least: i64) -> bool {
    let width = count(told.as_bytes());
    width != 0 && width < least
}

/// modules/metadata/mod_usertrack.c, `set_cookie_exp`; of each word only the first letters count.
fn expiry(code: &[u8]) -> Option<String> {
    let is_digit = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_digit);
    if is_digit(code.first()) && is_digit(code.last()) {
        return None;
    }
    let words: Vec<Vec<u8>> =
        crate::words::words(code).into_iter().map(|word| word.value.to_ascii_lowercase()).collect();
    let mut words = words.iter().map(Vec::as_slice).take_while(|word| !word.is_empty()).peekable();
    words.next_if(|word| word.starts_with(b"p"));
    while let Some(number) = words.next() {
        if !is_digit(number.first()) {
            return Some("bad expires code, numeric value expected.".to_owned());
        }
        match words.next() {
            None => return Some("bad expires code, missing <type>".to_owned()),
            Some([b'y' | b'w' | b'd' | b'h' | b's', ..] | [b'm', b'o' | b'i', ..]) => {}
            Some(_) => return Some("bad expires code, unrecognized type".to_owned()),
        }
    }
    None
}

/// Whether C finds a number with a fraction at the start.
fn is_real(word: &[u8]) -> bool {
    let sign = |input| opt(one_of("+-")).parse(input);
    let named = preceded((space0, sign), nom::branch::alt((tag_no_case("nan"), tag_no_case("inf"))));
    let whole = recognize((space0, sign, digit1::<&[u8], nom::error::Error<&[u8]>>));
    let fraction = recognize((space0, sign, digit0, char('.'), digit1));
    nom::branch::alt((named, whole, fraction)).parse(word).is_ok()
}

/// modules/cache/mod_cache.c, `add_cache_disable`.
fn uncached(url: &[u8], in_section: bool) -> Option<String> {
    if in_section {
        let on = url.eq_ignore_ascii_case(b"on");
        return (!on).then(|| "CacheDisable must be followed by the word 'on' when in a Location.".to_owned());
    }
    let fits = url.starts_with(b"/") || url.contains(&b':');
    (!fits).then(|| "CacheDisable must specify a path or an URL.".to_owned())
}

/// modules/cache/mod_cache.c, `add_cache_enable`.
fn cached(provider: &[u8], has_url: bool, in_section: bool) -> Option<String> {
    let shown = String::from_utf8_lossy(provider);
    if provider.starts_with(b"/") {
        return Some(format!("provider ({shown}) starts with a '/'.  Are url and provider switched?"));
    }
    (!has_url && !in_section).then(|| format!("CacheEnable provider ({shown}) is missing an URL."))
}

/// modules/proxy/mod_proxy.c, `add_member`: what stands around names the balancer.
fn member(words: Words<'_>, scope: &Scope) -> Option<String> {
    let mut names = words.iter().filter(|word| !word.value.contains(&b'=')).map(|word| word.value.as_slice());
    let told = scope.host.is_some();
    let balancer = if told { names.next() } else { None };
    let message = match (balancer, names.next(), names.next()) {
        (None, ..) if told => "BalancerMember must define balancer name when outside <Proxy > section",
        (_, None, _) => "BalancerMember must define remote proxy server",
        (None, _, Some(_)) => "BalancerMember can not have a balancer name when defined in a location",
        (_, _, Some(_)) => "Invalid BalancerMember parameter. Parameter must be in the form 'key=value'",
        (None, ..) if !scope.is_within("<Proxy>") && !scope.is_within("<ProxyMatch>") => {
            "BalancerMember Bad syntax for a balancer name"
        }
        (Some(name), ..) if !is_address(name) => "BalancerMember Bad syntax for a balancer name",
        _ => return None,
    };
    Some(message.to_owned())
}

fn is_address(name: &[u8]) -> bool {
    super::values::holds(name, "://")
}

/// Why a URL of a directory is refused, or the kind of connection (apr-util's ldap/apr_ldap_url.c,
/// `apr_ldap_url_parse_ext`; modules/aaa/mod_authnz_ldap.c, `mod_auth_ldap_parse_url`).
fn directory_url(url: &[u8], mode: Option<&[u8]>) -> Option<String> {
    let refused = match parsed(url) {
        Err(_) => Some("The scheme was not recognised as a valid LDAP URL scheme."),
        Ok((_, inner)) => inner.map_or(Some("Bad enclosure error while parsing LDAP URL."), parts),
    };
    if let Some(message) = refused {
        return Some(message.to_owned());
    }
    let modes = [&b"none"[..], b"ssl", b"tls", b"starttls"];
    let known = mode.is_none_or(|mode| modes.iter().any(|known| mode.eq_ignore_ascii_case(known)));
    (!known).then(|| "Invalid LDAP connection mode setting: must be one of NONE, SSL, or TLS/STARTTLS".to_owned())
}

/// What stands behind the scheme; an inner `None`: a bracket is not closed.
fn parsed(url: &[u8]) -> IResult<&[u8], Option<&[u8]>> {
    let schemes = nom::branch::alt((tag_no_case("ldap://"), tag_no_case("ldaps://"), tag_no_case("ldapi://")));
    let mut start = (opt(char('<')), opt(tag_no_case("URL:")), schemes);
    let (behind, (bracket, ..)) = start.parse(url)?;
    Ok((b"", if bracket.is_some() { behind.strip_suffix(b">") } else { Some(behind) }))
}

/// What is wrong with the host, the scope or the rest.
fn parts(behind: &[u8]) -> Option<&'static str> {
    let mut host = take_till::<_, _, nom::error::Error<&[u8]>>(|byte| matches!(byte, b'/' | b'?'));
    let (path, host) = host.parse(behind).unwrap_or((b"", behind));
    let bracketed = host.starts_with(b"[");
    if bracketed && !host.contains(&b']') {
        return Some("Bad LDAP URL while parsing IPV6 syntax.");
    }
    let port = preceded(
        (opt((char('['), take_while(|byte| byte != b']'), tag("]"))), take_till(|byte| byte == b':'), char(':')),
        rest::<&[u8], nom::error::Error<&[u8]>>,
    );
    if terminated(port, nom::combinator::eof).parse(host).is_ok_and(|(_, port)| port.is_empty()) {
        return Some("Bad LDAP URL while parsing.");
    }
    let path = path.strip_prefix(b"/").unwrap_or(path);
    let fields: Vec<&[u8]> = path.split(|byte| *byte == b'?').collect();
    let scope = fields.get(2).copied().unwrap_or_default();
    let scopes = [&b""[..], b"one", b"base", b"sub", b"subtree"];
    if !scopes.iter().any(|known| scope.eq_ignore_ascii_case(known)) {
        return Some("Bad scope encountered while parsing LDAP URL.");
    }
    match fields.as_slice() {
        [_, _, _, _, _, _, ..] => Some("Bad URL encountered while parsing LDAP URL."),
        [_, _, _, _, []] => Some("Bad extensions encountered while parsing LDAP URL."),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_directories_are_read_as_the_recorded_server_did() {
        for url in
            ["ldap://", "LDAP://h/o?uid?SUB?(a)?x", "ldap://h1 h2:3/dc=x?uid", "<URL:ldap://h/>", "ldap://[::1]/"]
        {
            assert_eq!(directory_url(url.as_bytes(), None), None, "{url}");
        }
        for url in ["ldap:/h", "http://h/", "ldap://h/o?uid?onelevel", "ldap://h:/", "ldap://[::1/", "<ldap://h/"] {
            assert!(directory_url(url.as_bytes(), None).is_some(), "{url}");
        }
        assert!(directory_url(b"ldap://h/?u?one?(a)?", None).is_some());
        assert!(
            directory_url(b"ldap://h/", Some(b"x")).is_some() && directory_url(b"ldap://h/", Some(b"SSL")).is_none()
        );
    }

    #[test]
    fn a_number_with_a_fraction_is_sought_at_the_start() {
        assert!(["1", "-.5", "+2", "5x", "nan", " 1", "5-1"].iter().all(|word| is_real(word.as_bytes())));
        assert!(![".", "+", "x", ""].iter().any(|word| is_real(word.as_bytes())));
    }

    #[test]
    fn a_time_to_live_of_a_cookie_has_units() {
        assert!(
            ["5", "5d5", "p 5 weeks", "1 year 2 mo", "5 days 2"].iter().all(|code| expiry(code.as_bytes()).is_none())
        );
        assert!(["5x", "x5", "5 m", "5 q", "plus 5"].iter().all(|code| expiry(code.as_bytes()).is_some()));
    }
}
