//! base64 as lighttpd reads it (base64.c, `li_base64_dec`).

/// The bytes; blanks and control characters are passed over, the text ends at the first `=` or other byte that is no
/// digit, padding is no matter. `None`: one digit too many.
#[must_use]
pub(super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let (mut bits, mut digits) = (0_u32, 0_usize);
    for byte in text {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            1..=b' ' => continue,
            // Padding, or a byte that is none: here the text ends.
            _ => break,
        };
        bits = bits << 6 | u32::from(digit);
        digits += 1;
        if digits % 4 == 0 {
            let [_, one, two, three] = bits.to_be_bytes();
            bytes.extend([one, two, three]);
            bits = 0;
        }
    }
    match digits % 4 {
        0 => {}
        1 => return None,
        2 => bytes.push(low_byte(bits >> 4)),
        _ => bytes.extend([low_byte(bits >> 10), low_byte(bits >> 2)]),
    }
    Some(bytes)
}

fn low_byte(bits: u32) -> u8 {
    let [.., low] = bits.to_be_bytes();
    low
}
