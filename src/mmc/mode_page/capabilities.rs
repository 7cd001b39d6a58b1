//! Mode page 2Ah (MMC-3 6.3.11): what a drive can do, from before there were features. Its bits lie
//! at times, and it is never mixed with the features: who wants to know compares the two.

use super::{Loading, ModePage};
use crate::mmc::fields::Fields;
use crate::units::Rate;

/// Page 2Ah: what the drive can do. Its bits lie at times (real-drives: Lite-On on DVD-R), its
/// speeds are those of CDs in NEC drives whatever is in them, and its table of write speeds is
/// padded, zero or short of what the drive does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// What it reads and writes, a name each.
    pub reads: Vec<&'static str>,
    /// What it writes.
    pub writes: Vec<&'static str>,
    /// TEST WRITE.
    pub test_write: bool,
    /// BUF: buffer underrun protection.
    pub underrun_protection: bool,
    /// C2 POINTERS SUPPORTED.
    pub c2: bool,
    /// CD-DA STREAM IS ACCURATE.
    pub accurate_stream: bool,
    /// LOCK: the tray can be locked.
    pub can_lock: bool,
    /// LOCK STATE: it is.
    pub locked: bool,
    /// EJECT: it can be opened by command.
    pub can_eject: bool,
    /// LOADING MECHANISM TYPE.
    pub loading: Loading,
    /// MAXIMUM READ SPEED; often the current one. `None` where it is 0.
    pub read_max: Option<Rate>,
    /// CURRENT READ SPEED.
    pub read_now: Option<Rate>,
    /// MAXIMUM WRITE SPEED.
    pub write_max: Option<Rate>,
    /// CURRENT WRITE SPEED.
    pub write_now: Option<Rate>,
    /// BUFFER SIZE, in KiB.
    pub buffer_kib: Option<u16>,
    /// The write speed table: fastest first, each once, no zeros.
    pub write_speeds: Vec<Rate>,
    /// Every bit of bytes 2 to 7 that has a name, as far as the page goes.
    pub flags: Vec<(&'static str, bool)>,
    /// NUMBER OF VOLUME LEVELS SUPPORTED, of sound that the drive plays itself.
    pub volume_levels: u16,
    /// COPY MANAGEMENT REVISION SUPPORTED: 1 where there is CSS or CPRM. From MMC-2 on.
    pub copy_management: Option<u16>,
    /// ROTATION CONTROL SELECTED: 0 CLV or P-CAV, 1 CAV. From MMC-3 on.
    pub rotation: Option<u8>,
    /// Bytes of the page, the two of code and length included.
    pub length: usize,
}

/// Byte, bit and name of all that is no number.
const FLAGS: &[(usize, u8, &str)] = &[
    (2, 0x01, "read_cd_r"),
    (2, 0x02, "read_cd_rw"),
    (2, 0x04, "read_fixed_packets"),
    (2, 0x08, "read_dvd_rom"),
    (2, 0x10, "read_dvd_r"),
    (2, 0x20, "read_dvd_ram"),
    (3, 0x01, "write_cd_r"),
    (3, 0x02, "write_cd_rw"),
    (3, 0x04, "test_write"),
    (3, 0x10, "write_dvd_r"),
    (3, 0x20, "write_dvd_ram"),
    (4, 0x01, "audio_play"),
    (4, 0x02, "composite"),
    (4, 0x04, "digital_port_1"),
    (4, 0x08, "digital_port_2"),
    (4, 0x10, "mode_2_form_1"),
    (4, 0x20, "mode_2_form_2"),
    (4, 0x40, "multi_session"),
    (4, 0x80, "buffer_underrun_free"),
    (5, 0x01, "cd_da"),
    (5, 0x02, "cd_da_accurate"),
    (5, 0x04, "rw_sub_channel"),
    (5, 0x08, "rw_deinterleaved"),
    (5, 0x10, "c2"),
    (5, 0x20, "isrc"),
    (5, 0x40, "upc"),
    (5, 0x80, "bar_code"),
    (6, 0x01, "lock"),
    (6, 0x02, "locked"),
    (6, 0x04, "prevent_jumper"),
    (6, 0x08, "eject"),
    (7, 0x01, "separate_volume"),
    (7, 0x02, "separate_mute"),
    (7, 0x04, "disc_present"),
    (7, 0x08, "slot_selection"),
    (7, 0x10, "side_change"),
    (7, 0x20, "rw_in_lead_in"),
];

impl Capabilities {
    /// Whether a bit of the page is set; `None` where the page has no such bit.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.flags.iter().find(|(known, _)| *known == name).map(|(_, set)| *set)
    }

    /// `None` for a page that ends before the buffer size: nothing there can be relied on.
    /// Emulators send 18 or 20 bytes, drives of MMC-1 22 to 24, of MMC-2 26 to 28, of MMC-3 32 and
    /// more.
    pub(super) fn new(page: &ModePage) -> Option<Capabilities> {
        let fields = page.fields();
        let names = |at: usize, table: &[(u8, &'static str)]| {
            table.iter().filter(|(mask, _)| page.flag(at, *mask)).map(|(_, name)| *name).collect()
        };
        let rate = |at: usize| {
            let kbps = fields.be16(at).ok().filter(|kbps| *kbps > 0)?;
            Some(Rate { kbps: u32::from(kbps) })
        };
        let buffer_kib = fields.be16(12).ok()?;
        Some(Capabilities {
            reads: names(
                2,
                &[
                    (0x01, "CD-R"),
                    (0x02, "CD-RW"),
                    (0x08, "DVD-ROM"),
                    (0x10, "DVD-R"),
                    (0x20, "DVD-RAM"),
                ],
            ),
            writes: names(
                3,
                &[(0x01, "CD-R"), (0x02, "CD-RW"), (0x10, "DVD-R"), (0x20, "DVD-RAM")],
            ),
            test_write: page.flag(3, 0x04),
            underrun_protection: page.flag(4, 0x80),
            c2: page.flag(5, 0x10),
            accurate_stream: page.flag(5, 0x02),
            can_lock: page.flag(6, 0x01),
            locked: page.flag(6, 0x02),
            can_eject: page.flag(6, 0x08),
            loading: Loading::from(fields.bits(6, 0xe0).ok()?),
            read_max: rate(8),
            read_now: rate(14),
            write_max: rate(18),
            // MMC-3 moved it from byte 20 to byte 28.
            write_now: rate(28).or_else(|| rate(20)),
            buffer_kib: (buffer_kib > 0).then_some(buffer_kib),
            write_speeds: write_speeds(fields),
            flags: FLAGS
                .iter()
                .filter_map(|(at, mask, name)| Some((*name, fields.flag(*at, *mask).ok()?)))
                .collect(),
            volume_levels: fields.be16(10).ok()?,
            copy_management: fields.be16(22).ok(),
            rotation: fields.bits(27, 0x03).ok(),
            length: page.bytes().len(),
        })
    }
}

fn write_speeds(fields: Fields<'_>) -> Vec<Rate> {
    let count = usize::from(fields.be16(30).unwrap_or(0));
    let mut speeds: Vec<Rate> = (0..count)
        .map_while(|index| fields.be16(34 + index * 4).ok())
        .filter(|kbps| *kbps > 0)
        .map(|kbps| Rate { kbps: u32::from(kbps) })
        .collect();
    speeds.sort_unstable_by(|a, b| b.cmp(a));
    speeds.dedup();
    speeds
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Derived from what cdrecord prints of a PLEXTOR PX-W4824A 1.04, all eight write speeds.
    const PX_W4824A: [u8; 64] = [
        0x2a, 0x3e, // 62 bytes follow
        0x07, 0x07, // reads CD-R, CD-RW (and method 2); writes them, tests
        0xf3, // multi-session, mode 2, composite, audio play, BUF
        0x3f, // C2, R-W deinterleaved, accurate
        0x29, 0x23, // tray, eject, lock; R-W in the lead-in
        0x1b, 0x90, // 7056 kB/s reading at most
        0x01, 0x00, // 256 volumes
        0x10, 0x00, // 4096 KiB buffer
        0x1b, 0x90, // 7056 kB/s now
        0x00, 0x00, // reserved
        0x21, 0x13, // 8467 kB/s writing at most
        0x21, 0x13, // and now, where MMC-1 has it
        0x00, 0x00, 0, 0, 0, 0x00, // copy management 0, reserved, rotation
        0x21, 0x13, // 8467 kB/s now, where MMC-3 has it
        0x00, 0x08, // eight descriptors
        0, 0, 0x21, 0x13, 0, 0, 0x1b, 0x90, 0, 0, 0x16, 0x0d, 0, 0, 0x10, 0x8a, //
        0, 0, 0x0d, 0xc8, 0, 0, 0x0b, 0x06, 0, 0, 0x05, 0x83, 0, 0, 0x02, 0xc2, //
    ];

    #[test]
    fn page_2a_comes_in() {
        let page = ModePage::new(&PX_W4824A);
        assert!(page.is_whole());
        let can = page.capabilities().expect("is it");
        assert_eq!(can.reads, ["CD-R", "CD-RW"]);
        assert_eq!(can.writes, ["CD-R", "CD-RW"]);
        assert!(can.test_write && can.underrun_protection && can.c2 && can.accurate_stream);
        assert!(can.can_lock && can.can_eject && !can.locked);
        assert_eq!((can.loading, can.buffer_kib), (Loading::Tray, Some(4096)));
        assert_eq!(can.read_max, Some(Rate { kbps: 7056 }));
        assert_eq!(can.write_now, Some(Rate { kbps: 8467 }));
        let kbps: Vec<u32> = can.write_speeds.iter().map(|rate| rate.kbps).collect();
        assert_eq!(kbps, [8467, 7056, 5645, 4234, 3528, 2822, 1411, 706]);
        assert_eq!((can.volume_levels, can.copy_management, can.rotation), (256, Some(0), Some(0)));
        assert_eq!((can.flag("upc"), can.flag("rw_in_lead_in")), (Some(false), Some(true)));
        assert_eq!((can.flag("multi_session"), can.flag("no such bit")), (Some(true), None));
        assert_eq!((can.flags.len(), can.length), (37, 64));
    }

    #[test]
    fn page_2a_is_read_in_every_length() {
        for length in 0..=PX_W4824A.len() {
            let can = ModePage::new(&PX_W4824A[..length]).capabilities();
            assert_eq!(can.is_some(), length >= 14, "{length}");
            let Some(can) = can else { continue };
            assert_eq!(can.read_now.is_some(), length >= 16, "{length}");
            assert_eq!(can.write_now.is_some(), length >= 22, "{length}");
            assert_eq!(can.copy_management.is_some(), length >= 24, "{length}");
            assert_eq!(can.rotation.is_some(), length >= 28, "{length}");
        }
        let mut padded = PX_W4824A;
        // real-drives: TSSTcorp TS-L632H pads with the last speed, Lite-On LDW-811S sends zeros.
        padded[38..].fill(0);
        padded[38..40].copy_from_slice(&[0x1b, 0x90]);
        padded[42..44].copy_from_slice(&[0x1b, 0x90]);
        let can = ModePage::new(&padded).capabilities().expect("is it");
        assert_eq!(can.write_speeds, [Rate { kbps: 8467 }, Rate { kbps: 7056 }]);
    }
}
