//! Folders of users: `/~name/` (mod_userdir.c, `mod_userdir_docroot_handler`).

use super::physical::joined;
use super::request::Parsed;
use super::respond::{Stop, plain};
use super::setup::{Lighttpd, Truth};

/// A user's folder, and the file below it.
type Home = (Vec<u8>, Vec<u8>);

impl Lighttpd<'_> {
    /// The user's folder and the file below it; nothing: the module leaves the request alone.
    pub(super) fn user_folder(&self, parsed: &Parsed, truths: &[Truth]) -> Result<Option<Home>, Stop> {
        let Some(rest) = parsed.path.strip_prefix(b"/~") else { return Ok(None) };
        let Some(setting) = self.effective(truths, "userdir.path")? else { return Ok(None) };
        if !self.flag(truths, "userdir.active", true)? || rest.is_empty() {
            return Ok(None);
        }
        let (name, Some(behind)) = super::cut::cut(rest, b'/') else { return Err(plain(301).into()) };
        let lower = self.flag(truths, "server.force-lowercase-filenames", false)?;
        let same = |known: &[u8]| if lower { known.eq_ignore_ascii_case(name) } else { known == name };
        if let Some(excluded) = self.effective(truths, "userdir.exclude-user")?
            && excluded.value.texts().any(same)
        {
            return Ok(None);
        }
        if let Some(included) = self.effective(truths, "userdir.include-user")?
            && !included.value.elements().is_empty()
            && !included.value.texts().any(|known| known == name)
        {
            return Ok(None);
        }
        let base = self.effective(truths, "userdir.basepath")?.and_then(|base| base.value.text());
        let Some(base) = base.filter(|base| !base.is_empty()) else {
            return Err(self.elsewhere(setting.place, "userdir.path", "mod_userdir"));
        };
        let plain_name = name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte));
        let letters = self.flag(truths, "userdir.letterhomes", false)?;
        let dotted = name.starts_with(b".") && (letters || matches!(name, b"." | b".."));
        if name.is_empty() || name.len() > 255 || !plain_name || dotted {
            return Ok(None);
        }
        let name = if lower { name.to_ascii_lowercase() } else { name.to_vec() };
        let letter = name.get(..1).filter(|_| letters);
        let home = letter.map_or_else(|| base.to_vec(), |letter| joined(base, letter));
        let folder = joined(&joined(&home, &name), setting.value.text().unwrap_or_default());
        let behind = if lower { behind.to_ascii_lowercase() } else { behind.to_vec() };
        let start = if folder.ends_with(b"/") { folder.clone() } else { [folder.as_slice(), b"/"].concat() };
        Ok(Some((folder, [start, behind].concat())))
    }
}
