//! Clients behind proxies (mod_extforward.c).

use super::block::{Condition, Field};
use super::fault::Fault;
use super::request::Parsed;
use super::respond::Stop;
use super::setup::{Lighttpd, Truth};

/// The headers that are looked at where none are named.
const HEADERS: [&[u8]; 2] = [b"X-Forwarded-For", b"Forwarded-For"];

impl Lighttpd<'_> {
    /// `mod_extforward_parse_forwarder` and `mod_extforward_parse_opts`.
    pub(super) fn check_forwarders(&self) -> Result<(), Fault> {
        for setting in self.settings("extforward.forwarder") {
            for element in setting.value.elements() {
                let trusted = element.value.text().is_some_and(|text| text.eq_ignore_ascii_case(b"trust"));
                let (address, bits) = super::cut::cut(element.key.as_deref().unwrap_or_default(), b'/');
                let Some(bits) = bits.filter(|_| trusted) else { continue };
                let address = address.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")).unwrap_or(address);
                let address = str::from_utf8(address).ok().and_then(|text| text.parse::<std::net::IpAddr>().ok());
                let bits =
                    str::from_utf8(bits).ok().filter(|text| text.starts_with(|first: char| first.is_ascii_digit()));
                let bits = bits.and_then(|text| text.parse::<u32>().ok()).filter(|bits| *bits > 0);
                if address.is_none() || bits.is_none() {
                    return Err(Fault::refused(element.place, "extforward.forwarder", "invalid netmask"));
                }
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

    /// Can't tell where a header may change what conditions look at.
    pub(super) fn forwarded(&self, parsed: &Parsed, truths: &[Truth]) -> Result<(), Stop> {
        let Some(setting) = self.effective(truths, "extforward.forwarder")? else { return Ok(()) };
        let named = self.effective(truths, "extforward.headers")?;
        let sent = match named {
            Some(names) => names.value.texts().any(|name| parsed.header(name).is_some()),
            None => HEADERS.iter().any(|name| parsed.header(name).is_some()),
        };
        let looks = self.blocks.iter().any(|block| {
            matches!(block.condition, Condition::Compare { field: Field::RemoteIp | Field::Host | Field::Scheme, .. })
        });
        let trusts = setting
            .value
            .elements()
            .iter()
            .any(|element| element.value.text().is_some_and(|text| text.eq_ignore_ascii_case(b"trust")));
        if trusts && sent && looks {
            return Err(self.elsewhere(setting.place, "extforward.forwarder", "mod_extforward"));
        }
        Ok(())
    }
}
