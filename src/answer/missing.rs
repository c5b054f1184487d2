//! What keeps htlint from telling.

/// What htlint would have to know to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missing {
    /// Where a path of the target server lies in this checkout.
    Path {
        /// The server's path.
        path: String,
    },
    /// What a file holds that htlint may not read, though the server may.
    Content {
        /// The path on this machine.
        path: String,
    },
    /// The value of a variable.
    Variable {
        /// Its name.
        name: String,
    },
    /// Whether a module from elsewhere is loaded, and what it does.
    Module {
        /// Its name, as people say it: `PHP`.
        name: String,
        /// The directive or section that asks for it.
        directive: String,
    },
    /// What another provider than a file says: `ldap`, `dbd`.
    Provider {
        /// The provider.
        name: String,
    },
    /// What another server answers, to which a request that has passed is handed on.
    Upstream {
        /// Its name in the configuration.
        name: String,
    },
    /// What an expression or a request-dependent variable evaluates to.
    Condition {
        /// The directive it stands in.
        directive: String,
    },
    /// What DNS says.
    Dns,
    /// Whether a pattern of a dialect that htlint cannot compile fits.
    Pattern {
        /// The directive it stands in.
        directive: String,
    },
    /// More combinations of unknown facts than htlint works through.
    TooMany,
    /// The outcome of a hash that is too costly to compute here.
    Cost,
}
