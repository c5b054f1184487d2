//! `map`, `geo` and `split_clients` (src/http/modules/ngx_http_map_module.c, ngx_http_geo_module.c,
//! ngx_http_split_clients_module.c).

use std::net::IpAddr;

use super::access::forwarded;
use super::exchange::{Exchange, Known};
use super::network::{Network, network};
use super::tree::{Block, BlockId, Item};
use crate::answer::{Client, Missing};

impl Exchange<'_, '_> {
    /// The value of the variable that a block declares.
    pub(super) fn mapped_value(&mut self, id: BlockId, item: &Item) -> Known<Vec<u8>> {
        if self.depth > 40 {
            return Err(self.unknown(Missing::TooMany, Some(item.place)));
        }
        self.depth += 1;
        let block = self.tree().get(id);
        let opener = self.site.opener(id);
        let value = match opener.map(|opener| opener.name.as_slice()) {
            Some(b"map") => self.map(block, item),
            Some(b"geo") => self.geo(block, item),
            _ => self.split(block, item),
        };
        self.depth -= 1;
        value
    }

    fn map(&mut self, block: &Block, item: &Item) -> Known<Vec<u8>> {
        let source = block.args.first().map(|word| word.value.clone()).unwrap_or_default();
        let subject = self.value(&source, item)?;
        let hostnames = block.items.iter().any(|entry| entry.name == b"hostnames" && entry.args.is_empty());
        let subject = if hostnames { subject.strip_suffix(b".").unwrap_or(&subject).to_vec() } else { subject };
        let entries = || block.items.iter().filter(|entry| entry.args.len() == 1);
        let lower = subject.to_ascii_lowercase();
        let default = entries().find(|entry| entry.name == b"default");
        let found = self.looked_up(entries().filter(|entry| entry.name != b"default"), &lower, hostnames);
        if let Some(entry) = found {
            return self.value(entry.arg(0), item);
        }
        for entry in entries().filter(|_| !subject.is_empty()) {
            let (pattern, ignore_case) = match entry.name.as_slice() {
                [b'~', b'*', pattern @ ..] => (pattern, true),
                [b'~', pattern @ ..] => (pattern, false),
                _ => continue,
            };
            let pattern = self.site.pattern(pattern, ignore_case);
            let found = pattern.as_ref().as_ref().and_then(|pattern| pattern.find(&subject));
            let Some(found) = found else { return Err(self.untried("map", entry.place)) };
            if let Some(groups) = found {
                let names = pattern.as_ref().as_ref().map(|pattern| pattern.names.clone()).unwrap_or_default();
                self.capture(&names, groups);
                return self.value(entry.arg(0), item);
            }
        }
        default.map_or_else(|| Ok(Vec::new()), |entry| self.value(entry.arg(0), item))
    }

    fn looked_up<'e>(&self, entries: impl Iterator<Item = &'e Item>, subject: &[u8], hosts: bool) -> Option<&'e Item> {
        let mut best: Option<(usize, &Item)> = None;
        for entry in entries {
            let key = entry.name.to_ascii_lowercase();
            let key = key.strip_prefix(b"\\").unwrap_or(&key);
            let rank = match key {
                [b'~', ..] if !entry.name.starts_with(b"\\") => None,
                _ if key == subject => Some(usize::MAX),
                [b'*', end @ ..] | end @ [b'.', ..] if hosts && end.starts_with(b".") => {
                    let bare = key.starts_with(b".") && end.get(1..) == Some(subject);
                    if bare { Some(usize::MAX) } else { subject.ends_with(end).then_some(1000 + end.len()) }
                }
                [start @ .., b'*'] if hosts && start.ends_with(b".") => {
                    subject.starts_with(start).then_some(start.len())
                }
                _ => None,
            };
            if let Some(rank) = rank.filter(|rank| best.is_none_or(|(known, _)| known < *rank)) {
                best = Some((rank, entry));
            }
        }
        best.map(|(_, entry)| entry)
    }

    fn geo(&mut self, block: &Block, item: &Item) -> Known<Vec<u8>> {
        let client = match block.args.as_slice() {
            [source, _] => {
                let text = self.value(&source.value.clone(), item)?;
                let ip = str::from_utf8(&text).ok().and_then(|text| text.parse::<IpAddr>().ok());
                ip.map_or(Client::Elsewhere, Client::Address)
            }
            _ => self.client,
        };
        let named = |name: &[u8]| block.items.iter().any(|entry| entry.name == name);
        let proxies: Vec<Network> = block
            .items
            .iter()
            .filter(|entry| entry.name == b"proxy")
            .filter_map(|entry| network(entry.arg(0)))
            .collect();
        let header = self.asked.all("x-forwarded-for").collect::<Vec<_>>().join(&b","[..]);
        let client = match client {
            Client::Address(ip) => Client::Address(forwarded(ip, &header, &proxies, named(b"proxy_recursive"))),
            other @ (Client::Elsewhere | Client::Welcome) => other,
        };
        Ok(if named(b"ranges") { of_ranges(block, client) } else { of_networks(block, client) })
    }

    fn split(&mut self, block: &Block, item: &Item) -> Known<Vec<u8>> {
        let source = block.args.first().map(|word| word.value.clone()).unwrap_or_default();
        let subject = self.value(&source, item)?;
        let hash = f64::from(murmur(&subject)) / f64::from(u32::MAX) * 100.0;
        let mut upto = 0.0;
        for entry in &block.items {
            let share = entry.name.strip_suffix(b"%").and_then(|text| str::from_utf8(text).ok()?.parse::<f64>().ok());
            upto += share.unwrap_or(100.0);
            if hash < upto {
                return Ok(entry.arg(0).to_vec());
            }
        }
        Ok(Vec::new())
    }
}

/// The value for an address among ranges: the last one that holds it.
fn of_ranges(block: &Block, client: Client) -> Vec<u8> {
    let holds = |entry: &&Item| {
        let mut ends =
            entry.name.splitn(2, |byte| *byte == b'-').map(|end| str::from_utf8(end).ok()?.parse::<IpAddr>().ok());
        let (Some(Some(low)), Some(Some(high)), Client::Address(ip)) = (ends.next(), ends.next(), client) else {
            return false;
        };
        low.is_ipv4() == ip.is_ipv4() && low <= ip && ip <= high
    };
    let default = || block.items.iter().rfind(|entry| entry.name == b"default");
    let found = block.items.iter().rfind(holds).or_else(default);
    found.map(|entry| entry.arg(0).to_vec()).unwrap_or_default()
}

/// The value for an address among networks: that of the narrowest. Entries are taken in one after the other, and
/// `default` is all addresses (`ngx_http_geo_cidr`).
fn of_networks(block: &Block, client: Client) -> Vec<u8> {
    let mut known: Vec<(Network, &Item)> = Vec::new();
    for entry in block.items.iter().filter(|entry| entry.args.len() == 1) {
        let deletes = entry.name == b"delete";
        let written = if deletes { entry.arg(0) } else { &entry.name };
        let networks: Vec<Network> = match written {
            b"default" => ["0.0.0.0/0", "::/0"].iter().filter_map(|all| network(all.as_bytes())).collect(),
            _ => network(written).into_iter().collect(),
        };
        for network in networks.into_iter().map(Network::cut) {
            known.retain(|(other, _)| *other != network);
            if !deletes {
                known.push((network, entry));
            }
        }
    }
    let covers = |net: &Network| match client {
        Client::Address(ip) => net.covers(ip),
        Client::Elsewhere | Client::Welcome => net.bits() == 0,
    };
    let found = known.into_iter().filter(|(net, _)| covers(net)).max_by_key(|(net, _)| net.bits());
    found.map(|(_, entry)| entry.arg(0).to_vec()).unwrap_or_default()
}

/// MurmurHash2 with seed 0 (src/core/ngx_murmurhash.c, `ngx_murmur_hash2`).
fn murmur(data: &[u8]) -> u32 {
    const M: u32 = 0x5bd1_e995;
    let mut hash = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut chunks = data.chunks_exact(4);
    for chunk in &mut chunks {
        let word = chunk.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        let mut k = word.wrapping_mul(M);
        k ^= k >> 24;
        hash = hash.wrapping_mul(M) ^ k.wrapping_mul(M);
    }
    let rest = chunks.remainder();
    if !rest.is_empty() {
        hash ^= rest.iter().rev().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    hash ^ (hash >> 15)
}
