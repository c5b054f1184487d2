//! Sections and options as Python's `RawConfigParser` reads them.

use nom::bytes::complete::take_till;
use nom::{IResult, Parser};

use crate::source::Span;

/// An option of a section.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub section: String,
    /// In small letters.
    pub name: String,
    pub value: String,
    /// Where the line stands.
    pub span: Span,
}

/// A section's heading.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub name: String,
    pub span: Span,
}

/// What cannot be read, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadIni {
    pub message: &'static str,
    pub span: Span,
}

/// A file that was read.
#[derive(Debug, Default)]
pub(super) struct Ini {
    pub sections: Vec<Section>,
    pub settings: Vec<Setting>,
    /// How deep the last option or section was indented, and whether it was an option.
    indent: usize,
    in_option: bool,
}

/// Reads a file (`configparser.RawConfigParser._read`).
///
/// # Errors
/// The first thing that Python refuses.
pub(super) fn read(bytes: &[u8]) -> Result<Ini, BadIni> {
    let mut ini = Ini::default();
    let mut rest = bytes;
    while !rest.is_empty() {
        let cut: IResult<&[u8], &[u8]> = take_till(|byte| matches!(byte, b'\n' | b'\r')).parse(rest);
        let (behind, line) = cut.unwrap_or((&[], rest));
        let start = bytes.len() - rest.len();
        ini.line(&String::from_utf8_lossy(line), Span::new(start, start + line.len()))?;
        rest = behind.get(1..).unwrap_or_default();
    }
    Ok(ini)
}

impl Ini {
    fn line(&mut self, line: &str, span: Span) -> Result<(), BadIni> {
        let bad = |message| Err(BadIni { message, span });
        let text = line.trim();
        if text.is_empty() || text.starts_with(['#', ';']) {
            return Ok(());
        }
        let indent = line.len() - line.trim_start().len();
        if let Some(last) = self.settings.last_mut().filter(|_| self.in_option && indent > self.indent) {
            last.value = format!("{}\n{text}", last.value);
            return Ok(());
        }
        self.indent = indent;
        self.in_option = false;
        // The pattern of a heading goes on to the last bracket.
        let heading = text.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')).map(|(name, _)| name);
        if let Some(name) = heading.filter(|name| !name.is_empty()) {
            if self.sections.iter().any(|section| section.name == name) {
                return bad("a section stands there twice");
            }
            self.sections.push(Section { name: name.to_owned(), span });
            return Ok(());
        }
        let Some(section) = self.sections.last().map(|section| section.name.clone()) else {
            return bad("an option stands in front of the first section");
        };
        let Some(at) = text.find(['=', ':']) else { return bad("an option without a value") };
        let (name, value) = text.split_at(at);
        let name = name.trim().to_lowercase();
        if name.is_empty() {
            return bad("an option without a name");
        }
        if self.settings.iter().any(|known| known.section == section && known.name == name) {
            return bad("an option stands there twice");
        }
        let value = value.get(1..).unwrap_or_default().trim().to_owned();
        self.settings.push(Setting { section, name, value, span });
        self.in_option = true;
        Ok(())
    }

    /// An option's value.
    pub(super) fn get(&self, section: &str, name: &str) -> Option<&Setting> {
        self.settings.iter().find(|setting| setting.section == section && setting.name == name)
    }
}
