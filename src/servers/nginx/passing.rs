//! Requests that are handed on, perhaps to this very server (src/http/modules/ngx_http_proxy_module.c).

use std::net::{IpAddr, Ipv4Addr};

use super::asked::{Asked, Header};
use super::conditional::Entity;
use super::disk::Entry;
use super::exchange::{End, Exchange, Known};
use super::listen::{Address, BadAddress, address};
use super::reply::Reply;
use super::tree::{Block, Item, Kind};
use super::upstream::{parts, without_scheme};
use crate::answer::{Client, Missing};
use crate::gate::is_deserted;

/// Where a request goes next.
struct Backend {
    address: Address,
    https: bool,
    /// The host that the URL names.
    host: Vec<u8>,
    /// The path that the URL names.
    uri: Vec<u8>,
    /// Whether the URL was put together for this request.
    computed: bool,
}

impl Exchange<'_, '_> {
    /// `proxy_pass` and its kind.
    pub(super) fn pass(&mut self, item: &Item) -> Known<End> {
        let url = self.value(item.arg(0), item)?;
        let shown = String::from_utf8_lossy(&url).into_owned();
        self.step(Some(item.place), || format!("{} hands it on to {shown}", item.name()));
        let http = item.name == b"proxy_pass";
        let Some((https, rest)) = without_scheme(&item.name, &url) else { return Ok(End::Status(500)) };
        let (host, uri) = parts(rest);
        let computed = item.arg(0).contains(&b'$');
        let uri = if uri.starts_with(b"?") { [b"/", uri].concat() } else { uri.to_vec() };
        let mut replies = Vec::new();
        for address in self.addresses(host, if https { 443 } else { 80 }, computed, item)? {
            let address = match address {
                Ok(address) => address,
                Err(status) => return Ok(End::Status(status)),
            };
            let backend = Backend { address, https, host: host.to_vec(), uri: uri.clone(), computed };
            replies.push(if http { self.proxy(&backend, item)? } else { self.gone(&backend.address, item)? });
        }
        // A server that cannot be reached is passed over for the next one.
        self.entity = Entity::Foreign;
        let reached: Vec<Reply> = replies.into_iter().filter(|reply| reply.status != 0).collect();
        match reached.as_slice() {
            [] => Ok(End::Status(502)),
            [first, others @ ..] if others.iter().all(|reply| reply == first) => Ok(self.take(first)),
            _ => Err(self.provider(&shown, item)),
        }
    }

    fn provider(&self, name: &str, item: &Item) -> super::disk::Unknown {
        self.unknown(Missing::Provider { name: name.to_owned() }, Some(item.place_of(0)))
    }

    /// The addresses behind a host; the status if no address can be found.
    fn addresses(&self, host: &[u8], port: u16, computed: bool, item: &Item) -> Known<Vec<Result<Address, u16>>> {
        let tree = self.tree();
        let named = |block: &&Block| block.args.first().is_some_and(|word| word.value.eq_ignore_ascii_case(host));
        let upstreams = self.site.http().into_iter().flat_map(|http| tree.children(http, Kind::Upstream));
        let shown = String::from_utf8_lossy(host).into_owned();
        let Some(block) = upstreams.map(|id| tree.get(id)).find(named) else {
            return match address(host, port) {
                Ok(address) if !computed || !host.starts_with(b"localhost") => Ok(vec![Ok(address)]),
                Err(BadAddress::Refused(_)) if computed => Ok(vec![Err(500)]),
                _ if computed && self.setting("resolver").is_none() => Ok(vec![Err(502)]),
                _ => Err(self.provider(&shown, item)),
            };
        };
        let servers = block.items.iter().filter(|item| item.name == b"server");
        let marked = |item: &&Item, mark: &[u8]| item.args.iter().skip(1).any(|word| word.value == mark);
        let (spare, used): (Vec<&Item>, Vec<&Item>) =
            servers.filter(|item| !marked(item, b"down")).partition(|item| marked(item, b"backup"));
        let read = |item: &&Item| address(item.arg(0), 80).map(Ok).map_err(|_| self.provider(&shown, item));
        let addresses: Vec<Result<Address, u16>> = used.iter().map(read).collect::<Known<_>>()?;
        // The spare ones are for when nobody else can be reached.
        let reached = addresses.iter().flatten().any(|address| !self.site.listens.of(address).is_empty());
        let addresses = if reached {
            addresses
        } else {
            addresses.into_iter().chain(spare.iter().map(read).collect::<Known<Vec<_>>>()?).collect()
        };
        Ok(if addresses.is_empty() { vec![Err(502)] } else { addresses })
    }

    /// The answer from a server of this configuration, if anybody answers there.
    fn proxy(&mut self, backend: &Backend, item: &Item) -> Known<Reply> {
        let listens = self.site.listens.of(&backend.address);
        if listens.is_empty() {
            return self.gone(&backend.address, item);
        }
        // What speaks no TLS is not understood.
        let tls = listens.iter().any(|listen| listen.ssl || self.tree().flag(listen.server, "ssl", false));
        if backend.https && !tls {
            return Ok(Reply::CLOSED);
        }
        if self.depth >= 12 {
            return Err(self.unknown(Missing::TooMany, Some(item.place)));
        }
        let asked = self.handed_on(backend, item)?;
        let (reply, because) = self.site.handle(&asked, self.depth + 1, self.trace)?;
        self.because.extend(because);
        Ok(reply)
    }

    /// No answer, if it is certain that nobody answers at an address.
    fn gone(&self, address: &Address, item: &Item) -> Known<Reply> {
        match address {
            Address::Inet(ip, port) if is_deserted(*ip, *port) => Ok(Reply::CLOSED),
            Address::Unix(path) if self.site.target.paths.is_host() => match self.site.disk.stat(path)? {
                Ok(Entry::Other) => Err(self.provider(&String::from_utf8_lossy(path), item)),
                Ok(Entry::File | Entry::Directory) | Err(_) => Ok(Reply::CLOSED),
            },
            Address::Inet(..) | Address::Unix(_) => Err(self.provider(&String::from_utf8_lossy(item.arg(0)), item)),
        }
    }

    /// The request as it goes on (`ngx_http_proxy_create_request`).
    fn handed_on(&mut self, backend: &Backend, item: &Item) -> Known<Asked> {
        let method = match self.setting("proxy_method") {
            Some(set) => String::from_utf8_lossy(&self.value(set.arg(0), set)?).into_owned(),
            None => self.method.clone(),
        };
        let headers = self.headers(backend, item)?;
        let modern = self.setting("proxy_http_version").is_some_and(|item| item.arg(0) == b"1.1");
        let same = |name: &[u8]| headers.iter().find(|header| header.name == name).map(|header| &header.value);
        let own = self.asked.headers.iter().find(|header| header.name == b"authorization").map(|header| &header.value);
        let holder = self.asked.holder.clone().filter(|_| same(b"authorization") == own);
        let client = match backend.address {
            Address::Inet(..) => Client::Address(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            Address::Unix(_) => Client::Elsewhere,
        };
        Ok(Asked {
            target: self.target(backend, item),
            method,
            headers,
            client,
            https: backend.https,
            address: backend.address.clone(),
            modern,
            holder,
        })
    }

    fn target(&self, backend: &Backend, item: &Item) -> Vec<u8> {
        let uri = &backend.uri;
        if backend.computed && !uri.is_empty() {
            return uri.clone();
        }
        if uri.is_empty() && self.valid_unparsed {
            return self.unparsed.clone();
        }
        let replaced = if self.valid_location && !uri.is_empty() { self.location_length(item) } else { 0 };
        let start = if self.valid_location { uri.as_slice() } else { b"" };
        let rest = escaped(self.uri.get(replaced..).unwrap_or_default());
        let query = if self.args.is_empty() { Vec::new() } else { [b"?".as_slice(), &self.args].concat() };
        [start, &rest, &query].concat()
    }

    fn location_length(&self, item: &Item) -> usize {
        let tree = self.tree();
        let holds = |id: &super::tree::BlockId| tree.get(*id).items.iter().any(|other| other.place == item.place);
        let block = self.handler.into_iter().chain(tree.outward(self.block)).find(holds);
        block.and_then(|id| tree.get(id).matching.as_ref()).map_or(0, |matching| matching.name().len())
    }

    fn headers(&mut self, backend: &Backend, _: &Item) -> Known<Vec<Header>> {
        let tree = self.tree();
        let set = tree.nearest(self.block, &["proxy_set_header"]);
        let mut headers = Vec::new();
        let default = if backend.host.starts_with(b"unix:") { b"localhost".to_vec() } else { backend.host.clone() };
        self.sets.insert(b"proxy_host".to_vec(), Ok(default.clone()));
        let mut named: Vec<Vec<u8>> = Vec::new();
        for item in set {
            let name = item.arg(0).to_ascii_lowercase();
            let value = self.value(item.arg(1), item)?;
            if !value.is_empty() && (name != b"connection") {
                headers.push(Header { name: name.clone(), value });
            }
            named.push(name);
        }
        if !named.iter().any(|name| name == b"host") {
            headers.push(Header { name: b"host".to_vec(), value: default });
        }
        let never: [&[u8]; 6] = [b"host", b"connection", b"te", b"keep-alive", b"expect", b"upgrade"];
        if tree.flag(self.block, "proxy_pass_request_headers", true) {
            let passes = |header: &&Header| {
                !named.contains(&header.name) && !never.contains(&header.name.as_slice()) && self.counts(header)
            };
            headers.extend(self.asked.headers.iter().filter(passes).cloned());
        }
        Ok(headers)
    }
}

/// A path with `%XX` for what may not stand in one (src/core/ngx_string.c, `ngx_escape_uri` with `NGX_ESCAPE_URI`).
fn escaped(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(path.len());
    for byte in path {
        if *byte <= b' ' || *byte >= 0x7f || b"%#?".contains(byte) {
            out.extend(format!("%{byte:02X}").into_bytes());
        } else {
            out.push(*byte);
        }
    }
    out
}
