//! The server as its main configuration sets it up, in one world; or Debian's, where there is no main configuration.

use super::assumed::assumed;
use super::host::Host;
use super::product::{Dropped, Fault, Main, Process};
use super::profile::Profile;
use super::spot::Hosted;
use crate::answer::Noted;
use crate::source::Sources;

/// A server that is set up.
#[derive(Debug, Clone)]
pub(super) struct Setup {
    /// Its facts.
    pub profile: Profile,
    /// The main server.
    pub main: Hosted,
    /// The virtual hosts in their order.
    pub hosts: Vec<Hosted>,
    /// What concerns the process as a whole.
    pub process: Process,
    /// Why it does not start, the first thing first.
    pub faults: Vec<Fault>,
    /// What was noticed.
    pub remarks: Vec<Noted>,
    /// False conditional sections that hold directives for a login.
    pub dropped: Vec<Dropped>,
}

impl Setup {
    /// What stands in where there is no main configuration.
    #[must_use]
    pub(super) fn assumed(profile: Profile, sources: &Sources) -> Self {
        let main = Hosted::new(assumed(sources, &profile), &profile.server_root);
        let (hosts, process, faults, remarks, dropped) = Default::default();
        Self { profile, main, hosts, process, faults, remarks, dropped }
    }

    /// What a main configuration says.
    #[must_use]
    pub(super) fn told(main: Main) -> Self {
        let Main { host, hosts, profile, process, faults, remarks, dropped } = main;
        let root = profile.server_root.clone();
        let ready = |host: Host| Hosted::new(host, &root);
        let hosts = hosts.iter().map(|inner| ready(inner.within(&host))).collect();
        Self { main: ready(host), profile, hosts, process, faults, remarks, dropped }
    }
}
