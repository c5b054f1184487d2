//! The filter of roles (Envoy `source/extensions/filters/common/rbac/{engine_impl,matchers}.cc`).

use std::net::IpAddr;

use super::config::{Read, Reader};
use super::text::{Header, Text};
use crate::answer::{Client, Request};
use crate::gate::in_range;
use crate::yaml::Node;

/// What the filter lets through.
#[derive(Debug)]
pub(super) struct Roles {
    deny: bool,
    /// What is asked for and who asks.
    policies: Vec<(Rule, Rule)>,
}

/// A permission or a principal.
#[derive(Debug)]
enum Rule {
    Any,
    All(Vec<Rule>),
    One(Vec<Rule>),
    Not(Box<Rule>),
    Header(Header),
    Path(Text),
    Address(IpAddr, u32),
    /// Nobody over plain HTTP.
    Never,
    Unknown,
}

impl Roles {
    /// Whether it lets a request through; `None`: can't tell.
    pub(super) fn allow(&self, request: &Request, path: &str) -> Option<bool> {
        let fits = |(permission, principal): &(Rule, Rule)| {
            both([permission.takes(request, path), principal.takes(request, path)].into_iter())
        };
        let any = either(self.policies.iter().map(fits));
        any.map(|any| any != self.deny)
    }
}

fn either(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    for one in all {
        match one {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    (!unknown).then_some(false)
}

fn both(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    either(all.map(|one| one.map(|fits| !fits))).map(|fits| !fits)
}

impl Rule {
    fn takes(&self, request: &Request, path: &str) -> Option<bool> {
        match self {
            Self::Any => Some(true),
            Self::All(all) => both(all.iter().map(|rule| rule.takes(request, path))),
            Self::One(all) => either(all.iter().map(|rule| rule.takes(request, path))),
            Self::Not(rule) => rule.takes(request, path).map(|fits| !fits),
            Self::Header(header) => Some(header.takes(request)),
            Self::Path(text) => Some(text.takes(path)),
            Self::Address(address, bits) => match request.client {
                Client::Address(client) => Some(in_range(*address, *bits, client)),
                Client::Elsewhere => Some(false),
                Client::Welcome => Some(true),
            },
            Self::Never => Some(false),
            Self::Unknown => None,
        }
    }
}

impl Reader<'_> {
    /// Reads the filter; `None`: it lets everything through.
    pub(super) fn roles(&self, config: &Node) -> Read<Option<Roles>> {
        let Some(rules) = config.get("rules") else { return Ok(None) };
        let deny = match rules.get("action").and_then(Node::text) {
            None | Some("ALLOW" | "0") => false,
            Some("DENY" | "1") => true,
            Some("LOG" | "2") => return Ok(None),
            Some(_) => return Err(self.wrong(rules.span, "action", "there is no such action")),
        };
        let mut policies = Vec::new();
        for (_, policy) in rules.get("policies").map(Node::pairs).unwrap_or_default() {
            let list = |key: &str| -> Read<Rule> {
                let items = policy.get(key).map(Node::items).unwrap_or_default();
                if items.is_empty() {
                    return Err(self.wrong(policy.span, key, "they are missing"));
                }
                Ok(Rule::One(items.iter().map(|item| self.rule(item)).collect::<Read<_>>()?))
            };
            let conditional = policy.get("condition").is_some() || policy.get("checked_condition").is_some();
            let permission = if conditional { Rule::Unknown } else { list("permissions")? };
            policies.push((permission, list("principals")?));
        }
        Ok(Some(Roles { deny, policies }))
    }

    fn rule(&self, node: &Node) -> Read<Rule> {
        let [(kind, value)] = node.pairs() else {
            return Err(self.wrong(node.span, "rules", "each must be of one kind"));
        };
        let list = |key: &str| -> Read<Vec<Rule>> {
            value.get(key).map(Node::items).unwrap_or_default().iter().map(|item| self.rule(item)).collect()
        };
        Ok(match kind.text().unwrap_or_default() {
            "any" => Rule::Any,
            "and_rules" => Rule::All(list("rules")?),
            "or_rules" => Rule::One(list("rules")?),
            "and_ids" => Rule::All(list("ids")?),
            "or_ids" => Rule::One(list("ids")?),
            "not_rule" | "not_id" => Rule::Not(Box::new(self.rule(value)?)),
            "header" => self.header(value)?.map_or(Rule::Unknown, Rule::Header),
            "url_path" => match value.get("path") {
                Some(path) => self.text(path)?.map_or(Rule::Unknown, Rule::Path),
                None => Rule::Unknown,
            },
            "direct_remote_ip" | "remote_ip" | "source_ip" => {
                let address = value.get("address_prefix").and_then(Node::text).and_then(|text| text.parse().ok());
                let bits = value.get("prefix_len").and_then(Node::text).and_then(|text| text.parse().ok());
                let address = address.ok_or_else(|| self.wrong(value.span, "address_prefix", "this is no address"))?;
                Rule::Address(address, bits.unwrap_or(0))
            }
            "authenticated" => Rule::Never,
            _ => Rule::Unknown,
        })
    }
}
