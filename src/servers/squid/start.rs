//! What Squid looks at before the first request, and what a request asks for.

use std::path::Path;

use super::config::Config;
use super::server::profile;
use crate::answer::{Because, Reason, Request};
use crate::gate::{Host, Opened, is_out_of_sight};
use crate::hash::Crypt;
use crate::read::{Account, group_number};
use crate::source::{Place, Span};

/// What is looked at before the first request: a port, the helper, and its file.
pub(super) fn start(host: &Host<'_>, config: &Config, crypt: Crypt) -> Result<Option<Opened>, Because> {
    let main = || config.main.map(|file| Place::new(file, Span::at(0)));
    if config.accel.is_none() {
        let message = "no port is opened that clients can be pointed at".to_owned();
        let reason = Reason::WrongArguments { name: "http_port".to_owned(), message };
        return Err(Because { place: config.caught.or_else(main), ..Because::nowhere(reason) });
    }
    accounts(host, config)?;
    let gone = |(path, _): &&(String, Place)| {
        let local = host.locate(&Host::path(Path::new("/"), path));
        host.target.paths.is_host() && local.is_some_and(|(local, _)| host.target.files.stat(&local).is_err())
    };
    if let Some((_, place)) = config.needed.iter().find(gone) {
        let (name, message) = ("squid.conf".to_owned(), "this is not there".to_owned());
        return Err(Because::at(Reason::WrongArguments { name, message }, *place));
    }
    let Some((words, place)) = &config.program else { return Ok(None) };
    let wrong = |message: &str| {
        let name = "auth_param basic program".to_owned();
        Because::at(Reason::WrongArguments { name, message: message.to_owned() }, *place)
    };
    let Some((program, arguments)) = words.split_first() else { return Err(wrong("a program is missing")) };
    if let Some((local, _)) = host.locate(Path::new(program))
        && host.target.paths.is_host()
        && host.target.files.stat(&local).is_err()
    {
        return Err(wrong("there is no such program"));
    }
    if !program.ends_with("ncsa_auth") {
        return Ok(None);
    }
    if arguments.len() != 1 && config.started > 0 {
        return Err(wrong("the helper takes one file, and ends at once"));
    }
    let Some(path) = arguments.first() else {
        return Ok(Some(Opened::Fault(Because::at(Reason::UserFileUnset, *place))));
    };
    let opened = host.book(profile(crypt), &Host::path(Path::new("/"), path), *place);
    if let Opened::Fault(because) = &opened
        && is_out_of_sight(&because.reason)
    {
        // The helpers end at once, and Squid with them.
        return Err(because.clone());
    }
    Ok(Some(opened))
}

/// The user and the group that Squid becomes (`configDoConfigure`).
fn accounts(host: &Host<'_>, config: &Config) -> Result<(), Because> {
    if !host.target.paths.is_host() {
        return Ok(());
    }
    let files = host.target.files;
    let user = config.user.iter().find(|(user, _)| Account::named(user, files).is_none());
    let root = config.user.iter().find(|(user, _)| Account::named(user, files).is_some_and(|account| account.uid == 0));
    let group = config.group.iter().find(|(group, _)| group_number(group, files).is_none());
    let of = |name: &str, (account, place): &(String, Place)| {
        let message = format!("Squid cannot become `{account}`");
        Because::at(Reason::WrongArguments { name: name.to_owned(), message }, *place)
    };
    match (user.or(root), group) {
        (Some(user), _) => Err(of("cache_effective_user", user)),
        (None, Some(group)) => Err(of("cache_effective_group", group)),
        (None, None) => Ok(()),
    }
}

/// Host and port of the URL.
pub(super) fn host_of(request: &Request) -> (String, u16) {
    let target = String::from_utf8_lossy(&request.path).into_owned();
    let authority = match target.split_once("://") {
        None if request.method == "CONNECT" => target.clone(),
        Some((_, rest)) => rest.split('/').next().unwrap_or_default().to_owned(),
        None => String::from_utf8_lossy(request.header("host").unwrap_or_default()).into_owned(),
    };
    let default = match target.split_once("://") {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("https") => 443,
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("ftp") => 21,
        Some(_) | None => 80,
    };
    match authority.rsplit_once(':') {
        Some((host, port)) => (host.to_owned(), port.parse().unwrap_or(default)),
        None => (authority, default),
    }
}
