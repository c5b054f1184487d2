//! The files behind the backends, and what becomes of the people in them (mod_authn_file.c).

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use super::disk::Look;
use super::setup::Lighttpd;
use crate::answer::{Because, Missing, Reason};
use crate::read::{Fault, FileType};
use crate::source::{FileId, Place, Source};
use crate::users::{HtdigestLine, UserFile, htdigest_lines, read_lighttpd};

/// The server reads smaller files only.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What a `userfile` leads to.
#[derive(Debug, Clone)]
pub(super) enum UserFileState {
    /// It cannot be read, so nobody gets in.
    Failed(Reason),
    /// Can't tell.
    Unknown(Because),
    /// It was read.
    Read {
        /// Its source.
        file: FileId,
        /// As the backends htpasswd and plain read it.
        passwords: Arc<UserFile>,
        /// As the backend htdigest reads it.
        digests: Arc<Vec<HtdigestLine>>,
    },
}

impl Lighttpd<'_> {
    /// Reads the file at a path of the server, once.
    #[must_use]
    pub(super) fn user_file(&self, written: &[u8]) -> Rc<UserFileState> {
        let local = match self.local(written) {
            Ok(local) => local,
            Err(because) => return Rc::new(UserFileState::Unknown(*because)),
        };
        if let Some(known) = self.user_files.borrow().get(&local) {
            return known.clone();
        }
        let state = Rc::new(self.read_user_file(written, &local));
        self.user_files.borrow_mut().insert(local, state.clone());
        state
    }

    fn read_user_file(&self, written: &[u8], local: &Path) -> UserFileState {
        let path = || {
            if written.starts_with(b"/") {
                String::from_utf8_lossy(written).into_owned()
            } else {
                format!("/{}", String::from_utf8_lossy(written))
            }
        };
        let stat = match self.look(written) {
            Look::Found(stat, _) => stat,
            Look::Missing if written.starts_with(b"/") => {
                return UserFileState::Failed(Reason::UserFileMissing { path: path() });
            }
            Look::Missing => return UserFileState::Failed(self.relative(written, path())),
            Look::NotAFolder => return UserFileState::Failed(Reason::UserFileMissing { path: path() }),
            Look::Denied | Look::Broken => {
                let fault = "the workers may not search a folder on the way".to_owned();
                return UserFileState::Failed(Reason::UserFileUnreadable { path: path(), fault });
            }
            Look::Unknown(because) => return UserFileState::Unknown(because),
        };
        if stat.kind != FileType::Regular && !self.is_null(local) {
            let what = stat.kind.words().to_owned();
            return UserFileState::Failed(Reason::UserFileNotRegular { path: path(), what });
        }
        if !self.may_read(local) {
            let fault = format!("mode {:04o}, not readable for the workers", stat.mode);
            return UserFileState::Failed(Reason::UserFileUnreadable { path: path(), fault });
        }
        if stat.len >= LARGEST {
            let fault = "64 MB or more".to_owned();
            return UserFileState::Failed(Reason::UserFileUnreadable { path: path(), fault });
        }
        self.load(local)
    }

    fn is_null(&self, local: &Path) -> bool {
        local == Path::new(crate::read::NULL_DEVICE)
    }

    /// A relative path that leads nowhere; perhaps one beside the configuration was meant.
    fn relative(&self, written: &[u8], path: String) -> Reason {
        let beside = self.target.folder().join(crate::read::server_path(written));
        let beside = self.target.files.stat(&beside).is_ok_and(|stat| stat.kind == FileType::Regular);
        Reason::UserFileRelative { written: String::from_utf8_lossy(written).into_owned(), path, beside }
    }

    fn load(&self, local: &Path) -> UserFileState {
        let bytes = match self.target.files.read(local) {
            Ok(bytes) => bytes,
            Err(fault) => {
                let path = local.display().to_string();
                let missing = match fault {
                    Fault::Missing
                    | Fault::NotADirectory
                    | Fault::Denied
                    | Fault::Directory
                    | Fault::NotRegular(_)
                    | Fault::Loop
                    | Fault::TooLarge { .. }
                    | Fault::Other(_) => Missing::Content { path },
                };
                return UserFileState::Unknown(Because::nowhere(Reason::CannotTell { missing }));
            }
        };
        let mut source = Source::new(local.to_owned(), bytes);
        let secrets = UserFile::secrets(&source);
        source.set_secrets(secrets);
        let file = self.sources.add(source);
        let bytes = self.sources.get(file).map(Source::bytes).unwrap_or_default();
        UserFileState::Read {
            file,
            passwords: Arc::new(read_lighttpd(file, bytes)),
            digests: Arc::new(htdigest_lines(bytes)),
        }
    }
}

/// The place of a line.
#[must_use]
pub(super) fn place(file: FileId, span: crate::source::Span) -> Place {
    Place::new(file, span)
}
