//! The addresses that the server listens on (network.c, `network_init`).

use std::net::Ipv4Addr;

use super::block::{Block, Condition, Field};
use super::fault::Fault;
use super::host::normalized;
use super::setup::Lighttpd;
use super::token::Operator;
use crate::answer::{Missing, Reason};
use crate::source::Place;

/// An address as the server writes it, and where it is named.
struct Socket {
    text: Vec<u8>,
    place: Option<Place>,
}

impl Lighttpd<'_> {
    /// The address that the requests come to: that of `server.bind` and `server.port`, or where no port is set the first
    /// `$SERVER["socket"]`.
    #[must_use]
    pub(super) fn socket(&self) -> Vec<u8> {
        let other = self.blocks.iter().find_map(named).filter(|_| self.global("server.port").is_none());
        other.map_or_else(|| self.main_socket(), socket_name)
    }

    fn main_socket(&self) -> Vec<u8> {
        let bind = self.global("server.bind").and_then(|setting| setting.value.text()).unwrap_or_default();
        let port = self.global("server.port").and_then(|setting| setting.value.number()).unwrap_or(80);
        socket_name(&[bind, b":", port.to_string().as_bytes()].concat())
    }

    fn sockets(&self) -> Vec<Socket> {
        let named = self.blocks.iter().filter_map(|block| Some((named(block)?, block.place)));
        let mut sockets: Vec<Socket> =
            named.map(|(text, place)| Socket { text: socket_name(text), place: Some(place) }).collect();
        let place = self.global("server.bind").or(self.global("server.port")).map(|setting| setting.place);
        sockets.push(Socket { text: self.main_socket(), place });
        sockets
    }

    /// Two sockets of one port exclude each other if one of them is for all addresses; names must resolve.
    pub(super) fn check_sockets(&self) -> Result<(), Fault> {
        let sockets = self.sockets();
        for socket in sockets.iter().filter(|socket| !socket.text.starts_with(b"[") && !socket.text.starts_with(b"/")) {
            let (host, port) = super::cut::cut(&socket.text, b':');
            let refuse = |message: &str| {
                let name = "server.bind".to_owned();
                let reason = Reason::WrongArguments { name, message: message.to_owned() };
                socket.place.map_or(Ok(()), |place| Err(Fault::because(place, reason)))
            };
            let others = sockets.iter().filter(|other| other.text != socket.text && !other.text.starts_with(b"["));
            let same_port = |other: &Socket| super::cut::cut(&other.text, b':').1 == port;
            if host == b"0.0.0.0" && others.into_iter().any(same_port) {
                return refuse("can't bind to socket: Address already in use");
            }
            let text = String::from_utf8_lossy(host);
            if text.parse::<Ipv4Addr>().is_ok() || text == "localhost" {
                continue;
            }
            if host.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.') {
                return refuse("getaddrinfo failed: Name or service not known");
            }
            if let Some(place) = socket.place.filter(|_| self.target.paths.is_host()) {
                return Err(Fault::unknown(place, Missing::Dns));
            }
        }
        Ok(())
    }
}

/// The address of a block for one socket.
fn named(block: &Block) -> Option<&[u8]> {
    match &block.condition {
        Condition::Compare { field: Field::Socket, operator: Operator::Equal, string, .. } => Some(string),
        Condition::Compare { .. } | Condition::Always | Condition::Else => None,
    }
}

/// The server's own text for an address: `:80` listens everywhere.
#[must_use]
pub(super) fn socket_name(text: &[u8]) -> Vec<u8> {
    let whole = if text.starts_with(b":") { [b"0.0.0.0", text].concat() } else { text.to_vec() };
    match normalized(&whole, 0) {
        Some(known) if known.starts_with(b"localhost:") => [b"127.0.0.1", known.get(9..).unwrap_or_default()].concat(),
        Some(known) => known,
        None => whole,
    }
}
