//! From the arguments of `htlint check` to the library's options.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use htlint::credentials::{Credentials, credentials};
use htlint::read::{Disk, Files, Overlay};
use htlint::{Checked, Options, check_watched};

use zeroize::Zeroizing;

use crate::args::{Check, Target};
use crate::progress::Progress;

/// Looks at the files; relative paths start from `here`. A stop is a line on what stood in the way.
pub(crate) fn look(arguments: &Check, here: &Path) -> Result<Checked, String> {
    let disk = Disk::default();
    let (logins, words) = (logins(arguments, here, &disk)?, words(arguments, here, &disk)?);
    let options = |paths: &[PathBuf]| Options {
        credentials: logins.clone(),
        audit: words.clone(),
        ..options(&arguments.target, &arguments.exclude, here, paths)
    };
    let progress = Progress::new();
    let checked = match &arguments.stdin_filename {
        None => check_watched(&disk, &options(&arguments.paths), &progress),
        Some(name) => {
            let mut bytes = Vec::new();
            let most = htlint::read::LIMIT;
            io::stdin().take(most + 1).read_to_end(&mut bytes).map_err(|error| format!("stdin: {error}"))?;
            if u64::try_from(bytes.len()).is_ok_and(|len| len > most) {
                return Err(format!("stdin: more than {most} bytes"));
            }
            let named = |path: &PathBuf| if path == Path::new("-") { name.clone() } else { path.clone() };
            let paths: Vec<PathBuf> = arguments.paths.iter().map(named).collect();
            check_watched(&Overlay::new(&disk, here.join(name), bytes), &options(&paths), &progress)
        }
    };
    checked.map_err(|stop| stop.to_string())
}

/// The logins to try; a file that others may read is refused.
fn logins(arguments: &Check, here: &Path, disk: &dyn Files) -> Result<Credentials, String> {
    /// Read by the group, read by others.
    const OPEN: u32 = 0o044;
    let Some(path) = &arguments.logins.credentials else { return Ok(Credentials::new()) };
    let name = path.display();
    let file = here.join(path);
    let stat = disk.stat(&file).map_err(|fault| format!("{name}: {fault}"))?;
    if stat.mode & OPEN != 0 && !arguments.logins.force {
        return Err(format!("{name}: others may read it: `chmod 600` it, or say --force"));
    }
    let bytes = Zeroizing::new(disk.read(&file).map_err(|fault| format!("{name}: {fault}"))?);
    credentials(&bytes).map_err(|bad| format!("{name}: {bad}"))
}

/// What else the audit tries; `None`: there is none.
fn words(arguments: &Check, here: &Path, disk: &dyn Files) -> Result<Option<Vec<Vec<u8>>>, String> {
    let (true, path) = (arguments.logins.audit, &arguments.logins.wordlist) else { return Ok(None) };
    let Some(path) = path else { return Ok(Some(Vec::new())) };
    let bytes = disk.read(&here.join(path)).map_err(|fault| format!("{}: {fault}", path.display()))?;
    let lines = bytes.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    Ok(Some(lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect()))
}

/// The library's options for a target.
pub(crate) fn options(target: &Target, excludes: &[String], here: &Path, paths: &[PathBuf]) -> Options {
    Options {
        here: here.to_owned(),
        paths: paths.to_vec(),
        excludes: excludes.to_vec(),
        maps: target.map.clone(),
        root: target.root.clone(),
        docroot: target.docroot.clone(),
        on_host: target.on_host,
        run_as: target.run_as.clone(),
        config: target.config.clone(),
        server: target.server,
        defines: target.define.iter().cloned().collect(),
        env: target.env.iter().cloned().collect(),
        crypt: target.platform.crypt(),
        credentials: Credentials::new(),
        audit: None,
    }
}
