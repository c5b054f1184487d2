//! From blocks to sites with their routes (Caddy `caddyconfig/httpcaddyfile/{httptype,builtins,directives}.go`).

use std::collections::HashMap;

use super::credentials::{guard, refused, secrets};
use super::directives::{GLOBAL, ORDER, OTHERS, ordered, position};
use super::matcher::Matcher;
use super::parser::{Block, Fault, Segment, Word, new_line};
use super::route::{Files, Handler, Route};
use super::site::{Address, Site};
use crate::answer::{Because, Reason};
use crate::source::{FileId, Place, Span};

/// What is built.
#[derive(Debug, Default)]
pub(super) struct Built {
    pub sites: Vec<Site>,
}

/// A file of the configuration.
pub(super) struct File {
    pub id: FileId,
    pub bytes: Vec<u8>,
}

/// All that the building needs.
pub(super) struct Builder<'f> {
    pub files: &'f [File],
    order: Vec<String>,
    pub(super) named: HashMap<String, Matcher>,
}

/// The parts of a directive.
pub(super) struct Parts<'s> {
    pub head: &'s Word,
    pub arguments: Vec<Word>,
    pub lines: Vec<Segment>,
}

pub(super) type Made<T> = Result<T, Box<Because>>;

impl<'f> Builder<'f> {
    pub(super) fn new(files: &'f [File]) -> Self {
        Self { files, order: ORDER.map(str::to_owned).to_vec(), named: HashMap::new() }
    }

    /// The place of a word.
    pub(super) fn place(&self, word: &Word) -> Place {
        let file = self.files.get(word.file).or(self.files.first());
        Place::new(file.map_or_else(|| unreachable_file(self.files), |file| file.id), word.token.span)
    }

    /// The bytes of a file.
    pub(super) fn bytes(&self, file: usize) -> &[u8] {
        self.files.get(file).map(|file| file.bytes.as_slice()).unwrap_or_default()
    }

    pub(super) fn fault(&self, fault: &Fault, name: &str) -> Box<Because> {
        let file = self.files.get(fault.file).or(self.files.first());
        let id = file.map_or_else(|| unreachable_file(self.files), |file| file.id);
        Box::new(Because::at(refused(fault, name), Place::new(id, fault.span)))
    }

    pub(super) fn at(&self, word: &Word, message: &str) -> Box<Because> {
        self.fault(&Fault::at(word, message), word.text())
    }

    /// Builds all sites.
    pub(super) fn build(&mut self, blocks: &[Block]) -> Made<Built> {
        let mut built = Built::default();
        for (index, block) in blocks.iter().enumerate() {
            if block.keys.is_empty() {
                if index > 0 {
                    return Err(self.at(&block.start, "the global options must stand first"));
                }
                self.global(block)?;
                continue;
            }
            let site = self.site(block)?;
            let taken = built.sites.iter().flat_map(|known| &known.addresses);
            if let Some(key) = block
                .keys
                .iter()
                .find(|key| Address::read(key).is_ok_and(|address| taken.clone().any(|known| same(known, &address))))
            {
                return Err(self.at(key, "this address stands there twice"));
            }
            built.sites.push(site);
        }
        Ok(built)
    }

    fn global(&mut self, block: &Block) -> Made<()> {
        for segment in &block.segments {
            let Some(parts) = parts(segment) else { continue };
            let arguments: Vec<&str> = parts.arguments.iter().map(Word::text).collect();
            match (parts.head.text(), arguments.as_slice()) {
                ("auto_https", ["off" | "disable_redirects" | "disable_certs" | "ignore_loaded_certs"]) => {}
                ("auto_https", _) => return Err(self.at(parts.head, "this must be off or another of its values")),
                ("order", arguments) => {
                    ordered(&mut self.order, arguments).map_err(|message| self.at(parts.head, message))?;
                }
                (name, _) if GLOBAL.contains(&name) => {}
                (name, _) => {
                    return Err(self.unknown(parts.head, name, GLOBAL.iter().copied()));
                }
            }
        }
        Ok(())
    }

    pub(super) fn unknown<'n>(&self, word: &Word, name: &str, known: impl Iterator<Item = &'n str>) -> Box<Because> {
        let nearest = known.map(|known| (strsim::osa_distance(known, name), known)).min();
        let nearest = nearest.filter(|(distance, _)| *distance <= 2).map(|(_, name)| name.to_owned());
        Box::new(Because::at(Reason::UnknownDirective { name: name.to_owned(), nearest }, self.place(word)))
    }

    fn site(&mut self, block: &Block) -> Made<Site> {
        let mut addresses = Vec::new();
        for key in &block.keys {
            addresses.push(Address::read(key).map_err(|fault| self.fault(&fault, key.text()))?);
        }
        self.named = HashMap::new();
        for segment in block.segments.iter().filter(|segment| is_matcher(segment)) {
            self.define(segment)?;
        }
        let (errors, normal): (Vec<&Segment>, Vec<&Segment>) = block
            .segments
            .iter()
            .filter(|segment| !is_matcher(segment))
            .partition(|segment| segment.first().is_some_and(|head| head.text() == "handle_errors"));
        let routes = self.routes(normal.into_iter(), true)?;
        let mut for_errors = Vec::new();
        for segment in errors {
            let lines = parts(segment).map(|parts| parts.lines).unwrap_or_default();
            for_errors.extend(self.nested(&lines, true)?);
        }
        Ok(Site { addresses, routes, errors: for_errors })
    }

    /// The routes of segments, sorted or in the order of the file.
    fn routes<'s>(&mut self, segments: impl Iterator<Item = &'s Segment>, sorted: bool) -> Made<Vec<Route>> {
        let mut routes = Vec::new();
        for segment in segments {
            routes.extend(self.route(segment)?);
        }
        if sorted {
            let order = |route: &Route| {
                let name = if route.directive == "handle_path" { "handle" } else { &route.directive };
                position(&self.order, name).unwrap_or(usize::MAX)
            };
            routes.sort_by_key(|route| {
                let any = matches!(route.matcher, Matcher::Any);
                (order(route), std::cmp::Reverse(route.matcher.path_length()), any)
            });
        }
        Ok(routes)
    }

    fn route(&mut self, segment: &Segment) -> Made<Option<Route>> {
        let Some(mut parts) = parts(segment) else { return Ok(None) };
        let name = parts.head.text().to_owned();
        if OTHERS.contains(&name.as_str()) {
            return Ok(None);
        }
        if position(&self.order, &name).is_none() {
            let known = ORDER.into_iter().chain(OTHERS);
            return Err(self.unknown(parts.head, &name, known));
        }
        let matcher = if name == "handle_path" { self.path_of(&mut parts)? } else { self.matcher(&mut parts)? };
        let handler = self.handler(&parts, &matcher)?;
        Ok(Some(Route { matcher, handler, place: self.place(parts.head), directive: name }))
    }

    /// The matcher in front of the arguments, taken off them (`matcherSetFromMatcherToken`).
    fn matcher(&self, parts: &mut Parts<'_>) -> Made<Matcher> {
        let Some(first) =
            parts.arguments.first().cloned().filter(|first| !first.token.quoted || first.text().starts_with('/'))
        else {
            return Ok(Matcher::Any);
        };
        let matcher = match first.text() {
            "*" => Matcher::Any,
            path if path.starts_with('/') => Matcher::Path(vec![path.to_lowercase()]),
            name if name.starts_with('@') => match self.named.get(name) {
                Some(matcher) => matcher.clone(),
                None => return Err(self.at(&first, "there is no such matcher")),
            },
            _ => return Ok(Matcher::Any),
        };
        parts.arguments.remove(0);
        Ok(matcher)
    }

    fn path_of(&self, parts: &mut Parts<'_>) -> Made<Matcher> {
        match parts.arguments.as_slice() {
            [path] if path.text().starts_with('/') => self.matcher(parts),
            _ => Err(self.at(parts.head, "handle_path needs a path")),
        }
    }

    /// Routes of a block; matchers that are defined in it count inside.
    fn nested(&mut self, lines: &[Segment], sorted: bool) -> Made<Vec<Route>> {
        let before = self.named.clone();
        for segment in lines.iter().filter(|segment| is_matcher(segment)) {
            self.define(segment)?;
        }
        let routes = self.routes(lines.iter().filter(|segment| !is_matcher(segment)), sorted);
        self.named = before;
        routes
    }

    fn handler(&mut self, parts: &Parts<'_>, matcher: &Matcher) -> Made<Handler> {
        let words: Vec<&str> = parts.arguments.iter().map(Word::text).collect();
        Ok(match parts.head.text() {
            "basicauth" => {
                let guard = guard(self, parts.head, &parts.arguments, &parts.lines);
                Handler::BasicAuth(guard.map_err(|(reason, word)| Box::new(Because::at(reason, self.place(&word))))?)
            }
            "handle" => Handler::Sub(self.nested(&parts.lines, true)?),
            "route" => Handler::Sub(self.nested(&parts.lines, false)?),
            "handle_path" => {
                let prefix = match matcher {
                    Matcher::Path(paths) => paths.first().map(|path| path.trim_end_matches('*').to_owned()),
                    Matcher::Any
                    | Matcher::All(_)
                    | Matcher::One(_)
                    | Matcher::Not(_)
                    | Matcher::Method(_)
                    | Matcher::Host(_)
                    | Matcher::Header(..)
                    | Matcher::Query(_)
                    | Matcher::Client(_)
                    | Matcher::Protocol(_)
                    | Matcher::PathPattern(_)
                    | Matcher::Unknown(_) => None,
                };
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

    /// The spans of all stored passwords, per file.
    pub(super) fn secrets(blocks: &[Block]) -> Vec<(usize, Span)> {
        let segments = blocks.iter().flat_map(|block| &block.segments);
        let mut found = Vec::new();
        for segment in segments {
            collect(segment, &mut found);
        }
        found
    }
}

fn collect(segment: &Segment, found: &mut Vec<(usize, Span)>) {
    let Some(parts) = parts(segment) else { return };
    if matches!(parts.head.text(), "basicauth" | "basic_auth") {
        found.extend(secrets(&parts.lines).map(|word| (word.file, word.token.span)));
    }
    for line in &parts.lines {
        collect(line, found);
    }
}

fn is_matcher(segment: &Segment) -> bool {
    segment.first().is_some_and(|head| head.text().starts_with('@'))
}

fn same(one: &Address, other: &Address) -> bool {
    one.host == other.host && one.port() == other.port() && one.path == other.path && one.scheme == other.scheme
}

fn status(text: &str) -> Option<u16> {
    text.parse().ok().filter(|code| (100..1000).contains(code))
}

/// Cuts a directive into its name, its arguments and the lines of its block.
pub(super) fn parts(segment: &Segment) -> Option<Parts<'_>> {
    let (head, rest) = segment.split_first()?;
    let opens = |word: &Word| word.text() == "{" && !word.token.quoted;
    let end = rest.iter().position(opens).unwrap_or(rest.len());
    let arguments = rest.get(..end).unwrap_or_default().to_vec();
    let inside = rest.get(end + 1..).unwrap_or_default();
    let inside = inside.get(..inside.len().saturating_sub(1)).unwrap_or_default();
    let mut lines: Vec<Segment> = Vec::new();
    let (mut depth, mut before) = (0_usize, None);
    for word in inside {
        if depth == 0 && new_line(before, Some(word)) && word.text() != "}" {
            lines.push(Vec::new());
        }
        match word.text() {
            "{" if !word.token.quoted => depth += 1,
            "}" if !word.token.quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if let Some(line) = lines.last_mut() {
            line.push(word.clone());
        }
        before = Some(word);
    }
    Some(Parts { head, arguments, lines })
}

/// There is always the main file.
fn unreachable_file(files: &[File]) -> FileId {
    files.first().map_or_else(
        || crate::source::Sources::default().add(crate::source::Source::new("Caddyfile".into(), Vec::new())),
        |file| file.id,
    )
}
