//! Definitions of named matchers (Caddy `caddyconfig/httpcaddyfile/httptype.go`, `parseMatcherDefinitions`).

use std::net::IpAddr;

use super::build::{Builder, Made, parts};
use super::expression::Expression;
use super::matcher::Matcher;
use super::parser::{Segment, Word};

impl Builder<'_> {
    /// Defines `@name` (`parseMatcherDefinitions`).
    pub(super) fn define(&mut self, segment: &Segment) -> Made<()> {
        let Some(parts) = parts(segment) else { return Ok(()) };
        let name = parts.head.text().to_owned();
        if self.named.contains_key(&name) {
            return Err(self.at(parts.head, "this matcher is defined twice"));
        }
        let matcher = if let Some((kind, rest)) = parts.arguments.split_first() {
            self.kind(kind, rest, &parts.lines)?
        } else {
            self.all(&parts.lines)?
        };
        self.named.insert(name, matcher);
        Ok(())
    }

    fn all(&self, lines: &[Segment]) -> Made<Matcher> {
        let mut all: Vec<(String, Matcher)> = Vec::new();
        for line in lines {
            let Some(parts) = parts(line) else { continue };
            let matcher = self.kind(parts.head, &parts.arguments, &parts.lines)?;
            all.push((parts.head.text().to_owned(), matcher));
        }
        Ok(Matcher::All(merged(all)))
    }

    fn kind(&self, kind: &Word, rest: &[Word], lines: &[Segment]) -> Made<Matcher> {
        let words = || rest.iter().map(|word| word.text().to_owned()).collect::<Vec<_>>();
        Ok(match kind.text() {
            "path" | "method" | "host" if rest.is_empty() => Matcher::Refused("a value is missing"),
            "path" => Matcher::Path(rest.iter().map(|word| word.text().to_lowercase()).collect()),
            "method" => Matcher::Method(words()),
            "host" => Matcher::Host(words()),
            "remote_ip" => self.client(kind, &words())?,
            "protocol" => Matcher::Protocol(words().into_iter().next().unwrap_or_default()),
            "header" => match rest.split_first() {
                None => return Err(self.at(kind, "a header is missing")),
                Some((name, _)) if name.text().starts_with('!') => {
                    let name = name.text().trim_start_matches('!').to_owned();
                    Matcher::Not(Box::new(Matcher::Header(name, None)))
                }
                Some((name, [value])) => Matcher::Header(name.text().to_owned(), Some(vec![value.text().to_owned()])),
                Some(_) => return Err(self.at(kind, "a header and one value are taken")),
            },
            "query" => {
                let pair =
                    |word: &Word| word.text().split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
                let pairs: Option<Vec<_>> = rest.iter().map(pair).collect();
                Matcher::Query(pairs.ok_or_else(|| self.at(kind, "each must be name=value"))?)
            }
            "not" => {
                let inner = match rest.split_first() {
                    Some((inner, rest)) => self.kind(inner, rest, lines)?,
                    None => self.all(lines)?,
                };
                Matcher::Not(Box::new(inner))
            }
            "path_regexp" => {
                if !(1..=2).contains(&rest.len()) {
                    return Err(self.at(kind, "a pattern is taken, and a name in front of it"));
                }
                compiled(rest.last()).map_or(Matcher::Refused("this is no pattern"), Matcher::PathPattern)
            }
            "header_regexp" | "vars_regexp" => {
                let field = match rest {
                    [field, _] | [_, field, _] => field.text().to_owned(),
                    _ => return Err(self.at(kind, "a field and a pattern are taken, and a name in front of them")),
                };
                match compiled(rest.last()) {
                    None => Matcher::Refused("this is no pattern"),
                    Some(pattern) if kind.text() == "vars_regexp" => Matcher::VarsPattern(field, pattern),
                    Some(pattern) => Matcher::HeaderPattern(field, pattern),
                }
            }
            "vars" => match words().split_first() {
                Some((field, values)) if !values.is_empty() => Matcher::Vars(field.clone(), values.to_vec()),
                _ => return Err(self.at(kind, "a field and a value are missing")),
            },
            "file" => self.file(words(), lines)?,
            "expression" => self.expression(kind, rest)?,
            name => return Err(self.unknown(kind, name, ["path", "method", "host", "header", "not"].into_iter())),
        })
    }
}

impl Builder<'_> {
    /// `remote_ip` (`MatchRemoteIP`).
    fn client(&self, kind: &Word, words: &[String]) -> Made<Matcher> {
        let forwarded = words.first().is_some_and(|word| word == "forwarded");
        let ranges = words.get(usize::from(forwarded)..).unwrap_or_default().to_vec();
        if ranges.iter().any(|word| word == "forwarded") {
            return Err(self.at(kind, "'forwarded' must stand first"));
        }
        let fine = |range: &String| {
            let (address, bits) =
                range.split_once('/').map_or((range.as_str(), None), |(address, bits)| (address, Some(bits)));
            let most = if address.contains(':') { 128 } else { 32 };
            range == "private_ranges"
                || address.parse::<IpAddr>().is_ok()
                    && bits.is_none_or(|bits| bits.parse::<u8>().is_ok_and(|bits| bits <= most))
        };
        Ok(if ranges.iter().all(fine) {
            Matcher::Client(ranges, forwarded)
        } else {
            Matcher::Refused("this is no address")
        })
    }

    /// `file` (`fileserver/matcher.go`, `MatchFile`).
    fn file(&self, mut tried: Vec<String>, lines: &[Segment]) -> Made<Matcher> {
        let mut root = None;
        for line in lines {
            let Some(parts) = parts(line) else { continue };
            let words = || parts.arguments.iter().map(|word| word.text().to_owned());
            match parts.head.text() {
                "root" if !parts.arguments.is_empty() => root = words().next(),
                "try_files" if !parts.arguments.is_empty() => tried.extend(words()),
                "try_policy" if words().next().is_some_and(|policy| policy == "first_exist") => {}
                "try_policy" | "split_path" if !parts.arguments.is_empty() => {
                    return Ok(Matcher::Unknown("file".to_owned()));
                }
                _ => return Err(self.at(parts.head, "file has no such option")),
            }
        }
        if tried.is_empty() {
            tried.push("{http.request.uri.path}".to_owned());
        }
        let globbed = tried.iter().any(|tried| tried.contains(['*', '?', '[']));
        Ok(if globbed { Matcher::Unknown("file".to_owned()) } else { Matcher::File(root, tried) })
    }

    /// `expression` (`celmatcher.go`): one word, or all of them as they are written.
    fn expression(&self, kind: &Word, rest: &[Word]) -> Made<Matcher> {
        let text = match rest {
            [] => return Err(self.at(kind, "an expression is missing")),
            [one] => one.text().to_owned(),
            all => {
                let span = |word: &Word| self.bytes(word.file).get(word.token.span.start..word.token.span.end);
                let pieces: Vec<_> =
                    all.iter().map(|word| String::from_utf8_lossy(span(word).unwrap_or_default())).collect();
                pieces.join(" ")
            }
        };
        Ok(Expression::read(&text).map_or_else(|| Matcher::Unknown("expression".to_owned()), Matcher::Expression))
    }
}

fn compiled(pattern: Option<&Word>) -> Option<fancy_regex::Regex> {
    pattern.and_then(|pattern| fancy_regex::Regex::new(pattern.text()).ok())
}

/// Like matchers of one set are put together: any of their values will do.
fn merged(all: Vec<(String, Matcher)>) -> Vec<Matcher> {
    let mut sets: Vec<(String, Vec<Matcher>)> = Vec::new();
    for (name, matcher) in all {
        let mergeable = matches!(name.as_str(), "path" | "method" | "host" | "remote_ip" | "query");
        match sets.iter_mut().find(|(known, _)| mergeable && *known == name) {
            Some((_, list)) => list.push(matcher),
            None => sets.push((name, vec![matcher])),
        }
    }
    sets.into_iter().map(|(_, mut list)| if list.len() == 1 { list.remove(0) } else { Matcher::One(list) }).collect()
}
