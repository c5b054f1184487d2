//! The directives as their modules declare them (`ngx_command_t`), recorded by `scripts/record-nginx-directives`.

use std::collections::HashMap;
use std::sync::OnceLock;

/// One declaration; a name may have several, one in each module that knows it.
#[derive(Debug)]
pub(in super::super) struct Row {
    /// The shared object that brings it; `-`: the server itself.
    pub(in super::super) file: &'static str,
    /// Its module.
    pub(in super::super) module: &'static str,
    /// The kind of module: `core`, `http`, ..., `any`.
    pub(in super::super) kind: &'static str,
    /// The blocks it may stand in.
    pub(in super::super) places: Vec<&'static str>,
    /// How many words it takes.
    pub(in super::super) takes: Takes,
    /// Whether a block belongs to it.
    pub(in super::super) block: bool,
    /// The function that stores its value; `-`: one of its own.
    pub(in super::super) set: &'static str,
    /// The words that it takes, or the bounds of its number.
    pub(in super::super) values: Vec<&'static str>,
}

/// How many words a directive takes behind its name.
#[derive(Debug, PartialEq, Eq)]
pub(in super::super) enum Takes {
    /// Any number.
    Any,
    /// One, `on` or `off`.
    Flag,
    /// So many or more.
    AtLeast(usize),
    /// One of these numbers.
    OneOf(Vec<usize>),
}

impl Takes {
    /// Whether so many are right (src/core/ngx_conf_file.c, `ngx_conf_handler`).
    pub(in super::super) fn fits(&self, words: usize) -> bool {
        match self {
            Self::Any => true,
            Self::Flag => words == 1,
            Self::AtLeast(least) => words >= *least,
            Self::OneOf(numbers) => numbers.contains(&words),
        }
    }

    fn read(text: &str) -> Self {
        match text {
            "any" => Self::Any,
            "flag" => Self::Flag,
            "1+" => Self::AtLeast(1),
            "2+" => Self::AtLeast(2),
            numbers => Self::OneOf(numbers.split('|').filter_map(|number| number.parse().ok()).collect()),
        }
    }
}

type Table = HashMap<&'static str, Vec<Row>>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        for line in include_str!("directives.tsv").lines().skip(2) {
            let mut fields = line.split('\t');
            let mut field = || fields.next().unwrap_or_default();
            let (name, file, module, kind) = (field(), field(), field(), field());
            let (places, takes, set, values) = (field(), field(), field(), field());
            let words = |text: &'static str| text.split('|').filter(|word| !word.is_empty()).collect();
            let plain = takes.strip_suffix("{}");
            table.entry(name).or_default().push(Row {
                file,
                module,
                kind,
                places: words(places),
                takes: Takes::read(plain.unwrap_or(takes)),
                block: plain.is_some(),
                set,
                values: words(values),
            });
        }
        table
    })
}

/// All declarations of a name, in the order of the modules.
pub(in super::super) fn rows(name: &[u8]) -> &'static [Row] {
    str::from_utf8(name).ok().and_then(|name| table().get(name)).map_or(&[], Vec::as_slice)
}

/// The name of a directive that is near to one that does not exist.
pub(in super::super) fn nearest(name: &[u8]) -> Option<String> {
    let wanted = String::from_utf8_lossy(name).to_lowercase();
    let most = wanted.chars().count() / 4 + 1;
    let near = table().keys().map(|known| (strsim::osa_distance(known, &wanted), *known));
    near.filter(|(distance, _)| *distance <= most).min().map(|(_, known)| known.to_owned())
}
