//! Commands that play sound.

use super::{Command, be, bits, code, flag, lba, msf};

pub(super) const COMMANDS: &[Command] = &[
    Command {
        opcode: 0x45,
        name: "PLAY AUDIO (10)",
        standard: "MMC-3",
        does: "plays sound",
        fields: &[lba(2), be(7, 2, "length", "sectors")],
    },
    Command {
        opcode: 0x47,
        name: "PLAY AUDIO MSF",
        standard: "MMC-3",
        does: "plays sound",
        fields: &[msf(3, "start"), msf(6, "end")],
    },
    Command {
        opcode: 0x48,
        name: "PLAY AUDIO TRACK INDEX",
        standard: "SCSI-2",
        does: "plays sound",
        fields: &[
            bits(4, 0xff, "first track", ""),
            bits(5, 0xff, "first index", ""),
            bits(7, 0xff, "last track", ""),
            bits(8, 0xff, "last index", ""),
        ],
    },
    Command {
        opcode: 0x49,
        name: "PLAY TRACK RELATIVE (10)",
        standard: "SCSI-2",
        does: "plays sound",
        fields: &[lba(2), bits(6, 0xff, "track", ""), be(7, 2, "length", "sectors")],
    },
    Command {
        opcode: 0x4b,
        name: "PAUSE/RESUME",
        standard: "MMC-3",
        does: "stops sound for a while, or goes on with it",
        fields: &[flag(8, 0x01, "resume", "goes on")],
    },
    Command {
        opcode: 0x4e,
        name: "STOP PLAY/SCAN",
        standard: "MMC-3",
        does: "stops sound",
        fields: &[],
    },
    Command {
        opcode: 0xa5,
        name: "PLAY AUDIO (12)",
        standard: "MMC-3",
        does: "plays sound",
        fields: &[lba(2), be(6, 4, "length", "sectors")],
    },
    Command {
        opcode: 0xa9,
        name: "PLAY TRACK RELATIVE (12)",
        standard: "SCSI-2",
        does: "plays sound",
        fields: &[lba(2), be(6, 4, "length", "sectors"), bits(10, 0xff, "track", "")],
    },
    Command {
        opcode: 0xba,
        name: "SCAN",
        standard: "MMC-3",
        does: "plays sound in leaps",
        fields: &[
            flag(1, 0x10, "backwards", "towards the start"),
            super::hex(2, 4, "start"),
            code(9, 0xc0, "start is", &[(0, "an address"), (1, "a time"), (2, "a track")]),
        ],
    },
    Command {
        opcode: 0xbc,
        name: "PLAY CD",
        standard: "MMC-2",
        does: "plays sound or video",
        fields: &[
            code(1, 0x1c, "expected sector type", &[(0, "any"), (1, "CD-DA: sound")]),
            flag(1, 0x02, "times", "not addresses"),
            super::hex(2, 4, "start"),
            super::hex(6, 4, "length or end"),
            super::hex(10, 1, "speed, port and more"),
        ],
    },
];
