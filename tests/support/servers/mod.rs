//! The real servers that the whole-config cases are replayed on.

mod apache;
mod lighttpd;
mod nginx;

use super::replay::Driver;

/// One driver for each folder of `fixtures/servers`.
pub(crate) const DRIVERS: &[&dyn Driver] = &[&apache::Apache, &lighttpd::Lighttpd, &nginx::Nginx];
