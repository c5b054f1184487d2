//! The question put to a server.

use crate::credentials::Secret;

/// Who knocks, as far as a login goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// No `Authorization` header.
    Anonymous,
    /// The right password for this user's entry, whatever it is, if the stored text has one at all.
    Holder(Vec<u8>),
    /// This very user and password.
    Password {
        /// The user name as sent.
        user: Vec<u8>,
        /// The password as sent.
        password: Secret,
        /// The scheme the client answers with.
        scheme: Scheme,
    },
    /// This very `Authorization` header, of whatever scheme; servers differ in how they read it.
    Header(Secret),
}

/// How a client proves that it knows the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// RFC 7617: user and password are sent.
    Basic,
    /// RFC 7616: asks bare first and answers one Digest challenge.
    Digest,
}

/// Where the client's address stands, as far as the configuration makes a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Client {
    /// An address and host name that no directive names: a stranger from anywhere.
    Elsewhere,
    /// An address that satisfies whatever the directives ask of an address.
    Welcome,
    /// This very address.
    Address(std::net::IpAddr),
}

/// One request as a server sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The raw request target: the URL path as sent, perhaps with a query.
    pub path: Vec<u8>,
    /// The method in capitals as sent, `GET` for instance.
    pub method: String,
    /// The credentials.
    pub login: Login,
    /// The client's address.
    pub client: Client,
    /// Whether it comes over TLS.
    pub https: bool,
    /// All other headers as sent, in their order; `Authorization` is in `login`.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Request {
    /// The value of the first header of that name, in whatever case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_slice())
    }
}
