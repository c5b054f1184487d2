//! What directives change in a request: its path, its query, its headers, its variables (Caddy
//! `modules/caddyhttp/rewrite/rewrite.go`, `modules/caddyhttp/headers/headers.go`).

use super::matcher::clean;
use super::placeholders::fill;
use super::route::Handler;
use super::run::Walk;
use crate::gate::{Presented, Style};

impl Walk<'_> {
    /// Changes the request as a handler says; `Err`: it depends on something that cannot be told.
    pub(super) fn change(&mut self, handler: &Handler) -> Result<(), String> {
        match handler {
            Handler::Vars(pairs) => {
                for (name, value) in pairs {
                    let value = fill(value, &self.asked)?;
                    self.asked.vars.insert(name.clone(), value);
                }
            }
            Handler::Rewrite(to) => self.rewrite(to)?,
            Handler::StripPrefix(prefix) => self.strip_prefix(&fill(prefix, &self.asked)?),
            Handler::StripSuffix(suffix) => {
                let suffix = fill(suffix, &self.asked)?;
                let path = clean(&self.asked.path, !suffix.contains("//"));
                let rest = path.to_lowercase().strip_suffix(&suffix.to_lowercase()).map(str::len);
                self.asked.path = path.get(..rest.unwrap_or(path.len())).unwrap_or(&path).to_owned();
            }
            Handler::Replace(find, by, limit) if !find.is_empty() => {
                let (wanted, by) = (fill(find, &self.asked)?, fill(by, &self.asked)?);
                let path = clean(&self.asked.path, !find.contains("//"));
                let most = limit.unwrap_or(usize::MAX);
                self.asked.path = path.replacen(&wanted, &by, most);
                self.asked.query = self.asked.query.replacen(&wanted, &by, most);
            }
            Handler::ReplacePattern(find, by) => {
                let path = find.replace_all(&self.asked.path, by.as_str()).into_owned();
                self.asked.path = path;
            }
            Handler::RequestHeader(field, value, by) => self.header(field, value, by.as_deref())?,
            Handler::Replace(..)
            | Handler::BasicAuth(_)
            | Handler::Sub(_)
            | Handler::SubWithout(..)
            | Handler::Respond(_)
            | Handler::Redirect(_)
            | Handler::Error(_)
            | Handler::Abort
            | Handler::FileServer(_)
            | Handler::TryFiles(_)
            | Handler::Method(_)
            | Handler::Elsewhere(_)
            | Handler::Passing => {}
        }
        Ok(())
    }

    /// `rewrite`: the path and the query that are written, each where it is.
    fn rewrite(&mut self, to: &str) -> Result<(), String> {
        let to = to.split_once('#').map_or(to, |(to, _)| to);
        let (path, query) = to.split_once('?').map_or((to, None), |(path, query)| (path, Some(query)));
        let query = query.map(|query| fill(query, &self.asked)).transpose()?;
        let path = (!path.is_empty()).then(|| fill(path, &self.asked)).transpose()?;
        if let Some(path) = path {
            let (path, injected) =
                path.split_once('?').map_or((path.as_str(), None), |(path, query)| (path, Some(query)));
            if let Some(injected) = injected.filter(|_| query.is_none()) {
                self.asked.query = injected.to_owned();
            }
            self.asked.path = path.to_owned();
        }
        if let Some(query) = query {
            self.asked.query = query;
        }
        Ok(())
    }

    /// Takes a prefix off the cleaned path, whatever its case (`trimPathPrefix`).
    pub(super) fn strip_prefix(&mut self, prefix: &str) {
        let path = clean(&self.asked.path, !prefix.contains("//"));
        let fits = path.to_lowercase().starts_with(&prefix.to_lowercase());
        let rest = path.get(prefix.len()..).filter(|_| fits).unwrap_or(&path);
        self.asked.path = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
    }

    /// `request_header` (`CaddyfileHeaderOp`): `-` deletes, `+` adds, and a third word replaces within the value.
    fn header(&mut self, field: &str, value: &str, by: Option<&str>) -> Result<(), String> {
        let field = field.strip_suffix(':').unwrap_or(field);
        let value = fill(value, &self.asked)?;
        let (sign, name) = match field.chars().next() {
            Some(sign @ ('-' | '+')) => (Some(sign), field.get(1..).unwrap_or_default()),
            _ => (None, field),
        };
        let login = name.eq_ignore_ascii_case("authorization");
        if by.is_some() || name.contains('*') {
            return if login || name.contains('*') { Err("request_header".to_owned()) } else { Ok(()) };
        }
        if sign != Some('+') {
            self.asked.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        }
        if login && (sign != Some('+') || self.asked.authorization.is_none()) {
            self.asked.authorization = (sign != Some('-')).then(|| value.clone().into_bytes());
            self.presented = match &self.asked.authorization {
                Some(header) => Presented::header(header, Style::GO),
                None => Presented::Nobody,
            };
        }
        if sign != Some('-') && !login {
            self.asked.headers.push((name.to_owned(), value.into_bytes()));
        }
        Ok(())
    }
}
