//! Definitions of named matchers (Caddy `caddyconfig/httpcaddyfile/httptype.go`, `parseMatcherDefinitions`).

use super::build::{Builder, Made, parts};
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
            "path" => Matcher::Path(rest.iter().map(|word| word.text().to_lowercase()).collect()),
            "method" => Matcher::Method(rest.iter().map(|word| word.text().to_uppercase()).collect()),
            "host" => Matcher::Host(words()),
            "remote_ip" if words().iter().any(|word| word == "forwarded") => {
                Matcher::Unknown("remote_ip forwarded".to_owned())
            }
            "remote_ip" => Matcher::Client(words().into_iter().filter(|word| word != "forwarded").collect()),
            "protocol" => Matcher::Protocol(words().into_iter().next().unwrap_or_default()),
            "header" => match rest.split_first() {
                None => return Err(self.at(kind, "a header is missing")),
                Some((name, _)) if name.text().starts_with('!') => {
                    let name = name.text().trim_start_matches('!').to_owned();
                    Matcher::Not(Box::new(Matcher::Header(name, None)))
                }
                Some((_, [])) => return Err(self.at(kind, "a value is missing")),
                Some((name, values)) => {
                    let values = values.iter().map(|word| word.text().to_owned()).collect();
                    Matcher::Header(name.text().to_owned(), Some(values))
                }
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
                let pattern = rest.last().map(Word::text).unwrap_or_default();
                let pattern = fancy_regex::Regex::new(pattern).map_err(|_| self.at(kind, "this is no pattern"))?;
                Matcher::PathPattern(pattern)
            }
            name @ ("expression" | "file" | "header_regexp" | "vars" | "vars_regexp" | "client_ip") => {
                Matcher::Unknown(name.to_owned())
            }
            name => return Err(self.unknown(kind, name, ["path", "method", "host", "header", "not"].into_iter())),
        })
    }
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
