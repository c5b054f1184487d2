//! Directives that say how to log in: mod_authn_core, mod_auth_basic, mod_authn_file, mod_authn_anon,
//! mod_authz_groupfile, mod_auth_digest; and the dispatch to all others.

use super::values::{count, measure};
use crate::answer::{Because, Missing, Reason};
use crate::servers::apache::config::{Anonymous, Merging, Set, WrittenPath};
use crate::servers::apache::directives::{ModuleSet, foreign_provider, nearest_authn_provider};
use crate::servers::apache::expr::{Fault, Origin, StringExpr, parse_string};
use crate::servers::apache::faked::Fake;
use crate::servers::apache::line::Directive;
use crate::servers::apache::product;
use crate::servers::apache::reader::{Reader, shown};
use crate::servers::apache::scope::Scope;
use crate::servers::apache::world::Question;
use crate::source::{Place, Spanned};

type Words<'w> = &'w [Spanned<Vec<u8>>];

impl Reader<'_> {
    /// Executes a directive whose arguments were counted.
    pub(in crate::servers::apache) fn execute(
        &mut self,
        directive: &Directive<'_>,
        words: Words<'_>,
        scope: &mut Scope,
    ) {
        let name = directive.name.value.to_ascii_lowercase();
        let first = words.first();
        let place = directive.place();
        match name.as_slice() {
            b"authtype" => {
                scope.config.auth_type = self.string(directive, first, scope).or(scope.config.auth_type.take())
            }
            b"authname" => {
                scope.config.auth_name = self.string(directive, first, scope).or(scope.config.auth_name.take())
            }
            b"authuserfile" => scope.config.user_file = path(directive, first).or(scope.config.user_file.take()),
            b"authgroupfile" => scope.config.group_file = path(directive, first).or(scope.config.group_file.take()),
            b"authbasicprovider" => {
                let providers = self.providers(directive, words, false);
                scope.config.basic_providers.extend(providers);
            }
            b"authformprovider" => drop(self.providers(directive, words, false)),
            b"authdigestprovider" => {
                let providers = self.providers(directive, words, true);
                scope.config.digest_providers.extend(providers);
            }
            b"authbasicauthoritative" => scope.config.authoritative = Some(Set::new(is_on(first), place)),
            b"authzsendforbiddenonfailure" => scope.config.send_forbidden = Some(Set::new(is_on(first), place)),
            b"authbasicusedigestalgorithm" => self.digest_algorithm(directive, words, scope),
            b"authbasicfake" => self.fake(directive, words, scope),
            b"authmerging" => self.merging(directive, words, scope),
            b"require" => self.require(directive, scope),
            b"anonymous" => {
                let anonymous = scope.config.anonymous.get_or_insert_with(Anonymous::default);
                anonymous.anybody |= words.iter().any(|word| word.value == b"*");
                anonymous.users.extend(words.iter().map(|word| word.value.clone()));
            }
            name if name.starts_with(b"anonymous_") => {
                let on = words.first().is_some_and(|word| word.value.eq_ignore_ascii_case(b"on"));
                let anonymous = scope.config.anonymous.get_or_insert_with(Anonymous::default);
                match name {
                    b"anonymous_nouserid" => anonymous.nobody = on,
                    b"anonymous_mustgiveemail" => anonymous.wordless = !on,
                    b"anonymous_verifyemail" => anonymous.verified = on,
                    _ => {}
                }
            }
            b"authldapurl" => self.directory_of_people(directive, words, scope),
            b"authdbmuserfile" => {
                scope.config.dbm_file = first.map(|word| Set::new(word.value.clone(), place));
            }
            b"authncacheenable" => self.caches = true,
            b"authncacheprovidefor" => {
                self.caches = true;
                scope.config.cached.extend(words.iter().map(|word| Set::new(word.value.clone(), place)));
            }
            name if name.starts_with(b"authdigest") => {
                self.digest(directive, name, words);
                let value = first.map(|word| word.value.as_slice()).unwrap_or_default();
                used_up(name, value, scope.config.one_time.get_or_insert_default());
            }
            b"order" | b"allow" | b"deny" | b"satisfy" => self.access(directive, &name, words, scope),
            _ => self.other(directive, &name, words, scope),
        }
        self.note_undefined(directive, &name, scope);
    }

    /// A string expression; a fault is noted.
    pub(in crate::servers::apache) fn string(
        &mut self,
        directive: &Directive<'_>,
        word: Option<&Spanned<Vec<u8>>>,
        scope: &Scope,
    ) -> Option<Set<StringExpr>> {
        let word = word?;
        self.parse_string(directive, &word.value, Place::new(directive.file, word.span), scope.origin())
            .map(|parsed| Set::new(parsed, directive.place()))
    }

    pub(in crate::servers::apache) fn parse_string(
        &mut self,
        directive: &Directive<'_>,
        text: &[u8],
        place: Place,
        origin: Origin,
    ) -> Option<StringExpr> {
        match parse_string(text, origin) {
            Ok(parsed) => Some(parsed),
            Err(fault) => {
                self.bad_expression(directive, &fault, place);
                None
            }
        }
    }

    pub(in crate::servers::apache) fn bad_expression(
        &mut self,
        directive: &Directive<'_>,
        fault: &Fault,
        place: Place,
    ) {
        let missing = || Missing::Condition { directive: shown(directive) };
        if fault.is_certain() || self.world.ask(Question::Holds(place), missing(), place) {
            let status = if fault.ends_the_process() { 0 } else { 500 };
            let reason = Reason::BadExpression { name: shown(directive), message: fault.to_string() };
            self.read.faults.push(product::Fault { status, because: Because::at(reason, place) });
        }
    }

    pub(super) fn providers(&mut self, directive: &Directive<'_>, words: Words<'_>, realms: bool) -> Vec<Set<String>> {
        let mut known = Vec::new();
        for word in words {
            let place = Place::new(directive.file, word.span);
            let name = String::from_utf8_lossy(&word.value).into_owned();
            let mut base = name.as_str();
            while let Some((other, _)) = self.aliases.authn.get(base).filter(|(other, _)| other != base) {
                base = other;
            }
            match self.profile.modules.authn_provider(base.as_bytes()) {
                Some(provider) if !realms || provider.realm_lookup => known.push(Set::new(name, place)),
                None if !realms && self.aliases.authn.contains_key(base) => known.push(Set::new(name, place)),
                None if self.aliases.authn.contains_key(base) => {
                    self.fault(Because::at(Reason::ProviderUnfit { name }, place))
                }
                Some(_) => self.fault(Because::at(Reason::ProviderUnfit { name }, place)),
                None => self.unknown_provider(name, &word.value, place, &mut known),
            }
        }
        known
    }

    fn unknown_provider(&mut self, name: String, written: &[u8], place: Place, known: &mut Vec<Set<String>>) {
        if let Some(foreign) = foreign_provider(written) {
            let missing = Missing::Module { name: foreign.name.to_owned(), directive: name.clone() };
            if self.brought(foreign.name, missing, place) {
                known.push(Set::new(name, place));
                return;
            }
        }
        let module = ModuleSet::all().authn_provider(written).map(|known| known.module.source.to_owned());
        let nearest = nearest_authn_provider(written, &self.profile.modules).map(str::to_owned);
        self.fault(Because::at(Reason::UnknownAuthnProvider { name, nearest, module }, place));
    }

    fn digest_algorithm(&mut self, directive: &Directive<'_>, words: Words<'_>, scope: &mut Scope) {
        let value = words.first().map(|word| word.value.to_ascii_lowercase());
        match value.as_deref() {
            Some(b"md5") => scope.config.digest_algorithm = Some(Set::new(true, directive.place())),
            Some(b"off") => scope.config.digest_algorithm = Some(Set::new(false, directive.place())),
            _ => self.refuse(directive, words, "Invalid algorithm in AuthBasicUseDigestAlgorithm".to_owned()),
        }
    }

    fn fake(&mut self, directive: &Directive<'_>, words: Words<'_>, scope: &mut Scope) {
        let [user, password @ ..] = words else { return };
        let set = if user.value.eq_ignore_ascii_case(b"off") {
            None
        } else {
            let (origin, usual) = (scope.origin(), b"password".as_slice());
            let place = Place::new(directive.file, user.span);
            let text = password.first().map_or(usual, |word| &word.value);
            let user = self.parse_string(directive, &user.value, place, origin);
            let password = self.parse_string(directive, text, place, origin);
            let (Some(user), Some(password)) = (user, password) else { return };
            Some(Fake { user, password })
        };
        scope.config.basic_fake = Some(Set::new(set, directive.place()));
    }

    fn merging(&mut self, directive: &Directive<'_>, words: Words<'_>, scope: &mut Scope) {
        let value = words.first().map(|word| word.value.to_ascii_lowercase());
        let merging = match value.as_deref() {
            Some(b"and") => Merging::And,
            Some(b"or") => Merging::Or,
            Some(b"off") => Merging::Off,
            _ => {
                let message = format!("{} must be one of: Off | And | Or", directive.name());
                return self.refuse(directive, words, message);
            }
        };
        scope.config.merging = Some(Set::new(merging, directive.place()));
    }

    /// Arguments that mod_auth_digest refuses (modules/aaa/mod_auth_digest.c).
    fn digest(&mut self, directive: &Directive<'_>, name: &[u8], words: Words<'_>) {
        let value = words.first().map(|word| word.value.to_ascii_lowercase()).unwrap_or_default();
        let other = words.iter().any(|word| !word.value.eq_ignore_ascii_case(b"auth"));
        let message = match name {
            b"authdigestqop" if other => "AuthDigestQop: only 'auth' is supported",
            b"authdigestalgorithm" if value != b"md5" => "AuthDigestAlgorithm: only MD5 is supported",
            b"authdigestshmemsize" if shared_memory(&value).is_none() => "Invalid size in AuthDigestShmemSize",
            b"authdigestshmemsize" if shared_memory(&value) < Some(LEAST_SHARED) => {
                "size in AuthDigestShmemSize too small"
            }
            b"authdigestnoncelifetime" if !is_number(&value) => "Invalid time in AuthDigestNonceLifetime",
            _ => return,
        };
        self.refuse(directive, words, message.to_owned());
    }

    /// A variable that nothing defines, in a directive that decides on a login: its value could be anything.
    fn note_undefined(&mut self, directive: &Directive<'_>, name: &[u8], scope: &mut Scope) {
        let decides =
            matches!(name, b"authtype" | b"require" | b"order" | b"allow" | b"deny" | b"satisfy" | b"authmerging")
                || name.ends_with(b"provider");
        if let (true, Some(name)) = (decides, directive.undefined.first()) {
            let missing = Missing::Variable { name: name.clone() };
            scope.config.unknowable.push(Because::at(Reason::CannotTell { missing }, directive.place()));
        }
    }
}

/// The least that mod_auth_digest's shared memory holds: one client and its table.
const LEAST_SHARED: i64 = 88;

/// A number of bytes, or with `K` or `M` behind it that many times them (`set_shmem_size`).
fn shared_memory(value: &[u8]) -> Option<i64> {
    let (number, unit) = match value {
        [number @ .., b'k'] => (number, 1024),
        [number @ .., b'm'] => (number, 1024 * 1024),
        number => (number, 1),
    };
    measure(number)?.checked_mul(unit).filter(|size| *size >= 0)
}

fn is_on(word: Option<&Spanned<Vec<u8>>>) -> bool {
    word.is_some_and(|word| word.value.eq_ignore_ascii_case(b"on"))
}

/// As `strtol` takes it whole: digits with a sign, perhaps.
fn is_number(value: &[u8]) -> bool {
    std::str::from_utf8(value).is_ok_and(|value| value.parse::<i64>().is_ok())
}

fn path(directive: &Directive<'_>, word: Option<&Spanned<Vec<u8>>>) -> Option<Set<WrittenPath>> {
    let word = word?;
    let written = WrittenPath { written: word.value.clone(), undefined: directive.undefined.first().cloned() };
    Some(Set::new(written, Place::new(directive.file, word.span)))
}

/// What makes a nonce good for one request alone. The module merges nothing: what is said inside replaces all that was
/// said around it (modules/aaa/mod_auth_digest.c, `create_digest_dir_config`, `check_nc`, `check_nonce`).
fn used_up(name: &[u8], value: &[u8], log: &mut Option<&'static str>) {
    match name {
        b"authdigestnccheck" if value.eq_ignore_ascii_case(b"on") => *log = Some("AH01774"),
        b"authdigestnccheck" => *log = log.filter(|known| *known != "AH01774"),
        b"authdigestnoncelifetime" if count(value) == 0 => *log = log.or(Some("AH01779")),
        _ => {}
    }
}
