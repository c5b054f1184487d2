//! `Options`, as far as they decide on a status (server/core.c, `set_options`).

use crate::source::Spanned;

/// `Options`, as far as they decide on a status (server/core.c, `set_options`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    /// The options as a whole, if they were set without signs: (Indexes, FollowSymLinks, SymLinksIfOwnerMatch, MultiViews, ExecCGI).
    pub whole: Option<OptionSet>,
    /// Switched on.
    pub added: OptionSet,
    /// Switched off.
    pub removed: OptionSet,
}

/// A set of options as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct OptionSet(u8);

impl OptionSet {
    /// None.
    pub(super) const NONE: Self = Self(0);
    /// `Indexes`.
    pub(super) const INDEXES: Self = Self(1);
    /// `FollowSymLinks`.
    pub(super) const LINKS: Self = Self(2);
    /// `SymLinksIfOwnerMatch`.
    pub(super) const OWNED_LINKS: Self = Self(4);
    /// `MultiViews`.
    pub(super) const VIEWS: Self = Self(8);
    /// `ExecCGI`.
    pub(super) const CGI: Self = Self(16);
    /// `All`: everything but `MultiViews`.
    pub(super) const ALL: Self = Self(1 | 2 | 4 | 16);

    /// The set that a word stands for.
    fn named(name: &[u8]) -> Self {
        match name.to_ascii_lowercase().as_slice() {
            b"all" => Self::ALL,
            b"indexes" => Self::INDEXES,
            b"followsymlinks" => Self::LINKS,
            b"symlinksifownermatch" => Self::OWNED_LINKS,
            b"multiviews" => Self::VIEWS,
            b"execcgi" => Self::CGI,
            _ => Self::NONE,
        }
    }

    /// Both together.
    #[must_use]
    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// This without the other.
    #[must_use]
    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether it holds all of another.
    #[must_use]
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl Options {
    /// Takes down the words of an `Options` line; what the server refuses was noted before.
    pub(super) fn take_down(&mut self, words: &[Spanned<Vec<u8>>]) {
        for (index, word) in words.iter().enumerate() {
            let (sign, name) = match word.value.split_first() {
                Some((sign @ (b'+' | b'-'), name)) => (Some(*sign), name),
                _ => (None, word.value.as_slice()),
            };
            let set = OptionSet::named(name);
            match sign {
                Some(b'+') => {
                    self.added = self.added.with(set);
                    self.removed = self.removed.without(set);
                }
                Some(_) => {
                    self.removed = self.removed.with(set);
                    self.added = self.added.without(set);
                }
                None => {
                    let before = self.whole.filter(|_| index > 0).unwrap_or_default();
                    *self = Self { whole: Some(before.with(set)), ..Self::default() };
                }
            }
        }
    }

    /// What holds where nothing else was said (server/core.c, `create_core_dir_config`: FollowSymLinks).
    #[must_use]
    pub(super) fn in_force(self) -> OptionSet {
        self.whole.unwrap_or(OptionSet::LINKS).without(self.removed).with(self.added)
    }

    /// What holds where `inner` stands within these.
    #[must_use]
    pub(super) fn with(self, inner: Self) -> Self {
        match inner.whole {
            Some(_) => inner,
            None => Self {
                whole: self.whole,
                added: self.added.without(inner.removed).with(inner.added),
                removed: self.removed.without(inner.added).with(inner.removed),
            },
        }
    }
}
