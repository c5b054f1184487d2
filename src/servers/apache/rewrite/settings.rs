//! mod_rewrite's settings of one place, and how an inner place's join the outer ones (modules/mappers/mod_rewrite.c,
//! `config_perdir_merge`, `config_server_merge`).

use std::collections::BTreeMap;

use super::rule::{Condition, Rule};

/// What `RewriteOptions` says of the rules of outer places, and of those of inner ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in super::super) struct Inherits {
    /// `Inherit`.
    pub after: bool,
    /// `InheritBefore`.
    pub before: bool,
    /// `InheritDown`.
    pub down_after: bool,
    /// `InheritDownBefore`.
    pub down_before: bool,
    /// `IgnoreInherit`.
    pub ignore: bool,
    /// `MergeBase`.
    pub base: bool,
    /// `AllowNoSlash`.
    pub no_slash: bool,
    /// `UnsafePrefixStat`.
    pub any_prefix: bool,
    /// `IgnoreContextInfo`.
    pub no_context: bool,
}

/// The settings.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Rewrite {
    /// RewriteEngine.
    pub engine: Option<bool>,
    /// RewriteOptions.
    pub options: Option<Inherits>,
    /// RewriteBase.
    pub base: Option<Vec<u8>>,
    /// The folder, or the section's argument, with a slash at its end; `None` where no directive of mod_rewrite stands.
    pub directory: Option<Vec<u8>>,
    /// The rules, each with its conditions.
    pub rules: Vec<Rule>,
    /// Conditions that wait for their rule.
    pub conditions: Vec<Condition>,
    /// RewriteMap: names, and the function of the server itself each stands for; `None`: anything else.
    pub maps: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// Whether any directive of mod_rewrite stands here.
    pub touched: bool,
}

impl Rewrite {
    /// Says for which place these settings are.
    pub(in super::super) fn stand_in(&mut self, place: &[u8]) {
        if self.touched {
            let slash: &[u8] = if place.last() == Some(&b'/') { b"" } else { b"/" };
            self.directory = Some([place, slash].concat());
        }
    }

    /// What holds where `inner` stands within these.
    #[must_use]
    pub(in super::super) fn with(&self, inner: &Self) -> Self {
        if !inner.touched {
            return self.clone();
        }
        let options = inner.options.or(self.options);
        let (own, outer) = (options.unwrap_or_default(), self.options.unwrap_or_default());
        let (after, before) = (inner.rules.as_slice(), self.rules.as_slice());
        let rules = if own.after || (outer.down_after && !own.ignore) {
            [after, before].concat()
        } else if own.before || (outer.down_before && !own.ignore) {
            [before, after].concat()
        } else {
            inner.rules.clone()
        };
        let base = if own.base { inner.base.clone().or_else(|| self.base.clone()) } else { inner.base.clone() };
        let mut maps = self.maps.clone();
        maps.extend(inner.maps.clone());
        Self {
            engine: inner.engine.or(self.engine),
            options,
            base,
            directory: inner.directory.clone(),
            rules,
            conditions: Vec::new(),
            maps,
            touched: true,
        }
    }
}
