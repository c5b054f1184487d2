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
            "error" => Handler::Error(coded(&words)),
            "abort" => Handler::Abort,
            "rewrite" => match words[..] {
                [to] => Handler::Rewrite(to.to_owned()),
                _ => return Err(self.at(parts.head, "rewrite takes one target")),
            },
            "uri" => self.uri(parts, &words)?,
            "root" => match words[..] {
                [root] => Handler::Vars(vec![("root".to_owned(), root.to_owned())]),
                _ => return Err(self.at(parts.head, "root takes one path")),
            },
            "try_files" if words.is_empty() => return Err(self.at(parts.head, "try_files needs a path")),
            "try_files" => Handler::TryFiles(words.iter().map(|word| (*word).to_owned()).collect()),
            "method" => Handler::Method(words.first().copied().unwrap_or_default().to_uppercase()),
            "file_server" => Handler::FileServer(self.files(parts)?),
            "vars" => {
                let pair = |words: &[Word]| match words {
                    [name, value] => Some((name.text().to_owned(), value.text().to_owned())),
                    _ => None,
                };
                let lines = parts.lines.iter().map(Vec::as_slice);
                Handler::Vars(std::iter::once(parts.arguments.as_slice()).chain(lines).filter_map(pair).collect())
            }
            "request_header" => {
                let word = |index: usize| words.get(index).map(|word| (*word).to_owned());
                Handler::RequestHeader(word(0).unwrap_or_default(), word(1).unwrap_or_default(), word(2))
            }
            // Without an upstream none is free.
            "reverse_proxy" if words.is_empty() && parts.lines.is_empty() => Handler::Error(Some("503".to_owned())),
            "php_fastcgi" if words.is_empty() && parts.lines.is_empty() => {
                return Err(self.at(parts.head, "an upstream is missing"));
            }
            "reverse_proxy" => {
                let deep = |word: &&str| word.split_once("://").is_some_and(|(_, rest)| rest.contains(['/', '?', '#']));
                if words.iter().any(deep) {
                    return Err(self.at(parts.head, "an upstream has a scheme, a host and a port only"));
                }
                Handler::Elsewhere("reverse_proxy")
            }
            "php_fastcgi" => Handler::Elsewhere("php_fastcgi"),
            "forward_auth" => Handler::Elsewhere("forward_auth"),
            "metrics" => Handler::Respond(Some("200".to_owned())),
            "acme_server" => Handler::Elsewhere("acme_server"),
            _ => Handler::Passing,
        })
    }

    fn respond(&self, parts: &Parts<'_>) -> Made<Option<String>> {
        let words: Vec<&str> = parts.arguments.iter().map(Word::text).collect();
        if !(1..=2).contains(&words.len()) {
            return Err(self.at(parts.head, "a body or a status is missing"));
        }
        let code = coded(&words);
        let mut body = words.len() == 2 || code.is_none();
        let mut close = false;
        for line in &parts.lines {
            let Some((head, rest)) = line.split_first() else { continue };
            let twice = match head.text() {
                "body" if rest.len() == 1 => std::mem::replace(&mut body, true),
                "close" => std::mem::replace(&mut close, true),
                _ => true,
            };
            if twice {
                return Err(self.at(head, "the block takes body and close, each once"));
            }
        }
        Ok(code)
    }

    /// `redir` (`parseRedir`): what stands behind the status is not looked at.
    fn redirect(&self, parts: &Parts<'_>) -> Made<Handler> {
        let Some(code) = parts.arguments.get(1) else {
            let missing = || self.at(parts.head, "a target is missing");
            return parts.arguments.first().map(|_| Handler::Redirect("302".to_owned())).ok_or_else(missing);
        };
        let number = match code.text() {
            "permanent" => "301",
            "temporary" | "" => "302",
            "html" => "200",
            text if text.starts_with('{') => text,
            text => match text.parse::<i64>() {
                Ok(300..=399 | 401) => text,
                _ => return Err(self.at(code, "this is no status of a redirection")),
            },
        };
        Ok(Handler::Redirect(number.to_owned()))
    }

    fn uri(&self, parts: &Parts<'_>, words: &[&str]) -> Made<Handler> {
        match *words {
            ["strip_prefix", prefix] => {
                let slash = if prefix.starts_with('/') { "" } else { "/" };
                Ok(Handler::StripPrefix(format!("{slash}{prefix}")))
            }
            ["strip_suffix", suffix] => Ok(Handler::StripSuffix(suffix.to_owned())),
            ["replace", find, by] => Ok(Handler::Replace(find.to_owned(), by.to_owned(), None)),
            ["replace", find, by, limit] => match limit.parse::<i64>() {
                Ok(limit) => Ok(Handler::Replace(
                    find.to_owned(),
                    by.to_owned(),
                    usize::try_from(limit).ok().filter(|limit| *limit > 0),
                )),
                Err(_) => Err(self.at(parts.head, "the limit must be a number")),
            },
            ["path_regexp", find, by] => fancy_regex::Regex::new(find)
                .map(|find| Handler::ReplacePattern(find, by.to_owned()))
                .map_err(|_| self.at(parts.head, "this is no pattern")),
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
                "hide" | "index" | "root" | "status" | "fs" if rest().is_empty() => {
                    return Err(self.at(head, "a value is missing"));
                }
                "disable_canonical_uris" | "pass_thru" if !rest().is_empty() => {
                    return Err(self.at(head, "this takes no value"));
                }
                "root" => files.root = rest().into_iter().next(),
                "browse" if files.browse => return Err(self.at(head, "browse stands there twice")),
                "browse" => files.browse = true,
                "hide" => files.hide = rest(),
                "index" => files.index = Some(rest()),
                "pass_thru" => files.pass = true,
                "status" => files.status = rest().into_iter().next(),
                "disable_canonical_uris" => files.as_asked = true,
                "precompressed" if rest().iter().all(|name| matches!(name.as_str(), "gzip" | "zstd" | "br")) => {}
                "fs" => {}
                _ => return Err(self.at(head, "file_server has no such option")),
            }
        }
        Ok(files)
    }
}

/// The status among the arguments of `respond` and `error`: of two the second, and a single one of three digits.
fn coded(words: &[&str]) -> Option<String> {
    match words {
        [one] if one.len() == 3 && one.parse::<i64>().is_ok_and(|code| code > 0) => Some((*one).to_owned()),
        [_, code] => Some((*code).to_owned()),
        _ => None,
    }
}
