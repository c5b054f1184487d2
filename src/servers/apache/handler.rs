//! The handler that makes the answer instead of the server itself (server/config.c, `ap_invoke_handler`).

use super::config::DirConfig;
use super::ground::Found;
use crate::answer::{Because, Missing, Reason};

/// The handler that makes the answer instead of the server itself.
pub(super) fn handled(config: &DirConfig, found: &Found) -> Option<Because> {
    let by_name = || {
        let extension = found.name().rsplit(|byte| *byte == b'.').next()?.to_ascii_lowercase();
        config.content.handlers_by_name.iter().rev().find(|(name, _)| *name == extension).map(|(_, set)| set)
    };
    let set = config.content.handler.as_ref().or_else(by_name)?;
    if set.value.eq_ignore_ascii_case(b"none") || set.value.eq_ignore_ascii_case(b"default-handler") {
        return None;
    }
    let missing = Missing::Condition { directive: format!("the handler {}", String::from_utf8_lossy(&set.value)) };
    Some(Because::at(Reason::CannotTell { missing }, set.place))
}
