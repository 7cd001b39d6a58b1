//! What is up with the drive itself, its connection, and the command it was sent; and what can be
//! said by the sense key alone.

use super::Likelihood::{Likely, Possible, Rare};
use super::{ANY, Advice, Row};
use crate::transport::SenseKey;

const RECONNECT: &str = "connect the drive to another port, with another cable, without a hub";
const POWER_CYCLE: &str = "switch the drive off and on, or unplug it for a moment";
const BUSY_HINT: &str = "the drive is busy with something else: try again in a minute";

const AGAIN_HINT: &str = "take the disc out and put it back in, or switch the drive off and on";

const COMMUNICATION: Advice = Advice {
    meaning: "data got lost or damaged between the drive and the computer",
    causes: &[
        (Likely, "a bad cable, port or USB bridge, or too little power"),
        (Possible, "another program spoke with the drive in the middle of a transfer"),
        (Rare, "the drive's electronics fail"),
    ],
    steps: &[RECONNECT, "see `dmesg` for resets of the bus", POWER_CYCLE],
    hint: "",
};

const SERVO: Advice = Advice {
    meaning: "the drive cannot hold its laser on the track",
    causes: &[
        (Likely, "the disc is badly scratched, dirty, bent or out of balance"),
        (Possible, "the disc was burnt badly, or its dye has faded"),
        (Possible, "the lens is dirty or the drive worn: then other discs fail as well"),
    ],
    steps: &[
        "wipe the disc with a soft cloth, from the hub outwards",
        "leave the drive alone for half a minute, then read slower",
        "try another disc in this drive, and this disc in another drive",
    ],
    hint: "",
};

const BROKEN: Advice = Advice {
    meaning: "the drive failed inside",
    causes: &[
        (Likely, "it lost its way over a badly damaged disc"),
        (Possible, "too little power, or too hot"),
        (Possible, "the drive is at its end"),
    ],
    steps: &[
        "wait half a minute, and try again; then try another disc",
        POWER_CYCLE,
        "try another drive",
    ],
    hint: "",
};

const BUSY: Advice = Advice {
    meaning: "the drive is at work and takes this command later",
    causes: &[
        (Likely, "it writes, closes, erases or formats, as it was told"),
        (Possible, "a background format that goes on for a long time"),
    ],
    steps: &["wait, and send the command again", "leave the disc in, and the power on"],
    hint: BUSY_HINT,
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        &[0x2],
        0x04,
        &[0x01],
        Advice {
            meaning: "the drive spins the disc up and looks what it is",
            causes: &[
                (Likely, "the disc has just been put in"),
                (Possible, "a bad disc, over which the drive takes up to a minute"),
            ],
            steps: &["wait up to a minute, and send the command again"],
            hint: BUSY_HINT,
        },
    ),
    Row::new(
        &[0x2],
        0x04,
        &[0x02],
        Advice {
            meaning: "the disc stands still and has to be started",
            causes: &[(Likely, "the drive or a program stopped it to save power")],
            steps: &["`oxidisc load` starts it", "take the disc out and put it back in"],
            hint: AGAIN_HINT,
        },
    ),
    Row::new(
        &[0x2],
        0x04,
        &[0x03],
        Advice {
            meaning: "the drive wants a hand",
            causes: &[
                (Likely, "the disc is stuck, or lies beside the hub"),
                (Possible, "a switch or a lock on the drive"),
            ],
            steps: &["take the disc out, by the hole in the front if need be", POWER_CYCLE],
            hint: AGAIN_HINT,
        },
    ),
    Row::new(&[0x2], 0x04, &[0x04, 0x07], BUSY),
    Row::new(
        &[0x2],
        0x04,
        &[0x08],
        Advice {
            meaning: "the drive's buffer is full, or it is writing: it takes this command later",
            causes: &[
                (Likely, "all is well in the middle of a burn: the drive writes what it has"),
                (Possible, "a background format or a close goes on"),
            ],
            ..BUSY
        },
    ),
    Row::new(
        &[0x2],
        0x04,
        ANY,
        Advice {
            meaning: "the drive is not ready, and does not say why",
            causes: &[
                (Likely, "it is still looking at the disc"),
                (Possible, "it has lost its way and needs a rest"),
            ],
            steps: &["wait a minute, and try again", "take the disc out and put it back in"],
            hint: BUSY_HINT,
        },
    ),
    Row::new(ANY, 0x08, ANY, COMMUNICATION),
    Row::new(ANY, 0x47, ANY, COMMUNICATION),
    Row::new(ANY, 0x4b, ANY, COMMUNICATION),
    Row::new(ANY, 0x09, ANY, SERVO),
    Row::new(
        ANY,
        0x3e,
        &[0x02],
        Advice {
            meaning: "the drive gave up: it took too long to read or write the place",
            ..SERVO
        },
    ),
    Row::new(&[0x4], 0x3e, ANY, BROKEN),
    Row::new(&[0x4], 0x40, ANY, BROKEN),
    Row::new(&[0x4], 0x44, ANY, BROKEN),
    Row::new(
        &[0x5],
        0x20,
        ANY,
        Advice {
            meaning: "the drive does not know this command",
            causes: &[
                (Likely, "the drive is older, or of a simpler kind, than the program expects"),
                (Possible, "a command of another maker's drives"),
                (Possible, "a USB bridge that does not pass it on"),
            ],
            steps: &[
                "`oxidisc info` shows what the drive can do",
                "`oxidisc decode cdb` explains the command",
            ],
            hint: "",
        },
    ),
    Row::new(
        &[0x5],
        0x24,
        ANY,
        Advice {
            meaning: "the drive does not take the command with this value in one of its fields",
            causes: &[
                (Likely, "something is asked for that this drive, or this kind of disc, has not"),
                (Possible, "a reserved bit is set: strict drives refuse that"),
                (Possible, "a USB bridge that changes or answers commands itself"),
            ],
            steps: &[
                "`oxidisc decode cdb` shows what was asked; with `--cdb`, the field gets its name",
                "`oxidisc info` shows what drive and disc are",
            ],
            hint: "",
        },
    ),
    Row::new(
        &[0x5],
        0x26,
        ANY,
        Advice {
            meaning: "the drive does not take the data that was sent with the command",
            causes: &[
                (Likely, "a setting that this drive has not, or not with this disc"),
                (Possible, "data of a length or order that the drive does not expect"),
            ],
            steps: &["`oxidisc info` shows what drive and disc are"],
            hint: "",
        },
    ),
    Row::new(
        ANY,
        0x25,
        ANY,
        Advice {
            meaning: "there is no drive at this unit number",
            causes: &[(Likely, "one drive of several in a box was asked for that is not there")],
            steps: &["`oxidisc drives` lists those there are"],
            hint: "",
        },
    ),
    Row::new(
        &[0x5],
        0x2c,
        ANY,
        Advice {
            meaning: "the command does not fit what the drive is doing, or the disc's state",
            causes: &[
                (Likely, "another program uses the drive at the same time"),
                (Possible, "a step before it is missing"),
            ],
            steps: &["close other programs that use the drive, and try again"],
            hint: "",
        },
    ),
    Row::new(
        ANY,
        0x29,
        ANY,
        Advice {
            meaning: "the drive was reset or switched on since the last command: told once",
            causes: &[
                (Likely, "it was plugged in or switched on"),
                (Possible, "the kernel reset the bus after a command that took too long"),
                (Possible, "a bad cable, a weak port or a USB bridge, where it comes in mid-job"),
            ],
            steps: &[
                "send the command again",
                "where it comes again and again: another port, cable or power supply",
            ],
            hint: "",
        },
    ),
    Row::new(
        ANY,
        0x2a,
        ANY,
        Advice {
            meaning: "somebody else changed the drive's settings: told once",
            causes: &[(Likely, "another program uses the drive")],
            steps: &["send the command again, after the settings it needs"],
            hint: "",
        },
    ),
    Row::new(
        ANY,
        0x0b,
        &[0x01],
        Advice {
            meaning: "the drive is too hot",
            causes: &[(Likely, "long work in a narrow place")],
            steps: &["let it cool down, with some air around it"],
            hint: "",
        },
    ),
    Row::new(
        ANY,
        0x5d,
        ANY,
        Advice {
            meaning: "the drive expects to fail, or the disc to",
            causes: &[(Likely, "it counts more errors than its maker thinks good")],
            steps: &["copy what is on the disc", "think of another drive or disc"],
            hint: "",
        },
    ),
    // real-drives: TEAC, an old writer whose buffer ran empty.
    Row::new(
        &[0xb],
        0xba,
        &[0x00],
        Advice {
            meaning: "a code of the maker's own; TEAC writers mean by it that their buffer ran \
                      empty",
            causes: &[(Likely, "the source was too slow for the speed of the burn")],
            steps: &["burn slower, from a fast disk"],
            hint: "",
        },
    ),
    Row::new(
        &[0x0],
        0x00,
        &[0x00],
        Advice {
            meaning: "the drive has nothing to complain of",
            causes: &[],
            steps: &["nothing has to be done"],
            hint: "",
        },
    ),
];

/// What a key says where the code says nothing that is known.
pub(super) fn of_key(key: SenseKey) -> Advice {
    const AGAIN: &str = "send the command again";
    const INFO: &str = "`oxidisc info` shows what drive and disc are";
    let (meaning, steps): (_, &'static [&'static str]) = match key {
        SenseKey::NoSense => {
            ("the drive has something to say, and no failure", &["nothing has to be done"])
        }
        SenseKey::Recovered => (
            "the command was done, with some effort of the drive",
            &["the data is right; copy the disc while it can be read"],
        ),
        SenseKey::NotReady => (
            "drive or disc are not ready for this command",
            &["wait a minute, and try again", "take the disc out and put it back in"],
        ),
        SenseKey::MediumError => {
            return Advice { meaning: "something is wrong with the disc at this place", ..SERVO };
        }
        SenseKey::HardwareError => return BROKEN,
        SenseKey::IllegalRequest => (
            "the drive does not take this command, or not now",
            &["`oxidisc decode cdb` explains the command", INFO],
        ),
        SenseKey::UnitAttention => {
            ("something happened since the last command: told once", &[AGAIN])
        }
        SenseKey::DataProtect => ("the disc is protected", &[INFO]),
        SenseKey::BlankCheck => ("the disc is blank there, or it is not and should be", &[INFO]),
        SenseKey::AbortedCommand => {
            let meaning = "the drive gave the command up in the middle";
            return Advice { meaning, ..COMMUNICATION };
        }
        SenseKey::Other(_) => (
            "optical drives have no such sense key: these may be no sense data",
            &["see that the bytes begin where the sense data does"],
        ),
    };
    Advice { meaning, causes: &[], steps, hint: "" }
}
