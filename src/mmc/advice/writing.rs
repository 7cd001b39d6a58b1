//! What goes wrong while a disc is written, closed, erased or formatted.

use super::Likelihood::{Likely, Possible, Rare};
use super::{ANY, Advice, Doing, Row};

const WRITING: &[Doing] = &[Doing::Writing];
const ERASING: &[Doing] = &[Doing::Erasing];

const OTHER_MAKER: &str = "take a disc of another maker: drives know some better than others";
const SLOWER: &str = "burn slower: `oxidisc burn --speed 4x`, say";
const LOOK: &str = "`oxidisc info` shows what became of the disc; what is written may be readable";

const CALIBRATION: Advice = Advice {
    meaning: "the drive could not set its laser to this disc",
    causes: &[
        (Likely, "the drive does not get on with discs of this maker, or of this quality"),
        (Possible, "the lens is dirty, or the laser worn: then discs of every maker fail"),
        (Possible, "the speed is too high for the disc"),
        (Rare, "the test area of the disc is used up by many attempts"),
    ],
    steps: &[
        "do not try the same disc more than once: each try uses some of its test area",
        SLOWER,
        OTHER_MAKER,
        "clean the lens with a cleaning disc",
    ],
    hint: "the drive cannot set its laser for this disc: a lower --speed, a disc of another maker, \
           or a cleaned lens may help",
};

const WRITE_ERROR: Advice = Advice {
    meaning: "the disc could not be written at this place",
    causes: &[
        (Likely, "a bad disc, or one that the drive does not get on with"),
        (Possible, "the speed is too high for the disc"),
        (Possible, "the laser is dirty or worn: then discs of every maker fail"),
        (Rare, "the drive got too little power: a USB drive on a weak port"),
    ],
    steps: &[LOOK, SLOWER, OTHER_MAKER],
    hint: "the disc could not be written there: a lower --speed or a disc of another maker may \
           help",
};

/// The drive writes somewhere else.
const WRONG_ADDRESS: Advice = Advice {
    meaning: "the drive does not write at this address: it expects another",
    causes: &[
        (Likely, "a write got lost or was repeated: a bus reset, a bad cable, a USB bridge"),
        (Possible, "the program does not know where the drive writes next"),
        (Possible, "the drive does not take the layout it was sent (session at once)"),
    ],
    steps: &[
        LOOK,
        "go on where it stopped: `oxidisc burn --resume`",
        "connect the drive to another port, without a hub",
    ],
    hint: "",
};

const NOT_CLOSED: Advice = Advice {
    meaning: "the end of the session could not be written: the disc is not closed",
    causes: &[
        (Likely, "the disc is bad, or nearly full, where the session ends"),
        (Possible, "the burn before it failed, or was incomplete"),
    ],
    steps: &[
        LOOK,
        "try the drive that burnt it: it may read a disc that is not closed",
        "burn it once more to another disc",
    ],
    hint: "the end of the session could not be written; the drive may still read the disc",
};

const CANNOT_FORMAT: Advice = Advice {
    meaning: "the disc could not be formatted or erased",
    causes: &[
        (Likely, "the disc is worn out: rewritable discs do not last for ever"),
        (Possible, "the disc is dirty or scratched"),
        (Possible, "the drive does not get on with discs of this maker"),
    ],
    steps: &[
        "try once more, whole: `oxidisc blank --full` or `oxidisc format --full`",
        "try another drive",
        "take another disc",
    ],
    hint: "",
};

const PROTECTED: Advice = Advice {
    meaning: "the disc is protected against writing",
    causes: &[
        (Likely, "the disc is closed, or of a kind that is only read"),
        (Possible, "the tab of a DVD-RAM's cartridge, or a protection that a program set"),
        (Rare, "the drive makes a worn-out disc read only"),
    ],
    steps: &[
        "`oxidisc info` shows the state of the disc",
        "move the tab of the cartridge, if it has one",
        "copy the disc if it is worn out, and take another",
    ],
    hint: "the disc is write protected, in its case or by command",
};

/// The operation code of BLANK is that of an ATA command as well, and the kernel keeps it from some
/// USB bridges (US_FL_NO_ATA_1X), in the drive's name (real-drives: HL-DT-ST GT80N behind an
/// INIC-3069).
const BLANK_REFUSED: Advice = Advice {
    meaning: "the disc was not erased, and nothing was changed",
    causes: &[
        (
            Likely,
            "a USB bridge or the kernel takes the command for one to an ATA disk (both have the \
             code A1h) and refuses it in the drive's name; the disc is fine",
        ),
        (Possible, "the drive does not erase this kind of disc, or not in this way"),
    ],
    steps: &[
        "connect the drive without the USB bridge",
        "ask for the other kind of erasing: `oxidisc blank --full`",
    ],
    hint: "a drive behind a USB bridge may not get to see this command: the disc is fine, connect \
           the drive without the bridge; else the drive does not erase such discs",
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        &[0x3, 0x4],
        0x73,
        &[0x03, 0x00],
        Advice {
            hint: "the drive cannot set its laser to this disc: clean it, try another drive, or \
                   take another disc",
            ..CALIBRATION
        },
    )
    .when(ERASING),
    Row::new(&[0x3, 0x4], 0x73, &[0x03, 0x00], CALIBRATION),
    Row::new(
        ANY,
        0x73,
        &[0x01, 0x02, 0x10, 0x11],
        Advice {
            meaning: "the part of the disc that serves to set the laser is full, or nearly",
            causes: &[(Likely, "many sessions or many failed attempts on this disc")],
            steps: &["finish the disc as it is, and take a new one for what is left"],
            hint: CALIBRATION.hint,
        },
    ),
    Row::new(
        ANY,
        0x73,
        &[0x04, 0x05, 0x06, 0x17],
        Advice {
            meaning: "the part of the disc that lists its tracks could not be written, or is full",
            causes: &[
                (Likely, "the disc is bad at its hub, or has too many sessions"),
                (Possible, "a burn before it was broken off"),
            ],
            steps: &[LOOK, "take another disc"],
            hint: CALIBRATION.hint,
        },
    ),
    Row::new(
        ANY,
        0x0c,
        &[0x09],
        Advice {
            meaning: "the drive had nothing left to write, and could not pause",
            causes: &[
                (Likely, "the source was too slow: a network, an old disk, a busy machine"),
                (Possible, "a USB port or a hub that is shared with other devices"),
                (Possible, "underrun protection is off, or the drive has none for this disc"),
            ],
            steps: &[
                SLOWER,
                "copy the image to a fast disk first, and leave the machine alone meanwhile",
            ],
            hint: "the drive's buffer ran empty without underrun protection: a lower --speed or a \
                   faster source helps",
        },
    ),
    Row::new(
        &[0x1],
        0x0c,
        ANY,
        Advice {
            meaning: "the data was written, though not at once",
            causes: &[(Likely, "the drive replaced or repeated a bad place of the disc")],
            steps: &["have the disc read back: `oxidisc verify IMAGE`"],
            hint: "",
        },
    ),
    Row::new(ANY, 0x0c, ANY, WRITE_ERROR),
    Row::new(
        &[0x3, 0x4],
        0x10,
        ANY,
        Advice { meaning: "the drive does not find where to write on", ..WRITE_ERROR },
    )
    .of(0x2a)
    .when(WRITING),
    Row::new(&[0x5], 0x21, &[0x02, 0x03], WRONG_ADDRESS),
    Row::new(&[0x5], 0x21, ANY, WRONG_ADDRESS).when(WRITING),
    Row::new(
        &[0x5],
        0x63,
        ANY,
        Advice {
            meaning: "the disc, or the track, is full",
            causes: &[
                (Likely, "there is more data than there is room"),
                (Possible, "the disc holds less than it says on the box: a smaller kind"),
            ],
            steps: &["`oxidisc info` shows how much is free", "take a disc with more room"],
            hint: "the disc is full",
        },
    ),
    Row::new(
        &[0x5],
        0x64,
        ANY,
        Advice {
            meaning: "the disc is not written in this way",
            causes: &[
                (Likely, "the drive wants another way to write for this disc"),
                (
                    Possible,
                    "a DVD-RW that was erased minimally: it can be written disc at once only",
                ),
            ],
            steps: &[
                "try another way: `oxidisc burn --mode`",
                "erase a DVD-RW whole first: `oxidisc blank --full`",
            ],
            hint: "the drive does not write so on this disc: another --mode may work",
        },
    )
    .when(WRITING),
    Row::new(
        ANY,
        0x72,
        &[0x03, 0x04],
        Advice {
            meaning: "the session cannot be closed: a track in it is reserved or not complete",
            causes: &[
                (Likely, "less was written than was announced: the burn was broken off"),
                (Possible, "the drive does not allow this order of commands"),
            ],
            ..NOT_CLOSED
        },
    ),
    Row::new(ANY, 0x72, ANY, NOT_CLOSED),
    Row::new(&[0x3, 0x4], 0x31, ANY, CANNOT_FORMAT),
    Row::new(&[0x3, 0x4], 0x51, ANY, CANNOT_FORMAT),
    Row::new(
        ANY,
        0x32,
        ANY,
        Advice {
            meaning: "the disc has no spare sectors left for bad ones",
            causes: &[(Likely, "the disc is worn out, scratched or dirty")],
            steps: &["copy what is on it, and take another disc"],
            hint: "",
        },
    ),
    Row::new(
        &[0x7],
        0x27,
        ANY,
        Advice { hint: "the disc is write-protected, or at the end of its life", ..PROTECTED },
    )
    .when(ERASING),
    Row::new(ANY, 0x27, ANY, PROTECTED),
    Row::new(
        &[0x5],
        0x2c,
        ANY,
        Advice {
            meaning: "the command does not fit what the drive is doing, or the disc's state",
            causes: &[
                (Likely, "another program read the disc in the middle of a burn"),
                (Possible, "a step is missing or came too early"),
                (Possible, "the drive still works on something: a background format, a close"),
            ],
            steps: &[
                "close what may look at the disc: file managers, players, automounters",
                "wait a minute, and try again",
                "take the disc out and put it back in",
            ],
            hint: "does another program use the drive? it must not, during a burn",
        },
    )
    .when(&[Doing::Writing, Doing::Erasing]),
    Row::new(&[0x5], 0x20, ANY, BLANK_REFUSED).of(0xa1).when(ERASING),
    Row::new(&[0x5], 0x24, ANY, BLANK_REFUSED).of(0xa1).when(ERASING),
    Row::new(
        &[0x5],
        0x20,
        ANY,
        Advice {
            meaning: "the drive does not know this command",
            causes: &[
                (Likely, "the drive does not write such discs"),
                (Possible, "a USB bridge that does not pass the command on"),
            ],
            steps: &[
                "`oxidisc info` lists what the drive writes",
                "connect the drive without the bridge or hub",
            ],
            hint: "this drive does not write such discs",
        },
    )
    .when(ERASING),
    Row::new(
        &[0x5],
        0x26,
        ANY,
        Advice {
            meaning: "the drive does not offer this format",
            causes: &[
                (Likely, "a size or kind of format that is not in the drive's list"),
                (Possible, "a drive that ignores part of the standard"),
            ],
            steps: &["`oxidisc format --list` shows what drive and disc offer"],
            hint: "the drive refuses this format: see `oxidisc format --list` for others",
        },
    )
    .when(ERASING),
    Row::new(
        &[0x5],
        0x26,
        ANY,
        Advice {
            meaning: "the drive does not take the layout or the settings it was sent",
            causes: &[
                (Likely, "a cue sheet with something the drive does not do, such as CD-TEXT"),
                (Possible, "a way to write that the drive has not, or not on this disc"),
            ],
            steps: &[
                "try another way to write: `oxidisc burn --mode`",
                "leave CD-TEXT, catalogue number and recording codes out",
                "believe no success after it: read the disc back",
            ],
            hint: "",
        },
    )
    .when(WRITING),
];
