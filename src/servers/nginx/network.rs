//! Addresses and networks (src/core/ngx_inet.c, `ngx_ptocidr`).

use std::net::IpAddr;

/// Which clients a rule covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Network {
    /// `all`.
    All,
    /// `unix:`.
    Unix,
    /// An address and how many of its bits count.
    Of(IpAddr, u32),
}

/// Reads `all`, `unix:`, an address, or a network; `None`: the server refuses it.
pub(super) fn network(text: &[u8]) -> Option<Network> {
    match text {
        b"all" => return Some(Network::All),
        b"unix:" => return Some(Network::Unix),
        _ => {}
    }
    let text = str::from_utf8(text).ok()?;
    let mut parts = text.splitn(2, '/');
    let address = address(parts.next()?)?;
    let most = if address.is_ipv4() { 32 } else { 128 };
    let bits = match parts.next() {
        None => most,
        Some(bits) if !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()) => bits.parse().ok()?,
        // An old form: the mask as an address.
        Some(_) => return None,
    };
    (bits <= most).then_some(Network::Of(address, bits))
}

/// An address; leading zeros of a decimal part do not count (`ngx_inet_addr`).
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let decimal = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u8>().ok())?;
    let parts: Option<Vec<u8>> = text.split('.').map(decimal).collect();
    match parts.as_deref() {
        Some([255, 255, 255, 255]) => None,
        Some([a, b, c, d]) => Some(IpAddr::V4(std::net::Ipv4Addr::new(*a, *b, *c, *d))),
        _ => text.parse::<std::net::Ipv6Addr>().ok().map(IpAddr::V6),
    }
}

impl Network {
    /// Whether it covers a client.
    pub(super) fn covers(self, client: IpAddr) -> bool {
        match (self, client) {
            (Self::All, _) => true,
            (Self::Unix, _) => false,
            (Self::Of(IpAddr::V4(net), bits), IpAddr::V4(client)) => {
                let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
                net.to_bits() & mask == client.to_bits() & mask
            }
            (Self::Of(IpAddr::V4(_), _), IpAddr::V6(client)) => {
                client.to_ipv4_mapped().is_some_and(|client| self.covers(IpAddr::V4(client)))
            }
            (Self::Of(IpAddr::V6(net), bits), IpAddr::V6(client)) => {
                let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
                net.to_bits() & mask == client.to_bits() & mask
            }
            (Self::Of(IpAddr::V6(_), _), IpAddr::V4(_)) => false,
        }
    }

    /// How many bits count: the more, the narrower.
    pub(super) fn bits(self) -> u32 {
        match self {
            Self::All | Self::Unix => 0,
            Self::Of(_, bits) => bits,
        }
    }
}
