//! The words of the error log's lines, by their codes (httpd's `APLOGNO`).

/// The lines that speak of a login or of who may come in.
const LINES: &[(&str, &str)] = &[
    ("AH00025", "configuration error: couldn't check user"),
    ("AH00027", "No authentication done but request not allowed without authentication"),
    ("AH00028", "No authentication done but request not allowed without authentication"),
    ("AH00035", "access denied because search permissions are missing on a component of the path"),
    ("AH00526", "Syntax error on line ..."),
    ("AH00529", "pcfg_openfile: unable to check htaccess file, ensure it is readable"),
    ("AH00554", "Access to file denied by server: not a regular file"),
    ("AH01614", "client used wrong authentication scheme"),
    ("AH01615", "need AuthName"),
    ("AH01616", "No Authn provider configured"),
    ("AH01617", "authentication failure: Password Mismatch"),
    ("AH01618", "user not found"),
    ("AH01619", "AuthUserFile not specified in the configuration"),
    ("AH01620", "Could not open password file"),
    ("AH01621", "AuthUserFile not specified in the configuration"),
    ("AH01622", "Could not open password file"),
    ("AH01624", "directive contains only negative authorization directives"),
    ("AH01627", "AuthType configured with no corresponding authorization directives"),
    ("AH01629", "authorization failure (no authenticated user)"),
    ("AH01630", "client denied by server configuration"),
    ("AH01631", "authorization failure"),
    ("AH01664", "No group file was specified in the configuration"),
    ("AH01665", "Could not open group file"),
    ("AH01780", "need AuthName"),
    ("AH01790", "user in realm not found"),
    ("AH01796", "AuthType configured without corresponding module"),
    ("AH01797", "client denied by server configuration"),
    ("AH02493", "Authn provider does not support AuthBasicUseDigestAlgorithm"),
    ("AH10285", "could not open dbm file"),
];

/// `The error log says AH01620: Could not open password file.`
pub(super) fn sentence(code: &str) -> String {
    match LINES.iter().find(|(known, _)| *known == code) {
        Some((_, line)) => format!("The error log says {code}: {line}."),
        None => format!("The error log says {code}."),
    }
}

/// The codes whose lines are known.
#[cfg(test)]
pub(super) fn codes() -> impl Iterator<Item = &'static str> {
    LINES.iter().map(|(code, _)| *code)
}
