//! The blocks of a configuration: the global one and one for each condition (data_config.c, configparser.y).

use std::collections::BTreeMap;

use super::token::Operator;
use super::value::Value;
use crate::pattern::Pattern;
use crate::source::Place;

/// What a condition looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Field {
    /// `$HTTP["url"]`: the path, decoded and simplified.
    Url,
    /// `$HTTP["host"]`
    Host,
    /// `$HTTP["remoteip"]`
    RemoteIp,
    /// `$HTTP["querystring"]`
    Query,
    /// `$HTTP["request-method"]`
    Method,
    /// `$HTTP["scheme"]`
    Scheme,
    /// `$REQUEST_HEADER["..."]`, and `$HTTP["referer"]` and its kin.
    Header(Vec<u8>),
    /// `$SERVER["socket"]`
    Socket,
}

/// What must hold for a block.
#[derive(Debug, Clone)]
pub(super) enum Condition {
    /// The global block: nothing.
    Always,
    /// A comparison.
    Compare {
        /// What is looked at.
        field: Field,
        /// How.
        operator: Operator,
        /// With what; simplified and normalised as the server does it.
        string: Vec<u8>,
        /// The compiled pattern of `=~` and `!~`; `None`: htlint cannot compile it.
        pattern: Option<Pattern>,
    },
    /// Plain `else`: the condition before does not hold.
    Else,
}

/// A key and what it holds in a block.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    /// The key as written; `var.` stands before one without a dot.
    pub key: Vec<u8>,
    /// Its value.
    pub value: Value,
    /// Where the key stands.
    pub place: Place,
}

/// A block.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The text by which the server knows it again: two conditions of one text are one block.
    pub name: Vec<u8>,
    /// The condition as written, for people: `$HTTP["url"] =^ "/a"`.
    pub written: String,
    /// Where the condition stands.
    pub place: Place,
    /// The block around it.
    pub parent: Option<usize>,
    /// The block before its `else`.
    pub previous: Option<usize>,
    /// What must hold.
    pub condition: Condition,
    /// Its settings, by their keys in lower case.
    pub settings: BTreeMap<Vec<u8>, Setting>,
}

impl Block {
    /// The global block.
    #[must_use]
    pub(super) fn global(place: Place) -> Self {
        Self {
            name: b"global".to_vec(),
            written: "global".to_owned(),
            place,
            parent: None,
            previous: None,
            condition: Condition::Always,
            settings: BTreeMap::new(),
        }
    }

    /// What a key holds here; letter case is no matter.
    #[must_use]
    pub(super) fn setting(&self, key: &[u8]) -> Option<&Setting> {
        self.settings.get(&key.to_ascii_lowercase())
    }

    /// Sets a key anew, whatever it held.
    pub(super) fn replace(&mut self, setting: Setting) {
        self.settings.insert(setting.key.to_ascii_lowercase(), setting);
    }

    /// Whether it is the one of a plain `else`.
    #[must_use]
    pub(super) fn is_else(&self) -> bool {
        matches!(self.condition, Condition::Else)
    }
}
