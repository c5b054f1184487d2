//! How the settings of an inner place join those of the outer one, module by module (each module's `create_dir_config`
//! and `merge_dir_config`; modules/aaa/mod_authz_core.c, `merge_authz_core_dir_config`).

use super::config::{Asks, Combine, DirConfig, Merging, Rule, Set};
use super::methods::Methods;

/// What holds where `inner` applies within `outer`; `<Files>` and `<If>` sections of both are kept, outer ones first.
#[must_use]
pub(super) fn merge(outer: &DirConfig, inner: &DirConfig) -> DirConfig {
    let list = |inner: &Vec<Set<String>>, outer: &Vec<Set<String>>| {
        if inner.is_empty() { outer.clone() } else { inner.clone() }
    };
    DirConfig {
        allow_override: inner.allow_override.clone().or_else(|| outer.allow_override.clone()),
        override_list: inner.override_list.clone().or_else(|| outer.override_list.clone()),
        content: outer.content.with(&inner.content),
        programs: outer.programs.with(&inner.programs),
        auth_type: inner.auth_type.clone().or_else(|| outer.auth_type.clone()),
        auth_name: inner.auth_name.clone().or_else(|| outer.auth_name.clone()),
        user_file: inner.user_file.clone().or_else(|| outer.user_file.clone().filter(|_| !inner.forgets_users)),
        group_file: inner.group_file.clone().or_else(|| outer.group_file.clone().filter(|_| !inner.forgets_groups)),
        forgets_users: outer.forgets_users || inner.forgets_users,
        forgets_groups: outer.forgets_groups || inner.forgets_groups,
        basic_providers: list(&inner.basic_providers, &outer.basic_providers),
        digest_providers: list(&inner.digest_providers, &outer.digest_providers),
        authoritative: inner.authoritative.clone().or_else(|| outer.authoritative.clone()),
        form_location: inner.form_location.clone().or_else(|| outer.form_location.clone()),
        one_time: inner.one_time.or(outer.one_time),
        basic_fake: inner.basic_fake.clone().or_else(|| outer.basic_fake.clone()),
        digest_algorithm: inner.digest_algorithm.clone().or_else(|| outer.digest_algorithm.clone()),
        send_forbidden: inner.send_forbidden.clone().or_else(|| outer.send_forbidden.clone()),
        rules: rules(outer, inner),
        merging: merging(outer, inner),
        access: inner.access.clone().or_else(|| outer.access.clone()),
        anonymous: inner.anonymous.clone().or_else(|| outer.anonymous.clone()),
        ssl_required: inner.ssl_required.or(outer.ssl_required),
        ssl_conditions: [outer.ssl_conditions.as_slice(), inner.ssl_conditions.as_slice()].concat(),
        ssl_strict: inner.ssl_strict.or(outer.ssl_strict),
        ldap_url: inner.ldap_url.clone().or_else(|| outer.ldap_url.clone()),
        dbm_file: inner.dbm_file.clone().or_else(|| outer.dbm_file.clone()),
        cached: if inner.cached.is_empty() { outer.cached.clone() } else { inner.cached.clone() },
        env_set: [outer.env_set.as_slice(), inner.env_set.as_slice()].concat(),
        unknowable: [outer.unknowable.as_slice(), inner.unknowable.as_slice()].concat(),
        files: [outer.files.as_slice(), inner.files.as_slice()].concat(),
        conditions: [outer.conditions.as_slice(), inner.conditions.as_slice()].concat(),
    }
}

/// AuthMerging is not inherited, but it stays where nothing of the module is said inside.
fn merging(outer: &DirConfig, inner: &DirConfig) -> Option<Set<Merging>> {
    let silent = inner.rules.is_empty() && (inner.send_forbidden.is_none() || !outer.rules.is_empty());
    inner.merging.clone().or_else(|| outer.merging.clone().filter(|_| silent))
}

fn rules(outer: &DirConfig, inner: &DirConfig) -> Vec<Rule> {
    let combine = match &inner.merging {
        None if inner.rules.is_empty() => return outer.rules.clone(),
        None => return inner.rules.clone(),
        Some(merging) => match merging.value {
            Merging::Off => return inner.rules.clone(),
            Merging::And => Combine::All,
            Merging::Or => Combine::Any,
        },
    };
    let written = if combine == Combine::All { "AuthMerging And" } else { "AuthMerging Or" };
    match (any(&outer.rules), any(&inner.rules)) {
        (None, rules) | (rules, None) => rules.into_iter().collect(),
        (Some(left), Some(right)) => {
            let methods = left.methods.union(right.methods);
            let place = inner.merging.as_ref().map_or(right.place, |merging| merging.place);
            let asks = Asks::Section(combine, vec![left, right]);
            vec![Rule { asks, negated: false, methods, place, written: written.to_owned() }]
        }
    }
}

/// The rules of one place as one; `None` if there is none.
fn any(rules: &[Rule]) -> Option<Rule> {
    let (first, others) = rules.split_first()?;
    if others.is_empty() {
        return Some(first.clone());
    }
    let methods = rules.iter().fold(Methods::NONE, |all, rule| all.union(rule.methods));
    let written = "<RequireAny>".to_owned();
    let asks = Asks::Section(Combine::Any, rules.to_vec());
    Some(Rule { asks, negated: false, methods, place: first.place, written })
}
