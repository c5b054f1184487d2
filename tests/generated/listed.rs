//! The directives that the real server's own modules for logins have: what a long run must have met.

use std::io;
use std::process::Command;

use super::support::apache;
use super::support::placed::Placed;

/// Modules whose directives decide on logins, each after what it needs.
const MODULES: &str = "mpm_prefork access_compat allowmethods auth_basic auth_digest session request auth_form authn_anon \
    authn_core dbd authn_dbd authn_dbm authn_file authn_socache authnz_fcgi ldap authnz_ldap authz_core authz_dbd \
    authz_dbm authz_groupfile authz_host authz_owner authz_user";

/// Their names in lower case, a section's with its `<`, as `apache2 -L` tells them.
pub(crate) fn directives() -> io::Result<Vec<String>> {
    let placed = Placed::empty()?;
    let load = |module| format!("LoadModule {module}_module /usr/lib/apache2/modules/mod_{module}.so\n");
    let modules: String = MODULES.split_whitespace().map(load).collect();
    placed.write("httpd.conf", format!("ErrorLog @ROOT@/error.log\nListen 127.0.0.1:@PORT@\n{modules}").as_bytes())?;
    let listed = Command::new(apache::PROGRAM).arg("-f").arg(placed.root.join("httpd.conf")).arg("-L").output()?;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let names = listed.lines().filter_map(|line| line.split_once(" (")).filter(|(_, module)| {
        ["mod_auth", "mod_access_compat", "mod_allowmethods"].iter().any(|start| module.starts_with(start))
    });
    Ok(names.map(|(name, _)| name.to_lowercase()).collect())
}
