//! A request as the phases of the server look at it.

use std::borrow::Cow;

use crate::answer::{Client, Login};

/// One question to a policy.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    /// The method's name.
    pub method: String,
    /// The credentials.
    pub login: Login,
    /// The client's address.
    pub client: Client,
    /// Whether it comes over TLS.
    pub https: bool,
    /// Its headers; `None`: any.
    pub headers: Option<Vec<(String, Vec<u8>)>>,
    /// What stands behind the `?`; `None`: anything.
    pub query: Option<Vec<u8>>,
    /// The request line; `None`: any.
    pub line: Option<Vec<u8>>,
    /// Variables that rewrite rules have set or unset on the way; the last word counts.
    pub variables: Vec<(String, Option<Vec<u8>>)>,
    /// Whether it comes from a request whose user has logged in.
    pub repeated: bool,
}

impl Ask {
    /// One of which only this is known.
    #[must_use]
    pub(super) fn of(method: &str, login: Login, client: Client) -> Self {
        let (headers, query, line, variables, repeated) = Default::default();
        Self { method: method.to_owned(), login, client, https: true, headers, query, line, variables, repeated }
    }
}

impl Ask {
    /// The same behind the mapping of its path, with the query and the variables that it left.
    #[must_use]
    pub(super) fn mapped(&self, query: &[u8], variables: &[(String, Option<Vec<u8>>)]) -> Cow<'_, Self> {
        if variables.is_empty() && self.query.as_deref() == Some(query) {
            return Cow::Borrowed(self);
        }
        let variables = self.variables.iter().chain(variables).cloned().collect();
        Cow::Owned(Self { query: Some(query.to_vec()), variables, ..self.clone() })
    }

    /// How long a body the request announces.
    #[must_use]
    pub(super) fn announced(&self) -> u64 {
        let headers = self.headers.as_deref().unwrap_or_default();
        let length = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
        let digits = length.and_then(|(_, value)| std::str::from_utf8(value).ok());
        digits.and_then(|digits| digits.trim().parse().ok()).unwrap_or_default()
    }
}
