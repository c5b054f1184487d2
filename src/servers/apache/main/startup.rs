//! What keeps a server from starting although each line of its configuration is fine (server/core.c, server/listen.c,
//! modules/arch/unix/mod_unixd.c; modules/aaa/mod_authz_core.c, `authz_core_check_section`).

use super::include::MainFiles;
use super::opened::{Opening, logged, refused};
use crate::answer::{Because, Missing, Reason, Target};
use crate::read::{Account, group_number};
use crate::servers::apache::config::{Asks, Combine, DirConfig, Rule, Set};
use crate::servers::apache::directives::{When, lacks};
use crate::servers::apache::host::{Host, Listen};
use crate::servers::apache::product::{Fault, Main};
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
        // One from elsewhere may be among those that nobody knows.
        0 if main.profile.unnamed.is_empty() => faults.push(logged(refused("No MPM loaded.", whole), "AH00534")),
        0 | 1 => {}
        _ => faults.push(logged(refused("More than one MPM loaded.", whole), "AH00534")),
    }
    let process = &main.process;
    faults.extend(process.users.iter().filter_map(|set| unknown_account("user", set, target)));
    faults.extend(process.groups.iter().filter_map(|set| unknown_account("group", set, target)));
    for host in std::iter::once(&main.host).chain(&main.hosts) {
        faults.extend(negative_sections(host));
    }
    for module in main.profile.modules.iter() {
        let message = lacks(module.identifier, When::Started, &main.profile.modules);
        faults.extend(message.map(|message| refused(message, whole)));
    }
    let modules = &main.profile.modules;
    let caches = main.profile.caches && modules.has(b"mod_authn_socache.c") && !process.cache_told;
    if caches && !modules.has(b"mod_socache_shmcb.c") {
        let message = "Please select a socache provider with AuthnCacheSOCache (no default found on this platform)";
        faults.push(logged(refused(message, whole), "AH01674"));
    }
    if modules.has(b"mod_proxy_balancer.c") && !modules.has(b"mod_lbmethod_byrequests.c") {
        let balancer = std::iter::once(&main.host).chain(&main.hosts).find_map(|host| {
            let passes = host.passes.iter().filter(|(_, pass)| pass.to.starts_with(b"balancer:"));
            passes.map(|(_, pass)| pass.place).next()
        });
        faults.extend(balancer.map(|place| logged(refused("Cannot find LB Method: byrequests", place), "AH02432")));
    }
    if process.listens.is_empty() {
        faults.push(refused("no listening sockets available, shutting down", whole));
    }
    faults.extend(same_port(&process.listens));
    faults.extend(Opening { main, files, whole }.faults());
    faults
}

/// An address on a port that is taken at all addresses (server/listen.c, `make_sock`).
fn same_port(listens: &[Listen]) -> Option<Fault> {
    let taken = |own: &Listen| {
        let any = |other: &Listen| other.address.is_none() && other.port == own.port;
        own.address.is_some_and(|address| address.is_ipv4()) && listens.iter().any(any)
    };
    let own = listens.iter().find(|listen| taken(listen))?;
    let message = format!("make_sock: could not bind to port {}: Address already in use", own.port);
    Some(logged(refused(&message, own.place), "AH00072"))
}

/// Numbers are taken as they are; names must be those of the system (server/util.c, `ap_uname2id`).
fn unknown_account(what: &str, set: &Set<Vec<u8>>, target: &Target<'_>) -> Option<Fault> {
    let name = String::from_utf8_lossy(&set.value).into_owned();
    if let Some((_, rest)) = name.split_once("${") {
        let missing = Missing::Variable { name: rest.split('}').next().unwrap_or_default().to_owned() };
        let because = Because::at(Reason::CannotTell { missing }, set.place);
        return Some(Fault { status: 0, because });
    }
    if name.starts_with('#') || !target.paths.is_host() {
        return None;
    }
    let known = match what {
        "user" => Account::named(&name, target.files).is_some(),
        _ => group_number(&name, target.files).is_some(),
    };
    (!known).then(|| logged(refused(&format!("bad {what} name {name}"), set.place), "AH00543"))
}

/// Sections all of whose rules are negative.
fn negative_sections(host: &Host) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut look = |config: &DirConfig| {
        config.each(&mut |config| {
            if let Some(first) = only_negative(&config.rules, Combine::Any) {
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
fn only_negative(rules: &[Rule], combine: Combine) -> Option<Place> {
    let mut own = Vec::new();
    associated(rules, combine, &mut own);
    let inside = own.iter().find_map(|rule| match &rule.asks {
        Asks::Section(combine, rules) => only_negative(rules, *combine),
        Asks::Provider(_) => None,
    });
    let all = own.iter().all(|rule| rule.negated);
    inside.or_else(|| own.first().filter(|_| all).map(|rule| rule.place))
}

/// The rules, with those of sections inside that combine theirs in the same way (`add_authz_section`).
fn associated<'r>(rules: &'r [Rule], combine: Combine, all: &mut Vec<&'r Rule>) {
    for rule in rules {
        match &rule.asks {
            Asks::Section(own, inner) if *own == combine && !rule.negated => associated(inner, combine, all),
            Asks::Section(..) | Asks::Provider(_) => all.push(rule),
        }
    }
}
