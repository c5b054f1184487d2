//! The main configuration: which files it is made of, which modules it loads, and the hosts it sets up.

mod environment;
mod include;
mod macros;
mod opened;
mod reading;
mod secured;
mod startup;

pub(super) use environment::environment;
pub(super) use include::MainFiles;
pub(super) use reading::Reading;
pub(super) use startup::startup_faults;
