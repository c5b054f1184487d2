//! What keeps a server from starting although each line of its configuration is fine (server/core.c, server/listen.c,
//! server/log.c, modules/arch/unix/mod_unixd.c; modules/aaa/mod_authz_core.c, `authz_core_check_section`).

use std::path::Path;

use super::include::MainFiles;
use crate::answer::{Because, Reason, Target};
use crate::read::{Account, FileType, group_number, merge, server_path};
use crate::servers::apache::config::{Asks, DirConfig, Rule, Set};
use crate::servers::apache::host::Host;
use crate::servers::apache::reader::{Fault, Main};
use crate::source::{FileId, Place, Span};

/// The faults, in the order in which the server would find them.
#[must_use]
pub(in crate::servers::apache) fn startup_faults(
    main: &Main,
    config: FileId,
    files: &MainFiles<'_>,
    target: &Target<'_>,
) -> Vec<Fault> {
    let whole = Place::new(config, Span::at(0));
    let mut faults = Vec::new();
    let mpms = main.profile.modules.iter().filter(|module| module.identifier.starts_with("mpm_")).count();
    match mpms {
        0 => faults.push(refused("No MPM loaded.", whole)),
        1 => {}
        _ => faults.push(refused("More than one MPM loaded.", whole)),
    }
    if target.paths.is_host() {
        faults.extend(unknown_account(main, target));
    }
    for host in std::iter::once(&main.host).chain(&main.hosts) {
        faults.extend(negative_sections(host));
    }
    if main.process.listens.is_empty() {
        faults.push(refused("no listening sockets available, shutting down", whole));
    }
    faults.extend(main.process.logs.iter().filter_map(|log| unwritable(log, main, files)));
    faults
}

fn refused(message: &str, place: Place) -> Fault {
    Fault { status: 0, because: Because::at(Reason::StartupRefused { message: message.to_owned() }, place) }
}

fn unknown_account(main: &Main, target: &Target<'_>) -> Option<Fault> {
    let text = |set: &Set<Vec<u8>>| String::from_utf8_lossy(&set.value).into_owned();
    let bad = |what: &str, set: &Set<Vec<u8>>| {
        let message = format!("bad {what} name {}", text(set));
        Fault { status: 0, because: Because::at(Reason::StartupRefused { message }, set.place).logged("AH00543") }
    };
    let user = main.process.user.as_ref().filter(|set| Account::named(&text(set), target.files).is_none());
    let group = main.process.group.as_ref().filter(|set| group_number(&text(set), target.files).is_none());
    user.map(|set| bad("user", set)).or_else(|| group.map(|set| bad("group", set)))
}

/// A log or pid file in a folder that is not there.
fn unwritable(log: &Set<Vec<u8>>, main: &Main, files: &MainFiles<'_>) -> Option<Fault> {
    if log.value.starts_with(b"|") || log.value.starts_with(b"syslog") || log.value.contains(&b'$') {
        return None;
    }
    let path = merge(Path::new(&main.profile.server_root), &server_path(&log.value))?;
    let folder = path.parent()?;
    let kind = files.kind(folder)?;
    (kind != Some(FileType::Directory))
        .then(|| refused(&format!("could not open log file {}: no such folder", path.display()), log.place))
}

/// Sections all of whose rules are negative.
fn negative_sections(host: &Host) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut look = |config: &DirConfig| {
        config.each(&mut |config| {
            if let Some(first) = only_negative(&config.rules) {
                let message = "a section contains only negative authorization directives";
                let because = Because::at(Reason::StartupRefused { message: message.to_owned() }, first);
                faults.push(Fault { status: 0, because: because.logged("AH01624") });
            }
        });
    };
    look(&host.settings);
    host.directories.iter().for_each(|section| look(&section.config));
    host.locations.iter().chain(&host.proxies).for_each(|section| look(&section.config));
    faults
}

/// The first of these rules if all of them are negated, or that of a section inside.
fn only_negative(rules: &[Rule]) -> Option<Place> {
    let inside = rules.iter().find_map(|rule| match &rule.asks {
        Asks::Section(_, rules) => only_negative(rules),
        Asks::Provider(_) => None,
    });
    let all = !rules.is_empty() && rules.iter().all(|rule| rule.negated);
    inside.or_else(|| rules.first().filter(|_| all).map(|rule| rule.place))
}
