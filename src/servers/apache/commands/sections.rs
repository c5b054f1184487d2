//! Sections of a per-directory file: `<Files>`, `<Limit>`, `<If>`, `<RequireAll>` and their kin (server/core.c,
//! `filesection`, `ap_limit_section`, `ifsection`; modules/aaa/mod_authz_core.c, `add_authz_section`).

use crate::answer::{Because, Reason, Remark};
use crate::servers::apache::config::{Asks, Combine, DirConfig, FilesSection, IfSection, Rule};
use crate::servers::apache::directives::{Override, refused_within};
use crate::servers::apache::expr::{Pattern, PatternFault, parse_condition};
use crate::servers::apache::files_pattern::FilesPattern;
use crate::servers::apache::line::Directive;
use crate::servers::apache::methods::Methods;
use crate::servers::apache::reader::{Reader, shown};
use crate::servers::apache::scope::Scope;
use crate::servers::apache::tree::Node;
use crate::source::Place;
use crate::words::word;

type Body<'b, 's> = &'b [Node<'s>];

impl Reader<'_> {
    /// Executes a section.
    pub(in crate::servers::apache) fn section(&mut self, open: &Directive<'_>, body: Body<'_, '_>, scope: &mut Scope) {
        if self.admitted(open, scope).is_none() {
            return;
        }
        let Some(argument) = open.section_argument() else {
            let message = format!("{} directive missing closing '>'", shown(open));
            return self.fault(Because::at(Reason::UnbalancedSection { message }, open.place()));
        };
        match open.name.value.to_ascii_lowercase().as_slice() {
            b"<files" => self.files(open, argument, false, body, scope),
            b"<filesmatch" => self.files(open, argument, true, body, scope),
            b"<limit" => self.limit(open, argument, false, body, scope),
            b"<limitexcept" => self.limit(open, argument, true, body, scope),
            b"<requireall" => self.rules(open, argument, Combine::All, body, scope),
            b"<requireany" => self.rules(open, argument, Combine::Any, body, scope),
            b"<requirenone" => self.rules(open, argument, Combine::None, body, scope),
            b"<if" => self.condition(open, argument, false, body, scope),
            b"<elseif" => self.condition(open, argument, true, body, scope),
            b"<else" => self.otherwise(open, body, scope),
            _ => self.server_section(open, argument, body, scope),
        }
    }

    /// Executes a body into settings of its own.
    pub(super) fn inner(&mut self, open: &Directive<'_>, body: Body<'_, '_>, scope: &Scope) -> DirConfig {
        let mut within = scope.within.clone();
        within.push(shown(open));
        // Sections of a per-directory file keep what it may say (server/core.c, `filesection`).
        let overrides = if scope.permit.is_some() { scope.overrides } else { Override::DIRECTORY_SECTION };
        let mut inner = Scope { within, permit: scope.permit.clone(), ..Scope::new(overrides) };
        self.walk(body, &mut inner);
        inner.finish()
    }

    /// Notes that a directive's own module refuses it within a section around.
    pub(in crate::servers::apache) fn misplaced(&mut self, open: &Directive<'_>, scope: &Scope) -> bool {
        let within = match scope.permit {
            Some(_) => [scope.within.as_slice(), &[".htaccess".to_owned()]].concat(),
            None => scope.within.clone(),
        };
        let Some(context) = refused_within(&open.name.value, &within) else { return false };
        let reason = Reason::DirectiveNotAllowed { name: shown(open), context: context.to_owned(), needs: None };
        self.fault(Because::at(reason, open.place()));
        true
    }

    fn files(&mut self, open: &Directive<'_>, argument: &[u8], regex: bool, body: Body<'_, '_>, scope: &mut Scope) {
        if self.misplaced(open, scope) {
            return;
        }
        let (rest, name) = next(argument);
        let tilde = !regex && name == b"~";
        let (rest, name) = if tilde { next(rest) } else { (rest, name) };
        // Quotes round nothing are an argument, and so is nothing behind `~`.
        if argument.is_empty() || !rest.is_empty() {
            let message =
                if argument.is_empty() { "directive requires additional arguments" } else { "takes one argument" };
            return self.refuse(open, &open.words_of(rest), format!("{} {message}", shown(open)));
        }
        let Some(pattern) = self.files_pattern(open, &name, regex || tilde) else { return };
        let mut config = self.inner(open, body, scope);
        config.content.stand_in(&name);
        let written = format!("{} {}>", open.name(), String::from_utf8_lossy(argument));
        if ["<Files>", "<FilesMatch>", "<If>", "<ElseIf>", "<Else>"].iter().any(|outer| scope.is_within(outer)) {
            return self.remark(Remark::NestedFilesIgnored, open.place());
        }
        scope.config.files.push(FilesSection { pattern, written, config, place: open.place() });
    }

    fn files_pattern(&mut self, open: &Directive<'_>, name: &[u8], regex: bool) -> Option<FilesPattern> {
        if !regex {
            return Some(FilesPattern::name(name));
        }
        match Pattern::compile(name, false) {
            Ok(pattern) => Some(FilesPattern::Regex(pattern, name.to_owned())),
            Err(PatternFault::Undecided) => Some(FilesPattern::Unknown),
            Err(PatternFault::Refused) => {
                self.refuse(open, &[], "Regex could not be compiled".to_owned());
                None
            }
        }
    }

    fn limit(&mut self, open: &Directive<'_>, argument: &[u8], except: bool, body: Body<'_, '_>, scope: &mut Scope) {
        let words = open.words_of(argument);
        let mut methods = Methods::NONE;
        for word in &words {
            let name = String::from_utf8_lossy(&word.value).into_owned();
            let known = if scope.permit.is_some() { self.known_method(&name) } else { self.register(&name) };
            match known {
                Some(trace) if trace == Methods::of("TRACE") && !except => {
                    let message = "TRACE cannot be controlled by <Limit>, see TraceEnable".to_owned();
                    return self.refuse(open, &words, message);
                }
                Some(known) => methods = methods.union(known),
                None => return self.unknown_method(name, Place::new(open.file, word.span)),
            }
        }
        if words.is_empty() {
            return self.refuse(open, &words, format!("{} directive requires additional arguments", shown(open)));
        }
        let methods = if except { methods.complement() } else { methods };
        let inner = scope.methods.intersection(methods);
        if inner.is_empty() {
            return self.refuse(open, &words, format!("{} directive excludes all methods", shown(open)));
        }
        if inner == scope.methods {
            return self.refuse(open, &words, format!("{} directive specifies methods already excluded", shown(open)));
        }
        let outer = std::mem::replace(&mut scope.methods, inner);
        scope.within.push(shown(open));
        self.walk(body, scope);
        scope.within.pop();
        scope.methods = outer;
    }

    fn rules(
        &mut self,
        open: &Directive<'_>,
        argument: &[u8],
        combine: Combine,
        body: Body<'_, '_>,
        scope: &mut Scope,
    ) {
        if !argument.is_empty() {
            return self.refuse(open, &open.words_of(argument), format!("{} directive takes no argument", shown(open)));
        }
        let outer_rules = std::mem::take(&mut scope.rules);
        let outer = std::mem::replace(&mut scope.combine, combine);
        // Inside, only AuthConfig counts (mod_authz_core.c, `add_authz_section`).
        let overrides = std::mem::replace(&mut scope.overrides, Override::AUTH_CONFIG);
        scope.within.push(shown(open));
        let faults = self.read.faults.len();
        self.walk(body, scope);
        scope.within.pop();
        scope.combine = outer;
        scope.overrides = overrides;
        let rules = std::mem::replace(&mut scope.rules, outer_rules);
        let written = shown(open);
        if rules.is_empty() {
            if self.read.faults.len() == faults {
                self.fault(Because::at(Reason::EmptyRequire { section: written }, open.place()));
            }
            return;
        }
        if combine == Combine::None && scope.combine != Combine::All {
            let section = if scope.combine == Combine::None { "<RequireNone>" } else { "<RequireAny>" };
            let reason = Reason::NegativeRequire { section: section.to_owned() };
            return self.fault(Because::at(reason, open.place()));
        }
        let methods = rules.iter().fold(Methods::NONE, |all, rule| all.union(rule.methods));
        let negated = combine == Combine::None;
        scope.rules.push(Rule { asks: Asks::Section(combine, rules), negated, methods, place: open.place(), written });
    }

    fn condition(
        &mut self,
        open: &Directive<'_>,
        argument: &[u8],
        otherwise: bool,
        body: Body<'_, '_>,
        scope: &mut Scope,
    ) {
        if self.misplaced(open, scope) || (otherwise && self.without_if(open, scope)) {
            return;
        }
        let (rest, text) = next(argument);
        if text.is_empty() || !rest.is_empty() {
            let message = format!("{} takes one argument: the whole condition in quotes", shown(open));
            return self.refuse(open, &open.words_of(rest), message);
        }
        match parse_condition(&text, scope.origin()) {
            Ok(condition) => {
                let mut config = self.inner(open, body, scope);
                config.content.stand_in(b"*If");
                let condition = Some(condition.value);
                scope.config.conditions.push(IfSection { condition, otherwise, config, place: open.place() });
            }
            Err(fault) => self.bad_expression(open, &fault, open.place()),
        }
    }

    fn otherwise(&mut self, open: &Directive<'_>, body: Body<'_, '_>, scope: &mut Scope) {
        if self.misplaced(open, scope) || self.without_if(open, scope) {
            return;
        }
        let words = open.words();
        if !open.section_argument().unwrap_or_default().is_empty() {
            return self.refuse(open, &words, "<Else> does not take an argument".to_owned());
        }
        let mut config = self.inner(open, body, scope);
        config.content.stand_in(b"*If");
        scope.config.conditions.push(IfSection { condition: None, otherwise: true, config, place: open.place() });
    }

    fn without_if(&mut self, open: &Directive<'_>, scope: &Scope) -> bool {
        let follows = scope.config.conditions.last().is_some_and(|last| last.condition.is_some());
        if !follows {
            let message =
                "<Else> or <ElseIf> section without previous <If> or <ElseIf> section in same scope".to_owned();
            self.fault(Because::at(Reason::UnbalancedSection { message }, open.place()));
        }
        !follows
    }
}

fn next(argument: &[u8]) -> (&[u8], Vec<u8>) {
    word(argument).map_or((argument, Vec::new()), |(rest, word)| (rest, word.value.into_owned()))
}
