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

/// An address as inet_aton(3) has it, which getaddrinfo(3) takes: parts may be left out, and be octal or hexadecimal.
pub(super) fn loose(text: &[u8]) -> Option<IpAddr> {
    let text = str::from_utf8(text).ok()?;
    let part = |part: &str| {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let (radix, plain) = match (part.strip_prefix("0x").or_else(|| part.strip_prefix("0X")), part) {
            (Some(plain), _) => (16, plain),
            (None, "0") => (10, part),
            (None, _) => part.strip_prefix('0').map_or((10, part), |plain| (8, plain)),
        };
        digits(plain).then(|| u32::from_str_radix(plain, radix).ok())?
    };
    let parts: Vec<u32> = text.split('.').map(part).collect::<Option<_>>()?;
    let (last, first) = parts.split_last()?;
    let room = 32_u32.checked_sub(8 * u32::try_from(first.len()).ok()?).filter(|room| *room > 0)?;
    let high = first.iter().try_fold(0_u32, |sum, part| (*part < 256).then_some(sum << 8 | part))?;
    let fits = room == 32 || *last < 1 << room;
    let bits = high.checked_shl(room).unwrap_or(0) | last;
    fits.then(|| IpAddr::V4(std::net::Ipv4Addr::from_bits(bits)))
}

/// The same as [`network`], where a host name is looked up too: of names only this machine's own is known.
pub(super) fn resolved(text: &[u8]) -> Option<Network> {
    let name = || match text {
        b"localhost" => Some(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST)),
        _ => loose(text),
    };
    network(text).or_else(|| name().map(|ip| Network::Of(ip, 32)))
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

    /// The same without the bits that do not count.
    pub(super) fn cut(self) -> Self {
        match self {
            Self::Of(IpAddr::V4(ip), bits) => {
                let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
                Self::Of(IpAddr::V4(std::net::Ipv4Addr::from_bits(ip.to_bits() & mask)), bits)
            }
            Self::Of(IpAddr::V6(ip), bits) => {
                let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
                Self::Of(IpAddr::V6(std::net::Ipv6Addr::from_bits(ip.to_bits() & mask)), bits)
            }
            other @ (Self::All | Self::Unix) => other,
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
