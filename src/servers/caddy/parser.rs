//! Blocks of a Caddyfile: sites, the global options, snippets and imports (Caddy `caddyconfig/caddyfile/parse.go`).

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::lexer::{Token, replace_variables, tokens};
use crate::source::Span;

/// The most tokens that imports may make.
const MOST_TOKENS: usize = 100_000;
/// The deepest imports.
const DEEPEST: usize = 20;

/// A token and the file it stands in, by its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub token: Token,
    pub file: usize,
}

impl Word {
    pub(super) fn text(&self) -> &str {
        &self.token.text
    }
}

/// What is wrong and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub message: String,
    pub file: usize,
    pub span: Span,
    /// Whether braces are the matter.
    pub braces: bool,
}

impl Fault {
    pub(super) fn at(word: &Word, message: impl Into<String>) -> Self {
        Self { message: message.into(), file: word.file, span: word.token.span, braces: false }
    }

    fn braces(word: &Word, message: impl Into<String>) -> Self {
        Self { braces: true, ..Self::at(word, message) }
    }
}

/// One directive with its arguments and its block.
pub(super) type Segment = Vec<Word>;

/// A site, or the global options.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub keys: Vec<Word>,
    pub segments: Vec<Segment>,
    /// The first word.
    pub start: Word,
}

/// Where imported files come from.
pub(super) trait Importer {
    /// The files that a pattern names, each with its number and its bytes; `None`: none does.
    fn import(&mut self, pattern: &str, from: usize) -> Option<Vec<(usize, Vec<u8>)>>;
    /// The environment.
    fn env(&self) -> &BTreeMap<String, String>;
}

pub(super) struct Parser<'i> {
    words: Vec<Word>,
    cursor: usize,
    snippets: HashMap<String, Vec<Word>>,
    importer: &'i mut dyn Importer,
    imports: usize,
    nesting: usize,
}

/// Parses the main file's tokens into blocks.
pub(super) fn parse(words: Vec<Word>, importer: &mut dyn Importer) -> Result<Vec<Block>, Fault> {
    let mut parser = Parser { words, cursor: 0, snippets: HashMap::new(), importer, imports: 0, nesting: 0 };
    let mut blocks = Vec::new();
    while parser.cursor < parser.words.len() {
        if let Some(block) = parser.block()? {
            blocks.push(block);
        }
    }
    Ok(blocks)
}

/// The words of a file.
pub(super) fn words(bytes: &[u8], file: usize, line: usize, env: &BTreeMap<String, String>) -> Vec<Word> {
    tokens(&replace_variables(bytes, env), line).into_iter().map(|token| Word { token, file }).collect()
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Word> {
        self.words.get(self.cursor)
    }

    /// Whether the word at the cursor begins a line.
    fn on_new_line(&self) -> bool {
        new_line(self.cursor.checked_sub(1).and_then(|before| self.words.get(before)), self.peek())
    }

    fn block(&mut self) -> Result<Option<Block>, Fault> {
        let Some(start) = self.peek().cloned() else { return Ok(None) };
        let (keys, braces) = self.keys(&start)?;
        if let [key] = keys.as_slice()
            && let Some(name) = key.text().strip_prefix('(').and_then(|name| name.strip_suffix(')'))
        {
            let tokens = self.snippet(&start, braces)?;
            if self.snippets.contains_key(name) {
                return Err(Fault::at(&start, "this snippet is declared twice"));
            }
            self.snippets.insert(name.to_owned(), tokens);
            return Ok(None);
        }
        let mut segments = Vec::new();
        if !keys.is_empty() || braces {
            self.contents(&mut segments, braces, &start)?;
        }
        Ok((!keys.is_empty() || braces).then_some(Block { keys, segments, start }))
    }

    /// The addresses in front of a block, and whether a brace opens it.
    fn keys(&mut self, start: &Word) -> Result<(Vec<Word>, bool), Fault> {
        let mut keys = Vec::new();
        let mut expecting = false;
        loop {
            let Some(word) = self.peek().cloned() else {
                return if expecting { Err(Fault::at(start, "an address is missing")) } else { Ok((keys, false)) };
            };
            if word.text() == "import" && self.on_new_line() {
                self.import()?;
                continue;
            }
            if word.text() == "{" {
                if expecting {
                    return Err(Fault::at(&word, "another address is expected: an extra comma"));
                }
                self.cursor += 1;
                return Ok((keys, true));
            }
            if word.text().ends_with('{') {
                return Err(Fault::braces(&word, "a blank is missing in front of the brace"));
            }
            expecting = word.text().ends_with(',');
            let text = word.text().trim_end_matches(',').to_owned();
            if text.contains(',') {
                return Err(Fault::at(&word, "a blank is missing behind the comma between two addresses"));
            }
            if !text.is_empty() {
                keys.push(Word { token: Token { text, ..word.token.clone() }, file: word.file });
            }
            self.cursor += 1;
            if !expecting
                && self.on_new_line()
                && self.peek().is_some_and(|next| next.text() != "{" || self.on_new_line())
            {
                let braces = self.peek().is_some_and(|next| next.text() == "{");
                self.cursor += usize::from(braces);
                return Ok((keys, braces));
            }
        }
    }

    fn snippet(&mut self, start: &Word, braces: bool) -> Result<Vec<Word>, Fault> {
        if !braces {
            return Err(Fault::braces(start, "a snippet needs a brace"));
        }
        let mut nesting = 1_usize;
        let mut tokens = Vec::new();
        while let Some(word) = self.peek().cloned() {
            self.cursor += 1;
            match word.text() {
                "}" => nesting -= 1,
                "{" => nesting += 1,
                _ => {}
            }
            if nesting == 0 {
                return Ok(tokens);
            }
            tokens.push(word);
        }
        Err(Fault::braces(start, "the snippet is not closed"))
    }

    fn contents(&mut self, segments: &mut Vec<Segment>, braces: bool, start: &Word) -> Result<(), Fault> {
        while let Some(word) = self.peek().cloned() {
            if word.text() == "}" {
                if !braces {
                    return Err(Fault::braces(&word, "this brace closes nothing"));
                }
                self.cursor += 1;
                return Ok(());
            }
            if word.text() == "import" {
                self.import()?;
                continue;
            }
            segments.push(self.segment(word)?);
        }
        if braces { Err(Fault::braces(start, "the block is not closed")) } else { Ok(()) }
    }

    fn segment(&mut self, first: Word) -> Result<Segment, Fault> {
        let mut segment = vec![first.clone()];
        self.cursor += 1;
        self.nesting = 0;
        while let Some(word) = self.peek().cloned() {
            let new_line = self.on_new_line();
            match word.text() {
                "{" if !word.token.quoted => {
                    if new_line && self.nesting == 0 {
                        return Err(Fault::braces(&word, "the brace must stand at the end of the line before"));
                    }
                    let next = self.words.get(self.cursor + 1);
                    if !self::new_line(Some(&word), next) {
                        return Err(Fault::braces(&word, "nothing may follow the brace in its line"));
                    }
                    self.nesting += 1;
                }
                _ if new_line && self.nesting == 0 => return Ok(segment),
                "}" if self.nesting > 0 => self.nesting -= 1,
                "}" => return Err(Fault::braces(&word, "this brace closes nothing")),
                "import" if new_line => {
                    self.import()?;
                    continue;
                }
                _ => {}
            }
            segment.push(word);
            self.cursor += 1;
        }
        if self.nesting > 0 { Err(Fault::braces(&first, "the block is not closed")) } else { Ok(segment) }
    }

    /// Puts what an `import` names in its place (`doImport`).
    fn import(&mut self) -> Result<(), Fault> {
        let Some(word) = self.peek().cloned() else { return Ok(()) };
        self.imports += 1;
        let start = self.cursor;
        let mut end = start + 1;
        while self.words.get(end).is_some() && !new_line(self.words.get(end - 1), self.words.get(end)) {
            end += 1;
        }
        let mut arguments: Vec<Word> = self.words.get(start + 1..end).unwrap_or_default().to_vec();
        if arguments.is_empty() || self.imports > DEEPEST * 10 {
            return Err(Fault::at(&word, "import needs the name of a snippet or a file"));
        }
        let name = arguments.remove(0);
        let arguments: Vec<String> = arguments.iter().map(|word| word.text().to_owned()).collect();
        let imported = self.imported(&name, &arguments)?;
        if self.words.len() + imported.len() > MOST_TOKENS {
            return Err(Fault::at(&word, "too much is imported"));
        }
        self.words.splice(start..end, imported);
        Ok(())
    }

    fn imported(&mut self, name: &Word, arguments: &[String]) -> Result<Vec<Word>, Fault> {
        let import = self.imports;
        if let Some(snippet) = self.snippets.get(name.text()) {
            let fill = |word: &Word| {
                let mut word = word.clone();
                for (index, argument) in arguments.iter().enumerate() {
                    word.token.text = word.token.text.replace(&format!("{{args.{index}}}"), argument);
                }
                word
            };
            return Ok(apart(snippet.iter().map(fill).collect(), import));
        }
        let pattern = name.text();
        if ["*", "?"].iter().any(|wild| pattern.matches(wild).count() > 1) {
            return Err(Fault::at(name, "a pattern may hold one '*' only"));
        }
        let Some(files) = self.importer.import(name.text(), name.file) else {
            return Err(Fault::at(name, "no such snippet or file to import"));
        };
        let env = self.importer.env().clone();
        Ok(files.iter().flat_map(|(file, bytes)| apart(words(bytes, *file, 0, &env), import)).collect())
    }
}

/// Words of another place, whose first one begins a line wherever they are put.
fn apart(words: Vec<Word>, import: usize) -> Vec<Word> {
    /// Lines of each import are kept apart from all others.
    const FAR: usize = 100_000_007;
    let shift = |word: Word| {
        let token = Token { line: word.token.line % FAR + import * FAR, ..word.token };
        Word { token, ..word }
    };
    words.into_iter().map(shift).collect()
}

/// Whether a word stands on another line than the one before it.
pub(super) fn new_line(before: Option<&Word>, word: Option<&Word>) -> bool {
    match (before, word) {
        (Some(before), Some(word)) => {
            before.file != word.file || before.token.line + before.token.breaks != word.token.line
        }
        (None, _) | (_, None) => true,
    }
}

/// The path of a file to import, from the folder of the one that imports it.
pub(super) fn import_path(from: &std::path::Path, pattern: &str) -> PathBuf {
    from.parent().unwrap_or(from).join(pattern)
}
