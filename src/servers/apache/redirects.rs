//! Whether a redirect is for a path, and its status (modules/mappers/mod_alias.c, `try_alias_list`, `translate_alias_redir`).

use super::content::{Redirect, UrlPattern};
use super::rewrite::regex_replaced;

impl Redirect {
    /// Whether it is for a path.
    #[must_use]
    pub(super) fn fits(&self, url: &[u8]) -> bool {
        self.what.as_ref().is_none_or(|what| what.covers(url).unwrap_or(false))
    }

    /// Its status for a path that it is for; what it makes must be a URL or a path (AH00674, AH00676).
    #[must_use]
    pub(super) fn status_for(&self, url: &[u8]) -> u16 {
        let Some(to) = &self.to else { return self.status };
        let made = match &self.what {
            Some(UrlPattern::Regex(Some(pattern))) => regex_replaced(pattern, url, to),
            Some(UrlPattern::Prefix(_) | UrlPattern::Regex(None)) => None,
            None => (!to.contains(&b'%')).then(|| to.clone()),
        };
        let Some(made) = made else { return self.status };
        let scheme = made.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        let is_url = made.first() == Some(&b'/') || (scheme > 0 && made.get(scheme) == Some(&b':'));
        if is_url { self.status } else { 500 }
    }
}
