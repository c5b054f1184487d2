//! The place in a tree whose directives are executed, and what may stand there (server/config.c, `invoke_cmd`).

use super::config::{Allowed, Combine, DirConfig, Rule};
use super::directives::Override;
use super::expr::Origin;
use super::host::Host;
use super::methods::Methods;
use super::profile::Profile;
use super::tree::Tree;
use crate::answer::{Because, Missing, Reason};

/// What per-directory files may say, where they are read (server/config.c, `invoke_cmd`).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Permit {
    /// What `AllowOverride` grants.
    pub allowed: Allowed,
    /// What `AllowOverrideList` grants besides: names in lower case.
    pub list: Vec<Vec<u8>>,
}

impl Permit {
    /// Everything.
    #[must_use]
    pub(super) fn everything() -> Self {
        Self { allowed: Allowed::of(Override::ALL), list: Vec::new() }
    }

    /// Nothing at all.
    #[must_use]
    pub(super) fn nothing() -> Self {
        Self { allowed: Allowed::of(Override::NONE), list: Vec::new() }
    }

    /// What the profile grants.
    #[must_use]
    pub(super) fn of(profile: &Profile) -> Self {
        Self { allowed: Allowed::of(profile.allow_override), list: Vec::new() }
    }

    /// Whether the file is read at all: with `Nonfatal` even where nothing of it is allowed (server/core.c,
    /// `set_override`).
    #[must_use]
    pub(super) fn reads(&self) -> bool {
        let Allowed { classes, options: _, skips_forbidden, skips_unknown } = self.allowed;
        classes != Override::NONE || skips_forbidden || skips_unknown || !self.list.is_empty()
    }
}

/// The place in the tree whose directives are executed.
pub(super) struct Scope {
    /// What may stand here.
    pub(super) overrides: Override,
    /// In a per-directory file, what it may say.
    pub(super) permit: Option<Permit>,
    /// Outside of all sections of the main configuration, the host that is set up.
    pub(super) host: Option<Box<Host>>,
    /// What they set.
    pub(super) config: DirConfig,
    /// The rules of the innermost `<Require...>` section, or of the place itself.
    pub(super) rules: Vec<Rule>,
    /// What that section makes of its rules.
    pub(super) combine: Combine,
    /// The methods of the innermost `<Limit>`.
    pub(super) methods: Methods,
    /// The names of the sections around, outermost first: `<Files>`.
    pub(super) within: Vec<String>,
}

impl Scope {
    /// A place where these may stand.
    pub(super) fn new(overrides: Override) -> Self {
        Self {
            overrides,
            permit: None,
            host: None,
            config: DirConfig::default(),
            rules: Vec::new(),
            combine: Combine::Any,
            methods: Methods::ALL,
            within: Vec::new(),
        }
    }

    /// The top of a per-directory file.
    pub(super) fn per_dir(permit: Permit) -> Self {
        Self { permit: Some(permit.clone()), ..Self::new(permit.allowed.classes) }
    }

    /// Outside of all sections of a host's configuration.
    pub(super) fn server(host: Host) -> Self {
        Self { host: Some(Box::new(host)), ..Self::new(Override::SERVER_CONFIG) }
    }

    /// Where its expressions stand.
    pub(super) fn origin(&self) -> Origin {
        if self.permit.is_some() { Origin::PerDir } else { Origin::MainConfig }
    }

    /// Notes where the tree is too deep to be read.
    pub(super) fn note_depth(&mut self, tree: &Tree<'_>) {
        if let Some(place) = tree.too_deep {
            let reason = Reason::CannotTell { missing: Missing::TooMany };
            self.config.unknowable.push(Because::at(reason, place));
        }
    }

    pub(super) fn finish(self) -> DirConfig {
        DirConfig { rules: self.rules, ..self.config }
    }

    pub(super) fn is_within(&self, section: &str) -> bool {
        self.within.iter().any(|within| within.eq_ignore_ascii_case(section))
    }
}
