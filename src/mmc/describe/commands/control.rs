//! Commands that set the drive: tray, speed, mode pages, keys.

use super::{Command, Field, Kind, be, bits, code, flag, hex, list, number_or};

const START: &[(u32, &str)] =
    &[(0, "stop the disc"), (1, "start the disc"), (2, "open the tray"), (3, "close the tray")];
const POWER: &[(u32, &str)] = &[(0, "no change"), (2, "idle"), (3, "standby"), (5, "sleep")];
const PREVENT: &[(u32, &str)] = &[
    (0, "unlock the tray"),
    (1, "lock the tray"),
    (2, "allow for good"),
    (3, "lock the tray, for good"),
];
const FASTEST: &[(u32, &str)] = &[(0xffff, "as fast as it goes")];
const STREAMING: &[(u32, &str)] = &[(0, "performance"), (5, "DBI cache zone")];

pub(super) const COMMANDS: &[Command] = &[
    Command {
        opcode: 0x15,
        name: "MODE SELECT (6)",
        standard: "SPC-4",
        does: "sets mode pages",
        fields: &[
            flag(1, 0x10, "page format", "as in SPC"),
            flag(1, 0x01, "save", "the pages are kept over power off"),
            list(4, 1),
        ],
    },
    Command {
        opcode: 0x55,
        name: "MODE SELECT (10)",
        standard: "MMC-6",
        does: "sets mode pages",
        fields: &[
            flag(1, 0x10, "page format", "as in SPC"),
            flag(1, 0x01, "save", "the pages are kept over power off"),
            list(7, 2),
        ],
    },
    Command {
        opcode: 0x1b,
        name: "START STOP UNIT",
        standard: "MMC-6",
        does: "starts or stops the disc, moves the tray",
        fields: &[
            code(4, 0x03, "action", START),
            code(4, 0xf0, "power condition", POWER),
            flag(1, 0x01, "immediate", super::IMMEDIATE),
            flag(4, 0x04, "jump to a format layer", "set"),
            bits(3, 0x03, "format layer", ""),
        ],
    },
    Command {
        opcode: 0x1e,
        name: "PREVENT ALLOW MEDIUM REMOVAL",
        standard: "MMC-6",
        does: "locks or unlocks the tray",
        fields: &[code(4, 0x03, "action", PREVENT)],
    },
    Command {
        opcode: 0xbb,
        name: "SET CD SPEED",
        standard: "MMC-6",
        does: "sets how fast to read and write",
        fields: &[
            Field { name: "read speed", at: 2, len: 2, mask: 0xff, kind: Kind::NumberOr(FASTEST) },
            Field { name: "write speed", at: 4, len: 2, mask: 0xff, kind: Kind::NumberOr(FASTEST) },
            code(1, 0x03, "rotation", &[(0, "CLV or as the medium has it"), (1, "CAV")]),
        ],
    },
    Command {
        opcode: 0xb6,
        name: "SET STREAMING",
        standard: "MMC-6",
        does: "sets how fast to read and write a stretch of the disc",
        fields: &[code(8, 0xff, "type", STREAMING), list(9, 2)],
    },
    Command {
        opcode: 0xa3,
        name: "SEND KEY",
        standard: "MMC-6",
        does: "sends what copy protection needs",
        fields: &[
            code(
                10,
                0x3f,
                "key format",
                &[
                    (0x01, "challenge key"),
                    (0x03, "key 2"),
                    (0x06, "region: can be done five times"),
                    (0x3f, "nothing: the AGID is given back"),
                ],
            ),
            hex(7, 1, "key class"),
            bits(10, 0xc0, "AGID", ""),
            list(8, 2),
        ],
    },
    Command {
        opcode: 0xa6,
        name: "LOAD/UNLOAD MEDIUM",
        standard: "MMC-6",
        does: "moves a disc of a changer",
        fields: &[
            code(4, 0x03, "action", &[(0, "abort"), (1, "reserved"), (2, "unload"), (3, "load")]),
            bits(8, 0xff, "slot", ""),
            flag(1, 0x01, "immediate", super::IMMEDIATE),
        ],
    },
    Command {
        opcode: 0x4c,
        name: "LOG SELECT",
        standard: "SPC-4",
        does: "sets log pages",
        fields: &[
            hex(2, 1, "page"),
            flag(1, 0x01, "save", "kept"),
            flag(1, 0x02, "reset", "counters to their defaults"),
            list(7, 2),
        ],
    },
    Command {
        opcode: 0xb5,
        name: "SECURITY PROTOCOL OUT",
        standard: "SPC-4",
        does: "sends keys and certificates",
        fields: &[hex(1, 1, "protocol"), hex(2, 2, "specific"), be(6, 4, "length", "bytes")],
    },
    Command {
        opcode: 0x01,
        name: "REZERO UNIT",
        standard: "SCSI-2",
        does: "moves the head to its start",
        fields: &[],
    },
    Command {
        opcode: 0x16,
        name: "RESERVE (6)",
        standard: "SPC-2",
        does: "keeps other hosts from the drive",
        fields: &[],
    },
    Command {
        opcode: 0x17,
        name: "RELEASE (6)",
        standard: "SPC-2",
        does: "lets other hosts to the drive again",
        fields: &[],
    },
    Command {
        opcode: 0x56,
        name: "RESERVE (10)",
        standard: "SPC-2",
        does: "keeps other hosts from the drive",
        fields: &[list(7, 2)],
    },
    Command {
        opcode: 0x57,
        name: "RELEASE (10)",
        standard: "SPC-2",
        does: "lets other hosts to the drive again",
        fields: &[list(7, 2)],
    },
    Command {
        opcode: 0x5f,
        name: "PERSISTENT RESERVE OUT",
        standard: "SPC-4",
        does: "reserves the drive",
        fields: &[bits(1, 0x1f, "service action", ""), hex(2, 1, "scope and type"), list(5, 4)],
    },
    Command {
        opcode: 0x40,
        name: "CHANGE DEFINITION",
        standard: "SCSI-2",
        does: "makes the drive follow another standard",
        fields: &[flag(2, 0x01, "save", "kept"), bits(3, 0x7f, "definition", ""), list(8, 1)],
    },
    Command {
        opcode: 0x33,
        name: "SET LIMITS",
        standard: "SCSI-2",
        does: "limits what linked commands may reach",
        fields: &[super::lba(2), number_or(7, 2, "length", &[(0, "to the end")])],
    },
];
