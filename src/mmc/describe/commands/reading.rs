//! Commands that read sectors.

use super::{Command, Field, Kind, be, bits, code, flag, lba, msf, obsolete, room};

const FUA: Field = flag(1, 0x08, "force unit access", "from the disc, not from the cache");
const DPO: Field = flag(1, 0x10, "disable page out", "not to be kept in the cache");
const RELADR: Field = obsolete(1, 0x01, "relative address");

const SECTOR_TYPES: &[(u32, &str)] = &[
    (0, "any"),
    (1, "CD-DA: sound"),
    (2, "mode 1"),
    (3, "mode 2, formless"),
    (4, "mode 2 form 1"),
    (5, "mode 2 form 2"),
];
const HEADERS: &[(u32, &str)] =
    &[(0, "none"), (1, "header"), (2, "sub-header"), (3, "header and sub-header")];
const C2: &[(u32, &str)] = &[(0, "none"), (1, "a bit a byte, 294 bytes"), (2, "296 bytes")];
const SUB_CHANNEL: &[(u32, &str)] =
    &[(0, "none"), (1, "P to W as read, 96 bytes"), (2, "Q, 16 bytes"), (4, "R to W, 96 bytes")];

const fn read_cd_flags() -> [Field; 7] {
    [
        code(1, 0x1c, "expected sector type", SECTOR_TYPES),
        flag(1, 0x02, "digital audio play", "errors of sound are concealed"),
        flag(9, 0x80, "sync", "the 12 bytes of synchronization"),
        code(9, 0x60, "header codes", HEADERS),
        flag(9, 0x10, "user data", "the data"),
        flag(9, 0x08, "EDC and ECC", "the codes that find and mend errors"),
        code(9, 0x06, "C2 error information", C2),
    ]
}

const FLAGS: [Field; 7] = read_cd_flags();

pub(super) const COMMANDS: &[Command] = &[
    Command {
        opcode: 0x08,
        name: "READ (6)",
        standard: "SBC-3",
        does: "reads sectors",
        fields: &[
            Field { name: "address", at: 1, len: 3, mask: 0xff, kind: Kind::Number("") },
            super::number_or(4, 1, "length", &[(0, "256 sectors")]),
        ],
    },
    Command {
        opcode: 0x28,
        name: "READ (10)",
        standard: "MMC-6",
        does: "reads sectors",
        fields: &[lba(2), be(7, 2, "length", "sectors"), FUA, DPO, RELADR],
    },
    Command {
        opcode: 0x88,
        name: "READ (16)",
        standard: "SBC-3",
        does: "reads sectors",
        fields: &[super::hex(2, 8, "address"), be(10, 4, "length", "sectors"), FUA, DPO],
    },
    Command {
        opcode: 0xa8,
        name: "READ (12)",
        standard: "MMC-6",
        does: "reads sectors",
        fields: &[
            lba(2),
            be(6, 4, "length", "sectors"),
            flag(10, 0x80, "streaming", "errors are skipped to keep the pace"),
            FUA,
            DPO,
            RELADR,
        ],
    },
    Command {
        opcode: 0xb9,
        name: "READ CD MSF",
        standard: "MMC-6",
        does: "reads sectors of a CD with what is around the data, by time",
        fields: &[
            msf(3, "start"),
            msf(6, "end"),
            code(10, 0x07, "sub-channel selection", SUB_CHANNEL),
            FLAGS[0],
            FLAGS[1],
            FLAGS[2],
            FLAGS[3],
            FLAGS[4],
            FLAGS[5],
            FLAGS[6],
        ],
    },
    Command {
        opcode: 0xbe,
        name: "READ CD",
        standard: "MMC-6",
        does: "reads sectors of a CD with what is around the data",
        fields: &[
            lba(2),
            be(6, 3, "length", "sectors"),
            code(10, 0x07, "sub-channel selection", SUB_CHANNEL),
            FLAGS[0],
            FLAGS[1],
            FLAGS[2],
            FLAGS[3],
            FLAGS[4],
            FLAGS[5],
            FLAGS[6],
            RELADR,
        ],
    },
    Command {
        opcode: 0x2b,
        name: "SEEK (10)",
        standard: "MMC-6",
        does: "moves the head to a sector",
        fields: &[lba(2)],
    },
    Command {
        opcode: 0x0b,
        name: "SEEK (6)",
        standard: "SCSI-2",
        does: "moves the head to a sector",
        fields: &[be(1, 3, "address", "")],
    },
    Command {
        opcode: 0x2f,
        name: "VERIFY (10)",
        standard: "MMC-6",
        does: "reads sectors and sends none of them",
        fields: &[
            lba(2),
            be(7, 2, "length", "sectors"),
            flag(1, 0x02, "compare bytes", "with data that is sent along"),
            DPO,
            RELADR,
        ],
    },
    Command {
        opcode: 0xaf,
        name: "VERIFY (12)",
        standard: "SBC-3",
        does: "reads sectors and sends none of them",
        fields: &[
            lba(2),
            be(6, 4, "length", "sectors"),
            flag(1, 0x02, "compare bytes", "with data that is sent along"),
            DPO,
        ],
    },
    Command {
        opcode: 0x34,
        name: "PRE-FETCH (10)",
        standard: "SBC-3",
        does: "reads sectors into the cache",
        fields: &[
            lba(2),
            be(7, 2, "length", "sectors"),
            flag(1, 0x02, "immediate", super::IMMEDIATE),
        ],
    },
    Command {
        opcode: 0x3e,
        name: "READ LONG (10)",
        standard: "SBC-3",
        does: "reads a sector with its ECC",
        fields: &[
            lba(2),
            room(7, 2),
            flag(1, 0x02, "correct", "errors are mended before it is sent"),
        ],
    },
    Command {
        opcode: 0x44,
        name: "READ HEADER",
        standard: "MMC-3",
        does: "reads the header of a sector of a CD",
        fields: &[lba(2), room(7, 2), flag(1, 0x02, "MSF", "addresses as times")],
    },
    Command {
        opcode: 0xa7,
        name: "SET READ AHEAD",
        standard: "MMC-6",
        does: "says where to read on after a sector was read",
        fields: &[
            Field { name: "trigger address", at: 2, len: 4, mask: 0xff, kind: Kind::Lba },
            Field { name: "read ahead address", at: 6, len: 4, mask: 0xff, kind: Kind::Lba },
        ],
    },
    Command {
        opcode: 0x3c,
        name: "READ BUFFER",
        standard: "SPC-4",
        does: "reads the drive's memory",
        fields: &[
            bits(1, 0x1f, "mode", ""),
            super::hex(2, 1, "buffer id"),
            super::hex(3, 3, "offset"),
            room(6, 3),
        ],
    },
];
