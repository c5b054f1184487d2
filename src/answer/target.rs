//! What is known of the machine that a server runs on, before its configuration is read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::credentials::Credentials;
use crate::hash::Crypt;
use crate::read::{Files, PathMap};

/// The machine of a server, and the configuration it is started with.
pub struct Target<'a> {
    /// The world outside.
    pub files: &'a dyn Files,
    /// Where the server's paths lie here.
    pub paths: &'a PathMap,
    /// The main configuration file, absolute and on this machine.
    pub config: &'a Path,
    /// The account of the workers, where neither the configuration nor the server's own default is to decide.
    pub run_as: Option<&'a str>,
    /// Names defined on the server's command line, with their values if they have one.
    pub defines: BTreeMap<String, Option<String>>,
    /// The environment that was told; a server's room adds what files beside the configuration say of it.
    pub env: BTreeMap<String, String>,
    /// Which crypt(3) stands behind the server.
    pub crypt: Crypt,
    /// Logins to try where their users are known.
    pub credentials: &'a Credentials,
}

impl Target<'_> {
    /// The folder of the main configuration file, as the server knows it; where nobody said, as this machine does.
    #[must_use]
    pub fn server_folder(&self) -> PathBuf {
        let main = self.paths.server_path_of(self.config);
        main.and_then(|main| main.parent().map(Path::to_owned)).unwrap_or_else(|| self.folder())
    }

    /// The folder of the main configuration file, on this machine.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        self.config.parent().unwrap_or(Path::new("/")).to_owned()
    }
}
