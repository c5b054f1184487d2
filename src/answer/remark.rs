//! What a server's room noticed that changes no answer by itself.

use crate::source::Place;

/// A fact about a configuration that a rule may find worth a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// A comment that ends in a backslash and so takes the next line with it.
    CommentSwallowsLine {
        /// The swallowed text, if it would have been a directive: its name.
        directive: Option<String>,
    },
    /// A `#` behind names, which is one more name, like every word of the comment it was meant to begin.
    CommentTakenForNames {
        /// The directive.
        directive: String,
    },
    /// Order, Allow or Deny beside Require in one place.
    MixedAccessControl,
    /// `<Files>` inside `<Files>`: read, and never applied.
    NestedFilesIgnored,
    /// A directive of a module that Debian's apache2 ships but does not switch on by itself.
    ModuleNotDefault {
        /// The directive, as written.
        directive: String,
        /// Debian's name for `a2enmod`.
        module: String,
    },
    /// A rule that lets some addresses in without a login, beside one that asks for a login.
    OpenToAddresses {
        /// The rule as written.
        rule: String,
    },
    /// An application that reads the Authorization header runs in a program that is not told of it.
    AuthorizationDropped {
        /// What runs the program: `mod_cgi`.
        program: &'static str,
        /// What people call the application.
        application: &'static str,
        /// What of it fails.
        breaks: &'static str,
        /// What hands the header on.
        cure: &'static str,
        /// Whether the server's own configuration was not seen, which may hand it on.
        assumed: bool,
    },
    /// The server asks for a login where an application's API wants the same header.
    AuthorizationContested {
        /// What people call the application.
        application: &'static str,
        /// What of it fails.
        breaks: &'static str,
        /// How to leave the API out.
        exempt: String,
    },
    /// Bytes of which the server reads nothing at all: UTF-16 with the high byte first, bare CRs behind a `#`.
    NothingRead {
        /// `UTF-16 (big-endian)`.
        what: &'static str,
    },
    /// A path of the server that is taken for a file here, because its end is the same.
    PathInferred {
        /// What is taken for what: a sentence without a full stop.
        what: String,
    },
    /// A URL prefix without a slash at its end stands for a folder with one, so that `prefix../` leads out of the folder.
    AliasSeam {
        /// The prefix.
        prefix: String,
        /// The folder, or the URL, as written.
        folder: String,
    },
    /// A certificate authority that looks for its challenge is asked for a login.
    ChallengeBehindLogin {
        /// The host that the certificate would be for.
        host: String,
    },
    /// Pages of other origins are welcome, and their preflight requests, which never come with a login, are asked for one.
    PreflightBehindLogin,
    /// A backend gets the Authorization header of the server's own login.
    AuthorizationForwarded {
        /// What hands it on: `proxy_pass`.
        directive: String,
    },
    /// A password file that lies below the document root under a name that a stranger's GET obtains.
    PasswordFileServed,
    /// An entry whose password is among the first that anybody would try.
    PasswordGuessed,
}

/// A remark and where it applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// The fact.
    pub remark: Remark,
    /// Where.
    pub place: Place,
    /// The other place of the story, if there is one.
    pub related: Option<Place>,
}
