//! From blocks to sites with their routes (Caddy `caddyconfig/httpcaddyfile/{httptype,builtins,directives}.go`).

use std::collections::HashMap;

use super::credentials::{refused, secrets};
use super::directives::{ORDER, OTHERS, position};
use super::matcher::Matcher;
use super::parser::{Block, Fault, Segment, Word, new_line};
use super::route::Route;
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
    main: FileId,
    pub(super) order: Vec<String>,
    pub(super) named: HashMap<String, Matcher>,
    /// What keeps htlint from knowing whether Caddy starts.
    pub(super) untold: Option<Because>,
}

/// The parts of a directive.
pub(super) struct Parts<'s> {
    pub head: &'s Word,
    pub arguments: Vec<Word>,
    pub lines: Vec<Segment>,
}

pub(super) type Made<T> = Result<T, Box<Because>>;

impl<'f> Builder<'f> {
    pub(super) fn new(files: &'f [File], main: FileId) -> Self {
        Self { files, main, order: ORDER.map(str::to_owned).to_vec(), named: HashMap::new(), untold: None }
    }

    fn id(&self, file: usize) -> FileId {
        self.files.get(file).map_or(self.main, |file| file.id)
    }

    /// The place of a word.
    pub(super) fn place(&self, word: &Word) -> Place {
        Place::new(self.id(word.file), word.token.span)
    }

    /// The bytes of a file.
    pub(super) fn bytes(&self, file: usize) -> &[u8] {
        self.files.get(file).map(|file| file.bytes.as_slice()).unwrap_or_default()
    }

    pub(super) fn fault(&self, fault: &Fault, name: &str) -> Box<Because> {
        Box::new(Because::at(refused(fault, name), Place::new(self.id(fault.file), fault.span)))
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
            self.option(&parts)?;
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
            self.arguments(&parts)?;
            if name == "bind" && self.untold.is_none() {
                self.untold = self.asks_dns(&parts.arguments);
            }
            if name == "log" {
                if let Some(first) = parts.arguments.first() {
                    return Err(self.at(first, "log takes no name here"));
                }
                self.log_lines(&parts, false)?;
            }
            return Ok(None);
        }
        if position(&self.order, &name).is_none() {
            let known = ORDER.into_iter().chain(OTHERS);
            return Err(self.unknown(parts.head, &name, known));
        }
        let matcher = if name == "handle_path" { self.path_of(&mut parts)? } else { self.matcher(&mut parts)? };
        self.arguments(&parts)?;
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
                Some(matcher) => match matcher.refused() {
                    Some(why) => return Err(self.at(&first, why)),
                    None => matcher.clone(),
                },
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
    pub(super) fn nested(&mut self, lines: &[Segment], sorted: bool) -> Made<Vec<Route>> {
        let before = self.named.clone();
        for segment in lines.iter().filter(|segment| is_matcher(segment)) {
            self.define(segment)?;
        }
        let routes = self.routes(lines.iter().filter(|segment| !is_matcher(segment)), sorted);
        self.named = before;
        routes
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
