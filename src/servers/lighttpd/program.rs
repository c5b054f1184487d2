//! Files that programs make the answer from (mod_cgi.c, `cgi_is_handled`; mod_ssi.c, `mod_ssi_physical_path`).

use std::path::Path;

use super::disk::Look;
use super::physical::Physical;
use super::request::Parsed;
use super::respond::{Stop, plain};
use super::setup::{Lighttpd, Truth};
use crate::read::{FileType, Stat};

impl Lighttpd<'_> {
    /// `cgi.assign`: what the program says cannot be told, but that one that cannot be run is a 500.
    pub(super) fn program(&self, physical: &Physical, stat: &Stat, truths: &[Truth]) -> Result<(), Stop> {
        const EXECUTABLE: u32 = 0o111;
        let Some(setting) = self.effective(truths, "cgi.assign")? else { return Ok(()) };
        if stat.kind != FileType::Regular {
            return Ok(());
        }
        let only = self.flag(truths, "cgi.execute-x-only", false)?;
        if only && stat.mode & EXECUTABLE == 0 {
            return Ok(());
        }
        let ends = |suffix: &[u8]| physical.path.ends_with(suffix);
        let own = setting.value.elements().iter().find(|element| element.key.as_deref().is_some_and(ends));
        let Some(element) = own else { return Ok(()) };
        let program = element.value.text().unwrap_or_default();
        let dead = if program.is_empty() {
            stat.mode & EXECUTABLE == 0
        } else {
            matches!(self.look(program), Look::Missing | Look::NotAFolder)
        };
        if dead {
            return Err(plain(500).into());
        }
        Err(self.elsewhere(element.place, "cgi.assign", "mod_cgi"))
    }

    /// `ssi.extension`: whatever a page's commands do, it is sent.
    pub(super) fn included(
        &self,
        physical: &Physical,
        stat: &Stat,
        local: &Path,
        parsed: &Parsed,
        truths: &[Truth],
    ) -> Result<(), Stop> {
        let Some(setting) = self.effective(truths, "ssi.extension")? else { return Ok(()) };
        if !setting.value.texts().any(|suffix| physical.path.ends_with(suffix)) {
            return Ok(());
        }
        let told = stat.kind == FileType::Regular && self.may_read(local) && parsed.header(b"Range").is_none();
        if told {
            return Err(plain(200).into());
        }
        Err(self.elsewhere(setting.place, "ssi.extension", "mod_ssi"))
    }
}
