//! The verifiers by name, and the two questions to them: can anything match, and does this password.

use super::radicale::Encryption;
use super::{
    apr, envoy, glibc, go_auth, go_bcrypt, h2o, libxcrypt, lighttpd, macos, musl, nginx, radicale, squid, verdaccio,
};
use crate::hash::life::{Death, Doubt, Life};
use crate::hash::limits::Limits;
use crate::hash::recipe::{Method, Recipe};

/// The crypt(3) behind a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Crypt {
    /// libxcrypt: Debian 11 and later, Ubuntu 20.04 and later, Fedora.
    #[default]
    Libxcrypt,
    /// musl: Alpine.
    Musl,
    /// glibc's own, up to Debian 10, CentOS 7, Ubuntu 18.04.
    OldGlibc,
    /// macOS.
    MacOs,
    /// None at all: Windows, where apr compares plain text instead.
    None,
}

/// The code that compares a password with a stored text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verifier {
    /// Apache's `apr_password_validate` with this crypt(3) behind it.
    Apr(Crypt),
    /// nginx's `ngx_crypt` with this crypt(3) behind it.
    Nginx(Crypt),
    /// lighttpd's mod_authn_file with this crypt(3) behind it.
    Lighttpd(Crypt),
    /// Go's x/crypto bcrypt: Caddy, docker-registry.
    GoBcrypt,
    /// abbot/go-http-auth: rclone, Traefik.
    GoAuth,
    /// Envoy's basic_auth filter.
    Envoy,
    /// Squid's basic_ncsa_auth with this crypt(3) behind it.
    Squid(Crypt),
    /// verdaccio-htpasswd.
    Verdaccio,
    /// Radicale under this `htpasswd_encryption`.
    Radicale(Encryption),
    /// h2o's `htpasswd.rb`.
    H2o,
    /// The stored text is the password, and ends at its first NUL.
    Text,
    /// crypt(3) itself.
    Crypt(Crypt),
}

impl Verifier {
    /// The verifier of a name in the machine contract (`apr`, `libxcrypt`, `musl`, `old-glibc`, `nginx`, `lighttpd`,
    /// `go-bcrypt`, `none`); apr, nginx and lighttpd stand on libxcrypt. `None` for any other name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "apr" => Verifier::Apr(Crypt::Libxcrypt),
            "libxcrypt" => Verifier::Crypt(Crypt::Libxcrypt),
            "musl" => Verifier::Crypt(Crypt::Musl),
            "old-glibc" => Verifier::Crypt(Crypt::OldGlibc),
            "nginx" => Verifier::Nginx(Crypt::Libxcrypt),
            "lighttpd" => Verifier::Lighttpd(Crypt::Libxcrypt),
            "go-bcrypt" => Verifier::GoBcrypt,
            "none" => Verifier::Crypt(Crypt::None),
            _ => return None,
        })
    }

    /// The schemes that it takes, where they are few enough to name them all.
    #[must_use]
    pub fn only(self) -> Option<&'static str> {
        match self {
            Verifier::GoBcrypt => Some("bcrypt"),
            Verifier::Envoy | Verifier::H2o => Some("{SHA}"),
            Verifier::GoAuth => Some("bcrypt, $apr1$ and {SHA}"),
            Verifier::Apr(_)
            | Verifier::Nginx(_)
            | Verifier::Lighttpd(_)
            | Verifier::Squid(_)
            | Verifier::Verdaccio
            | Verifier::Radicale(_)
            | Verifier::Text
            | Verifier::Crypt(_) => None,
        }
    }

    /// Whether it takes this stored text for the password itself: plain text for apr on Windows, `{PLAIN}` in nginx.
    #[must_use]
    pub fn compares_text(self, field: &[u8]) -> bool {
        self.read(field).is_ok_and(|recipe| recipe.method == Method::Text)
    }

    fn read(self, field: &[u8]) -> Result<Recipe<'_>, Life> {
        match self {
            Verifier::Apr(crypt) => apr::read(field, crypt),
            Verifier::Nginx(crypt) => nginx::read(field, crypt),
            Verifier::Lighttpd(crypt) => lighttpd::read(field, crypt),
            Verifier::GoBcrypt => go_bcrypt::read(field).map_err(Life::Dead),
            Verifier::GoAuth => go_auth::read(field).map_err(Life::Dead),
            Verifier::Envoy => envoy::read(field).map_err(Life::Dead),
            Verifier::Squid(crypt) => squid::read(field, crypt),
            Verifier::Verdaccio => verdaccio::read(field).map_err(Life::Dead),
            Verifier::Radicale(encryption) => radicale::read(field, encryption).map_err(Life::Dead),
            Verifier::H2o => h2o::read(field).map_err(Life::Dead),
            Verifier::Text => Ok(Recipe::new(c_string(field), Method::Text)),
            Verifier::Crypt(crypt) => crypt.read(field),
        }
    }

    /// Whether the code fails on this stored text, whatever the password, with an error that the server passes on.
    #[must_use]
    pub fn raises(self, field: &[u8]) -> bool {
        match self {
            Verifier::H2o => h2o::raises(field),
            Verifier::Radicale(encryption) => radicale::raises(field, encryption),
            Verifier::Apr(_)
            | Verifier::Nginx(_)
            | Verifier::Lighttpd(_)
            | Verifier::GoBcrypt
            | Verifier::GoAuth
            | Verifier::Envoy
            | Verifier::Squid(_)
            | Verifier::Verdaccio
            | Verifier::Text
            | Verifier::Crypt(_) => false,
        }
    }

    /// Whether a dead text gives an error of its own; nginx, lighttpd and apr's fall-back on crypt(3) see only a text
    /// that differs.
    fn refuses(self, field: &[u8], death: Death) -> bool {
        let heard = match self {
            Verifier::Apr(_) => apr::has_own_errors(field),
            Verifier::Nginx(_)
            | Verifier::Lighttpd(_)
            | Verifier::GoAuth
            | Verifier::Envoy
            | Verifier::Squid(_)
            | Verifier::Verdaccio
            | Verifier::Text => false,
            Verifier::H2o | Verifier::Radicale(_) => return self.raises(field),
            Verifier::Crypt(Crypt::OldGlibc) => return glibc::refuses(field),
            Verifier::Crypt(Crypt::Musl) => musl::refuses(field, death),
            Verifier::GoBcrypt | Verifier::Crypt(_) => true,
        };
        heard && death.is_refusal()
    }
}

impl Crypt {
    /// Reads a stored text as this crypt(3) does.
    pub(super) fn read(self, field: &[u8]) -> Result<Recipe<'_>, Life> {
        match self {
            Crypt::Libxcrypt => libxcrypt::read(field).map_err(Life::Dead),
            Crypt::Musl => musl::read(field).map_err(Life::Dead),
            Crypt::OldGlibc => glibc::read(field).map_err(Life::Dead),
            Crypt::MacOs => macos::read(field),
            Crypt::None => Err(Life::Dead(Death::NoCrypt)),
        }
    }
}

/// Reads a stored text as any of the verifiers would, to learn its cost: nginx on libxcrypt knows every scheme, Go
/// takes texts that it does not.
pub(in crate::hash) fn read_widely(field: &[u8]) -> Option<Recipe<'_>> {
    nginx::read(field, Crypt::Libxcrypt).ok().or_else(|| go_bcrypt::read(field).ok())
}

/// A C string ends at its first NUL.
pub(super) fn c_string(bytes: &[u8]) -> &[u8] {
    memchr::memchr(0, bytes).and_then(|end| bytes.get(..end)).unwrap_or(bytes)
}

/// No machine has an address space for more (47 bits of user space).
const BEYOND_ADDRESSES: u64 = 1 << 47;
/// Whether a machine can give so much cannot be known (1 TiB).
const DOUBTFUL_MEMORY: u64 = 1 << 40;

/// Whether any password can match the stored text as `verifier` checks it. Any bytes are fine; nothing is allocated
/// for a live hash, nothing computed.
#[must_use]
pub fn judge(field: &[u8], verifier: Verifier) -> Life {
    match verifier.read(field) {
        Err(life) => life,
        Ok(recipe) => match recipe.cost().memory {
            BEYOND_ADDRESSES.. => Life::Dead(Death::MemoryBeyond),
            memory @ DOUBTFUL_MEMORY.. => Life::Unknown(Doubt::Memory(memory)),
            _ => Life::Alive,
        },
    }
}

/// What a verifier says to a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is the password.
    Match,
    /// It is not.
    Mismatch,
    /// The verifier refuses the stored text or the password; for a login that is a mismatch.
    Error,
    /// It would cost more than the limits allow, or is not known for this verifier.
    Unknown,
}

impl Outcome {
    /// The lower-case word used in reports.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Match => "match",
            Outcome::Mismatch => "mismatch",
            Outcome::Error => "error",
            Outcome::Unknown => "unknown",
        }
    }
}

/// Whether `password` matches the stored text as `verifier` checks it; nothing beyond `limits` is computed.
#[must_use]
pub fn verify(field: &[u8], password: &[u8], verifier: Verifier, limits: Limits) -> Outcome {
    let recipe = match verifier.read(field) {
        Ok(recipe) => recipe,
        Err(Life::Dead(death)) if verifier.refuses(field, death) => return Outcome::Error,
        Err(Life::Dead(_)) => return Outcome::Mismatch,
        Err(Life::Alive | Life::Unknown(_)) => return Outcome::Unknown,
    };
    let narrowed;
    let password = if recipe.nul_ends {
        c_string(password)
    } else if verifier == Verifier::Verdaccio && verdaccio::narrows(field) {
        narrowed = verdaccio::narrowed(password);
        &narrowed
    } else {
        password
    };
    if password.len() > recipe.longest {
        return if matches!(verifier, Verifier::Crypt(_)) { Outcome::Error } else { Outcome::Mismatch };
    }
    if !limits.allow(recipe.cost().of_password(password)) {
        return Outcome::Unknown;
    }
    match recipe.matches(password) {
        Some(true) => Outcome::Match,
        Some(false) => Outcome::Mismatch,
        None => Outcome::Unknown,
    }
}
