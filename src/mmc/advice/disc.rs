//! What is wrong with the disc as a whole: none, another one, one that the drive does not take.

use super::Likelihood::{Likely, Possible, Rare};
use super::{ANY, Advice, Doing, Row};

const NO_DISC: Advice = Advice {
    meaning: "there is no disc in the drive, or none that it can make out",
    causes: &[
        (Likely, "no disc is in it, or it lies upside down or not on the hub"),
        (Possible, "the disc is so dirty or scratched that the drive sees none"),
        (Possible, "a kind of disc that the drive does not know"),
        (Rare, "the laser of the drive is broken: then it sees no disc at all"),
    ],
    steps: &["put a disc in, label up", "try another disc, then another drive"],
    hint: "put a disc into the drive",
};

const CANNOT_READ: Advice = Advice {
    meaning: "the drive does not take this disc, or cannot make out what it is",
    causes: &[
        (Likely, "a kind of disc that this drive does not read, such as BD in a DVD drive"),
        (Possible, "the disc is blank, or was never closed"),
        (Possible, "the disc is dirty, scratched or faded"),
        (Rare, "the laser is weak: then it fails with one kind of disc only, DVD but not CD, say"),
    ],
    steps: &[
        "`oxidisc info` lists the kinds of discs that the drive takes",
        "wipe the disc with a soft cloth, from the hub outwards",
        "try another drive",
    ],
    hint: "the drive does not take this kind of disc, or cannot read it: `oxidisc info` lists what \
           it takes; try another disc, or another drive",
};

const CANNOT_WRITE: Advice = Advice {
    meaning: "the drive does not write to this disc as it is",
    causes: &[
        (Likely, "the disc is not writable, or closed, or of a kind the drive only reads"),
        (Possible, "the disc has another format than this way to write wants"),
        (Possible, "a session of it is still open"),
    ],
    steps: &[
        "`oxidisc info` shows the kind and state of the disc, and what the drive writes",
        "take a blank disc of a kind the drive writes",
    ],
    hint: "the drive cannot write such a disc",
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        ANY,
        0x3a,
        &[0x02],
        Advice {
            meaning: "the tray is open",
            causes: &[(Likely, "somebody opened it, or a program did")],
            steps: &["put a disc in and close the tray: `oxidisc load`"],
            hint: "close the tray: `oxidisc load`",
        },
    ),
    Row::new(ANY, 0x3a, ANY, NO_DISC),
    Row::new(
        ANY,
        0x30,
        &[0x10],
        Advice {
            meaning: "the disc is not formatted yet",
            causes: &[(Likely, "a new DVD+RW, DVD-RAM or BD-RE")],
            steps: &["`oxidisc format` makes it ready to be written"],
            hint: "`oxidisc format` makes the disc ready to be written",
        },
    ),
    Row::new(
        ANY,
        0x30,
        ANY,
        Advice { hint: "this drive cannot do that to this kind of disc", ..CANNOT_WRITE },
    )
    .when(&[Doing::Erasing]),
    Row::new(ANY, 0x30, &[0x04, 0x05, 0x06, 0x08, 0x09], CANNOT_WRITE),
    Row::new(ANY, 0x30, ANY, CANNOT_WRITE).when(&[Doing::Writing]),
    Row::new(ANY, 0x30, ANY, CANNOT_READ),
    Row::new(
        ANY,
        0x28,
        ANY,
        Advice {
            meaning: "a disc was put in, or another one: no failure, told once",
            causes: &[
                (Likely, "the tray was closed since the last command"),
                (Possible, "the drive or its USB bridge lost the disc for a moment"),
            ],
            steps: &[
                "send the command again",
                "in the middle of a job: make sure that it is still the same disc",
            ],
            hint: "",
        },
    ),
    Row::new(
        ANY,
        0x53,
        &[0x02],
        Advice {
            meaning: "the tray is locked",
            causes: &[
                (Likely, "a program holds the disc: it is mounted, played or burnt"),
                (Possible, "a program died and left the lock on"),
                (Possible, "a background format is still running"),
            ],
            steps: &[
                "unmount the disc and close what uses it",
                "`oxidisc eject` unlocks the tray first",
                "switch the drive off and on: that takes every lock off",
            ],
            hint: "",
        },
    ),
    Row::new(
        ANY,
        0x53,
        ANY,
        Advice {
            meaning: "the disc could not be taken in or put out",
            causes: &[
                (Likely, "something blocks the tray, or a hand closes this kind of drive"),
                (Possible, "the mechanics are worn: a slipping belt"),
            ],
            steps: &[
                "see that nothing blocks the tray",
                "press its button, or a paper clip into the hole in its front",
            ],
            hint: "",
        },
    ),
    Row::new(
        ANY,
        0x5a,
        ANY,
        Advice {
            meaning: "somebody pressed the drive's button",
            causes: &[(Likely, "the disc is wanted out")],
            steps: &["`oxidisc eject`, when nothing uses the disc"],
            hint: "",
        },
    ),
];
