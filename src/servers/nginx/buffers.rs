//! The buffers that a request is read into (src/http/ngx_http_request.c, `ngx_http_alloc_large_header_buffer`).

use super::directives::{number, offset, size};
use super::exchange::Exchange;
use super::tree::BlockId;

/// What is read into.
struct Buffers {
    /// Bytes of one of the large ones, and how many of them may be used.
    large: usize,
    left: usize,
    /// Bytes that the one in use has room for yet.
    room: usize,
}

impl Buffers {
    /// Takes in a line; whether it fits.
    fn take(&mut self, line: usize) -> bool {
        let (mut taken, mut ahead) = (0, line);
        while ahead > self.room {
            ahead -= self.room;
            // What is read of the line so far is copied.
            taken += self.room;
            if taken >= self.large || self.left == 0 {
                return false;
            }
            self.left -= 1;
            self.room = self.large - taken;
        }
        self.room -= ahead;
        true
    }
}

impl Exchange<'_, '_> {
    /// The status if the request line or the headers do not fit into the buffers of the address's own server.
    pub(super) fn overflows(&self, server: BlockId) -> Option<u16> {
        let tree = self.tree();
        let bytes =
            |value: Option<u64>, default| value.and_then(|value| usize::try_from(value).ok()).unwrap_or(default);
        let large = tree.setting(server, "large_client_header_buffers");
        let first = tree.setting(server, "client_header_buffer_size").and_then(|item| size(item.arg(0)));
        let mut buffers = Buffers {
            large: bytes(large.and_then(|item| size(item.arg(1))), 8192),
            left: bytes(large.and_then(|item| number(item.arg(0))), 4),
            room: bytes(first, 1024),
        };
        // Two blanks, the protocol and the end of the line.
        if !buffers.take(self.asked.method.len() + self.asked.target.len() + 12) {
            return Some(414);
        }
        let headers = self.asked.headers.iter().map(|header| header.name.len() + header.value.len() + 4);
        (!headers.into_iter().all(|length| buffers.take(length))).then_some(494)
    }

    /// Whether the body that is announced is larger than allowed (`client_max_body_size`).
    pub(super) fn is_too_large(&self) -> bool {
        let limit = match self.setting("client_max_body_size") {
            Some(item) => offset(item.arg(0)).unwrap_or(0),
            None => 1 << 20,
        };
        self.asked.length().is_some_and(|length| limit > 0 && length > limit)
    }
}
