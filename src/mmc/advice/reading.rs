//! What goes wrong while a disc is read.

use super::Likelihood::{Likely, Possible, Rare};
use super::{ANY, Advice, Doing, Row};

const READING: &[Doing] = &[Doing::Reading, Doing::Other];

const WIPE: &str = "wipe the disc with a soft cloth, from the hub outwards, and try again";
const OTHER_DRIVE: &str = "try another drive: they differ much in what they can read";
const SLOWLY: &str = "read it slowly and more often: `oxidisc rip --speed min --retries 10`; some \
                      discs read better at a middle speed";

const NO_WAY: Advice = Advice {
    meaning: "the drive does not find its way to this place of the disc",
    causes: &[
        (Likely, "the disc is scratched or dirty there, so that the laser loses the track"),
        (Possible, "nothing is recorded there: a blank disc, or beyond the end of the data"),
        (Possible, "the disc was burnt badly, or its dye has faded"),
        (Rare, "the drive's laser or mechanics are dirty or worn: then other discs fail as well"),
    ],
    steps: &[WIPE, SLOWLY, OTHER_DRIVE],
    hint: "",
};

const RECOVERED: Advice = Advice {
    meaning: "the data came and is right: the drive had to try harder than usual",
    causes: &[
        (Likely, "the disc is beginning to fail at this place"),
        (Possible, "the disc is read faster than it allows"),
    ],
    steps: &["copy the disc while it can still be read", WIPE],
    hint: "",
};

pub(super) const ROWS: &[Row] = &[
    Row::new(
        &[0x3, 0x4],
        0x11,
        ANY,
        Advice {
            meaning: "the sector cannot be read: more of it is wrong than its error correction \
                      mends",
            causes: &[
                (Likely, "the disc is scratched, dirty or fading at this place"),
                (
                    Possible,
                    "one of the last two sectors of a track that was written track at once: \
                     those never hold data, and nothing is lost",
                ),
                (
                    Possible,
                    "made so on purpose: DVD-Video with RipGuard or ARccOS has thousands of such \
                     sectors in long runs, that no player uses",
                ),
                (Rare, "the drive's laser is dirty or worn: then other discs fail as well"),
            ],
            steps: &[WIPE, SLOWLY, OTHER_DRIVE],
            hint: "",
        },
    ),
    Row::new(&[0x3], 0x02, ANY, NO_WAY),
    Row::new(&[0x3, 0x4], 0x06, ANY, NO_WAY),
    Row::new(&[0x3, 0x4], 0x10, ANY, NO_WAY),
    Row::new(&[0x3, 0x4], 0x15, ANY, NO_WAY),
    Row::new(
        &[0x1],
        0x11,
        ANY,
        Advice { meaning: "the data came, and the drive found errors in it", ..RECOVERED },
    ),
    Row::new(&[0x1], 0x17, ANY, RECOVERED),
    Row::new(&[0x1], 0x18, ANY, RECOVERED),
    Row::new(
        ANY,
        0x57,
        ANY,
        Advice {
            meaning: "the drive cannot read the table of contents, and so nothing else",
            causes: &[
                (Likely, "the disc was never closed: its burn was broken off or left open"),
                (Possible, "the innermost part of the disc is scratched or dirty"),
                (Possible, "a kind of disc that this drive does not know"),
            ],
            steps: &[
                WIPE,
                "try the drive that burnt it: it may read a disc that is not closed",
                OTHER_DRIVE,
            ],
            hint: "",
        },
    ),
    Row::new(
        &[0x8],
        0x00,
        ANY,
        Advice {
            meaning: "nothing is recorded there",
            causes: &[
                (Likely, "the disc is blank, or this part of it is"),
                (Possible, "its burn or its camcorder's recording was never finished and closed"),
            ],
            steps: &[
                "`oxidisc info` shows what is recorded and what is not",
                "finish the disc in the device that recorded it",
            ],
            hint: "",
        },
    ),
    Row::new(
        &[0x5],
        0x64,
        &[0x00],
        Advice {
            meaning: "the sector is not data: it belongs to a track of another kind",
            causes: &[
                (Likely, "a track of sound, which is not read like a file"),
                (
                    Possible,
                    "one of the last two sectors of a data track that was written track at once",
                ),
                (Possible, "the gap between a track of sound and one of data"),
            ],
            steps: &[
                "`oxidisc info` lists which tracks are sound and which are data",
                "copy sound with a program for it, such as cdparanoia",
                "copy the data track alone: `oxidisc rip --range`",
            ],
            hint: "",
        },
    )
    .when(READING),
    Row::new(
        &[0x5],
        0x21,
        ANY,
        Advice {
            meaning: "the disc has no such sector: it ends before",
            causes: &[
                (Likely, "more was asked for than is recorded"),
                (Possible, "the drive counts the disc's end otherwise than its table of contents"),
            ],
            steps: &["`oxidisc info` shows how many sectors there are"],
            hint: "",
        },
    )
    .when(READING),
    Row::new(
        &[0x5],
        0x26,
        &[0x00],
        Advice {
            meaning: "the drive calls data wrong where none was sent to it",
            causes: &[(
                Likely,
                "one of the last sectors of a track that was written track at once: some drives \
                 answer so there",
            )],
            steps: &["leave these sectors out: they hold no data"],
            hint: "",
        },
    )
    .when(&[Doing::Reading]),
    Row::new(
        ANY,
        0x6f,
        &[0x03],
        Advice {
            meaning: "the sector is scrambled, and the drive keeps it until it was shown the keys",
            causes: &[(Likely, "a bought film, copy-protected (CSS); the disc is not damaged")],
            steps: &[
                "play it in a licensed player; oxidisc does not break copy protection",
                "do not try again and again: some drives lock up until they are switched off",
            ],
            hint: "this disc is copy-protected",
        },
    ),
    Row::new(
        ANY,
        0x6f,
        &[0x04, 0x05],
        Advice {
            meaning: "the disc is made for another region of the world than the drive is set to",
            causes: &[
                (Likely, "a bought DVD of another region"),
                (Possible, "the drive was never set to a region"),
            ],
            steps: &[
                "`oxidisc info` shows the drive's region and how often it can be changed",
                "a region can be set a few times only, the last for good",
            ],
            hint: "this disc is copy-protected",
        },
    ),
    Row::new(
        ANY,
        0x6f,
        ANY,
        Advice {
            meaning: "the exchange of keys for a copy-protected disc failed",
            causes: &[
                (Likely, "the program has no key for this disc, or gave up in between"),
                (Possible, "another program speaks with the drive at the same time"),
                (Possible, "the drive is set to no region"),
            ],
            steps: &[
                "close other programs that use the drive, and try again",
                "`oxidisc info` shows protection and region",
            ],
            hint: "this disc is copy-protected",
        },
    ),
];
