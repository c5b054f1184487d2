//! Which blocks hold for a request (configfile-glue.c, `config_check_cond_nocache`).

use std::net::IpAddr;

use super::block::{Block, Condition, Field};
use super::condition::split;
use super::request::Parsed;
use super::setup::{Lighttpd, Truth};
use super::socket::socket_name;
use super::token::Operator;
use crate::answer::{Client, Login, Request, Scheme};
use crate::gate::in_range;
use crate::pattern::{Groups, Pattern};

/// What a condition compares, as far as it is known.
enum Subject {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The client.
    Address(Client),
    /// Not known.
    Hidden,
}

impl Lighttpd<'_> {
    /// The truth of every block.
    #[must_use]
    pub(super) fn truths(&self, request: &Request, parsed: &Parsed) -> Vec<Truth> {
        let mut truths: Vec<Truth> = Vec::with_capacity(self.blocks.len());
        for block in &self.blocks {
            let of = |index: Option<usize>| index.and_then(|index| truths.get(index)).copied();
            // The global block is always there; only its own children look at it.
            let parent = of(block.parent.filter(|parent| *parent > 0)).unwrap_or(Truth::Yes);
            let previous = of(block.previous).unwrap_or(Truth::No);
            truths.push(match (parent, previous) {
                (Truth::No | Truth::Skipped, _) | (_, Truth::Yes | Truth::Skipped) => Truth::Skipped,
                (Truth::Yes | Truth::Unknown, Truth::No | Truth::Unknown) => {
                    let own = self.own_truth(block, request, parsed);
                    let doubt = parent == Truth::Unknown || previous == Truth::Unknown;
                    if doubt && own == Truth::Yes { Truth::Unknown } else { own }
                }
            });
        }
        truths
    }

    fn own_truth(&self, block: &Block, request: &Request, parsed: &Parsed) -> Truth {
        let Condition::Compare { field, operator, string, pattern } = &block.condition else { return Truth::Yes };
        match self.subject(field, request, parsed) {
            Subject::Hidden => Truth::Unknown,
            Subject::Bytes(bytes) => compare(field, *operator, string, pattern.as_ref(), &bytes),
            Subject::Address(client) => compare_address(*operator, string, pattern.as_ref(), client),
        }
    }

    fn subject(&self, field: &Field, request: &Request, parsed: &Parsed) -> Subject {
        Subject::Bytes(match field {
            Field::Url => parsed.path.clone(),
            Field::Host => parsed.host.clone(),
            Field::Query => parsed.query.clone(),
            Field::Method => parsed.method.clone().into_bytes(),
            Field::Scheme => parsed.scheme.as_bytes().to_vec(),
            Field::Socket => self.socket(),
            Field::RemoteIp => return Subject::Address(request.client),
            Field::Header(name) if name.eq_ignore_ascii_case(b"authorization") => match &request.login {
                Login::Holder(_) | Login::Password { scheme: Scheme::Digest, .. } => return Subject::Hidden,
                Login::Anonymous | Login::Password { .. } | Login::Header(_) => {
                    parsed.authorization.clone().unwrap_or_default()
                }
            },
            Field::Header(name) => parsed.header(name).unwrap_or_default(),
        })
    }

    /// What the groups of a block's pattern hold for a request, for `%1` and its kin in a rewrite.
    #[must_use]
    pub(super) fn groups_of(&self, block: usize, request: &Request, parsed: &Parsed) -> Option<Groups> {
        let Condition::Compare { field, operator, string, pattern } = &self.blocks.get(block)?.condition else {
            return Some(Vec::new());
        };
        let subject = match self.subject(field, request, parsed) {
            Subject::Bytes(bytes) => bytes,
            Subject::Address(Client::Address(address)) => address.to_string().into_bytes(),
            Subject::Address(Client::Elsewhere | Client::Welcome) | Subject::Hidden => return None,
        };
        match (operator, pattern) {
            (Operator::Match, Some(pattern)) => pattern.find(&subject).map(Option::unwrap_or_default),
            (Operator::Equal | Operator::Prefix | Operator::Suffix, _) => Some(vec![string.clone()]),
            (Operator::Match | Operator::NoMatch | Operator::Unequal, _) => Some(Vec::new()),
        }
    }
}

fn told(holds: bool) -> Truth {
    if holds { Truth::Yes } else { Truth::No }
}

fn compare(field: &Field, operator: Operator, string: &[u8], pattern: Option<&Pattern>, subject: &[u8]) -> Truth {
    let same = || if *field == Field::Host { same_host(subject, string) } else { subject == string };
    match operator {
        Operator::Equal if *field == Field::Socket => told(subject == socket_name(string)),
        Operator::Unequal if *field == Field::Socket => told(subject != socket_name(string)),
        Operator::Equal => told(same()),
        Operator::Unequal => told(!same()),
        Operator::Prefix => told(subject.starts_with(string)),
        Operator::Suffix => told(subject.ends_with(string)),
        Operator::Match | Operator::NoMatch => match pattern.and_then(|pattern| pattern.is_match(subject)) {
            Some(found) => told(found == (operator == Operator::Match)),
            None => Truth::Unknown,
        },
    }
}

/// Hosts are the same whether or not one of them names a port.
fn same_host(subject: &[u8], string: &[u8]) -> bool {
    if string.starts_with(b"/") || subject.is_empty() || subject.len() == string.len() {
        return subject == string;
    }
    let port_follows =
        |long: &[u8], short: &[u8]| long.strip_prefix(short).is_some_and(|behind| behind.starts_with(b":"));
    if subject.len() > string.len() {
        port_follows(subject, string) && subject.len() - string.len() <= 6
    } else {
        port_follows(string, subject)
    }
}

fn compare_address(operator: Operator, string: &[u8], pattern: Option<&Pattern>, client: Client) -> Truth {
    let address = match (client, operator) {
        (Client::Address(address), _) => address,
        (Client::Welcome, Operator::Equal) | (Client::Elsewhere, Operator::Unequal) => return Truth::Yes,
        (Client::Elsewhere, Operator::Equal) | (Client::Welcome, Operator::Unequal) => return Truth::No,
        (Client::Elsewhere | Client::Welcome, _) => return Truth::Unknown,
    };
    let text = address.to_string().into_bytes();
    if !matches!(operator, Operator::Equal | Operator::Unequal) || string.starts_with(b"/") {
        return compare(&Field::RemoteIp, operator, string, pattern, &text);
    }
    told(within(string, address) == (operator == Operator::Equal))
}

/// Whether an address is the one, or in the network. What is no network and passed the start all the same
/// (`127.0.0.1/33`) is compared with an address that was never filled in, and fits nobody.
fn within(network: &[u8], address: IpAddr) -> bool {
    known_network(network, address).unwrap_or(false)
}

fn known_network(network: &[u8], address: IpAddr) -> Option<bool> {
    let (plain, bits) = split(str::from_utf8(network).ok()?);
    let network: IpAddr = plain.parse().ok()?;
    let most = if network.is_ipv4() { 32 } else { 128 };
    let bits = match bits {
        None => most,
        Some(bits) => bits.parse().ok().filter(|bits| (1..=most).contains(bits))?,
    };
    Some(in_range(network, bits, address))
}
