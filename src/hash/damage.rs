//! Where a damaged hash most likely comes from.

/// A likely origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Placeholder.
    Plain,
}

/// The most likely origin of a stored text that is dead.
#[must_use]
pub fn damage(_field: &[u8]) -> Option<Damage> {
    None
}
