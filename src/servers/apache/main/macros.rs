//! `<Macro>` and `Use` (modules/core/mod_macro.c): kept lines in which parameters are replaced before they are read.

use std::collections::BTreeMap;

use crate::lines::{LogicalLine, Text};
use crate::servers::apache::line::Directive;
use crate::source::FileId;

/// A macro.
#[derive(Debug, Clone)]
struct Macro<'s> {
    parameters: Vec<Vec<u8>>,
    file: FileId,
    body: Vec<LogicalLine<'s>>,
}

/// The macros that are defined so far, by name in lower case.
#[derive(Debug, Clone, Default)]
pub(in crate::servers::apache) struct Macros<'s> {
    defined: BTreeMap<Vec<u8>, Macro<'s>>,
    in_use: Vec<Vec<u8>>,
}

impl<'s> Macros<'s> {
    /// Defines a macro, in place of a former one of that name; fails in the server's words.
    pub(super) fn define(&mut self, section: &Directive<'s>, body: Vec<LogicalLine<'s>>) -> Result<(), String> {
        let argument = section.section_argument().unwrap_or_default();
        let words = section.words_of(argument);
        let Some((name, parameters)) = words.split_first() else {
            return Err("macro definition: name not specified".to_owned());
        };
        let parameters: Vec<Vec<u8>> = parameters.iter().map(|word| word.value.clone()).collect();
        for (index, parameter) in parameters.iter().enumerate() {
            if parameter.is_empty() {
                return Err(format!("macro '{}': empty parameter #{}", shown(&name.value), index + 1));
            }
            if parameters.iter().take(index).any(|other| other == parameter) {
                return Err(format!("macro '{}': parameter name conflict", shown(&name.value)));
            }
        }
        self.defined.insert(name.value.to_ascii_lowercase(), Macro { parameters, file: section.file, body });
        Ok(())
    }

    /// Forgets a macro; fails in the server's words.
    pub(super) fn forget(&mut self, name: &[u8]) -> Result<(), String> {
        match self.defined.remove(&name.to_ascii_lowercase()) {
            Some(_) => Ok(()),
            None => Err(format!("cannot remove undefined macro: '{}'", shown(name))),
        }
    }

    /// The lines of a macro with its parameters replaced, and the file they stand in; fails in the server's words.
    pub(super) fn used(&mut self, directive: &Directive<'s>) -> Result<(FileId, Vec<LogicalLine<'s>>), String> {
        let words = directive.words();
        let Some((name, arguments)) = words.split_first() else {
            return Err("no macro name specified with Use".to_owned());
        };
        let key = name.value.to_ascii_lowercase();
        let Some(found) = self.defined.get(&key) else {
            return Err(format!("macro '{}' undefined", shown(&name.value)));
        };
        if self.in_use.contains(&key) {
            return Err(format!("recursive use of macro '{}' is invalid", shown(&name.value)));
        }
        if arguments.len() != found.parameters.len() {
            let (given, wanted) = (arguments.len(), found.parameters.len());
            return Err(format!("macro '{}' used with {given} arguments instead of {wanted}", shown(&name.value)));
        }
        let values: Vec<(&[u8], &[u8])> = found
            .parameters
            .iter()
            .zip(arguments)
            .map(|(parameter, argument)| (parameter.as_slice(), argument.value.as_slice()))
            .collect();
        let lines = found.body.iter().map(|line| LogicalLine { text: replaced(&line.text, &values), ..line.clone() });
        let used = (found.file, lines.collect());
        self.in_use.push(key);
        Ok(used)
    }

    /// Notes that the lines of the macro used last were read.
    pub(super) fn left(&mut self) {
        self.in_use.pop();
    }
}

fn shown(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// The text with the leftmost parameter replaced again and again; of two at one place the longer one.
fn replaced<'s>(text: &Text<'s>, values: &[(&[u8], &[u8])]) -> Text<'s> {
    let bytes = text.bytes();
    let mut new = Text::empty(text.span(0, 0).start);
    let mut at = 0;
    let mut plain = 0;
    while at < bytes.len() {
        let rest = bytes.get(at..).unwrap_or_default();
        let fitting = values.iter().filter(|(parameter, _)| rest.starts_with(parameter));
        match fitting.max_by_key(|(parameter, _)| parameter.len()) {
            None => at += 1,
            Some((parameter, value)) => {
                new.push_literal(bytes.get(plain..at).unwrap_or_default(), text.span(plain, at).start);
                new.push_replaced(value, text.span(at, at + parameter.len()));
                at += parameter.len();
                plain = at;
            }
        }
    }
    new.push_literal(bytes.get(plain..).unwrap_or_default(), text.span(plain, bytes.len()).start);
    new
}
