//! Chance that is the same on every run, and what it does to a file.

/// Xorshift numbers (Marsaglia 2003) from a seed.
pub(crate) struct Chance(u64);

impl Chance {
    /// The row of numbers that begins with this seed.
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// A number below `end`; 0 if that is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 16).unwrap().checked_rem(end).unwrap_or(0)
    }

    /// One of these.
    pub(crate) fn one_of<'c, T>(&mut self, choice: &'c [T]) -> &'c T {
        &choice[self.below(choice.len())]
    }

    /// At most so many bytes, half of them such as files are made of.
    pub(crate) fn bytes(&mut self, most: usize) -> Vec<u8> {
        (0..self.below(most)).map(|_| self.byte()).collect()
    }

    fn byte(&mut self) -> u8 {
        const TELLING: &[u8] = b"\0\t\n\r \"#$%&'()*+,-./:;<=>@[\\]^{|}~\x7f\xef\xbb\xbf\xff\xfe";
        if self.below(2) == 0 { *self.one_of(TELLING) } else { u8::try_from(self.below(256)).unwrap() }
    }
}

/// The file with one to six things done to it; `pieces` are what may be spliced in.
pub(crate) fn bent(text: &[u8], pieces: &[Vec<u8>], chance: &mut Chance) -> Vec<u8> {
    let mut text = text.to_vec();
    for _ in 0..=chance.below(6) {
        bend(&mut text, pieces, chance);
    }
    text
}

fn bend(text: &mut Vec<u8>, pieces: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(text.len() + 1);
    match chance.below(10) {
        0 => text.truncate(at),
        1 => text.insert(at, chance.byte()),
        2 if at < text.len() => text[at] = chance.byte(),
        3 if at < text.len() => text[at] ^= 1 << chance.below(8),
        4 if at < text.len() => drop(text.remove(at)),
        5 => drop(text.splice(at..at, chance.bytes(40))),
        6 => drop(text.splice(at.., chance.one_of(pieces).iter().copied())),
        _ => bend_lines(text, pieces, chance),
    }
}

fn bend_lines(text: &mut Vec<u8>, pieces: &[Vec<u8>], chance: &mut Chance) {
    let mut lines: Vec<Vec<u8>> = text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
    let at = chance.below(lines.len());
    let from: Vec<&[u8]> = chance.one_of(pieces).split_inclusive(|byte| *byte == b'\n').collect();
    match chance.below(6) {
        _ if lines.is_empty() => {}
        0 => drop(lines.remove(at)),
        1 => lines.insert(at, lines[at].clone()),
        2 => lines.swap(at, chance.below(text.len()) % at.max(1)),
        3 if !from.is_empty() => lines.insert(at, chance.one_of(&from).to_vec()),
        4 => lines[at].retain(|byte| *byte != b'\n'),
        _ => lines[at].splice(0..0, *b"<IfModule !x>\n").for_each(drop),
    }
    *text = lines.concat();
}
