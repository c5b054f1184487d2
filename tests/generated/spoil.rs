//! What editors, copies and slips do to a text file.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;

/// One slip in one file.
#[derive(Clone, Debug)]
pub(crate) struct Spoil {
    path: &'static str,
    how: How,
    at: Index,
}

#[derive(Clone, Copy, Debug)]
enum How {
    All(Text),
    One(Line),
}

/// What befalls a whole file.
#[derive(Clone, Copy, Debug)]
enum Text {
    Crlf,
    CrOnly,
    Bom,
    NoLastEnd,
    Utf16,
    Long,
    Empty,
    SmartQuotes,
}

/// What befalls a line.
#[derive(Clone, Copy, Debug)]
enum Line {
    Nul,
    Continued,
    SlashAtEnd,
    LetterLost,
    LetterDoubled,
    CaseChanged,
    Lost,
    Twice,
    Comment,
    NoBreakSpace,
    WordLost,
    QuoteLost,
}

const HOWS: &[How] = &[
    How::All(Text::Crlf),
    How::All(Text::CrOnly),
    How::All(Text::Bom),
    How::All(Text::NoLastEnd),
    How::All(Text::Utf16),
    How::All(Text::Long),
    How::All(Text::Long),
    How::All(Text::Empty),
    How::All(Text::SmartQuotes),
    How::One(Line::Nul),
    How::One(Line::Continued),
    How::One(Line::SlashAtEnd),
    How::One(Line::LetterLost),
    How::One(Line::LetterDoubled),
    How::One(Line::CaseChanged),
    How::One(Line::Lost),
    How::One(Line::Twice),
    How::One(Line::Comment),
    How::One(Line::NoBreakSpace),
    How::One(Line::WordLost),
    How::One(Line::QuoteLost),
];
/// Hardly one of these keeps a main config from being read.
const MILD: &[How] =
    &[How::All(Text::Crlf), How::All(Text::NoLastEnd), How::One(Line::Continued), How::One(Line::Twice)];
const FILES: &[&str] = &[
    "conf/crew",
    "conf/crew",
    "conf/groups",
    "conf/realms",
    "site/private/.htaccess",
    "site/private/.htaccess",
    "site/private/.htaccess",
    "site/private/sub/.htaccess",
];

pub(crate) fn spoil() -> impl Strategy<Value = Spoil> {
    let files = (prop::sample::select(FILES), prop::sample::select(HOWS), any::<Index>());
    let main = (Just("httpd.conf"), prop::sample::select(MILD), any::<Index>());
    prop_oneof![6 => files, 1 => main].prop_map(|(path, how, at)| Spoil { path, how, at })
}

impl Spoil {
    pub(crate) fn apply(&self, files: &mut BTreeMap<String, Vec<u8>>) {
        if let Some(bytes) = files.get_mut(self.path) {
            let text = String::from_utf8_lossy(bytes);
            *bytes = match self.how {
                How::All(what) => whole(what, &text),
                How::One(what) => self.line(what, &text).into_bytes(),
            };
        }
    }

    fn line(&self, what: Line, text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            return text.to_owned();
        }
        let at = self.at.index(lines.len());
        let spoilt = |(place, line): (usize, &&str)| match place == at {
            true => self.spoilt(what, line),
            false => Some((*line).to_owned()),
        };
        lines.iter().enumerate().filter_map(spoilt).map(|line| format!("{line}\n")).collect()
    }

    fn spoilt(&self, what: Line, line: &str) -> Option<String> {
        Some(match what {
            Line::Lost => return None,
            Line::Nul => self.with(line, |_| "\0".to_owned()),
            Line::Continued => self.with(line, |letter| format!("{letter}\\\n")),
            Line::SlashAtEnd => format!("{line}\\"),
            Line::LetterLost => self.with(line, |_| String::new()),
            Line::LetterDoubled => self.with(line, |letter| format!("{letter}{letter}")),
            Line::CaseChanged => self.with(line, |letter| match letter.is_uppercase() {
                true => letter.to_lowercase().to_string(),
                false => letter.to_uppercase().to_string(),
            }),
            Line::Twice => format!("{line}\n{line}"),
            Line::Comment => format!("{line} # crew"),
            Line::NoBreakSpace => line.replacen(' ', "\u{a0}", 1),
            Line::WordLost => line.rsplit_once(' ').map_or(String::new(), |(rest, _)| rest.to_owned()),
            Line::QuoteLost => line.replacen('"', "", 1),
        })
    }

    /// One letter of a line replaced.
    fn with(&self, line: &str, change: impl Fn(char) -> String) -> String {
        let count = line.chars().count();
        if count == 0 {
            return line.to_owned();
        }
        let at = self.at.index(count);
        line.chars()
            .enumerate()
            .map(|(place, letter)| if place == at { change(letter) } else { letter.to_string() })
            .collect()
    }
}

fn whole(what: Text, text: &str) -> Vec<u8> {
    match what {
        Text::Crlf => text.replace('\n', "\r\n").into_bytes(),
        Text::CrOnly => text.replace('\n', "\r").into_bytes(),
        Text::Bom => format!("\u{feff}{text}").into_bytes(),
        Text::NoLastEnd => text.trim_end_matches('\n').to_owned().into_bytes(),
        Text::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Text::Long => format!("{text}{}\n", "x".repeat(8_300)).into_bytes(),
        Text::Empty => Vec::new(),
        Text::SmartQuotes => text.replacen('"', "\u{201c}", 1).replacen('"', "\u{201d}", 1).into_bytes(),
    }
}
