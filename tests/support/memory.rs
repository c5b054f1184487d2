//! Lays a case out in memory, as the server's host has it.

use std::fs;
use std::path::{Path, PathBuf};

use htlint::read::Memory;
use htlint::servers::apache::ModuleSet;

use super::case::{Case, Modules};

/// Where a case lies in memory; nothing else is there.
pub(crate) const ROOT: &str = "/srv/case";
/// The account of the workers, as on Debian.
pub(crate) const WORKER: (&str, u32) = ("www-data", 33);

/// The modules that a case's server has.
pub(crate) fn modules(modules: &Modules) -> ModuleSet {
    let of_set = |name: &str| match name {
        "all" => Some(ModuleSet::all()),
        "debian-default" => Some(ModuleSet::debian_default()),
        _ => None,
    };
    match modules {
        Modules::Set(name) => of_set(name).unwrap(),
        Modules::List(names) => {
            let mut set = ModuleSet::compiled_in();
            for name in names {
                match of_set(name) {
                    Some(named) => named.iter().for_each(|module| assert!(set.add(module.source))),
                    None => assert!(set.add(name), "{name}"),
                }
            }
            set
        }
    }
}

/// The case in memory, with owners and modes as on the server.
pub(crate) fn laid_out(case: &Case) -> Memory {
    let passwd = format!("root:x:0:0::/:\n{}:x:{}:{}::/:\n", WORKER.0, WORKER.1, WORKER.1);
    let group = format!("root:x:0:\n{}:x:{}:\n", WORKER.0, WORKER.1);
    let mut files = Memory::new().file("/etc/passwd", passwd).file("/etc/group", group);
    files = files.directory(format!("{ROOT}/server"));
    for part in ["site", "server"] {
        files = copied(files, case, Path::new(part));
    }
    files
}

fn copied(mut files: Memory, case: &Case, part: &Path) -> Memory {
    let from = case.folder.join(part);
    let to = Path::new(ROOT).join(part);
    let Ok(found) = fs::symlink_metadata(&from) else { return files };
    let mut mode = 0o644;
    if found.is_symlink() {
        let target = filled(fs::read_link(&from).unwrap().as_os_str().as_encoded_bytes());
        return files.symlink(to, PathBuf::from(String::from_utf8(target).unwrap()));
    }
    if found.is_dir() {
        mode = 0o755;
        files = files.directory(&to);
        let mut entries: Vec<_> = fs::read_dir(&from).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        entries.sort();
        for entry in entries {
            files = copied(files, case, &part.join(entry));
        }
    } else {
        files = files.file(&to, filled(&fs::read(&from).unwrap()));
    }
    let key = part.to_string_lossy().into_owned();
    let mode = case.setup.modes.get(&key).map_or(mode, |mode| u32::from_str_radix(mode, 8).unwrap());
    let owner = case.setup.owners.get(&key).map_or(WORKER.1, |owner| if owner == "root" { 0 } else { WORKER.1 });
    files.owned(to, mode, owner, owner)
}

/// Text with `@SITE@` and `@SERVER@` filled in.
pub(crate) fn filled(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        let marks = [(&b"@SITE@"[..], "site"), (b"@SERVER@", "server")];
        match marks.into_iter().find_map(|(mark, part)| Some((rest.strip_prefix(mark)?, part))) {
            Some((after, part)) => {
                out.extend_from_slice(format!("{ROOT}/{part}").as_bytes());
                rest = after;
            }
            None => {
                out.push(*first);
                rest = tail;
            }
        }
    }
    out
}

/// The same with a `htlint.toml` that says of the server what the case's setup says beyond the default.
pub(crate) fn configured(case: &Case) -> Memory {
    let setup = &case.setup;
    let names: Vec<&str> = modules(&setup.modules).iter().map(|module| module.source).collect();
    let told = match &setup.modules {
        Modules::Set(name) if name == "all" => String::new(),
        Modules::Set(name) => format!("modules = {name:?}\n"),
        Modules::List(_) => format!("modules = {names:?}\n"),
    };
    let words: Vec<&str> = setup.allow_override.split_whitespace().collect();
    let defines = &setup.defines;
    let toml =
        format!("[apache]\n{told}allow-override = {words:?}\ndefine = {defines:?}\nserver-root = \"{ROOT}/server\"\n");
    laid_out(case).file(format!("{ROOT}/htlint.toml"), toml)
}
