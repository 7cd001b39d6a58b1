//! BLANK (MMC-6 6.2): erases a CD-RW or DVD-RW, all of it or a part. No other medium knows it.

use std::time::Duration;

use crate::mmc::{Request, TIMEOUT_FORMAT, TIMEOUT_WRITE};
use crate::transport::Cdb;
use crate::units::Lba;

/// BLANKING TYPE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BlankKind {
    /// 000b: the entire disc.
    Full,
    /// 001b: what tells of data: the data stays until it is written over. A DVD-RW can then be
    /// written in disc at once mode only.
    Minimal,
    /// 010b: a track of this number. CD only.
    Track(u32),
    /// 011b: takes back the reservation of a track of this number.
    UnreserveTrack(u32),
    /// 100b: a track from here to its end. CD only.
    TrackTail(Lba),
    /// 101b: opens the last session again.
    UncloseLastSession,
    /// 110b: erases the last session, which must be complete. CD only.
    EraseLastSession,
}

/// Erases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blank {
    /// What.
    pub kind: BlankKind,
    /// IMMED: answer at once, and be busy until it is done.
    pub immediate: bool,
}

impl Request for Blank {
    const NAME: &'static str = "BLANK";

    fn cdb(&self) -> Cdb {
        let (kind, address) = match self.kind {
            BlankKind::Full => (0, [0; 4]),
            BlankKind::Minimal => (1, [0; 4]),
            BlankKind::Track(track) => (2, track.to_be_bytes()),
            BlankKind::UnreserveTrack(track) => (3, track.to_be_bytes()),
            BlankKind::TrackTail(lba) => (4, lba.to_be_bytes()),
            BlankKind::UncloseLastSession => (5, [0; 4]),
            BlankKind::EraseLastSession => (6, [0; 4]),
        };
        let [a, b, c, d] = address;
        Cdb::new(&[0xa1, u8::from(self.immediate) << 4 | kind, a, b, c, d, 0, 0, 0, 0, 0, 0])
    }

    fn timeout(&self) -> Duration {
        if self.immediate { TIMEOUT_WRITE } else { TIMEOUT_FORMAT }
    }

    fn lba(&self) -> Option<Lba> {
        match self.kind {
            BlankKind::TrackTail(lba) => Some(lba),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        let bytes = |kind, immediate| Blank { kind, immediate }.cdb().bytes().to_vec();
        // real-drives: PHILIPS CDD4851, as cdrecord sent it; ATAPI iHBS212.
        assert_eq!(bytes(BlankKind::Full, false), [0xa1, 0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!(bytes(BlankKind::Minimal, true), [0xa1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let tail = BlankKind::TrackTail(Lba(0x0102_0304));
        for (kind, byte, address) in [
            (BlankKind::Full, 0x10, [0; 4]),
            (BlankKind::Track(3), 0x12, [0, 0, 0, 3]),
            (BlankKind::UnreserveTrack(0x0100), 0x13, [0, 0, 1, 0]),
            (tail, 0x14, [1, 2, 3, 4]),
            (BlankKind::UncloseLastSession, 0x15, [0; 4]),
            (BlankKind::EraseLastSession, 0x16, [0; 4]),
        ] {
            let bytes = bytes(kind, true);
            assert_eq!((bytes[1], &bytes[2..6]), (byte, &address[..]), "{kind:?}");
        }
        assert_eq!(Blank { kind: tail, immediate: true }.lba(), Some(Lba(0x0102_0304)));
        let full = Blank { kind: BlankKind::Full, immediate: false };
        assert_eq!(full.timeout(), TIMEOUT_FORMAT);
        assert_eq!(Blank { immediate: true, ..full }.timeout(), TIMEOUT_WRITE);
    }
}
