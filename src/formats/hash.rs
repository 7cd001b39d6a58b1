//! Checksums of an image, several in one pass. Knows no file and no thread.

use std::fmt;
use std::str::FromStr;

use sha2::Digest;

/// A checksum we can compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HashKind {
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// CRC-32 as zip, gzip and `.sfv` files have it (ISO-HDLC, reflected, polynomial 04C11DB7h).
    Crc32,
    /// BLAKE3, 256 bits.
    Blake3,
}

impl HashKind {
    /// All of them, in the order messages list them.
    pub const ALL: [HashKind; 5] =
        [HashKind::Sha256, HashKind::Md5, HashKind::Sha1, HashKind::Crc32, HashKind::Blake3];

    fn name(self) -> &'static str {
        match self {
            HashKind::Sha256 => "sha256",
            HashKind::Md5 => "md5",
            HashKind::Sha1 => "sha1",
            HashKind::Crc32 => "crc32",
            HashKind::Blake3 => "blake3",
        }
    }
}

impl fmt::Display for HashKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for HashKind {
    type Err = String;

    /// Case and a hyphen (`SHA-256`) do not matter.
    fn from_str(text: &str) -> Result<HashKind, String> {
        let plain = text.trim().to_ascii_lowercase().replace('-', "");
        HashKind::ALL.into_iter().find(|kind| kind.name() == plain).ok_or_else(|| {
            let choices = HashKind::ALL.map(HashKind::name).join(", ");
            format!("'{text}' is no hash: choose from {choices}")
        })
    }
}

/// Reads a list such as `sha256,md5`; one named twice counts once.
///
/// # Errors
/// A name that is no hash, or an empty list; the message lists the choices.
pub fn parse_list(text: &str) -> Result<Vec<HashKind>, String> {
    let mut kinds = Vec::new();
    for name in text.split(',') {
        let kind = name.parse()?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

#[derive(Clone)]
enum State {
    Sha256(sha2::Sha256),
    Md5(md5::Md5),
    Sha1(sha1::Sha1),
    Crc32(crc32fast::Hasher),
    // Two kilobytes of state.
    Blake3(Box<blake3::Hasher>),
}

/// The running checksums of one stream of bytes. A clone goes on by itself from there.
#[derive(Clone)]
pub struct Hashes(Vec<(HashKind, State)>);

impl Hashes {
    /// Starts one of each of `kinds`.
    pub fn new(kinds: &[HashKind]) -> Hashes {
        let start = |&kind: &HashKind| {
            let state = match kind {
                HashKind::Sha256 => State::Sha256(sha2::Sha256::new()),
                HashKind::Md5 => State::Md5(md5::Md5::new()),
                HashKind::Sha1 => State::Sha1(sha1::Sha1::new()),
                HashKind::Crc32 => State::Crc32(crc32fast::Hasher::new()),
                HashKind::Blake3 => State::Blake3(Box::new(blake3::Hasher::new())),
            };
            (kind, state)
        };
        Hashes(kinds.iter().map(start).collect())
    }

    /// The next bytes of the stream.
    pub fn update(&mut self, bytes: &[u8]) {
        for (_, state) in &mut self.0 {
            match state {
                State::Sha256(hasher) => hasher.update(bytes),
                State::Md5(hasher) => hasher.update(bytes),
                State::Sha1(hasher) => hasher.update(bytes),
                State::Crc32(hasher) => hasher.update(bytes),
                State::Blake3(hasher) => {
                    hasher.update(bytes);
                }
            }
        }
    }

    /// The checksums of all that came, in the order they were asked for, as lower-case hex digits.
    pub fn finish(self) -> Vec<(HashKind, String)> {
        let end = |(kind, state)| {
            let text = match state {
                State::Sha256(hasher) => hex(&hasher.finalize()),
                State::Md5(hasher) => hex(&hasher.finalize()),
                State::Sha1(hasher) => hex(&hasher.finalize()),
                State::Crc32(hasher) => hex(&hasher.finalize().to_be_bytes()),
                State::Blake3(hasher) => hex(hasher.finalize().as_bytes()),
            };
            (kind, text)
        };
        self.0.into_iter().map(end).collect()
    }
}

impl fmt::Debug for Hashes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(kind, _)| kind)).finish()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all_of(bytes: &[u8]) -> Vec<String> {
        let mut hashes = Hashes::new(&HashKind::ALL);
        hashes.update(bytes);
        hashes.finish().into_iter().map(|(_, hex)| hex).collect()
    }

    #[test]
    fn published_vectors_come_out() {
        // FIPS 180-4 examples; RFC 1321 A.5; the check value of CRC-32/ISO-HDLC is that of
        // "123456789"; BLAKE3's is its own test vector for no input.
        assert_eq!(
            all_of(b"abc")[..3],
            [
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "900150983cd24fb0d6963f7d28e17f72",
                "a9993e364706816aba3e25717850c26c9cd0d89d",
            ]
        );
        assert_eq!(all_of(b"123456789")[3], "cbf43926");
        assert_eq!(
            all_of(b""),
            [
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                "d41d8cd98f00b204e9800998ecf8427e",
                "da39a3ee5e6b4b0d3255bfef95601890afd80709",
                "00000000",
                "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
            ]
        );
    }

    #[test]
    fn a_stream_in_pieces_has_the_checksum_of_the_whole() {
        let bytes: Vec<u8> = (0..10_000u32).map(|n| (n % 251) as u8).collect();
        let mut hashes = Hashes::new(&HashKind::ALL);
        bytes.chunks(33).for_each(|piece| hashes.update(piece));
        let pieces: Vec<String> = hashes.finish().into_iter().map(|(_, hex)| hex).collect();
        assert_eq!(pieces, all_of(&bytes));
    }

    #[test]
    fn names_are_read_and_refused() {
        assert_eq!("SHA-256".parse(), Ok(HashKind::Sha256));
        assert_eq!(parse_list("md5,sha1,md5"), Ok(vec![HashKind::Md5, HashKind::Sha1]));
        assert_eq!(
            parse_list("sha256,sha3"),
            Err("'sha3' is no hash: choose from sha256, md5, sha1, crc32, blake3".to_string())
        );
        assert!(parse_list("").is_err());
        assert_eq!(format!("{:>7}", HashKind::Crc32), "  crc32");
    }
}
