//! Networks as `apr_ipsubnet_create` reads them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use nom::Parser;
use nom::bytes::complete::{take_while, take_while1};
use nom::character::complete::char;
use nom::combinator::{all_consuming, opt};
use nom::multi::many1;
use nom::sequence::{preceded, terminated};

/// A network, or a single address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subnet {
    /// Address and mask.
    V4(u32, u32),
    /// Address and mask.
    V6(u128, u128),
}

impl Subnet {
    /// Reads an address, `address/bits`, `address/mask` (IPv4), or one to three leading parts of an IPv4 address.
    /// `None`: the server refuses it. From `apr_ipsubnet_create` and its `parse_ip`, `parse_network` (APR 1.7).
    #[must_use]
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (mask, address) = take_while::<_, _, ()>(|byte| byte != b'/').parse(text).ok()?;
        let mask = opt(preceded(char::<_, ()>('/'), nom::combinator::rest)).parse(mask).ok()?.1;
        let address = str::from_utf8(address).ok()?;
        if let Ok(v6) = address.parse::<Ipv6Addr>() {
            let bits = mask.map_or(Some(128), |mask| prefix_length(mask, 128))?;
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            return v6.to_ipv4_mapped().is_none().then(|| Self::V6(v6.to_bits() & mask, mask));
        }
        let (address, mask) = match (address.parse::<Ipv4Addr>(), mask) {
            (Ok(v4), None) => (v4.to_bits(), u32::MAX),
            (Ok(v4), Some(mask)) => (v4.to_bits(), v4_mask(mask)?),
            (Err(_), None) => leading_parts(address.as_bytes())?,
            (Err(_), Some(_)) => return None,
        };
        Some(Self::V4(address & mask, mask))
    }

    /// Whether the address lies in it; an IPv4-mapped IPv6 address counts as IPv4 (`apr_ipsubnet_test`).
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        match (self, address.to_canonical()) {
            (Self::V4(network, mask), IpAddr::V4(address)) => address.to_bits() & mask == *network,
            (Self::V6(network, mask), IpAddr::V6(address)) => address.to_bits() & mask == *network,
            (Self::V4(..), IpAddr::V6(_)) | (Self::V6(..), IpAddr::V4(_)) => false,
        }
    }
}

fn v4_mask(mask: &[u8]) -> Option<u32> {
    match prefix_length(mask, 32) {
        Some(bits) => Some(u32::MAX.checked_shl(32 - bits).unwrap_or(0)),
        None => str::from_utf8(mask).ok()?.parse::<Ipv4Addr>().ok().map(|mask| mask.to_bits()),
    }
}

/// A number as `strtol` reads it, leading blanks and sign included, between 1 and `most`.
fn prefix_length(text: &[u8], most: u32) -> Option<u32> {
    let blanks = take_while::<_, _, ()>(|byte: u8| byte.is_ascii_whitespace() || byte == 0x0b);
    let digits = preceded((blanks, opt(char('+'))), take_while1(|byte: u8| byte.is_ascii_digit()));
    let (_, digits) = all_consuming(digits).parse(text).ok()?;
    let bits = str::from_utf8(digits).ok()?.parse::<u32>().ok()?;
    (1..=most).contains(&bits).then_some(bits)
}

/// `10`, `10.1`, `10.1.` and so on: a network of as many parts; leading zeros count as decimal. At most 15 bytes.
fn leading_parts(text: &[u8]) -> Option<(u32, u32)> {
    let part = terminated(take_while1::<_, _, ()>(|byte: u8| byte.is_ascii_digit()), opt(char('.')));
    let (_, parts) = all_consuming(many1(part)).parse(text).ok()?;
    if parts.len() > 4 || text.len() > 15 {
        return None;
    }
    let (mut address, mut mask, mut shift) = (0_u32, 0_u32, 32_u32);
    for part in parts {
        shift = shift.saturating_sub(8);
        address |= u32::from(str::from_utf8(part).ok()?.parse::<u64>().ok().and_then(|part| u8::try_from(part).ok())?)
            << shift;
        mask |= 0xff << shift;
    }
    Some((address, mask))
}
