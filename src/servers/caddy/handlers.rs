//! What each directive does (Caddy `caddyconfig/httpcaddyfile/builtins.go` and the modules' own `caddyfile.go`).

use super::build::{Builder, Made, Parts};
use super::credentials::guard;
use super::matcher::Matcher;
use super::parser::Word;
use super::route::{Files, Handler};
use crate::answer::Because;

impl Builder<'_> {
    /// The handler of a directive.
    pub(super) fn handler(&mut self, parts: &Parts<'_>, matcher: &Matcher) -> Made<Handler> {
        let words: Vec<&str> = parts.arguments.iter().map(Word::text).collect();
        Ok(match parts.head.text() {
            "basicauth" => {
                let guard = guard(self, parts.head, &parts.arguments, &parts.lines);
                Handler::BasicAuth(guard.map_err(|(reason, word)| Box::new(Because::at(reason, self.place(&word))))?)
            }
            "handle" => Handler::Sub(self.nested(&parts.lines, true)?),
            "route" => Handler::Sub(self.nested(&parts.lines, false)?),
            "handle_path" => {
                let path = if let Matcher::Path(paths) = matcher { paths.first() } else { None };
                let prefix = path.map(|path| path.trim_end_matches('*').to_owned());
                Handler::SubWithout(prefix.unwrap_or_default(), self.nested(&parts.lines, true)?)
            }
            "respond" => Handler::Respond(self.respond(parts)?),
            "redir" => self.redirect(parts)?,
            "error" => Handler::Error(words.iter().rev().find_map(|word| status(word)).unwrap_or(500)),
            "abort" => Handler::Abort,
            "rewrite" => match words[..] {
                [to] => Handler::Rewrite(to.to_owned()),
                _ => return Err(self.at(parts.head, "rewrite takes one target")),
            },
            "uri" => self.uri(parts, &words)?,
            "root" => match words[..] {
                [root] => Handler::Root(root.to_owned()),
                _ => return Err(self.at(parts.head, "root takes one path")),
            },
            "try_files" if words.is_empty() => return Err(self.at(parts.head, "try_files needs a path")),
            "try_files" => Handler::TryFiles(words.iter().map(|word| (*word).to_owned()).collect()),
            "method" => Handler::Method(words.first().copied().unwrap_or_default().to_uppercase()),
            "file_server" => Handler::FileServer(self.files(parts)?),
            "reverse_proxy" | "php_fastcgi" if words.is_empty() && parts.lines.is_empty() => {
                return Err(self.at(parts.head, "an upstream is missing"));
            }
            "reverse_proxy" => Handler::Elsewhere("reverse_proxy"),
            "php_fastcgi" => Handler::Elsewhere("php_fastcgi"),
            "forward_auth" => Handler::Elsewhere("forward_auth"),
            "metrics" => Handler::Respond(Some(200)),
            "acme_server" => Handler::Elsewhere("acme_server"),
            _ => Handler::Passing,
        })
    }

    fn respond(&self, parts: &Parts<'_>) -> Made<Option<u16>> {
        for line in &parts.lines {
            if line.first().is_some_and(|head| !matches!(head.text(), "body" | "close")) {
                return Err(self.at(parts.head, "the block takes body and close"));
            }
        }
        match parts.arguments.as_slice() {
            [] if parts.lines.is_empty() => Err(self.at(parts.head, "a body or a status is missing")),
            [] => Ok(None),
            // One argument of three digits is a status, anything else a body.
            [one] => Ok(status(one.text()).filter(|_| one.text().len() == 3)),
            // What is no number is only found out when the request is there.
            [_, code] => Ok(Some(status(code.text()).unwrap_or(500))),
            [_, _, third, ..] => Err(self.at(third, "too many arguments")),
        }
    }

    fn redirect(&self, parts: &Parts<'_>) -> Made<Handler> {
        match parts.arguments.as_slice() {
            [_] => Ok(Handler::Redirect(302)),
            [_, code] => match code.text() {
                "permanent" => Ok(Handler::Redirect(301)),
                "temporary" => Ok(Handler::Redirect(302)),
                "html" => Ok(Handler::Redirect(200)),
                text => match status(text) {
                    Some(code) if (300..400).contains(&code) || code == 401 => Ok(Handler::Redirect(code)),
                    _ => Err(self.at(code, "this is no status of a redirection")),
                },
            },
            _ => Err(self.at(parts.head, "redir takes a target and a status")),
        }
    }

    fn uri(&self, parts: &Parts<'_>, words: &[&str]) -> Made<Handler> {
        match *words {
            ["strip_prefix", prefix] => Ok(Handler::StripPrefix(prefix.to_owned())),
            ["strip_suffix", suffix] => Ok(Handler::StripSuffix(suffix.to_owned())),
            ["replace" | "path_regexp", ..] => Ok(Handler::Elsewhere("uri")),
            _ => Err(self.at(parts.head, "uri takes strip_prefix, strip_suffix, replace or path_regexp")),
        }
    }

    fn files(&self, parts: &Parts<'_>) -> Made<Files> {
        let mut files = Files::default();
        match parts.arguments.as_slice() {
            [] => {}
            [browse] if browse.text() == "browse" => files.browse = true,
            [first, ..] => return Err(self.at(first, "file_server takes browse only")),
        }
        for line in &parts.lines {
            let Some((head, rest)) = line.split_first() else { continue };
            let rest = || rest.iter().map(|word| word.text().to_owned()).collect::<Vec<_>>();
            match head.text() {
                "root" => files.root = rest().into_iter().next(),
                "browse" => files.browse = true,
                "hide" => files.hide = rest(),
                "index" => files.index = Some(rest()),
                "pass_thru" => files.pass = true,
                "precompressed" | "status" | "disable_canonical_uris" | "fs" => {}
                _ => return Err(self.at(head, "file_server has no such option")),
            }
        }
        Ok(files)
    }
}

fn status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|code| (100..1000).contains(code))
}
