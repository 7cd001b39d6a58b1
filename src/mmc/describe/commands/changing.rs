//! Commands that write to the disc, erase it, or prepare either.

use super::{Command, Field, Kind, be, bits, code, flag, lba, list, obsolete};

const FUA: Field = flag(1, 0x08, "force unit access", "onto the disc before the answer");
const DPO: Field = flag(1, 0x10, "disable page out", "not to be kept in the cache");
const RELADR: Field = obsolete(1, 0x01, "relative address");

const BLANKING: &[(u32, &str)] = &[
    (0, "the whole disc"),
    (1, "minimally: only what says that there is something"),
    (2, "a track"),
    (3, "unreserve a track"),
    (4, "the tail of a track"),
    (5, "open the last session"),
    (6, "the last session"),
];
const CLOSING: &[(u32, &str)] = &[
    (0, "stop a background format"),
    (1, "a track"),
    (2, "the session; of DVD+RW: write the lead-out"),
    (5, "the disc, with minimum radius (DVD+R)"),
    (6, "the disc: nothing more can be written"),
];
pub(super) const COMMANDS: &[Command] = &[
    Command {
        opcode: 0x04,
        name: "FORMAT UNIT",
        standard: "MMC-6",
        does: "formats the disc",
        fields: &[
            flag(1, 0x10, "format data", "sent along"),
            flag(1, 0x08, "complete list", "replaces the defects known"),
            code(1, 0x07, "format code", &[(1, "as for CD, DVD and BD"), (7, "CD-RW of old")]),
        ],
    },
    Command {
        opcode: 0x0a,
        name: "WRITE (6)",
        standard: "SBC-3",
        does: "writes sectors",
        fields: &[be(1, 3, "address", ""), super::number_or(4, 1, "length", &[(0, "256 sectors")])],
    },
    Command {
        opcode: 0x2a,
        name: "WRITE (10)",
        standard: "MMC-6",
        does: "writes sectors",
        fields: &[
            lba(2),
            be(7, 2, "length", "sectors"),
            FUA,
            flag(1, 0x04, "timely safe recording", "as defects allow"),
            DPO,
            RELADR,
        ],
    },
    Command {
        opcode: 0x8a,
        name: "WRITE (16)",
        standard: "SBC-3",
        does: "writes sectors",
        fields: &[super::hex(2, 8, "address"), be(10, 4, "length", "sectors"), FUA, DPO],
    },
    Command {
        opcode: 0xaa,
        name: "WRITE (12)",
        standard: "MMC-6",
        does: "writes sectors",
        fields: &[
            lba(2),
            be(6, 4, "length", "sectors"),
            flag(10, 0x80, "streaming", "at full speed: nothing is verified or replaced"),
            flag(10, 0x40, "verify not required", "it is not read back"),
            FUA,
            flag(1, 0x04, "timely safe recording", "as defects allow"),
            DPO,
            RELADR,
        ],
    },
    Command {
        opcode: 0x2e,
        name: "WRITE AND VERIFY (10)",
        standard: "MMC-6",
        does: "writes sectors and reads them back",
        fields: &[
            lba(2),
            be(7, 2, "length", "sectors"),
            flag(1, 0x02, "compare bytes", "with what was sent"),
            DPO,
            RELADR,
        ],
    },
    Command {
        opcode: 0xae,
        name: "WRITE AND VERIFY (12)",
        standard: "SBC-3",
        does: "writes sectors and reads them back",
        fields: &[
            lba(2),
            be(6, 4, "length", "sectors"),
            flag(1, 0x02, "compare bytes", "with what was sent"),
            DPO,
        ],
    },
    Command {
        opcode: 0x3f,
        name: "WRITE LONG (10)",
        standard: "SBC-3",
        does: "writes a sector with its ECC",
        fields: &[lba(2), list(7, 2)],
    },
    Command {
        opcode: 0x41,
        name: "WRITE SAME (10)",
        standard: "SBC-3",
        does: "writes one sector to many places",
        fields: &[lba(2), be(7, 2, "length", "sectors")],
    },
    Command {
        opcode: 0x35,
        name: "SYNCHRONIZE CACHE",
        standard: "MMC-6",
        does: "writes to the disc what is in the buffer",
        fields: &[
            flag(1, 0x02, "immediate", super::IMMEDIATE),
            lba(2),
            be(7, 2, "length", "sectors, 0 being all"),
            RELADR,
        ],
    },
    Command {
        opcode: 0x53,
        name: "RESERVE TRACK",
        standard: "MMC-6",
        does: "sets aside a track of a size",
        fields: &[
            be(5, 4, "size", "sectors"),
            flag(1, 0x01, "by address", "it is told by an address, not by its size"),
            flag(1, 0x02, "RMZ", "set"),
        ],
    },
    Command {
        opcode: 0x54,
        name: "SEND OPC INFORMATION",
        standard: "MMC-6",
        does: "calibrates the laser",
        fields: &[
            flag(1, 0x01, "do OPC", "the drive calibrates itself"),
            flag(1, 0x02, "exclude 0", "without test zone 0"),
            flag(1, 0x04, "exclude 1", "without test zone 1"),
            list(7, 2),
        ],
    },
    Command {
        opcode: 0x58,
        name: "REPAIR TRACK",
        standard: "MMC-6",
        does: "mends a track whose writing was broken off",
        fields: &[flag(1, 0x01, "immediate", super::IMMEDIATE), be(4, 2, "track", "")],
    },
    Command {
        opcode: 0x5b,
        name: "CLOSE TRACK SESSION",
        standard: "MMC-6",
        does: "closes a track, a session or the disc",
        fields: &[
            code(2, 0x07, "close function", CLOSING),
            be(4, 2, "track", ""),
            flag(1, 0x01, "immediate", super::IMMEDIATE),
        ],
    },
    Command {
        opcode: 0x5d,
        name: "SEND CUE SHEET",
        standard: "MMC-6",
        does: "says what a session at once will consist of",
        fields: &[be(6, 3, "cue sheet length", "bytes")],
    },
    Command {
        opcode: 0xa1,
        name: "BLANK",
        standard: "MMC-6",
        does: "erases a rewritable disc",
        fields: &[
            code(1, 0x07, "blanking type", BLANKING),
            flag(1, 0x10, "immediate", super::IMMEDIATE),
            Field { name: "start or track", at: 2, len: 4, mask: 0xff, kind: Kind::Lba },
        ],
    },
    Command {
        opcode: 0xbf,
        name: "SEND DISC STRUCTURE",
        standard: "MMC-6",
        does: "sets what the lead-in of a DVD or BD is to hold",
        fields: &[
            code(7, 0xff, "format", super::asking::STRUCTURES),
            code(1, 0x0f, "media type", &[(0, "DVD"), (1, "BD")]),
            list(8, 2),
        ],
    },
    Command {
        opcode: 0x3b,
        name: "WRITE BUFFER",
        standard: "SPC-4",
        does: "writes the drive's memory; new firmware, with modes 4 to 7",
        fields: &[
            bits(1, 0x1f, "mode", ""),
            bits(1, 0xe0, "mode specific", ""),
            super::hex(2, 1, "buffer id"),
            super::hex(3, 3, "offset"),
            list(6, 3),
        ],
    },
];
