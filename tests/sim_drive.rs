//! The simulated drive as a whole, asked with bytes: on every drive that takes it, every kind of
//! disc tells one size wherever it is asked, and its sectors are the image's.

use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use oxidisc::sim::{SimDrive, open};
use oxidisc::transport::{Cdb, Data, Transport};
use tempfile::NamedTempFile;

const PERSONAS: [&str; 13] = [
    "wh16ns40",
    "bw-16d1ht",
    "bu40n",
    "se-506cb",
    "dvr-111d",
    "ad-7590s",
    "gsa-4167b",
    "ts-l632h",
    "nd-3540a",
    "drw-24f1st",
    "px-w4824a",
    "cdd4851",
    "burnmax48",
];

/// An image of holes, but for the number of each of some sectors.
fn image(blocks: u32) -> NamedTempFile {
    let mut image = tempfile::Builder::new().suffix(".iso").tempfile().expect("temporary file");
    image.as_file().set_len(u64::from(blocks) * 2048).expect("sized");
    for number in probes(blocks) {
        image.seek(SeekFrom::Start(u64::from(number) * 2048)).expect("sought");
        image.write_all(&number.to_be_bytes()).expect("written");
    }
    image
}

fn probes(blocks: u32) -> [u32; 5] {
    [0, 1, blocks / 3, blocks / 2 + 1, blocks - 1]
}

struct Asked {
    data: Vec<u8>,
    sense: Option<(u8, u8, u8)>,
}

fn ask(drive: &mut SimDrive, cdb: &[u8], room: usize) -> Asked {
    let mut buffer = vec![0; room];
    let data = if room == 0 { Data::None } else { Data::In(&mut buffer) };
    let answer = drive.execute(&Cdb::new(cdb), data, Duration::from_secs(60)).expect("taken");
    assert_eq!(answer.host, 0, "{cdb:02x?}");
    buffer.truncate(room - usize::try_from(answer.resid).expect("no more than asked"));
    let raw = answer.sense;
    Asked { data: buffer, sense: raw.get(2).map(|key| (key & 15, raw[12], raw[13])) }
}

fn ready(drive: &mut SimDrive) -> Option<(u8, u8, u8)> {
    for _ in 0..200 {
        match ask(drive, &[0; 6], 0).sense {
            Some((6, ..) | (2, 0x04, 0x01)) => drive.wait(Duration::from_millis(200)),
            other => return other,
        }
    }
    panic!("never ready");
}

fn be32(data: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(data[at..at + 4].try_into().expect("four bytes"))
}

/// Sizes by READ CAPACITY, the table of contents, READ TRACK INFORMATION and GET PERFORMANCE.
fn check(persona: &str, medium: &str, blocks: u32, image: &NamedTempFile) {
    let name = format!("{persona} {medium}");
    let spec = format!("sim:{}?persona={persona}&medium={medium}", image.path().display());
    let mut drive = open(&spec).expect("good");
    match ready(&mut drive) {
        None => {}
        // The drive cannot take such a disc.
        Some(sense) => {
            assert_eq!(sense, (5, 0x30, 0x00), "{name}");
            let profile = ask(&mut drive, &[0x46, 2, 0, 0, 0, 0, 0, 0, 8, 0], 8).data;
            assert_eq!(profile[6..8], [0, 0], "{name}");
            return;
        }
    }
    let capacity = ask(&mut drive, &[0x25, 0, 0, 0, 0, 0, 0, 0, 0, 0], 8).data;
    assert_eq!((be32(&capacity, 0), be32(&capacity, 4)), (blocks - 1, 2048), "{name}");
    let toc = ask(&mut drive, &[0x43, 0, 0, 0, 0, 0, 0xaa, 0, 12, 0], 12).data;
    assert_eq!((toc[6], be32(&toc, 8)), (0xaa, blocks), "{name}");
    let track = ask(&mut drive, &[0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0], 36).data;
    assert_eq!((be32(&track, 8), be32(&track, 24)), (0, blocks), "{name}");
    let disc = ask(&mut drive, &[0x51, 0, 0, 0, 0, 0, 0, 0, 34, 0], 34).data;
    assert_eq!((disc[2] & 2, disc[4], disc[6]), (2, 1, 1), "{name}");
    let speed = ask(&mut drive, &[0xac, 0x10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], 24).data;
    assert!((blocks - 1..=blocks).contains(&be32(&speed, 16)), "{name}");
    for number in probes(blocks) {
        let [a, b, c, d] = number.to_be_bytes();
        let read = ask(&mut drive, &[0x28, 0, a, b, c, d, 0, 0, 1, 0], 2048);
        assert_eq!((read.sense, be32(&read.data, 0)), (None, number), "{name}");
    }
    let [a, b, c, d] = blocks.to_be_bytes();
    let past = ask(&mut drive, &[0x28, 0, a, b, c, d, 0, 0, 1, 0], 2048);
    assert_eq!(past.sense, Some((5, 0x21, 0x00)), "{name}");
}

#[test]
fn every_drive_tells_one_size_of_every_disc_and_reads_it() {
    for (blocks, media) in [
        (300_000, &["cd-rom", "cd-r", "cd-rw"][..]),
        (
            2_000_000,
            &["dvd-rom", "dvd-r", "dvd-rw", "dvd+r", "dvd+rw", "dvd-ram", "dvd-rom-dl"][..],
        ),
        (4_000_000, &["dvd-rom", "dvd-r-dl", "dvd+r-dl"][..]),
        (11_000_000, &["bd-rom", "bd-r", "bd-re"][..]),
        (47_000_000, &["bd-rom-tl", "bd-r-ql", "bd-re-tl"][..]),
    ] {
        let image = image(blocks);
        for medium in media {
            for persona in PERSONAS {
                check(persona, medium, blocks, &image);
            }
        }
    }
}

#[test]
fn the_size_of_the_image_decides_what_kind_of_disc_it_is() {
    for (blocks, profile) in
        [(360_000, 0x08), (360_001, 0x10), (4_171_712, 0x10), (4_171_713, 0x40)]
    {
        let image = image(blocks);
        let mut drive = open(&image.path().display().to_string()).expect("good");
        assert_eq!(ready(&mut drive), None);
        let configuration = ask(&mut drive, &[0x46, 2, 0, 0, 0, 0, 0, 0, 8, 0], 8).data;
        assert_eq!(configuration[6..8], [0, profile], "{blocks}");
    }
}
