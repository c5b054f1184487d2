//! mod_auth at work: which rule is for a path, and what it says to a login (mod_auth.c, `mod_auth_uri_handler`,
//! `mod_auth_check_basic`).

use super::backend::{Backend, Proof, Verdict};
use super::base64::decode;
use super::block::Setting;
use super::cut::cut;
use super::request::Parsed;
use super::require::{Method, Rule};
use super::setup::{Lighttpd, Truth};
use crate::answer::{Answer, Because, Login, Reason, Request, Scheme, Trace};
use crate::credentials::Secret;

/// More base64 than this is not decoded.
const LONGEST: usize = 1363;

/// A rule with all that stands behind it for a request.
pub(super) struct Guard<'s> {
    /// The rule.
    pub rule: &'s Rule,
    /// The backend in force, and where it is named.
    pub backend: Option<(Backend, &'s Setting)>,
    /// The file of that backend.
    pub file: Option<&'s Setting>,
}

impl Lighttpd<'_> {
    /// The rule for a path; nothing: no login is asked.
    ///
    /// # Errors
    /// It hangs on a condition of which nothing is known.
    pub(super) fn guard(&self, truths: &[Truth], path: &[u8]) -> Result<Option<Guard<'_>>, Box<Because>> {
        if !self.has_module("mod_auth") {
            return Ok(None);
        }
        let Some(setting) = self.effective(truths, "auth.require")? else { return Ok(None) };
        let lower = self.flag(truths, "server.force-lowercase-filenames", false)?;
        let rules = self.rules.get(&setting.place).map_or(&[][..], Vec::as_slice);
        let covers = |rule: &&Rule| {
            let start = path.get(..rule.path.len());
            start.is_some_and(|start| if lower { start.eq_ignore_ascii_case(&rule.path) } else { start == rule.path })
        };
        let Some(rule) = rules.iter().find(covers) else { return Ok(None) };
        let named = |setting: &Setting| setting.value.text().is_some_and(|name| !name.is_empty());
        let backend = self.last_of(truths, &["auth.backend"], named)?;
        let backend = backend.and_then(|setting| Some((Backend::named(setting.value.text()?)?, setting)));
        let file = match &backend {
            Some((backend, _)) if self.has_module("mod_authn_file") => self.effective(truths, backend.file_key())?,
            Some(_) | None => None,
        };
        Ok(Some(Guard { rule, backend, file: file.filter(|file| named(file)) }))
    }

    /// What mod_auth does with a request: nothing, or an answer.
    pub(super) fn authenticate(
        &self,
        request: &Request,
        parsed: &Parsed,
        truths: &[Truth],
        trace: &mut Trace,
    ) -> Result<(), Answer> {
        let Some(guard) = self.guard(truths, &parsed.path).map_err(|because| Answer::unknown(*because))? else {
            trace.step(None, || "no rule of auth.require begins like the path".to_owned());
            return Ok(());
        };
        trace.step(Some(guard.rule.place), || {
            format!("the rule for {} asks for a login", String::from_utf8_lossy(&guard.rule.path))
        });
        if guard.rule.method == Method::Extern {
            let because = Because::at(Reason::ProviderUnfit { name: "extern".to_owned() }, guard.rule.place);
            return Err(Answer::of(401, because));
        }
        let Some((backend, named)) = guard.backend else {
            let because = Because::at(Reason::ProviderUnset { directive: "auth.backend".to_owned() }, guard.rule.place);
            return Err(Answer::of(500, because));
        };
        if guard.rule.method == Method::Digest && backend == Backend::Htpasswd {
            let reason = Reason::ProviderUnfit { name: "htpasswd".to_owned() };
            let because = Because::at(reason, guard.rule.place).with(named.place, "this backend has no digests");
            return Err(Answer::of(500, because));
        }
        self.presented(&guard, backend, request, parsed, trace)
    }

    fn presented(
        &self,
        guard: &Guard<'_>,
        backend: Backend,
        request: &Request,
        parsed: &Parsed,
        trace: &mut Trace,
    ) -> Result<(), Answer> {
        let asked = || Answer { status: Some(401), because: Vec::new() };
        let basic = guard.rule.method == Method::Basic;
        // A request header that another module has set wins over what the client sent.
        let header = parsed.authorization.as_deref();
        let verdict = match (&request.login, header) {
            (Login::Holder(user), _) => self.verdict(guard, backend, user, &Proof::Right),
            // The client repeats its whole target, and the server compares it with what stands behind the host.
            (Login::Password { scheme: Scheme::Digest, .. }, None) if !basic && !request.path.starts_with(b"/") => {
                return Err(Answer { status: Some(400), because: Vec::new() });
            }
            // A header with such a byte is refused before any module sees it.
            (Login::Password { user, scheme: Scheme::Digest, .. }, None)
                if !basic
                    && self.options.header_strict
                    && user.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t') =>
            {
                return Err(Answer { status: Some(400), because: Vec::new() });
            }
            (Login::Password { user, password, scheme: Scheme::Digest }, None) if !basic => {
                self.verdict(guard, backend, user, &Proof::Digest(password.clone()))
            }
            (_, Some(header)) if basic => {
                let (user, password) = credentials(header).map_err(|status| match status {
                    401 => asked(),
                    status => Answer { status: Some(status), because: Vec::new() },
                })?;
                self.verdict(guard, backend, &user, &Proof::Password(password))
            }
            (_, Some(header)) if starts(header, b"Digest ") => {
                let text = header.get(b"Digest ".len()..).unwrap_or_default();
                return Err(match super::digest::status(text, guard.rule, &request.path) {
                    Some(401) => asked(),
                    Some(status) => Answer { status: Some(status), because: Vec::new() },
                    None => self.hand_made(guard),
                });
            }
            (_, Some(_) | None) => return Err(asked()),
        };
        match verdict {
            Verdict::Right => {
                trace.step(None, || "the login is right".to_owned());
                Ok(())
            }
            Verdict::Wrong(because) => {
                trace.step(because.place, || "the login is refused".to_owned());
                Err(Answer { status: Some(401), because: vec![because] })
            }
            Verdict::Unknown(because) => Err(Answer::unknown(because)),
        }
    }

    /// A Digest header that somebody wrote by hand hangs on the server's clock.
    fn hand_made(&self, guard: &Guard<'_>) -> Answer {
        let missing = crate::answer::Missing::Condition { directive: "auth.require".to_owned() };
        Answer::unknown(Because::at(Reason::CannotTell { missing }, guard.rule.place))
    }
}

fn starts(header: &[u8], scheme: &[u8]) -> bool {
    header.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
}

/// User and password of a Basic header.
///
/// # Errors
/// 401 for another scheme or too much text, 400 for text that says nothing.
fn credentials(header: &[u8]) -> Result<(Vec<u8>, Secret), u16> {
    const SCHEME: &[u8] = b"Basic ";
    if !starts(header, SCHEME) {
        return Err(401);
    }
    let text = header.get(SCHEME.len()..).unwrap_or_default();
    if text.len() > LONGEST {
        return Err(401);
    }
    let decoded = decode(text).filter(|decoded| !decoded.is_empty()).ok_or(400_u16)?;
    let (user, password) = cut(&decoded, b':');
    // What the backends get is a C string.
    let (password, _) = cut(password.ok_or(400_u16)?, 0);
    Ok((user.to_vec(), Secret::new(password.to_vec())))
}
