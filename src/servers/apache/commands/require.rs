//! `Require` and its providers (modules/aaa/mod_authz_core.c, `add_authz_provider`; mod_authz_user, mod_authz_groupfile,
//! mod_authz_host and so on, their `parse_require_line`).

use super::access::may_be_called;
use crate::answer::{Because, Missing, Reason, Remark};
use crate::servers::apache::config::{Asks, Combine, Provider, Rule};
use crate::servers::apache::directives::{ModuleSet, foreign_provider, nearest_authz_provider};
use crate::servers::apache::expr::{Origin, StringExpr, Subnet, parse_condition, require_expr_text};
use crate::servers::apache::line::Directive;
use crate::servers::apache::methods::Methods;
use crate::servers::apache::reader::Reader;
use crate::servers::apache::scope::Scope;
use crate::servers::apache::secrets::displayed;
use crate::source::Place;
use crate::words::{asked_words, word};

impl Reader<'_> {
    /// One rule.
    pub(in crate::servers::apache) fn require(&mut self, directive: &Directive<'_>, scope: &mut Scope) {
        let (mut args, mut name) = next(directive.args());
        let negated = name.eq_ignore_ascii_case(b"not");
        if negated {
            (args, name) = next(args);
        }
        let Some(provider) = self.provider(directive, &name, args, scope.origin()) else { return };
        if negated && scope.combine != Combine::All {
            let section = match scope.combine {
                Combine::None => "<RequireNone>",
                Combine::All | Combine::Any => "<RequireAny>",
            };
            let reason = Reason::NegativeRequire { section: section.to_owned() };
            return self.fault(Because::at(reason, directive.place()));
        }
        let written = format!("Require {}", String::from_utf8_lossy(directive.args()));
        let (methods, place) = (scope.methods, directive.place());
        scope.rules.push(Rule { asks: Asks::Provider(provider), negated, methods, place, written });
    }

    pub(in crate::servers::apache) fn provider(
        &mut self,
        directive: &Directive<'_>,
        name: &[u8],
        args: &[u8],
        origin: Origin,
    ) -> Option<Provider> {
        if let Some((base, config)) = self.aliases.authz.get(String::from_utf8_lossy(name).as_ref()) {
            return Some(Provider::Alias(Box::new(base.clone()), config.clone()));
        }
        if self.profile.modules.authz_provider(name).is_none() {
            return self.unknown_authz(directive, name);
        }
        match name {
            b"valid-user" => Some(Provider::ValidUser),
            b"user" | b"group" => {
                if directive.words_of(args).iter().any(|word| word.value.first() == Some(&b'#')) {
                    let directive_name = format!("Require {}", String::from_utf8_lossy(name));
                    self.remark(Remark::CommentTakenForNames { directive: directive_name }, directive.place());
                }
                let names = self.names(directive, args, origin)?;
                Some(if name == b"user" { Provider::User(names) } else { Provider::Group(names) })
            }
            b"all" => self.all(directive, args),
            b"ip" => self.ip(directive, args),
            b"local" => Some(Provider::Local),
            b"host" | b"forward-dns" => {
                let names = self.names(directive, before_comment(args), origin)?;
                Some(
                    if names
                        .constant()
                        .is_some_and(|text| !asked_words(&text).iter().any(|word| may_be_called(&word.value)))
                    {
                        Provider::All(false)
                    } else {
                        Provider::Dns
                    },
                )
            }
            b"method" => self.method(directive, args),
            b"env" => {
                let words = directive.words_of(args);
                Some(Provider::Env(
                    words.iter().map(|word| String::from_utf8_lossy(&word.value).into_owned()).collect(),
                ))
            }
            b"expr" => self.expr(directive, args, origin),
            b"file-owner" => Some(Provider::FileOwner),
            b"file-group" => Some(Provider::FileGroup),
            b"ssl" | b"ssl-verify-client" => self.ssl(directive, name, args),
            _ => Some(Provider::Foreign(String::from_utf8_lossy(name).into_owned())),
        }
    }

    fn unknown_authz(&mut self, directive: &Directive<'_>, written: &[u8]) -> Option<Provider> {
        let name = String::from_utf8_lossy(written).into_owned();
        let place = directive.args_place();
        if let Some(foreign) = foreign_provider(written) {
            let missing = Missing::Module { name: foreign.name.to_owned(), directive: name.clone() };
            if self.brought(foreign.name, missing, place) {
                return Some(Provider::Foreign(name));
            }
        }
        let module = ModuleSet::all().authz_provider(written).map(|known| known.module.source.to_owned());
        let nearest = nearest_authz_provider(written, &self.profile.modules).map(str::to_owned);
        self.fault(Because::at(Reason::UnknownAuthzProvider { name, nearest, module }, place));
        None
    }

    fn names(&mut self, directive: &Directive<'_>, args: &[u8], origin: Origin) -> Option<StringExpr> {
        self.parse_string(directive, args, directive.args_place(), origin)
    }

    fn all(&mut self, directive: &Directive<'_>, args: &[u8]) -> Option<Provider> {
        match args.to_ascii_lowercase().as_slice() {
            b"granted" => Some(Provider::All(true)),
            b"denied" => Some(Provider::All(false)),
            _ => {
                let message = "Argument for 'Require all' must be 'granted' or 'denied'".to_owned();
                self.refuse(directive, &directive.words(), message);
                None
            }
        }
    }

    fn ip(&mut self, directive: &Directive<'_>, args: &[u8]) -> Option<Provider> {
        let words = directive.words_of(args);
        if words.is_empty() {
            self.refuse(directive, &words, "'require ip' requires an argument".to_owned());
            return None;
        }
        let mut networks = Vec::new();
        for word in &words {
            match Subnet::parse(&word.value) {
                Some(network) => networks.push(network),
                None => {
                    let shown = displayed(&word.value, true);
                    self.refuse(directive, &words, format!("ip address '{shown}' appears to be invalid"));
                    return None;
                }
            }
        }
        Some(Provider::Ip(networks))
    }

    /// Neither takes an argument (modules/ssl/ssl_engine_kernel.c, `ssl_authz_require_ssl_parse`).
    fn ssl(&mut self, directive: &Directive<'_>, name: &[u8], args: &[u8]) -> Option<Provider> {
        if args.is_empty() {
            return Some(Provider::Ssl);
        }
        let message = format!("'Require {}' does not take arguments", String::from_utf8_lossy(name));
        self.refuse(directive, &directive.words_of(args), message);
        None
    }

    fn method(&mut self, directive: &Directive<'_>, args: &[u8]) -> Option<Provider> {
        let mut methods = Methods::NONE;
        for word in directive.words_of(args) {
            let name = String::from_utf8_lossy(&word.value).into_owned();
            let Some(known) = self.known_method(&name) else {
                self.unknown_method(name, Place::new(directive.file, word.span));
                return None;
            };
            methods = methods.union(known);
        }
        Some(Provider::Method(methods))
    }

    /// The set of a method that the server knows.
    pub(in crate::servers::apache) fn known_method(&self, name: &str) -> Option<Methods> {
        Methods::known_besides(name, &self.registered)
            .filter(|_| !Methods::needs_dav(name) || self.profile.modules.has(b"mod_dav.c"))
    }

    /// The main configuration makes a method known by naming it (modules/http/http_protocol.c, `ap_method_register`).
    pub(in crate::servers::apache) fn register(&mut self, name: &str) -> Option<Methods> {
        if self.known_method(name).is_none() {
            self.registered.push(name.to_owned());
        }
        self.known_method(name)
    }

    /// Notes a method that the server does not know.
    pub(in crate::servers::apache) fn unknown_method(&mut self, name: String, place: Place) {
        let upper = name.to_ascii_uppercase();
        let nearest = Methods::known(&upper).map(|_| upper);
        self.fault(Because::at(Reason::UnknownMethod { name, nearest }, place));
    }

    fn expr(&mut self, directive: &Directive<'_>, args: &[u8], origin: Origin) -> Option<Provider> {
        match parse_condition(require_expr_text(args), origin) {
            Ok(condition) => Some(Provider::Expr(condition.value)),
            Err(fault) => {
                self.bad_expression(directive, &fault, directive.args_place());
                None
            }
        }
    }
}

fn next(args: &[u8]) -> (&[u8], Vec<u8>) {
    word(args).map_or((args, Vec::new()), |(rest, word)| (rest, word.value.into_owned()))
}

/// mod_authz_host cuts the names of hosts at a `#`.
fn before_comment(args: &[u8]) -> &[u8] {
    nom::bytes::complete::take_till::<_, _, nom::error::Error<&[u8]>>(|byte| byte == b'#')(args)
        .map_or(args, |(_, kept)| kept)
}
