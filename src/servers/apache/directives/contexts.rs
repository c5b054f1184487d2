//! The sections within which a module refuses its own directive, though the server would admit it there (server/core.c,
//! `ap_check_cmd_context`).

const TABLE: &str = include_str!("contexts.tsv");

/// The section among those around, named as in `<Directory>`, within which a directive is refused; a rule section
/// counts as a `<Limit>`, which it is to the server (modules/aaa/mod_authz_core.c, `add_authz_section`).
#[must_use]
pub fn refused_within<'w>(name: &[u8], around: &'w [String]) -> Option<&'w str> {
    let rows = TABLE.lines().skip(2).filter_map(|row| row.split_once('\t'));
    let kinds = rows.filter(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes())).map(|(_, kinds)| kinds);
    let refusing = |section: &str| kinds.clone().any(|kinds| kinds.split(' ').any(|kind| is_a(section, kind)));
    around.iter().map(String::as_str).find(|section| refusing(section))
}

fn is_a(section: &str, kind: &str) -> bool {
    let names: &[&str] = match kind {
        "virtualhost" => &["<VirtualHost>"],
        "limit" => &["<Limit>", "<LimitExcept>", "<RequireAll>", "<RequireAny>", "<RequireNone>"],
        "directory" => &["<Directory>", "<DirectoryMatch>"],
        "htaccess" => &[".htaccess"],
        "location" => &["<Location>", "<LocationMatch>"],
        _ => &["<Files>", "<FilesMatch>", "<If>", "<ElseIf>", "<Else>"],
    };
    names.iter().any(|name| section.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::apache::directives::find;

    #[test]
    fn every_row_names_a_directive() {
        for (name, _) in TABLE.lines().skip(2).filter_map(|row| row.split_once('\t')) {
            assert!(!find(name.as_bytes()).is_empty(), "{name}");
        }
    }

    #[test]
    fn a_directive_of_the_process_is_refused_within_a_host() {
        let around = ["<VirtualHost>".to_owned(), "<Files>".to_owned()];
        assert_eq!(refused_within(b"listen", &around), Some("<VirtualHost>"));
        assert_eq!(refused_within(b"ServerName", &around), None);
        assert_eq!(refused_within(b"ProxyPass", &around), Some("<Files>"));
    }
}
