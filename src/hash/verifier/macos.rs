//! macOS's crypt(3), known to do DES; what else it does has not been observed.

use super::kind::c_string;
use crate::hash::format::des;
use crate::hash::life::{Doubt, Life};
use crate::hash::recipe::Recipe;
use crate::hash::recognise::stranger;
use crate::hash::scheme::Scheme;

/// Characters of a DES hash.
const DES: usize = 13;

/// Reads a stored text: DES; BSDi's form and odd salts are in doubt, everything else is dead.
pub(super) fn read(field: &[u8]) -> Result<Recipe<'_>, Life> {
    let text = c_string(field);
    let life = |_| {
        if Scheme::of(text) == Scheme::Bsdi {
            return Life::Unknown(Doubt::NotObserved(Scheme::Bsdi));
        }
        if text.len() == DES && des::read_musl(text).is_ok() {
            return Life::Unknown(Doubt::NotObserved(Scheme::Des));
        }
        Life::Dead(stranger(text))
    };
    des::read(text, false).map_err(life)
}
