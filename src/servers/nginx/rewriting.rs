//! What the rewrite module does (src/http/ngx_http_script.c; modules/ngx_http_rewrite_module.c).

use super::condition::{Condition, condition};
use super::directives::number;
use super::disk::Entry;
use super::exchange::{End, Exchange, Known};
use super::tree::{BlockId, Item, Kind};
use super::uri::split_args;
use crate::answer::{Because, Reason};

/// How a directive of the rewrite module ends.
enum Flow {
    /// On with the next one.
    On,
    /// No further directive of this phase.
    Stop,
    /// The request ends.
    End(End),
}

impl Exchange<'_, '_> {
    /// The directives of a server or location in their order; `None`: the request goes on.
    pub(super) fn rewrite(&mut self, block: BlockId) -> Known<Option<End>> {
        match self.run(block)? {
            Flow::End(end) => Ok(Some(end)),
            Flow::On | Flow::Stop => Ok(None),
        }
    }

    fn run(&mut self, block: BlockId) -> Known<Flow> {
        let tree = self.tree();
        for item in &tree.get(block).items {
            let flow = match item.name.as_slice() {
                b"set" => self.set(item)?,
                b"break" => {
                    self.changed = false;
                    Flow::Stop
                }
                b"return" => Flow::End(self.returns(item)?),
                b"rewrite" => self.replace(item)?,
                b"if" => self.branch(item)?,
                b"rewrite_by_lua_block" | b"rewrite_by_lua" | b"rewrite_by_lua_file" | b"set_by_lua_block" => {
                    return Err(self.foreign(item));
                }
                _ => Flow::On,
            };
            if !matches!(flow, Flow::On) {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn set(&mut self, item: &Item) -> Known<Flow> {
        let name = item.arg(0).get(1..).unwrap_or_default().to_vec();
        let value = self.value(item.arg(1), item);
        if name == b"args" {
            self.args = value?;
            self.valid_unparsed = false;
        } else {
            self.sets.insert(name, value);
        }
        Ok(Flow::On)
    }

    /// `return` (`ngx_http_script_return_code`).
    fn returns(&mut self, item: &Item) -> Known<End> {
        let (status, text) = match number(item.arg(0)) {
            Some(status) => (u16::try_from(status).unwrap_or(500), item.args.get(1)),
            None => (302, item.args.first()),
        };
        self.step(Some(item.place), || format!("return answers {status}, before any login is asked"));
        // A redirect gives nothing away.
        if status < 300 && self.site.guards(self.block) {
            let directive = format!("return {status}");
            self.because.push(Because::at(Reason::AnsweredBeforeLogin { directive }, item.place));
        }
        // A text that is there, even if it evaluates to nothing, is sent as it is.
        let worded = text.is_some_and(|word| !word.value.is_empty());
        Ok(match status {
            301 | 302 | 303 | 307 | 308 => End::Status(status),
            _ if status < 400 || worded => End::Sent(status),
            _ => End::Status(status),
        })
    }

    /// `rewrite` (`ngx_http_script_regex_start_code` and `ngx_http_script_regex_end_code`).
    fn replace(&mut self, item: &Item) -> Known<Flow> {
        let uri = self.uri.clone();
        let pattern = self.site.pattern(item.arg(0), false);
        let found = pattern.as_ref().as_ref().and_then(|pattern| pattern.find(&uri));
        let Some(found) = found else { return Err(self.untried("rewrite", item.place)) };
        let Some(groups) = found else {
            self.captures.clear();
            return Ok(Flow::On);
        };
        let names = pattern.as_ref().as_ref().map(|pattern| pattern.names.clone()).unwrap_or_default();
        self.capture(&names, groups);
        let written = item.arg(1);
        let absolute = ["http://", "https://", "$scheme"].iter().any(|start| written.starts_with(start.as_bytes()));
        let flag = item.arg(2);
        if flag == b"permanent" || flag == b"redirect" || absolute {
            let status = if flag == b"permanent" { 301 } else { 302 };
            self.step(Some(item.place), || format!("rewrite sends the client elsewhere: {status}"));
            return Ok(Flow::End(End::Status(status)));
        }
        let (template, keeps) = match written.strip_suffix(b"?") {
            Some(template) => (template, false),
            None => (written, true),
        };
        let (path, query) = split_args(template);
        let has_query = path.len() < template.len();
        let new = self.value(&path, item)?;
        let query = if has_query { Some(self.value(&query, item)?) } else { None };
        self.args = match query {
            Some(query) if keeps && !self.args.is_empty() => [query.as_slice(), b"&", &self.args].concat(),
            Some(query) => query,
            None if keeps => std::mem::take(&mut self.args),
            None => Vec::new(),
        };
        self.internal = true;
        self.valid_unparsed = false;
        if new.is_empty() {
            return Ok(Flow::End(End::Status(500)));
        }
        let shown = String::from_utf8_lossy(&new).into_owned();
        self.step(Some(item.place), || format!("rewrite makes it {shown}"));
        self.uri = new;
        if flag == b"break" {
            (self.valid_location, self.changed) = (false, false);
            return Ok(Flow::Stop);
        }
        self.changed = true;
        Ok(if flag == b"last" { Flow::Stop } else { Flow::On })
    }

    fn branch(&mut self, item: &Item) -> Known<Flow> {
        let Some(block) = item.block else { return Ok(Flow::On) };
        if !self.holds(item)? {
            return Ok(Flow::On);
        }
        self.step(Some(item.place), || "the condition of this if holds".to_owned());
        if self.tree().get(block).kind == Kind::LocationIf {
            self.block = block;
            self.enter();
        }
        self.run(block)
    }

    fn holds(&mut self, item: &Item) -> Known<bool> {
        let words: Vec<Vec<u8>> = item.args.iter().map(|word| word.value.clone()).collect();
        let Ok(condition) = condition(&words) else { return Ok(false) };
        match condition {
            Condition::Set(name) => {
                let value = self.variable(&name, item)?;
                Ok(!value.is_empty() && value != b"0")
            }
            Condition::Compare { variable, value, negated } => {
                let left = self.variable(&variable, item)?;
                let right = self.value(&value, item)?;
                Ok((left == right) != negated)
            }
            Condition::Fits { variable, pattern, ignore_case, negated } => {
                let subject = self.variable(&variable, item)?;
                let pattern = self.site.pattern(&pattern, ignore_case);
                let found = pattern.as_ref().as_ref().and_then(|pattern| pattern.find(&subject));
                let Some(found) = found else { return Err(self.untried("if", item.place)) };
                let fits = found.is_some();
                match found {
                    Some(groups) => {
                        let names = pattern.as_ref().as_ref().map(|pattern| pattern.names.clone()).unwrap_or_default();
                        self.capture(&names, groups);
                    }
                    None => self.captures.clear(),
                }
                Ok(fits != negated)
            }
            Condition::File { test, path, negated } => {
                let path = self.value(&path, item)?;
                let path = if path.starts_with(b"/") { path } else { [b"/".as_slice(), &path].concat() };
                let found = self.site.disk.stat(&path)?;
                let fits = match test {
                    b'f' => found == Ok(Entry::File),
                    b'd' => found == Ok(Entry::Directory),
                    b'x' => found.is_ok() && self.site.disk.is_executable(&path),
                    _ => matches!(found, Ok(Entry::File | Entry::Directory)),
                };
                Ok(fits != negated)
            }
        }
    }
}
