//! Clients behind proxies (mod_extforward.c).

use std::net::IpAddr;

use super::block::{Condition, Field};
use super::fault::Fault;
use super::request::Parsed;
use super::respond::Stop;
use super::setup::{Lighttpd, Truth};
use super::value::Element;
use crate::answer::{Client, Request};
use crate::gate::in_range;

/// The headers that are looked at where none are named.
const HEADERS: [&[u8]; 2] = [b"X-Forwarded-For", b"Forwarded-For"];

impl Lighttpd<'_> {
    /// `mod_extforward_parse_forwarder` and `mod_extforward_parse_opts`.
    pub(super) fn check_forwarders(&self) -> Result<(), Fault> {
        for setting in self.settings("extforward.forwarder") {
            if let Some(element) = setting.value.elements().iter().find(|element| mask(element) == Some(None)) {
                return Err(Fault::refused(element.place, "extforward.forwarder", "invalid netmask"));
            }
        }
        for setting in self.settings("extforward.params") {
            for element in setting.value.elements() {
                let known = matches!(element.key.as_deref(), Some(b"host" | b"remote_user"));
                if !known || element.value.truth().is_none() {
                    let message = "keys must be one of: host, remote_user";
                    return Err(Fault::refused(element.place, "extforward.params", message));
                }
            }
        }
        Ok(())
    }

    /// Can't tell where connections begin with the PROXY protocol, or with another one that takes them whole.
    pub(super) fn behind_proxies(&self, truths: &[Truth]) -> Result<(), Stop> {
        if self.has_module("mod_extforward")
            && let Some(setting) = self.effective(truths, "extforward.hap-PROXY")?
            && setting.value.truth() == Some(true)
            && self.effective(truths, "extforward.forwarder")?.is_some_and(|set| !set.value.elements().is_empty())
        {
            return Err(self.elsewhere(setting.place, "extforward.hap-PROXY", "mod_extforward"));
        }
        if !self.has_module("mod_sockproxy") {
            return Ok(());
        }
        let Some(setting) = self.effective(truths, "sockproxy.server")? else { return Ok(()) };
        let own = |element: &&super::value::Element| matches!(element.key.as_deref(), Some(b"" | b"/"));
        let taken = setting.value.elements().iter().find(own);
        taken.map_or(Ok(()), |element| Err(self.elsewhere(element.place, "sockproxy.server", "mod_sockproxy")))
    }

    /// The request as it comes from the client that a proxy tells of, if one is trusted and does
    /// (`mod_extforward_uri_handler`).
    pub(super) fn forwarded(
        &self,
        request: &Request,
        parsed: &mut Parsed,
        truths: &[Truth],
    ) -> Result<Option<Request>, Stop> {
        if !self.has_module("mod_extforward") {
            return Ok(None);
        }
        let Some(setting) = self.effective(truths, "extforward.forwarder")? else { return Ok(None) };
        let forwarders = setting.value.elements();
        // An empty list is none.
        let named = self.effective(truths, "extforward.headers")?.filter(|names| !names.value.elements().is_empty());
        let sent = match named {
            Some(names) => names.value.texts().find_map(|name| Some((name, parsed.header(name)?))),
            None => HEADERS.iter().find_map(|name| Some((*name, parsed.header(name)?))),
        };
        let Some((name, sent)) = sent else { return Ok(None) };
        let trusts = |address: IpAddr| match forwarders.iter().find(|element| element.key.as_deref() == Some(b"all")) {
            Some(all) => is_trusted(all),
            None => is_proxy(forwarders, address.to_string().as_bytes()),
        };
        let looks = self.blocks.iter().any(|block| {
            matches!(block.condition, Condition::Compare { field: Field::RemoteIp | Field::Host | Field::Scheme, .. })
        });
        match request.client {
            Client::Address(address) if !trusts(address) => return Ok(None),
            Client::Address(_) if !name.eq_ignore_ascii_case(b"Forwarded") => {}
            _ if looks && forwarders.iter().any(is_trusted) => {
                return Err(self.elsewhere(setting.place, "extforward.forwarder", "mod_extforward"));
            }
            Client::Address(_) | Client::Elsewhere | Client::Welcome => return Ok(None),
        }
        let client = addresses(&sent).into_iter().rev().find(|address| !is_proxy(forwarders, address));
        let client = client.and_then(|client| str::from_utf8(client).ok()?.parse().ok());
        let Some(client) = client else { return Ok(None) };
        match parsed.header(b"X-Forwarded-Proto") {
            Some(scheme) if scheme.eq_ignore_ascii_case(b"https") => parsed.scheme = "https",
            Some(scheme) if scheme.eq_ignore_ascii_case(b"http") => parsed.scheme = "http",
            Some(_) | None => {}
        }
        Ok(Some(Request { client: Client::Address(client), ..request.clone() }))
    }
}

fn is_trusted(element: &Element) -> bool {
    element.value.text().is_some_and(|text| text.eq_ignore_ascii_case(b"trust"))
}

/// A range of trusted addresses; `Some(None)`: one that is none.
#[expect(clippy::option_option, reason = "no range, a wrong one, a right one")]
fn mask(element: &Element) -> Option<Option<(IpAddr, u32)>> {
    let (address, bits) = super::cut::cut(element.key.as_deref().unwrap_or_default(), b'/');
    let bits = bits.filter(|_| is_trusted(element))?;
    let address = address.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(address);
    let address = str::from_utf8(address).ok().and_then(|text| text.parse().ok());
    let bits = str::from_utf8(bits).ok().filter(|text| text.starts_with(|first: char| first.is_ascii_digit()));
    let bits = bits.and_then(|text| text.parse::<u32>().ok()).filter(|bits| *bits > 0);
    Some(address.zip(bits))
}

/// Whether an address is a trusted proxy's: by its text, else by a range (`is_proxy_trusted`).
fn is_proxy(forwarders: &[Element], text: &[u8]) -> bool {
    let named = |element: &&Element| element.key.as_deref().is_some_and(|key| key.eq_ignore_ascii_case(text));
    if let Some(element) = forwarders.iter().find(named) {
        return is_trusted(element);
    }
    let address = str::from_utf8(text).ok().and_then(|text| text.parse().ok());
    let within = |client| forwarders.iter().filter_map(mask).flatten().any(|(one, bits)| in_range(one, bits, client));
    address.is_some_and(within)
}

/// The runs of hex digits, colons and dots that do not begin with a dot (`extract_forward_array`).
fn addresses(text: &[u8]) -> Vec<&[u8]> {
    let runs = text.split(|byte| !byte.is_ascii_hexdigit() && !matches!(byte, b':' | b'.'));
    let begun = runs.map(|run| run.get(run.iter().take_while(|byte| **byte == b'.').count()..).unwrap_or_default());
    begun.filter(|run| !run.is_empty()).collect()
}
