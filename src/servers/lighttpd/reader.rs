//! Reads a configuration with all that it includes, and does at each line what the server does (configparser.y).

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::block::{Block, Setting};
use super::cursor::{Cursor, begins_value};
use super::fault::Fault;
use super::token::Kind;
use super::value::{Element, Value};
use crate::answer::{Missing, Reason, Target};
use crate::read::server_path;
use crate::source::{FileId, Place, Source, Sources, Span};

/// A file that includes itself ends the server sooner or later.
const DEEPEST: usize = 64;
/// The server's parser has room for a hundred words that are not closed; what it does beyond is left open.
const MOST_OPEN: usize = 15;
/// More files than a configuration has on purpose.
const MOST_FILES: usize = 1000;

/// A configuration on its way to the blocks.
pub(super) struct Reader<'a> {
    pub(super) target: &'a Target<'a>,
    pub(super) sources: &'a Sources,
    pub(super) blocks: Vec<Block>,
    pub(super) current: usize,
    pub(super) stack: Vec<usize>,
    /// The files that were read.
    pub(super) files: Vec<FileId>,
    depth: usize,
    /// Lists and blocks that are not closed yet.
    open: usize,
}

impl<'a> Reader<'a> {
    /// One that has read nothing; `file` is the main configuration.
    #[must_use]
    pub(super) fn new(target: &'a Target<'a>, sources: &'a Sources, file: FileId) -> Self {
        let mut global = Block::global(Place::new(file, Span::at(0)));
        let place = global.place;
        global.replace(Setting { key: b"var.CWD".to_vec(), value: Value::Text(b"/".to_vec()), place });
        Self {
            target,
            sources,
            blocks: vec![global],
            current: 0,
            stack: Vec::new(),
            files: vec![file],
            depth: 0,
            open: 0,
        }
    }

    /// Reads a file's words.
    pub(super) fn file(&mut self, file: FileId) -> Result<(), Fault> {
        let bytes = self.sources.get(file).map(Source::bytes).unwrap_or_default();
        let mut cursor = Cursor::new(file, bytes);
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Fault::syntax(cursor.place(), "files that include each other without end"));
        }
        while *cursor.peek() != Kind::End {
            self.line(&mut cursor)?;
        }
        self.depth -= 1;
        Ok(())
    }

    /// The lines between braces.
    fn lines(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        cursor.expect(&Kind::OpenBlock)?;
        self.opened(cursor)?;
        while !cursor.takes(&Kind::CloseBlock) {
            self.line(cursor)?;
        }
        self.open -= 1;
        Ok(())
    }

    fn opened(&mut self, cursor: &Cursor) -> Result<(), Fault> {
        self.open += 1;
        if self.open > MOST_OPEN { Err(Fault::unknown(cursor.place(), Missing::TooMany)) } else { Ok(()) }
    }

    /// A line, or a word that begins none and is thrown away.
    fn line(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        let next = cursor.peek();
        if matches!(next, Kind::Key(_)) {
            self.assignment(cursor)
        } else if *next == Kind::Dollar {
            self.conditions(cursor)
        } else if *next == Kind::Global {
            self.global(cursor)
        } else if *next == Kind::Include {
            self.include(cursor)
        } else if *next == Kind::IncludeShell {
            self.include_shell(cursor)
        } else if matches!(next, Kind::Bad(_) | Kind::End) {
            cursor.seek(|_| false)
        } else {
            cursor.at += 1;
            Ok(())
        }
    }

    fn assignment(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        let place = cursor.place();
        let Kind::Key(name) = cursor.next() else { return Ok(()) };
        let key = with_prefix(&name);
        cursor.seek(|found| matches!(found, Kind::Assign | Kind::Append | Kind::ForceAssign))?;
        let how = cursor.next();
        let value = self.expression(cursor)?;
        if key.starts_with(b"env.") {
            return Err(Fault::syntax(place, "an environment variable cannot be set"));
        }
        let block = self.blocks.get(self.current);
        let known = block.and_then(|block| block.setting(&key));
        if let Some(known) = known.filter(|_| how == Kind::Assign) {
            return Err(Fault::twice(place, known.place, &key));
        }
        let before = self.variable(&key).filter(|_| how == Kind::Append);
        let value = match before {
            Some(before) => before.value.clone().merged(&value).map_err(|clash| Fault::clash(place, &clash))?,
            None => value,
        };
        if value.size(0).is_none() {
            return Err(Fault::unknown(place, Missing::TooMany));
        }
        let setting = Setting { key, value, place };
        if let Some(block) = self.blocks.get_mut(self.current) {
            block.replace(setting);
        }
        Ok(())
    }

    /// A variable or a key, as the block or one around it holds it.
    fn variable(&self, key: &[u8]) -> Option<&Setting> {
        let mut at = Some(self.current);
        while let Some(block) = at.and_then(|at| self.blocks.get(at)) {
            if let Some(setting) = block.setting(key) {
                return Some(setting);
            }
            at = block.parent;
        }
        None
    }

    /// Values with `+` between them.
    pub(super) fn expression(&mut self, cursor: &mut Cursor) -> Result<Value, Fault> {
        let mut value = self.value(cursor)?;
        while *cursor.peek() == Kind::Plus {
            let place = cursor.place();
            cursor.at += 1;
            let other = self.value(cursor)?;
            value = value.merged(&other).map_err(|clash| Fault::clash(place, &clash))?;
            if value.size(0).is_none() {
                return Err(Fault::unknown(place, Missing::TooMany));
            }
        }
        Ok(value)
    }

    fn value(&mut self, cursor: &mut Cursor) -> Result<Value, Fault> {
        cursor.seek(begins_value)?;
        let place = cursor.place();
        let next = cursor.next();
        if let Kind::Text(text) = next {
            Ok(Value::Text(text))
        } else if let Kind::Number(digits) = next {
            number(&digits).ok_or_else(|| Fault::syntax(place, "error parsing number"))
        } else if let Kind::Key(name) = next {
            self.looked_up(&with_prefix(&name), place)
        } else {
            self.list(cursor).map(Value::List)
        }
    }

    fn looked_up(&self, key: &[u8], place: Place) -> Result<Value, Fault> {
        let shown = || String::from_utf8_lossy(key).into_owned();
        if let Some(name) = key.strip_prefix(b"env.") {
            let name = String::from_utf8_lossy(name).into_owned();
            let told = self.target.env.get(&name).map(|value| Value::Text(value.clone().into_bytes()));
            return told.ok_or(Fault::unknown(place, Missing::Variable { name }));
        }
        if key.eq_ignore_ascii_case(b"var.PID") {
            return Err(Fault::unknown(place, Missing::Variable { name: shown() }));
        }
        let found = self.variable(key).map(|setting| setting.value.clone());
        found.ok_or_else(|| Fault::refused(place, &shown(), format!("Undefined config variable: {}", shown())))
    }

    /// Behind `(`.
    fn list(&mut self, cursor: &mut Cursor) -> Result<Vec<Element>, Fault> {
        self.opened(cursor)?;
        let elements = self.elements(cursor)?;
        self.open -= 1;
        Ok(elements)
    }

    fn elements(&mut self, cursor: &mut Cursor) -> Result<Vec<Element>, Fault> {
        let mut elements = Vec::new();
        let mut keys = HashSet::new();
        cursor.seek(|found| *found == Kind::CloseList || begins_value(found))?;
        if cursor.takes(&Kind::CloseList) {
            return Ok(elements);
        }
        loop {
            let element = self.element(cursor)?;
            if let Some(key) = element.key.as_ref().filter(|key| !keys.insert(key.to_ascii_lowercase())) {
                return Err(Fault::clash(element.place, &super::value::Clash::Key(key.clone())));
            }
            elements.push(element);
            // An element follows a comma at once, or not at all.
            loop {
                cursor.seek(|found| matches!(found, Kind::Comma | Kind::CloseList))?;
                if cursor.next() == Kind::CloseList {
                    return Ok(elements);
                }
                if begins_value(cursor.peek()) {
                    break;
                }
            }
        }
    }

    fn element(&mut self, cursor: &mut Cursor) -> Result<Element, Fault> {
        let place = cursor.place();
        let value = self.expression(cursor)?;
        if !cursor.takes(&Kind::Arrow) {
            return Ok(Element { key: None, value, place });
        }
        let key = match value {
            Value::Text(text) => text,
            Value::Number(number) => number.to_string().into_bytes(),
            Value::List(_) => return Err(Fault::syntax(place, "operand must be string")),
        };
        let value = self.expression(cursor)?;
        Ok(Element { key: Some(key), value, place })
    }

    fn string(&mut self, cursor: &mut Cursor) -> Result<Vec<u8>, Fault> {
        let place = cursor.place();
        match self.expression(cursor)? {
            Value::Text(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string().into_bytes()),
            Value::List(_) => Err(Fault::syntax(place, "operand must be string")),
        }
    }

    fn global(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        let place = cursor.place();
        cursor.at += 1;
        self.enter(0, place)?;
        self.lines(cursor)?;
        self.leave();
        Ok(())
    }

    /// Makes a block the current one.
    pub(super) fn enter(&mut self, block: usize, place: Place) -> Result<(), Fault> {
        if !self.stack.is_empty() && self.current == 0 {
            return Err(Fault::syntax(place, "Cannot use conditionals inside a global { ... } block"));
        }
        self.stack.push(self.current);
        self.current = block;
        Ok(())
    }

    /// Goes back to the block before.
    pub(super) fn leave(&mut self) -> usize {
        std::mem::replace(&mut self.current, self.stack.pop().unwrap_or(0))
    }

    fn include(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        let place = cursor.place();
        cursor.at += 1;
        let name = self.string(cursor)?;
        for path in self.included(&name, place)? {
            let file = self.load(&path, place)?;
            self.file(file)?;
        }
        Ok(())
    }

    fn include_shell(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        let place = cursor.place();
        cursor.at += 1;
        self.string(cursor)?;
        Err(Fault::unknown(place, Missing::Condition { directive: "include_shell".to_owned() }))
    }

    fn load(&mut self, path: &Path, place: Place) -> Result<FileId, Fault> {
        if self.files.len() > MOST_FILES {
            return Err(Fault::unknown(place, Missing::TooMany));
        }
        let bytes = self.target.files.read(path).map_err(|fault| {
            let shown = path.display().to_string();
            if fault == crate::read::Fault::Denied {
                return Fault::unknown(place, Missing::Content { path: shown });
            }
            Fault::because(place, Reason::UnreadableConfig { fault: format!("{shown}: {fault}") })
        })?;
        let mut source = Source::new(path.to_owned(), bytes);
        let secrets = super::secrets::secrets(source.bytes());
        source.set_secrets(secrets);
        let file = self.sources.add(source);
        self.files.push(file);
        Ok(file)
    }

    /// A condition with its block, and the `else` ones behind it.
    fn conditions(&mut self, cursor: &mut Cursor) -> Result<(), Fault> {
        let mut before = self.condition(cursor)?;
        loop {
            if cursor.takes(&Kind::EndOfLine) && *cursor.peek() != Kind::Else {
                return Ok(());
            }
            if *cursor.peek() == Kind::End {
                return Ok(());
            }
            cursor.seek(|found| *found == Kind::Else)?;
            let place = cursor.place();
            cursor.at += 1;
            before = if *cursor.peek() == Kind::Dollar {
                let next = self.condition(cursor)?;
                self.chain(before, next, place)?
            } else {
                self.plain_else(before, cursor, place)?
            };
        }
    }

    fn condition(&mut self, cursor: &mut Cursor) -> Result<usize, Fault> {
        let place = cursor.place();
        cursor.at += 1;
        cursor.seek(|found| matches!(found, Kind::Field(_)))?;
        let Kind::Field(object) = cursor.next() else { return Ok(self.current) };
        cursor.expect(&Kind::OpenField)?;
        let tag = self.string(cursor)?;
        cursor.expect(&Kind::CloseField)?;
        cursor.seek(|found| matches!(found, Kind::Operator(_)))?;
        let Kind::Operator(operator) = cursor.next() else { return Ok(self.current) };
        let Value::Text(string) = self.expression(cursor)? else {
            return Err(Fault::syntax(place, "rvalue must be string"));
        };
        let end = cursor.place().span.start;
        let place = Place::new(place.file, Span::new(place.span.start, end));
        let block = self.block_of(&object, &tag, operator, string, place)?;
        self.enter(block, place)?;
        self.body(cursor)
    }

    /// The lines between the braces; gives the block.
    pub(super) fn body(&mut self, cursor: &mut Cursor) -> Result<usize, Fault> {
        self.lines(cursor)?;
        Ok(self.leave())
    }

    /// The path that a name of `include` stands for, on the server.
    #[must_use]
    pub(super) fn server_path_of(&self, name: &[u8]) -> PathBuf {
        let own = [&b"/"[..], b"\\", b"./", b".\\", b"../", b"..\\"];
        let base =
            if own.iter().any(|start| name.starts_with(start)) { PathBuf::from("/") } else { self.target.folder() };
        base.join(server_path(name))
    }
}

fn with_prefix(name: &[u8]) -> Vec<u8> {
    if name.contains(&b'.') { name.to_vec() } else { [b"var.", name].concat() }
}

/// The server keeps the low 32 bits of what `strtol` reads.
fn number(digits: &[u8]) -> Option<Value> {
    let long: i64 = str::from_utf8(digits).ok()?.parse().ok()?;
    let [one, two, three, four, ..] = long.to_le_bytes();
    Some(Value::Number(i32::from_le_bytes([one, two, three, four])))
}
