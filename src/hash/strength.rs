//! How strong a stored hash is.

/// A grade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// Fine.
    Fine,
}

/// Facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strength {
    /// The grade.
    pub grade: Grade,
}

/// Facts on a stored hash.
#[must_use]
pub fn strength(_field: &[u8]) -> Strength {
    Strength { grade: Grade::Fine }
}

/// Whether it looks like words.
#[must_use]
pub fn looks_like_words(_field: &[u8]) -> bool {
    false
}
