//! One line of a configuration as written: a directive or the tag of a section, its words and their places.

use nom::bytes::complete::{tag, take_until};
use nom::sequence::{preceded, terminated};
use nom::{IResult, Parser};

use crate::lines::{LogicalLine, Text};
use crate::source::{FileId, Place, Span, Spanned};
use crate::words::{word, words};

/// A directive or the opening of a section, as written.
#[derive(Debug, Clone)]
pub(super) struct Directive<'s> {
    /// The first word; of a section with its `<` and without a `>`.
    pub name: Spanned<Vec<u8>>,
    /// The file it stands in.
    pub file: FileId,
    /// Where the whole logical line stands.
    pub span: Span,
    /// Variables in it that nothing defines: they stay as written.
    pub undefined: Vec<String>,
    text: Text<'s>,
    args_at: usize,
}

impl<'s> Directive<'s> {
    /// Cuts a logical line; variables are replaced by what `value` gives for them.
    pub(super) fn read(file: FileId, line: LogicalLine<'s>, value: &dyn Fn(&str) -> Option<Vec<u8>>) -> Self {
        let (text, undefined) = substitute(line.text, value);
        cut(file, text, line.span, undefined)
    }

    /// Cuts a line as it stands.
    pub(super) fn plain(file: FileId, text: Text<'s>, span: Span) -> Self {
        cut(file, text, span, Vec::new())
    }
}

impl Directive<'_> {
    /// The name as text.
    #[must_use]
    pub(super) fn name(&self) -> String {
        String::from_utf8_lossy(&self.name.value).into_owned()
    }

    /// Whether it has this name; case is no matter.
    #[must_use]
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.value.eq_ignore_ascii_case(name.as_bytes())
    }

    /// Everything behind the name, without blanks at both ends.
    #[must_use]
    pub(super) fn args(&self) -> &[u8] {
        self.text.bytes().get(self.args_at..).unwrap_or_default()
    }

    /// The arguments as words with their places.
    #[must_use]
    pub(super) fn words(&self) -> Vec<Spanned<Vec<u8>>> {
        self.words_of(self.args())
    }

    /// The name by which a section that is passed over is closed: its `>` is no part of it only at the end of the line
    /// (server/config.c, `ap_soak_end_container`).
    #[must_use]
    pub(super) fn skipped_name(&self) -> Vec<u8> {
        match word(self.text.bytes()) {
            Ok((behind, first)) if !behind.is_empty() => first.value.into_owned(),
            _ => self.name.value.clone(),
        }
    }

    /// The words of a part of [`Directive::args`].
    #[must_use]
    pub(super) fn words_of(&self, part: &[u8]) -> Vec<Spanned<Vec<u8>>> {
        words(part).into_iter().map(|word| Spanned::new(word.value.into_owned(), self.text.span_of(word.raw))).collect()
    }

    /// The argument of a section: all up to the last `>` of the line; `None` if there is none.
    #[must_use]
    pub(super) fn section_argument(&self) -> Option<&[u8]> {
        let args = self.args();
        if args.is_empty() {
            return Some(args);
        }
        let mut end = None;
        let mut rest = args;
        while let Ok((behind, _)) = up_to_bracket(rest) {
            rest = behind;
            end = Some(args.len() - rest.len() - 1);
        }
        args.get(..end?)
    }

    /// The directive's whole line.
    #[must_use]
    pub(super) fn place(&self) -> Place {
        Place::new(self.file, self.span)
    }

    /// The directive's name.
    #[must_use]
    pub(super) fn name_place(&self) -> Place {
        Place::new(self.file, self.name.span)
    }

    /// Where the arguments stand; the name's place if there are none.
    #[must_use]
    pub(super) fn args_place(&self) -> Place {
        let args = self.args();
        if args.is_empty() { self.name_place() } else { Place::new(self.file, self.text.span_of(args)) }
    }
}

/// Cuts the name off a line; of an opening tag without its `>` (server/config.c, `ap_build_config_sub`).
fn cut(file: FileId, text: Text<'_>, span: Span, undefined: Vec<String>) -> Directive<'_> {
    let bytes = text.bytes();
    let (name, at) = match word(bytes) {
        Ok((rest, first)) => {
            let mut name = Spanned::new(first.value.into_owned(), text.span_of(first.raw));
            let opens = name.value.first() == Some(&b'<') && name.value.get(1) != Some(&b'/');
            if opens && name.value.last() == Some(&b'>') {
                name.value.pop();
            }
            (name, bytes.len() - rest.len())
        }
        Err(_) => (Spanned::new(Vec::new(), Span::at(span.start)), bytes.len()),
    };
    Directive { name, file, span, undefined, text, args_at: at }
}

fn up_to_bracket(input: &[u8]) -> IResult<&[u8], &[u8]> {
    terminated(take_until(">"), tag(">")).parse(input)
}

fn variable(input: &[u8]) -> IResult<&[u8], (&[u8], &[u8])> {
    let before = terminated(take_until("${"), tag("${"));
    (before, terminated(take_until("}"), tag("}"))).parse(input)
}

/// Replaces each `${NAME}` that is known; the others stay as written (server/core.c, `ap_resolve_env`).
fn substitute<'s>(text: Text<'s>, value: &dyn Fn(&str) -> Option<Vec<u8>>) -> (Text<'s>, Vec<String>) {
    let mut undefined = Vec::new();
    if preceded(take_until::<_, _, nom::error::Error<&[u8]>>("${"), tag("${")).parse(text.bytes()).is_err() {
        return (text, undefined);
    }
    let mut new = Text::empty(text.span(0, 0).start);
    let mut rest = text.bytes();
    while let Ok((behind, (before, name))) = variable(rest) {
        new.push_literal(before, text.span_of(before).start);
        let written = rest.get(before.len()..rest.len() - behind.len()).unwrap_or_default();
        let shown = String::from_utf8_lossy(name).into_owned();
        match value(&shown) {
            Some(value) => new.push_replaced(&value, text.span_of(written)),
            None => {
                new.push_literal(written, text.span_of(written).start);
                undefined.push(shown);
            }
        }
        rest = behind;
    }
    new.push_literal(rest, text.span_of(rest).start);
    (new, undefined)
}
