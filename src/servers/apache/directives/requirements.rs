//! What modules need of each other: some cannot even be loaded before another one, some keep the server from starting.

use super::modules::ModuleSet;

const TABLE: &str = include_str!("requirements.tsv");

/// When a module needs another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At its `LoadModule` line: a symbol of the other one is linked to.
    Loaded,
    /// Once the whole configuration is read.
    Started,
}

/// What the server says of the first module of these that `identifier` lacks: the missing symbol, or the message.
#[must_use]
pub fn lacks(identifier: &str, when: When, modules: &ModuleSet) -> Option<&'static str> {
    let wanted = match when {
        When::Loaded => "load",
        When::Started => "start",
    };
    let rows = TABLE.lines().skip(2).filter_map(|line| {
        let mut fields = line.split('\t');
        Some((fields.next()?, fields.next()?, fields.next()?, fields.next()?))
    });
    let mut rows = rows.filter(|(module, when, _, _)| *module == identifier && *when == wanted);
    rows.find(|(_, _, needs, _)| !modules.has(needs.as_bytes())).map(|(_, _, _, message)| message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::servers::apache::directives::module;

    #[test]
    fn every_row_names_modules() {
        for line in TABLE.lines().skip(2) {
            let fields: Vec<_> = line.split('\t').collect();
            assert!(module(fields[0].as_bytes()).is_some() && module(fields[2].as_bytes()).is_some(), "{line}");
            assert!(["load", "start"].contains(&fields[1]), "{line}");
        }
    }

    #[test]
    fn a_proxy_of_a_protocol_needs_the_proxy() {
        let (mut modules, _) = ModuleSet::named(&[]);
        assert!(lacks("proxy_http_module", When::Loaded, &modules).is_some());
        modules.add("proxy_module");
        assert_eq!(lacks("proxy_http_module", When::Loaded, &modules), None);
        assert!(lacks("proxy_balancer_module", When::Started, &modules).is_some());
    }
}
