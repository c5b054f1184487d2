//! A file's words, one after the other.

use super::fault::Fault;
use super::token::{Kind, Token, tokens};
use crate::source::{FileId, Place, Span};

/// The words of one file.
pub(super) struct Cursor {
    /// The file.
    pub file: FileId,
    tokens: Vec<Token>,
    /// The number of the next word.
    pub at: usize,
}

impl Cursor {
    /// At the first word of a file.
    #[must_use]
    pub(super) fn new(file: FileId, bytes: &[u8]) -> Self {
        Self { file, tokens: tokens(bytes), at: 0 }
    }

    /// The next word.
    pub(super) fn peek(&self) -> &Kind {
        self.tokens.get(self.at).map_or(&Kind::End, |token| &token.kind)
    }

    /// Where the next word stands.
    pub(super) fn place(&self) -> Place {
        let span = self.tokens.get(self.at).map_or(Span::at(0), |token| token.span);
        Place::new(self.file, span)
    }

    /// The next word, which is taken.
    pub(super) fn next(&mut self) -> Kind {
        let kind = self.peek().clone();
        self.at += 1;
        kind
    }

    /// Takes the next word if it is of this kind.
    pub(super) fn takes(&mut self, kind: &Kind) -> bool {
        let fits = self.peek() == kind;
        self.at += usize::from(fits);
        fits
    }

    /// Goes on to the next word that may stand here. The server's parser has no error rule: it throws a word that may
    /// not stand where it does away without a sound, and complains only at the end of the file (lempar.c).
    pub(super) fn seek(&mut self, fits: impl Fn(&Kind) -> bool) -> Result<(), Fault> {
        while !fits(self.peek()) {
            if let Kind::Bad(complaint) = self.peek() {
                return Err(Fault::syntax(self.place(), complaint));
            }
            if *self.peek() == Kind::End {
                return Err(Fault::syntax(self.place(), "the file ends in the middle of something"));
            }
            self.at += 1;
        }
        Ok(())
    }

    /// Takes the next word of this kind.
    pub(super) fn expect(&mut self, kind: &Kind) -> Result<(), Fault> {
        self.seek(|found| found == kind)?;
        self.at += 1;
        Ok(())
    }
}

/// Whether a value may begin with this word.
pub(super) fn begins_value(kind: &Kind) -> bool {
    matches!(kind, Kind::Key(_) | Kind::Text(_) | Kind::Number(_) | Kind::OpenList)
}
