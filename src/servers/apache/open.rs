//! A server on its main configuration.

use super::load::Loaded;
use super::profile::Profile;
use super::site::Site;
use crate::answer::Target;
use crate::read::Fault;
use crate::source::Sources;

/// Reads the main configuration.
///
/// # Errors
/// It cannot be read.
pub fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<Site<'a>, Fault> {
    target.files.read(target.config)?;
    Ok(Site::new(sources, Loaded::default(), Profile::default(), target.folder()))
}
