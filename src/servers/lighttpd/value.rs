//! Values and lists (array.c; configparser.y, `configparser_merge_data`).

use crate::source::Place;

/// What a key holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A string.
    Text(Vec<u8>),
    /// An integer, cut to the 32 bits that the server keeps.
    Number(i32),
    /// A list.
    List(Vec<Element>),
}

/// An element of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// What stands before its `=>`; `None`: nothing does.
    pub key: Option<Vec<u8>>,
    /// What stands behind.
    pub value: Value,
    /// Where it stands: its key, or its value.
    pub place: Place,
}

/// Why two values do not go together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Clash {
    /// A list with something else.
    Types,
    /// A key that both lists have; letter case is no matter.
    Key(Vec<u8>),
}

/// Whether two keys are the same to the server (array.c, `array_keycmp`).
#[must_use]
pub(super) fn same_key(one: &[u8], two: &[u8]) -> bool {
    one.eq_ignore_ascii_case(two)
}

impl Value {
    /// What `one + two` and `one += two` make.
    ///
    /// # Errors
    /// See [`Clash`].
    pub(super) fn merged(self, other: &Value) -> Result<Value, Clash> {
        match (self, other) {
            (Self::Text(one), Self::Text(two)) => Ok(Self::Text([one.as_slice(), two].concat())),
            (Self::Text(one), Self::Number(two)) => Ok(Self::Text([one, two.to_string().into_bytes()].concat())),
            (Self::Number(one), Self::Text(two)) => Ok(Self::Text([one.to_string().as_bytes(), two].concat())),
            (Self::Number(one), Self::Number(two)) => Ok(Self::Number(one.wrapping_add(*two))),
            (Self::List(one), Self::List(two)) => merged_lists(one, two).map(Self::List),
            (Self::List(_), Self::Text(_) | Self::Number(_)) | (Self::Text(_) | Self::Number(_), Self::List(_)) => {
                Err(Clash::Types)
            }
        }
    }

    /// How many bytes and elements it has; `None`: more than any configuration has on purpose, or lists in lists so deep.
    #[must_use]
    pub(super) fn size(&self, depth: usize) -> Option<usize> {
        const DEEPEST: usize = 64;
        const MOST: usize = 1 << 24;
        let size = match self {
            Self::Text(text) => text.len(),
            Self::Number(_) => 1,
            Self::List(_) if depth > DEEPEST => return None,
            Self::List(elements) => {
                let mut size = 0_usize;
                for element in elements {
                    size = size.saturating_add(element.value.size(depth + 1)?).saturating_add(64);
                }
                size
            }
        };
        (size <= MOST).then_some(size)
    }

    /// The string, if it is one.
    #[must_use]
    pub(super) fn text(&self) -> Option<&[u8]> {
        match self {
            Self::Text(text) => Some(text),
            Self::Number(_) | Self::List(_) => None,
        }
    }

    /// The elements, if it is a list; else none.
    #[must_use]
    pub(super) fn elements(&self) -> &[Element] {
        match self {
            Self::List(elements) => elements,
            Self::Text(_) | Self::Number(_) => &[],
        }
    }

    /// The strings of a list that holds such.
    pub(super) fn texts(&self) -> impl Iterator<Item = &[u8]> {
        self.elements().iter().filter_map(|element| element.value.text())
    }

    /// Its truth, where the server reads it as such (configfile-glue.c, `config_plugin_value_tobool`).
    #[must_use]
    pub(super) fn truth(&self) -> Option<bool> {
        let is = |text: &[u8], words: [&str; 4]| words.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()));
        match self {
            Self::Text(text) if is(text, ["enable", "enabled", "true", "1"]) => Some(true),
            Self::Text(text) if is(text, ["disable", "disabled", "false", "0"]) => Some(false),
            Self::Number(number) => Some(*number != 0),
            Self::Text(_) | Self::List(_) => None,
        }
    }

    /// Its number, where the server reads it as a decimal one (configfile-glue.c, `config_plugin_values_init_block`).
    #[must_use]
    pub(super) fn number(&self) -> Option<i64> {
        match self {
            Self::Number(number) => Some(i64::from(*number)),
            Self::Text(text) => str::from_utf8(text).ok()?.trim_start().parse().ok(),
            Self::List(_) => None,
        }
    }
}

fn merged_lists(mut one: Vec<Element>, two: &[Element]) -> Result<Vec<Element>, Clash> {
    for element in two {
        let Some(key) = &element.key else {
            one.push(element.clone());
            continue;
        };
        let known = one.iter().find(|other| other.key.as_ref().is_some_and(|other| same_key(other, key)));
        match known {
            None => one.push(element.clone()),
            Some(known) if known.value == element.value && !matches!(known.value, Value::List(_)) => {}
            Some(_) => return Err(Clash::Key(key.clone())),
        }
    }
    Ok(one)
}
