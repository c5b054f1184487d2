//! The words that HAProxy 2.6 knows, as the program itself told them: `haproxy -dKall`, and its answers to what it does not
//! know.

use super::words::Word;
use crate::answer::{Because, Reason};

/// Lists of words, each below its name in brackets.
const KEYWORDS: &str = include_str!("keywords.txt");

/// The words of a list.
fn list(name: &str) -> impl Iterator<Item = &'static str> {
    let lines =
        KEYWORDS.lines().skip_while(move |line| line.trim_matches(['[', ']']) != name || !line.starts_with('['));
    lines.skip(1).take_while(|line| !line.starts_with('['))
}

/// Whether a list has a word.
pub(super) fn has(list_name: &str, word: &str) -> bool {
    list(list_name).any(|known| known == word)
}

/// That a list has no such word, and which was meant.
pub(super) fn unknown(list_name: &str, word: &Word) -> Because {
    // A longer word is nobody's slip.
    let short = Some(&word.text).filter(|text| text.len() <= 64);
    let near = short
        .into_iter()
        .flat_map(|_| list(list_name))
        .map(|known| (strsim::osa_distance(known, &word.text), known))
        .min();
    let nearest = near.filter(|(distance, _)| *distance <= 2).map(|(_, name)| name.to_owned());
    Because::at(Reason::UnknownDirective { name: word.text.clone(), nearest }, word.place)
}
