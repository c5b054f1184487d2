//! What the server executes while it reads its main configuration: other files are read in, modules loaded, names
//! defined, macros used (server/core.c, `include_config`, `set_define`; modules/core/mod_so.c, `load_module`).

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::include::{MainFiles, NotIncluded};
use super::macros::Macros;
use crate::answer::Missing;
use crate::lines::{LineLimit, LogicalLine, logical_lines};
use crate::read::{FileType, Stat, merge, server_path};
use crate::servers::apache::conditions::{Conditions, Existence, Lines, OnRead, Portion, Surroundings, Truth};
use crate::servers::apache::directives::{When, find, foreign_module, lacks, module};
use crate::servers::apache::line::Directive;
use crate::servers::apache::profile::Profile;
use crate::servers::apache::tree::SyntaxFault;
use crate::servers::apache::world::World;
use crate::source::{Source, Sources};

/// How deep files may include each other (`AP_MAX_INCLUDE_DEPTH`).
const DEEPEST: usize = 128;

/// The server while it reads its main configuration.
pub(in crate::servers::apache) struct Reading<'r, 's> {
    /// The server as far as it is set up by now.
    pub(in crate::servers::apache) profile: Profile,
    /// The macros that are defined by now.
    pub(in crate::servers::apache) macros: Macros<'s>,
    files: &'r MainFiles<'s>,
    sources: &'s Sources,
    world: &'r World,
    open: Vec<bool>,
    loaded: BTreeSet<String>,
}

impl<'r, 's> Reading<'r, 's> {
    /// A server that has read nothing yet.
    pub(in crate::servers::apache) fn new(
        profile: Profile,
        files: &'r MainFiles<'s>,
        sources: &'s Sources,
        world: &'r World,
    ) -> Self {
        Self { profile, macros: Macros::default(), files, sources, world, open: Vec::new(), loaded: BTreeSet::new() }
    }

    fn surroundings(&self) -> Surroundings<'_> {
        Surroundings { profile: &self.profile, world: self.world, existence: Some(self) }
    }

    /// A path of the configuration, taken from ServerRoot.
    fn path(&self, written: &[u8]) -> PathBuf {
        let written = server_path(written);
        merge(Path::new(&self.profile.server_root), &written).unwrap_or(written)
    }

    fn include(&mut self, directive: &Directive<'s>, optional: bool) -> OnRead<'s> {
        let words = directive.words();
        let [path] = words.as_slice() else { return wrong_count(directive) };
        if let Some(name) = directive.undefined.first() {
            return OnRead::Fails(SyntaxFault::Unknown(Missing::Variable { name: name.clone() }));
        }
        if self.open.len() >= DEEPEST {
            let message =
                format!("Exceeded maximum include depth of {DEEPEST}. You have probably a recursion somewhere.");
            return OnRead::Fails(SyntaxFault::Refused(directive.name(), message));
        }
        match self.files.named(&self.path(&path.value), optional) {
            Err(NotIncluded::Missing(path)) => OnRead::Fails(SyntaxFault::Missing(path.display().to_string())),
            Err(NotIncluded::Elsewhere(path)) => {
                OnRead::Fails(SyntaxFault::Unknown(Missing::Path { path: path.display().to_string() }))
            }
            Ok(ids) => {
                let bytes = |id| self.sources.get(id).map(Source::bytes).unwrap_or_default();
                let portion = |id| {
                    let bytes: &'s [u8] = bytes(id);
                    Portion { file: id, bytes, lines: Lines::File(logical_lines(bytes, LineLimit::LARGE)) }
                };
                let portions: Vec<_> = ids.into_iter().map(portion).collect();
                self.open.extend(portions.iter().map(|_| false));
                OnRead::Reads(portions)
            }
        }
    }

    /// Only that the file is there can be told, and that its name is the module's.
    fn load_module(&mut self, directive: &Directive<'s>) -> OnRead<'s> {
        let words = directive.words();
        let [identifier, file] = words.as_slice() else { return wrong_count(directive) };
        let path = self.path(&file.value);
        let refused = |message: String| OnRead::Fails(SyntaxFault::Refused(directive.name(), message));
        let name = String::from_utf8_lossy(&identifier.value).into_owned();
        // Of a name that was loaded before, the file is not looked at.
        if !self.loaded.insert(name.clone()) {
            return OnRead::Done;
        }
        if self.files.is_library(&path) == Some(false) {
            return refused(format!("Cannot load {} into server: no such library", path.display()));
        }
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let by_file = stem.strip_prefix("mod_").and_then(|load| module_of(load));
        match (by_file, module(&identifier.value)) {
            (Some(held), _) if held != name => {
                refused(format!("Can't locate API module structure `{name}' in file {}", path.display()))
            }
            (_, Some(_)) if lacks(&name, When::Loaded, &self.profile.modules).is_some() => {
                let symbol = lacks(&name, When::Loaded, &self.profile.modules).unwrap_or_default();
                refused(format!("Cannot load {} into server: undefined symbol: {symbol}", path.display()))
            }
            (_, Some(_)) => {
                self.profile.modules.add(&name);
                OnRead::Done
            }
            (_, None) => {
                match foreign_module(&identifier.value) {
                    Some(foreign) => drop(self.profile.foreign.get_or_insert_default().insert(foreign.name)),
                    None => drop(self.profile.unnamed.insert(name)),
                }
                OnRead::Done
            }
        }
    }

    /// modules/core/mod_so.c, `load_file`; where the system looks for a bare name is not known.
    fn load_file(&mut self, directive: &Directive<'s>) -> OnRead<'s> {
        let words = directive.words();
        if words.first().is_none_or(|word| word.value.is_empty()) {
            return wrong_count(directive);
        }
        for word in &words {
            let path = self.path(&word.value);
            match self.files.is_library(&path) {
                Some(false) if word.value.contains(&b'/') => {
                    let message = format!("Cannot load {} into server: no such library", path.display());
                    return OnRead::Fails(SyntaxFault::Refused(directive.name(), message));
                }
                Some(true) => {}
                Some(false) | None => {
                    return OnRead::Fails(SyntaxFault::Unknown(Missing::Path { path: path.display().to_string() }));
                }
            }
        }
        OnRead::Done
    }

    fn define(&mut self, directive: &Directive<'s>) -> OnRead<'s> {
        let words = directive.words();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (name, value) = match words.as_slice() {
            [name] => (text(&name.value), None),
            // An empty word is none (server/config.c, `invoke_cmd`).
            [name, value] => (text(&name.value), Some(text(&value.value)).filter(|value| !value.is_empty())),
            _ => return wrong_count(directive),
        };
        if name.contains(':') {
            return colon_in_name(directive);
        }
        if value.is_some() {
            self.forget_value(&name);
        }
        let known = self.profile.defines.entry(name).or_default();
        *known = value.or(known.take());
        OnRead::Done
    }

    fn undefine(&mut self, directive: &Directive<'s>) -> OnRead<'s> {
        let words = directive.words();
        let [name] = words.as_slice() else { return wrong_count(directive) };
        if name.value.contains(&b':') {
            return colon_in_name(directive);
        }
        let name = String::from_utf8_lossy(&name.value);
        self.profile.defines.remove(&*name);
        self.forget_value(&name);
        OnRead::Done
    }

    /// Names are known by their letters, values without regard to case (server/core.c, `set_define`, `unset_define`).
    fn forget_value(&mut self, name: &str) {
        for (known, value) in &mut self.profile.defines {
            if known.eq_ignore_ascii_case(name) {
                *value = None;
            }
        }
    }

    fn folder(&mut self, directive: &Directive<'s>, is_root: bool) -> OnRead<'s> {
        let words = directive.words();
        let [path] = words.as_slice() else { return wrong_count(directive) };
        // A relative ServerRoot starts where the server does, any other path at ServerRoot.
        let path = if is_root { Path::new("/").join(server_path(&path.value)) } else { self.path(&path.value) };
        let kind = self.files.kind(&path);
        if kind.is_some_and(|kind| kind != Some(FileType::Directory)) {
            let message = format!("{} must be a valid directory", directive.name());
            return OnRead::Fails(SyntaxFault::Refused(directive.name(), message));
        }
        if is_root {
            self.profile.server_root = path.display().to_string();
        }
        OnRead::Done
    }

    fn use_macro(&mut self, directive: &Directive<'s>) -> OnRead<'s> {
        match self.macros.used(directive) {
            Err(message) => OnRead::Fails(SyntaxFault::Refused(directive.name(), message)),
            Ok((file, lines)) => {
                let bytes: &'s [u8] = self.sources.get(file).map(Source::bytes).unwrap_or_default();
                self.open.push(true);
                OnRead::Splices(Portion { file, bytes, lines: Lines::Kept(lines.into_iter()) })
            }
        }
    }
}

impl Existence for Reading<'_, '_> {
    fn stands(&self, path: &[u8]) -> Option<Option<Stat>> {
        self.files.stat(&self.path(path))
    }
}

impl<'s> Conditions<'s> for Reading<'_, 's> {
    fn decide(&mut self, section: &Directive<'s>) -> Option<Truth> {
        if section.is("<Macro") && self.profile.modules.has(b"mod_macro.c") {
            return Some(Truth::Kept);
        }
        self.surroundings().judge(section)
    }

    fn variable(&self, name: &str) -> Option<Vec<u8>> {
        self.profile.variable(name).map(String::into_bytes)
    }

    fn on_read(&mut self, directive: &Directive<'s>) -> OnRead<'s> {
        let executed = self.profile.modules.directives(&directive.name.value).next();
        if !executed.is_some_and(|row| row.executed_on_read()) {
            return OnRead::Later;
        }
        match directive.name.value.to_ascii_lowercase().as_slice() {
            b"include" => self.include(directive, false),
            b"includeoptional" => self.include(directive, true),
            b"loadmodule" => self.load_module(directive),
            b"loadfile" => self.load_file(directive),
            b"define" => self.define(directive),
            b"undefine" => self.undefine(directive),
            b"serverroot" => self.folder(directive, true),
            b"defaultruntimedir" => self.folder(directive, false),
            b"use" => self.use_macro(directive),
            b"undefmacro" => match directive.words().as_slice() {
                [name] => match self.macros.forget(&name.value) {
                    Ok(()) => OnRead::Done,
                    Err(message) => OnRead::Fails(SyntaxFault::Refused(directive.name(), message)),
                },
                _ => wrong_count(directive),
            },
            _ => OnRead::Done,
        }
    }

    fn keep(&mut self, section: &Directive<'s>, body: Vec<LogicalLine<'s>>) -> Result<(), String> {
        self.macros.define(section, body)
    }

    fn left(&mut self) {
        if self.open.pop() == Some(true) {
            self.macros.left();
        }
    }
}

fn colon_in_name<'s>(directive: &Directive<'s>) -> OnRead<'s> {
    OnRead::Fails(SyntaxFault::Refused(directive.name(), "Variable name must not contain ':'".to_owned()))
}

/// The identifier of the module that Debian calls so.
fn module_of(load: &str) -> Option<&'static str> {
    let known = crate::servers::apache::directives::modules();
    known.iter().find(|module| module.load == Some(load)).map(|module| module.identifier)
}

fn wrong_count<'s>(directive: &Directive<'s>) -> OnRead<'s> {
    let words = directive.words();
    let plain: Vec<&[u8]> = words.iter().map(|word| word.value.as_slice()).collect();
    let message = find(&directive.name.value).first().and_then(|row| row.count(&plain).err());
    let message = message.unwrap_or_else(|| format!("{} takes other arguments", directive.name()));
    OnRead::Fails(SyntaxFault::Refused(directive.name(), message))
}
