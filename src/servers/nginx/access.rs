//! Who is let in: addresses, logins, and a request of its own that decides (src/http/ngx_http_core_module.c,
//! `ngx_http_core_access_phase`; modules/ngx_http_access_module.c, ngx_http_auth_request_module.c,
//! ngx_http_realip_module.c).

use std::net::IpAddr;

use super::exchange::{End, Exchange, Known};
use super::network::{Network, network, resolved};
use crate::answer::{Because, Client, Missing, Reason};
use crate::source::Place;

/// What a handler of the access phase says.
pub(super) enum Opinion {
    /// Nothing.
    None,
    /// Yes.
    Yes,
    /// No, with this status.
    No(u16, Option<Because>),
}

impl Exchange<'_, '_> {
    /// The access phase; `None`: the request goes on.
    pub(super) fn access(&mut self) -> Known<Option<End>> {
        self.real_address()?;
        for name in ["auth_pam", "access_by_lua_block", "access_by_lua", "access_by_lua_file", "auth_jwt"] {
            if let Some(item) = self.setting(name).filter(|item| item.arg(0) != b"off") {
                return Err(self.foreign(item));
            }
        }
        let any = self.setting("satisfy").is_some_and(|item| item.arg(0).eq_ignore_ascii_case(b"any"));
        for handler in [Self::by_address, Self::by_login, Self::by_request] {
            match handler(self)? {
                Opinion::None => {}
                Opinion::Yes if any => {
                    self.refused = None;
                    return Ok(None);
                }
                Opinion::Yes => {}
                Opinion::No(status @ (401 | 403), because) if any => {
                    if self.refused.as_ref().is_none_or(|(known, _)| *known != 401) {
                        self.refused = Some((status, because));
                    }
                }
                Opinion::No(status, because) => {
                    self.because.extend(because);
                    return Ok(Some(End::Status(status)));
                }
            }
        }
        Ok(self.refused.take().map(|(status, because)| {
            self.because.extend(because);
            End::Status(status)
        }))
    }

    /// `allow` and `deny`: the first rule that covers the client.
    fn by_address(&mut self) -> Known<Opinion> {
        let rules = self.tree().nearest(self.block, &["allow", "deny"]);
        for rule in rules {
            let Some(net) = network(rule.arg(0)) else { continue };
            let allows = rule.name == b"allow";
            let everybody = net == Network::All || net.bits() == 0 && net != Network::Unix;
            let covers = match self.client {
                Client::Address(ip) => net.covers(ip),
                Client::Elsewhere if self.asked.is_local() => matches!(net, Network::All | Network::Unix),
                Client::Elsewhere => everybody,
                Client::Welcome => allows || everybody,
            };
            if !covers {
                continue;
            }
            let words = format!("{} {}", rule.name(), String::from_utf8_lossy(rule.arg(0)));
            self.step(Some(rule.place), || format!("{words} covers the client"));
            if allows {
                return Ok(Opinion::Yes);
            }
            return Ok(Opinion::No(403, Some(Because::at(Reason::DeniedByAddress, rule.place))));
        }
        Ok(Opinion::None)
    }

    /// `auth_request`: the status of a request to another place of the same server.
    fn by_request(&mut self) -> Known<Opinion> {
        let Some(item) = self.setting("auth_request").filter(|item| item.arg(0) != b"off") else {
            return Ok(Opinion::None);
        };
        let uri = item.arg(0).to_vec();
        let shown = String::from_utf8_lossy(&uri).into_owned();
        self.step(Some(item.place), || format!("auth_request asks {shown}"));
        let status = self.subrequest(&uri)?;
        self.step(Some(item.place), || format!("{shown} answered {status}"));
        self.take_over(item.place)?;
        Ok(match status {
            401 | 403 => Opinion::No(status, Some(Because::at(Reason::DeniedByRule, item.place))),
            200..=299 => Opinion::Yes,
            // What closes the connection closes it for both.
            0 => Opinion::No(444, None),
            _ => Opinion::No(500, Some(Because::at(Reason::DeniedByRule, item.place))),
        })
    }

    /// `auth_request_set`: variables from the answer, which htlint does not see as a whole.
    fn take_over(&mut self, _: Place) -> Known<()> {
        for item in self.tree().nearest(self.block, &["auth_request_set"]) {
            let name = item.arg(0).get(1..).unwrap_or_default().to_vec();
            let later = item.arg(1).starts_with(b"$upstream_") || item.arg(1).starts_with(b"$sent_");
            let value = if later {
                Err(self.unknown(
                    Missing::Variable { name: String::from_utf8_lossy(item.arg(1)).into_owned() },
                    Some(item.place),
                ))
            } else {
                self.value(item.arg(1), item)
            };
            self.sets.insert(name, value);
        }
        Ok(())
    }

    /// The client's own address behind a proxy that is trusted (`ngx_http_realip_handler`).
    pub(super) fn real_address(&mut self) -> Known<()> {
        let tree = self.tree();
        let trusted: Vec<Network> =
            tree.nearest(self.block, &["set_real_ip_from"]).iter().filter_map(|item| resolved(item.arg(0))).collect();
        let client = match self.client {
            Client::Address(client) if self.asked.ip() == Some(client) => Some(client),
            Client::Elsewhere if self.asked.is_local() && trusted.contains(&Network::Unix) => None,
            Client::Address(_) | Client::Elsewhere | Client::Welcome => return Ok(()),
        };
        if trusted.is_empty() {
            return Ok(());
        }
        let header = self.setting("real_ip_header").map_or(b"X-Real-IP".to_vec(), |item| item.arg(0).to_vec());
        let name = String::from_utf8_lossy(&header).to_ascii_lowercase();
        let values: Vec<&[u8]> = self.asked.all(&name).collect();
        let value = if name == "x-forwarded-for" {
            values.join(&b","[..])
        } else {
            values.first().copied().unwrap_or_default().to_vec()
        };
        let recursive = tree.flag(self.block, "real_ip_recursive", false);
        match client {
            Some(client) => self.client = Client::Address(forwarded(client, &value, &trusted, recursive)),
            None => {
                // Behind a socket of this machine stands whoever is named last, and those whom it may be trusted in.
                let named: Vec<&[u8]> = value.split(|byte| matches!(byte, b' ' | b',')).collect();
                if let Some(ip) = named.iter().rev().find(|hop| !hop.is_empty()).copied().and_then(hop) {
                    self.client = Client::Address(ip);
                }
            }
        }
        Ok(())
    }
}

/// The client behind proxies that are trusted (src/http/ngx_http_core_module.c, `ngx_http_get_forwarded_addr`).
pub(super) fn forwarded(client: IpAddr, header: &[u8], trusted: &[Network], recursive: bool) -> IpAddr {
    let mut client = client;
    let mut hops: Vec<&[u8]> = header.split(|byte| matches!(byte, b' ' | b',')).filter(|hop| !hop.is_empty()).collect();
    while trusted.iter().any(|net| net.covers(client)) {
        let Some(next) = hops.pop().and_then(hop) else { break };
        client = next;
        if !recursive {
            break;
        }
    }
    client
}

/// An address, perhaps with a port (`ngx_parse_addr_port`).
fn hop(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    let plain = text.parse::<IpAddr>().ok();
    plain.or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}
