//! What Apache httpd 2.4 knows before it reads a file: its directives, modules and providers, and those of others.

mod arguments;
mod contexts;
mod foreign;
mod modules;
mod nearest;
mod overrides;
mod requirements;
mod table;
mod values;

pub use contexts::refused_within;
pub use foreign::{ForeignModule, foreign_auth_type, foreign_directive, foreign_module, foreign_provider};
pub use modules::{Loading, MODULES_VERSION, Module, ModuleSet, Provider, meant_modules, module, modules};
pub use nearest::{nearest, nearest_authn_provider, nearest_authz_provider};
pub use overrides::Override;
pub use requirements::{When, lacks};
pub use table::{ArgKind, Directive, directives, find};
pub use values::{Demand, Must, Which, demands};
