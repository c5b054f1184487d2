//! `Options`, as far as they decide on a status (server/core.c, `set_options`).

use super::secrets::displayed;
use crate::source::Spanned;

/// Settings of one place, which may stand within others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Options {
    /// The options as a whole, if they were set without signs.
    pub whole: Option<OptionSet>,
    /// Switched on.
    pub added: OptionSet,
    /// Switched off.
    pub removed: OptionSet,
}

/// A set of options as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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
    /// `IncludesNOEXEC`.
    const INCLUDES: Self = Self(32);
    /// What `Includes` has besides.
    const INCLUDES_EXEC: Self = Self(64);
    /// `All`: everything but `MultiViews` and `SymLinksIfOwnerMatch` (include/http_core.h, `OPT_ALL`).
    const ALL: Self = Self(1 | 2 | 16 | 32 | 64);
    /// Every option that there is.
    pub(super) const EVERY: Self = Self(127);

    /// The set that a word stands for; `None`: it is no option.
    #[must_use]
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        Some(match name.to_ascii_lowercase().as_slice() {
            b"none" => Self::NONE,
            b"all" => Self::ALL,
            b"indexes" => Self::INDEXES,
            b"followsymlinks" => Self::LINKS,
            b"symlinksifownermatch" => Self::OWNED_LINKS,
            b"multiviews" => Self::VIEWS,
            b"execcgi" => Self::CGI,
            b"runscripts" => Self::VIEWS.with(Self::CGI),
            b"includesnoexec" => Self::INCLUDES,
            b"includes" => Self::INCLUDES.with(Self::INCLUDES_EXEC),
            _ => return None,
        })
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

/// Why the server refuses the words of an `Options` line where only some options are allowed (server/core.c,
/// `set_options`).
#[must_use]
pub(super) fn refused(words: &[Spanned<Vec<u8>>], allowed: OptionSet) -> Option<String> {
    const MIXED: &str = "Either all Options must start with + or -, or no Option may.";
    let (mut signed, mut whole) = (false, false);
    for (index, word) in words.iter().enumerate() {
        let bare = word.value.strip_prefix(b"+").or_else(|| word.value.strip_prefix(b"-"));
        let mixes = if bare.is_some() { !signed && index > 0 && !whole } else { signed };
        if mixes {
            return Some(MIXED.to_owned());
        }
        signed |= bare.is_some();
        let name = bare.unwrap_or(&word.value);
        let shown = displayed(name, true);
        let Some(set) = OptionSet::named(name) else { return Some(format!("Illegal option {shown}")) };
        if name.eq_ignore_ascii_case(b"none") || name.eq_ignore_ascii_case(b"all") {
            if index > 0 {
                return Some(format!("'Options {shown}' must be the first Option given."));
            }
            if signed {
                return Some(format!("You may not use 'Options +{shown}' or 'Options -{shown}'."));
            }
            whole = true;
        }
        if !allowed.has(set) {
            return Some(format!("Option {shown} not allowed here"));
        }
    }
    None
}

impl Options {
    /// Takes down the words of an `Options` line; what the server refuses was noted before.
    pub(super) fn take_down(&mut self, words: &[Spanned<Vec<u8>>]) {
        for (index, word) in words.iter().enumerate() {
            let (sign, name) = match word.value.split_first() {
                Some((sign @ (b'+' | b'-'), name)) => (Some(*sign), name),
                _ => (None, word.value.as_slice()),
            };
            let set = OptionSet::named(name).unwrap_or_default();
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
