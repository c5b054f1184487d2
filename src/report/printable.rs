//! Text made harmless for a terminal: no control character, no direction override, no invisible character.

/// The text with what a terminal would obey, or would not show, replaced; line ends stay.
///
/// With `unicode` a control character becomes its picture (`ESC` is U+241B), without it `?`.
#[must_use]
pub fn printable(text: &str, unicode: bool) -> String {
    text.chars().map(|found| if found == '\n' { found } else { character(found, unicode) }).collect()
}

/// The same for a single character; a line end is replaced too.
pub(super) fn character(found: char, unicode: bool) -> char {
    match found {
        '\u{0}'..='\u{1f}' | '\u{7f}' => picture(found, unicode),
        _ if is_invisible(found) => stand_in(unicode),
        _ => found,
    }
}

/// What stands for a byte that is no UTF-8.
pub(super) fn stand_in(unicode: bool) -> char {
    if unicode { char::REPLACEMENT_CHARACTER } else { '?' }
}

/// Whether a terminal obeys this character, beside the C0 controls, or does not show it: the C1 controls (among them
/// CSI as one character), direction marks and overrides, zero-width characters, the byte order mark, line separators.
pub(super) fn is_invisible(found: char) -> bool {
    matches!(
        found,
        '\u{80}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

fn picture(control: char, unicode: bool) -> char {
    let code = u32::from(control);
    let picture = if code == 0x7f { 0x2421 } else { 0x2400 + code };
    if unicode { char::from_u32(picture).unwrap_or(char::REPLACEMENT_CHARACTER) } else { '?' }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_sequence_is_shown_and_not_sent() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n\u{9b}31m\u{0}", true), "a␛[2Jb␍\n\u{fffd}31m␀");
        assert_eq!(printable("a\u{1b}[2J", false), "a?[2J");
    }

    #[test]
    fn text_of_any_language_stays() {
        assert_eq!(printable("Zugang für Müller: 認証", true), "Zugang für Müller: 認証");
    }

    #[test]
    fn a_direction_override_cannot_turn_the_line() {
        assert_eq!(printable("a\u{202e}b", true), "a\u{fffd}b");
    }
}
