//! How a payload lies in a file: length and checksum before it, so that what is torn or flipped is recognised.

use std::io::{self, ErrorKind, Read};

/// Length and checksum, four bytes each, little-endian.
pub(super) const HEADER: usize = 8;
/// The most bytes that one payload may have.
pub(super) const MAX_PAYLOAD: usize = 256 * 1024;

/// What stands at a place in a segment.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A payload whose checksum is right.
    Payload(Vec<u8>),
    /// Nothing: the segment ends here.
    End,
    /// Something that nobody has written like that.
    Damage,
}

/// Puts the frame of a payload into a buffer, instead of what was there.
pub(super) fn encode(payload: &[u8], frame: &mut Vec<u8>) {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
    frame.clear();
    frame.extend_from_slice(&length);
    frame.extend_from_slice(&checksum(length, payload).to_le_bytes());
    frame.extend_from_slice(payload);
}

/// Reads what comes next from a source with so many bytes left.
///
/// # Errors
/// If the source cannot be read, for other reasons than that it ends.
pub(super) fn read(source: &mut impl Read, left: u64) -> io::Result<Found> {
    if left == 0 {
        return Ok(Found::End);
    }
    let mut header = [0; HEADER];
    if left < HEADER as u64 || !filled(source, &mut header)? {
        return Ok(Found::Damage);
    }
    let [a, b, c, d, rest @ ..] = header;
    let length = [a, b, c, d];
    let size = u32::from_le_bytes(length) as usize;
    // Zeros at the end of a file, as a loss of power leaves them, would otherwise be frames without a payload.
    if size == 0 || size > MAX_PAYLOAD || (HEADER + size) as u64 > left {
        return Ok(Found::Damage);
    }
    let mut payload = vec![0; size];
    if !filled(source, &mut payload)? || checksum(length, &payload) != u32::from_le_bytes(rest) {
        return Ok(Found::Damage);
    }
    Ok(Found::Payload(payload))
}

/// Over the length as well: a flipped length must not make other bytes a payload.
fn checksum(length: [u8; 4], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length);
    hasher.update(payload);
    hasher.finalize()
}

fn filled(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<bool> {
    match source.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::{Found, HEADER, encode, read};
    use proptest::prelude::*;

    #[test]
    fn zeros_are_damage_and_not_payloads() {
        assert_eq!(read(&mut [0; 64].as_slice(), 64).expect("memory"), Found::Damage);
    }

    proptest! {
        #[test]
        fn what_is_cut_anywhere_is_damage(payload in prop::collection::vec(any::<u8>(), 1..200), cut in any::<prop::sample::Index>()) {
            let mut frame = Vec::new();
            encode(&payload, &mut frame);
            prop_assert_eq!(frame.len(), HEADER + payload.len());

            let cut = 1 + cut.index(frame.len() - 1);
            prop_assert_eq!(read(&mut &frame[..cut], cut as u64).expect("memory"), Found::Damage);
            prop_assert_eq!(read(&mut frame.as_slice(), frame.len() as u64).expect("memory"), Found::Payload(payload));
        }

        #[test]
        fn a_flipped_bit_is_damage(payload in prop::collection::vec(any::<u8>(), 1..200), bit in any::<prop::sample::Index>()) {
            let mut frame = Vec::new();
            encode(&payload, &mut frame);
            let bit = bit.index(frame.len() * 8);
            frame[bit / 8] ^= 1 << (bit % 8);

            prop_assert_eq!(read(&mut frame.as_slice(), frame.len() as u64).expect("memory"), Found::Damage);
        }
    }
}
