//! What the benchmarks share: made-up password files, and a race of two programs.

pub(crate) mod passwords;
pub(crate) mod race;
