//! The directives of every module that Debian's apache2 package ships, found by name.

use super::overrides::Override;
use std::cmp::Ordering;
use std::sync::OnceLock;

const TABLE: &str = include_str!("directives.tsv");

/// How the server cuts the arguments of a directive: `command_rec.args_how` (include/http_config.h, `enum cmd_how`).
///
/// `NO_ARGS` and `TAKE13` are missing: no directive of the package uses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ArgKind {
    /// `RAW_ARGS`: the module gets the rest of the line and cuts it itself.
    Raw,
    /// `TAKE1`.
    One,
    /// `TAKE2`.
    Two,
    /// `TAKE3`.
    Three,
    /// `TAKE12`.
    OneOrTwo,
    /// `TAKE23`.
    TwoOrThree,
    /// `TAKE123`.
    OneToThree,
    /// `ITERATE`: the module is called once for each word.
    Iterate,
    /// `ITERATE2`: the module is called with the first word and each further one.
    Iterate2,
    /// `FLAG`: `On` or `Off`.
    Flag,
    /// `TAKE_ARGV`: the module gets up to 64 words.
    Argv,
}

impl ArgKind {
    fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "RAW_ARGS" => Self::Raw,
            "TAKE1" => Self::One,
            "TAKE2" => Self::Two,
            "TAKE3" => Self::Three,
            "TAKE12" => Self::OneOrTwo,
            "TAKE23" => Self::TwoOrThree,
            "TAKE123" => Self::OneToThree,
            "ITERATE" => Self::Iterate,
            "ITERATE2" => Self::Iterate2,
            "FLAG" => Self::Flag,
            "TAKE_ARGV" => Self::Argv,
            _ => return None,
        })
    }
}

/// A directive as one module declares it in its `command_rec` table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Directive {
    /// The name in the module's spelling, which messages use; a section's starts with `<`.
    pub name: &'static str,
    /// Source file of the module, such as `mod_auth_basic.c`.
    pub module: &'static str,
    /// Where it may stand.
    pub overrides: Override,
    /// How its arguments are cut.
    pub args: ArgKind,
    usage: &'static str,
}

impl Directive {
    /// The module's usage text, which follows the server's complaint about the number of arguments.
    #[must_use]
    pub fn usage(&self) -> String {
        self.usage.replace("\\n", "\n")
    }

    /// Whether it is executed while the file is read, before the directives above it.
    #[must_use]
    pub fn executed_on_read(&self) -> bool {
        self.overrides.meets(Override::EXEC_ON_READ)
    }

    /// Whether it opens a section.
    #[must_use]
    pub fn is_section(&self) -> bool {
        self.name.starts_with('<')
    }

    fn parse(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        Some(Self {
            name: fields.next()?,
            module: fields.next()?,
            overrides: Override::parse(fields.next()?)?,
            args: ArgKind::parse(fields.next()?)?,
            usage: fields.next()?,
        })
    }
}

/// All directives by name without regard to case; of one name, the module that is loaded last comes first, as the
/// server asks them (server/config.c, `ap_add_module_commands`).
#[must_use]
pub fn directives() -> &'static [Directive] {
    static SORTED: OnceLock<Vec<Directive>> = OnceLock::new();
    SORTED.get_or_init(|| {
        let mut rows: Vec<_> = TABLE.lines().skip(2).filter_map(Directive::parse).collect();
        rows.reverse();
        rows.sort_by(|a, b| compare(a.name.as_bytes(), b.name.as_bytes()));
        rows
    })
}

/// The directives called `name` in any case, one for each module that has it; empty where no module of the package
/// has (server/config.c, `ap_walk_config_sub`).
#[must_use]
pub fn find(name: &[u8]) -> &'static [Directive] {
    let all = directives();
    let start = all.partition_point(|row| compare(row.name.as_bytes(), name).is_lt());
    let found = all.get(start..).unwrap_or_default();
    let count = found.partition_point(|row| compare(row.name.as_bytes(), name).is_eq());
    found.get(..count).unwrap_or_default()
}

fn compare(a: &[u8], b: &[u8]) -> Ordering {
    a.iter().map(u8::to_ascii_lowercase).cmp(b.iter().map(u8::to_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        assert_eq!(directives().len(), TABLE.lines().count() - 2);
        assert!(directives().len() > 700);
    }

    #[test]
    fn a_name_is_found_in_any_case() {
        let found = find(b"authUSERfile");
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].name, found[0].module), ("AuthUserFile", "mod_authn_file.c"));
        assert_eq!((found[0].overrides, found[0].args), (Override::AUTH_CONFIG, ArgKind::One));
        assert!(find(b"AuthUserFil").is_empty());
        assert!(find(b"").is_empty());
        assert!(find(b"\xff").is_empty());
    }

    #[test]
    fn of_a_shared_name_the_module_loaded_last_comes_first() {
        let modules: Vec<_> = find(b"ScriptLog").iter().map(|row| row.module).collect();
        assert_eq!(modules, ["mod_cgid.c", "mod_cgi.c"]);
    }

    #[test]
    fn a_section_is_found_by_its_opening_bracket() {
        assert!(find(b"<requireall")[0].is_section());
        assert!(find(b"RequireAll").is_empty());
        assert!(find(b"<IfModule")[0].executed_on_read());
    }

    #[test]
    fn a_usage_text_of_several_lines_keeps_them() {
        assert!(find(b"AuthLDAPURL")[0].usage().lines().count() > 5);
    }
}
