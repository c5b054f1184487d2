//! A server on its main configuration.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::fault::Fault as Stop;
use super::modules::list;
use super::options::ParseOptions;
use super::reader::Reader;
use super::secrets::secrets;
use super::setup::Lighttpd;
use crate::answer::{Startup, Target};
use crate::read::{Account, Fault, group_number};
use crate::source::{Source, Sources};

/// Reads the main configuration and all that it includes.
///
/// # Errors
/// The main configuration itself cannot be read.
pub fn open<'a>(target: &'a Target<'a>, sources: &'a Sources) -> Result<Lighttpd<'a>, Fault> {
    let bytes = target.files.read(target.config)?;
    let mut source = Source::new(target.config.to_owned(), bytes);
    let hidden = secrets(source.bytes());
    source.set_secrets(hidden);
    let file = sources.add(source);
    let mut reader = Reader::new(target, sources, file);
    let read = reader.file(file);
    let modules = if read.is_ok() { list(&reader.blocks) } else { Vec::new() };
    let mut server = Lighttpd {
        target,
        sources,
        blocks: reader.blocks,
        modules,
        rules: BTreeMap::new(),
        files: reader.files,
        startup: Startup::Ok,
        account: None,
        options: ParseOptions::default(),
        user_files: RefCell::new(HashMap::new()),
    };
    server.account = account(&server);
    server.startup = match read.and_then(|()| server.check()) {
        Ok(()) => Startup::Ok,
        Err(Stop::Refused(because)) => Startup::Fails(vec![*because]),
        Err(Stop::Unknown(because)) => Startup::Unknown(vec![*because]),
    };
    Ok(server)
}

/// The account of the workers, where this machine is the server: that of the configuration, else who starts it
/// (server.c, `server_main_setup`).
fn account(server: &Lighttpd<'_>) -> Option<Account> {
    let target = server.target;
    if !target.paths.is_host() {
        return None;
    }
    let text = |key: &str| {
        let setting = server.global(key).and_then(|setting| setting.value.text()).filter(|text| !text.is_empty());
        setting.map(|text| String::from_utf8_lossy(text).into_owned())
    };
    let group = text("server.groupname").and_then(|group| group_number(&group, target.files));
    let named = text("server.username").or(target.run_as.map(str::to_owned));
    let root = Account { name: "root".to_owned(), uid: 0, gid: 0, groups: Vec::new() };
    let account = named.and_then(|name| Account::named(&name, target.files)).unwrap_or(root);
    Some(match group {
        Some(group) => account.with_group(group),
        None => account,
    })
}
