//! The global options and the `log` directive (Caddy `caddyconfig/httpcaddyfile/{options,builtins}.go`).

use nom::branch::alt;
use nom::bytes::complete::tag;
use nom::character::complete::{digit0, one_of};
use nom::combinator::{all_consuming, opt, recognize, value};
use nom::multi::many1_count;
use nom::{IResult, Parser};

use super::build::{Builder, Made, Parts, parts};
use super::directives::{GLOBAL, ordered};
use super::parser::{Segment, Word};

impl Builder<'_> {
    /// One global option.
    pub(super) fn option(&mut self, parts: &Parts<'_>) -> Made<()> {
        let name = parts.head.text();
        let arguments: Vec<&str> = parts.arguments.iter().map(Word::text).collect();
        let bad = |message| Err(self.at(parts.head, message));
        match (name, arguments.as_slice()) {
            ("auto_https", ["off" | "disable_redirects" | "disable_certs" | "ignore_loaded_certs"]) => Ok(()),
            ("auto_https", _) => bad("this must be off or another of its values"),
            ("order", arguments) => ordered(&mut self.order, arguments).map_err(|message| self.at(parts.head, message)),
            ("http_port" | "https_port", [port]) if port.parse::<i64>().is_ok() => Ok(()),
            ("http_port" | "https_port", _) => bad("this takes the number of a port"),
            ("default_sni" | "acme_ca" | "acme_ca_root" | "email" | "key_type", [_]) if parts.lines.is_empty() => {
                Ok(())
            }
            ("default_sni" | "acme_ca" | "acme_ca_root" | "email" | "key_type", _) => bad("this takes one value"),
            ("default_bind", []) => bad("an address is missing"),
            ("default_bind", _) => self.bound(&parts.arguments),
            (
                "grace_period" | "shutdown_delay" | "storage_clean_interval" | "renew_interval" | "ocsp_interval",
                [time, ..],
            ) if is_duration(time) => Ok(()),
            ("grace_period" | "shutdown_delay" | "storage_clean_interval" | "renew_interval" | "ocsp_interval", _) => {
                bad("this takes a time such as 10s")
            }
            ("admin", arguments) => self.admin(parts, arguments),
            ("log", [_, _, ..]) => bad("log takes one name"),
            ("log", _) => self.log_lines(parts, true),
            ("storage", [] | [""]) => bad("a kind of storage is missing"),
            ("storage", [kind, ..]) if *kind != "file_system" => bad("there is no such storage"),
            ("ocsp_stapling", ["off"]) => Ok(()),
            ("ocsp_stapling", _) => bad("this takes off only"),
            ("on_demand_tls", _) if parts.lines.is_empty() => bad("an option is missing"),
            ("acme_dns", _) => bad("there is no such module"),
            ("servers", _) => self.server_lines(parts),
            (name, _) if GLOBAL.contains(&name) => Ok(()),
            (name, _) => Err(self.unknown(parts.head, name, GLOBAL.iter().copied())),
        }
    }

    /// `admin` (`parseOptAdmin`).
    fn admin(&self, parts: &Parts<'_>, arguments: &[&str]) -> Made<()> {
        match arguments {
            ["off"] if parts.lines.is_empty() => {}
            ["off", ..] => return Err(self.at(parts.head, "nothing may follow off")),
            [] | [_] => {}
            _ => return Err(self.at(parts.head, "admin takes one address")),
        }
        let known = |head: &Word| matches!(head.text(), "enforce_origin" | "origins");
        let wrong = parts.lines.iter().filter_map(|line| line.first()).find(|head| !known(head));
        wrong.map_or(Ok(()), |head| Err(self.at(head, "admin has no such option")))
    }

    /// The block of `servers` (`serveroptions.go`).
    fn server_lines(&self, servers: &Parts<'_>) -> Made<()> {
        let known = [
            "listener_wrappers",
            "timeouts",
            "keepalive_interval",
            "max_header_size",
            "log_credentials",
            "protocols",
            "strict_sni_host",
            "metrics",
            "protocol",
        ];
        let protocol = |word: &Word| matches!(word.text(), "h1" | "h2" | "h2c" | "h3");
        let fine = |line: &&Segment| {
            let Some((head, rest)) = line.split_first() else { return true };
            known.contains(&head.text()) && (head.text() != "protocols" || rest.iter().all(protocol))
        };
        let wrong = servers.lines.iter().find(|line| !fine(line)).and_then(|line| line.first());
        wrong.map_or(Ok(()), |head| Err(self.at(head, "servers does not take this")))
    }

    /// The block of `log` (`parseLogHelper`).
    pub(super) fn log_lines(&self, log: &Parts<'_>, global: bool) -> Made<()> {
        for line in &log.lines {
            let Some(parts) = parts(line) else { continue };
            let arguments: Vec<&str> = parts.arguments.iter().map(Word::text).collect();
            let fine = match (parts.head.text(), arguments.as_slice()) {
                ("output", ["stdout" | "stderr" | "discard" | "file" | "net", ..]) => true,
                ("format", ["console" | "json" | "filter", ..]) => true,
                ("level", [level]) => {
                    let level = level.to_lowercase();
                    matches!(level.as_str(), "" | "debug" | "info" | "warn" | "error" | "panic" | "fatal")
                }
                ("include" | "exclude", _) => global,
                _ => false,
            };
            if !fine {
                return Err(self.at(parts.head, "log does not take this"));
            }
        }
        Ok(())
    }

    /// The arguments of directives that are not looked at further (each handler's `UnmarshalCaddyfile`).
    pub(super) fn arguments(&self, parts: &Parts<'_>) -> Made<()> {
        let (count, lines) = (parts.arguments.len(), &parts.lines);
        let heads =
            |allowed: &[&str]| lines.iter().filter_map(|line| line.first()).all(|head| allowed.contains(&head.text()));
        let fine = match parts.head.text() {
            "bind" => return self.bound(&parts.arguments),
            "abort" => count == 0 && lines.is_empty(),
            "error" => (1..=2).contains(&count) && heads(&["message"]),
            "method" | "root" => count == 1,
            "request_header" => (1..=3).contains(&count),
            "skip_log" => count == 0,
            "tracing" => count == 0 && heads(&["span"]),
            "vars" => (count == 0 || count == 2) && lines.iter().all(|line| line.len() == 2),
            "request_body" => lines.iter().all(is_size),
            "encode" => {
                parts.arguments.iter().all(|name| matches!(name.text(), "gzip" | "zstd"))
                    && heads(&["gzip", "zstd", "minimum_length", "match"])
            }
            "try_files" => {
                lines.iter().filter(|line| line.first().is_some_and(|head| head.text() == "policy")).all(|line| {
                    let policies = ["first_exist", "smallest_size", "largest_size", "most_recently_modified"];
                    line.get(1).is_some_and(|policy| policies.contains(&policy.text()))
                })
            }
            _ => true,
        };
        if fine { Ok(()) } else { Err(self.at(parts.head, "the arguments are not those that the directive takes")) }
    }
}

fn is_size(line: &Segment) -> bool {
    let [head, size] = line.as_slice() else { return false };
    let units = "kKmMgGtTpPeEiIbB ";
    head.text() == "max_size" && size.text().trim_end_matches(|found| units.contains(found)).parse::<f64>().is_ok()
}

/// Go's `time.ParseDuration`, with days (Caddy `caddy.go`, `ParseDuration`).
fn is_duration(text: &str) -> bool {
    let sign = opt(one_of("+-"));
    let zero = value((), tag("0"));
    let number = recognize((digit0, opt((tag("."), digit0))));
    let unit = alt((tag("ns"), tag("us"), tag("µs"), tag("ms"), tag("s"), tag("m"), tag("h"), tag("d")));
    let whole: IResult<&str, _> =
        all_consuming((sign, alt((value((), many1_count((number, unit))), zero)))).parse(text);
    whole.is_ok()
}
