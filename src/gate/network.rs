//! Ranges of addresses, and addresses that nobody answers at.

use std::net::{IpAddr, SocketAddr};

/// Whether a client lies in a range of so many bits.
#[must_use]
pub fn in_range(address: IpAddr, bits: u32, client: IpAddr) -> bool {
    let same = |one: u128, other: u128, width: u32| {
        let drop = width - bits.min(width);
        one.checked_shr(drop).unwrap_or(0) == other.checked_shr(drop).unwrap_or(0)
    };
    match (address, client) {
        (IpAddr::V4(one), IpAddr::V4(other)) => same(one.to_bits().into(), other.to_bits().into(), 32),
        (IpAddr::V6(one), IpAddr::V6(other)) => same(one.to_bits(), other.to_bits(), 128),
        (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => false,
    }
}

/// Whether nobody answers at a port of this machine: nothing is ever served on those of tcpmux and discard.
#[must_use]
pub fn is_deserted(address: IpAddr, port: u16) -> bool {
    address.is_loopback() && matches!(port, 1 | 9)
}

/// The same of `127.0.0.1:9` or `[::1]:9`.
#[must_use]
pub fn is_deserted_text(text: &str) -> bool {
    text.parse::<SocketAddr>().is_ok_and(|address| is_deserted(address.ip(), address.port()))
}
