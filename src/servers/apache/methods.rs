//! Sets of request methods as httpd keeps them: a bit for each method it knows, and one for all others
//! (modules/http/http_protocol.c, `ap_method_number_of`; HEAD shares the bit of GET).

/// The methods that httpd registers, in capitals; the place in the list is the bit.
pub(super) const METHODS: [&str; 28] = [
    "GET",
    "PUT",
    "POST",
    "DELETE",
    "CONNECT",
    "OPTIONS",
    "TRACE",
    "PATCH",
    "PROPFIND",
    "PROPPATCH",
    "MKCOL",
    "COPY",
    "MOVE",
    "LOCK",
    "UNLOCK",
    "VERSION-CONTROL",
    "CHECKOUT",
    "UNCHECKOUT",
    "CHECKIN",
    "UPDATE",
    "LABEL",
    "REPORT",
    "MKWORKSPACE",
    "MKACTIVITY",
    "BASELINE-CONTROL",
    "MERGE",
    "BIND",
    "SEARCH",
];

/// Those of them that mod_dav brings (modules/dav/main/mod_dav.c, `dav_init_handler`).
const OF_DAV: [&str; 2] = ["BIND", "SEARCH"];

const OTHER: u64 = 1 << METHODS.len();

/// A set of methods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Methods(u64);

impl Methods {
    /// Every method, unknown ones included.
    pub(super) const ALL: Self = Self(u64::MAX);
    /// None.
    pub(super) const NONE: Self = Self(0);

    /// The set of one method by its name as sent; any unknown name is the one method "other".
    #[must_use]
    pub(super) fn of(name: &str) -> Self {
        Self::known(name).unwrap_or(Self(OTHER))
    }

    /// The same, `None` for a name that httpd does not know; letter case matters.
    #[must_use]
    pub(super) fn known(name: &str) -> Option<Self> {
        let name = if name == "HEAD" { "GET" } else { name };
        METHODS.iter().position(|known| *known == name).map(|bit| Self(1 << bit))
    }

    /// The same on a server whose main configuration makes these known besides; as many as a set holds.
    #[must_use]
    pub(super) fn known_besides(name: &str, registered: &[String]) -> Option<Self> {
        let bit = || {
            let index = registered.iter().position(|known| known == name)?;
            1_u64.checked_shl(u32::try_from(METHODS.len() + 1 + index).ok()?)
        };
        Self::known(name).or_else(|| bit().map(Self))
    }

    /// The set of one method on such a server.
    #[must_use]
    pub(super) fn of_besides(name: &str, registered: &[String]) -> Self {
        Self::known_besides(name, registered).unwrap_or(Self(OTHER))
    }

    /// Whether a server without mod_dav knows the method.
    #[must_use]
    pub(super) fn needs_dav(name: &str) -> bool {
        OF_DAV.contains(&name)
    }

    /// Methods in either.
    #[must_use]
    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Methods in both.
    #[must_use]
    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Methods not in it.
    #[must_use]
    pub(super) fn complement(self) -> Self {
        Self(Self::ALL.0 & !self.0)
    }

    /// Whether it holds all of another set.
    #[must_use]
    pub(super) fn covers(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether it holds none.
    #[must_use]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The names in it; the unknown ones have none.
    #[must_use]
    pub(super) fn names(self) -> Vec<&'static str> {
        METHODS.into_iter().filter(|name| self.covers(Self::of(name))).collect()
    }

    /// Cuts all methods into sets that none of `marks` splits, each in the order of its first method.
    #[must_use]
    pub(super) fn classes(marks: &[Self]) -> Vec<Self> {
        let mut classes = vec![Self::ALL];
        for mark in marks {
            let split = |class: Self| [class.intersection(*mark), class.intersection(mark.complement())];
            classes = classes.into_iter().flat_map(split).filter(|class| !class.is_empty()).collect();
        }
        classes.sort_by_key(|class| class.0.trailing_zeros());
        classes
    }

    /// One method of the set, for a request that stands for all of it.
    #[must_use]
    pub(super) fn representative(self) -> &'static str {
        self.names().first().copied().unwrap_or("UNKNOWN")
    }
}

#[cfg(test)]
mod tests {
    use super::Methods;

    #[test]
    fn a_limit_splits_the_methods_in_two() {
        let get_post = Methods::of("GET").union(Methods::of("POST"));
        assert_eq!(Methods::classes(&[get_post]), [get_post, get_post.complement()]);
        assert_eq!(Methods::classes(&[]), [Methods::ALL]);
    }

    #[test]
    fn head_is_get_and_unknown_methods_share_one_number() {
        assert_eq!(Methods::of("HEAD"), Methods::of("GET"));
        assert_eq!(Methods::of("BREW"), Methods::of("QUERY"));
        assert_eq!(Methods::known("get"), None);
    }
}
