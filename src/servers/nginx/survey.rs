//! Everything there is to say without being asked.

use super::site::Site;
use crate::answer::Survey;

impl Site<'_> {
    pub(super) fn survey(&self) -> Survey {
        Survey::default()
    }
}
