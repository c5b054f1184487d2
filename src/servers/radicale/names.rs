//! Which names and paths Radicale looks at at all (`radicale/app/base.py`, `_check_user_format`, `_check_path_format`).

/// How much is allowed: `[server] validate_user_value`, `validate_path_value`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Allowed {
    Minimal,
    NoUnicode,
    UnicodeLetter,
    Strict,
}

impl Allowed {
    /// The value of that name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "minimal" => Self::Minimal,
            "no-unicode" => Self::NoUnicode,
            "unicode-letter" => Self::UnicodeLetter,
            "strict" => Self::Strict,
            _ => return None,
        })
    }

    /// Whether somebody of that name can log in.
    pub(super) fn takes_user(self, name: &str) -> bool {
        let ends = name.starts_with([':', '@']) || name.ends_with([':', '@']);
        !ends && name.matches('@').count() <= 1 && self.takes(name, "-.@_")
    }

    /// Whether a path is looked at.
    pub(super) fn takes_path(self, path: &str) -> bool {
        self.takes(path, "-.@_/~")
    }

    fn takes(self, text: &str, marks: &str) -> bool {
        let plain = |letter: char| letter.is_ascii_alphanumeric() || marks.contains(letter);
        text.chars().all(|letter| {
            let kind = match self {
                Self::Minimal => !":'\"*?,".contains(letter),
                Self::NoUnicode => u32::from(letter) <= 255,
                Self::UnicodeLetter => letter.is_alphabetic() || letter.is_ascii_digit() || marks.contains(letter),
                Self::Strict => plain(letter),
            };
            kind && !is_other(letter)
        })
    }
}

/// Whether a letter is of Unicode's category Other: a control, a format mark, or for private use.
fn is_other(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
        )
}
