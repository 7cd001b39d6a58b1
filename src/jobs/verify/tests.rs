//! Discs that are what they should be, and discs that are not: on the simulated drive, and where
//! it behaves too well, on a drive that is made to misbehave.

use std::ops::ControlFlow;
use std::path::PathBuf;

use proptest::prelude::*;

use super::*;
use crate::formats::hash::{HashKind, Hashes};
use crate::jobs::error::Kind;
use crate::mmc::cmd::read::Read10;
use crate::sim;
use crate::transport::{Answer, Cdb, Data, Errno, Transport};

/// A folder with a disc and what it is compared with.
struct Shelf {
    folder: tempfile::TempDir,
    disc: Vec<u8>,
}

/// What came of a comparison, with what was told meanwhile.
struct Told {
    report: Report,
    remarks: Vec<String>,
    places: Vec<Place>,
    progress: u32,
}

fn noise(sectors: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut bytes = vec![0; sectors * 2048];
    for word in bytes.chunks_mut(8) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        word.copy_from_slice(&state.to_le_bytes());
    }
    bytes
}

fn sha256(bytes: &[u8]) -> String {
    let mut hashes = Hashes::new(&[HashKind::Sha256]);
    hashes.update(bytes);
    prints::only(hashes)
}

impl Shelf {
    fn new(disc: Vec<u8>) -> Shelf {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("disc.iso"), &disc).expect("written");
        Shelf { folder, disc }
    }

    /// The demo disc, which has files.
    fn demo() -> Shelf {
        let mut drive = Drive::new(Box::new(sim::open_ready("sim:demo").expect("a drive")));
        let mut disc = vec![0; 4096 * 2048];
        for (index, part) in disc.chunks_mut(256 * 2048).enumerate() {
            let lba = Lba(index as i32 * 256);
            let read = Read10 { lba, blocks: 256, fua: false, timeout: Duration::from_secs(9) };
            drive.read_into(&read, part).expect("read");
        }
        Shelf::new(disc)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        std::fs::write(self.path(name), bytes).expect("written");
        self.path(name)
    }

    fn drive(&self, query: &str) -> Drive {
        let spec = format!("sim:{}?start=ready&{query}", self.path("disc.iso").display());
        Drive::new(Box::new(sim::open(&spec).expect("a drive")))
    }

    /// Hard defects, as a query.
    fn defects(&self, places: &[(u32, u32)]) -> String {
        let text: String = places
            .iter()
            .map(|(lba, count)| {
                format!("[[defect]]\nkind = \"hard\"\nlba = {lba}\ncount = {count}\n")
            })
            .collect();
        format!("defects={}", self.file("defects.toml", text.as_bytes()).display())
    }

    fn against(&self, image: &[u8]) -> Options {
        options(Against::Image(self.file("image.iso", image)))
    }
}

fn options(against: Against) -> Options {
    Options { against, start: Lba(0), most: None, speed: None, retries: 1 }
}

fn run(drive: &mut Drive, options: &Options) -> Told {
    let (mut remarks, mut places, mut progress) = (Vec::new(), Vec::new(), 0);
    let mut observer = |event: Event| {
        match event {
            Event::Remark(text) => remarks.push(text),
            Event::Different(place) => places.push(place),
            Event::Progress(_) => progress += 1,
            Event::Waiting | Event::Started { .. } | Event::Unreadable { .. } => {}
        }
        ControlFlow::Continue(())
    };
    let report = verify(drive, options, &mut observer).expect("compared");
    Told { report, remarks, places, progress }
}

#[test]
fn a_disc_equals_its_image_up_to_the_images_end() {
    let shelf = Shelf::new(noise(700));
    for (medium, sectors) in [("cd-r", 700), ("dvd+r", 700), ("bd-r", 640), ("dvd-rom", 1)] {
        let image = &shelf.disc[..sectors * 2048];
        let mut drive = shelf.drive(&format!("medium={medium}"));
        let Told { report, remarks, places, progress } = run(&mut drive, &shelf.against(image));
        assert_eq!(report.status, Status::Same, "{medium}");
        assert_eq!((report.sectors, report.compared), (sectors as u64, sectors as u64));
        assert_eq!(report.readback_sha256, Some(sha256(image)));
        assert_eq!(report.expected_sha256, report.readback_sha256);
        assert_eq!((remarks, places), (vec![], vec![]));
        assert!(progress > 0 && report.drive_time > Duration::ZERO);
        assert_eq!(report.failed_reads, 0);
    }
}

#[test]
fn an_image_that_ends_within_a_sector_is_compared_up_to_there() {
    let shelf = Shelf::new(noise(20));
    let mut drive = shelf.drive("medium=dvd-r");
    let image = shelf.disc[..19 * 2048 + 5].to_vec();
    let report = run(&mut drive, &shelf.against(&image)).report;
    assert_eq!((report.status, report.sectors), (Status::Same, 20));
    assert_eq!(report.readback_sha256, Some(sha256(&image)));
    let mut other = image;
    other[19 * 2048 + 4] ^= 1;
    let report = run(&mut drive, &shelf.against(&other)).report;
    assert_eq!(report.status, Status::Different);
    assert_eq!(report.different_ranges, [(19, 1)]);
}

#[test]
fn what_differs_is_named_with_its_file() {
    let shelf = Shelf::demo();
    let mut image = shelf.disc.clone();
    // Sectors of data/noise.bin: its first, and two in a row further on; and the very last one.
    let first = image.windows(8).position(|w| w == &shelf.disc[24 * 2048..24 * 2048 + 8]);
    assert!(first.is_some());
    for at in [1000 * 2048 + 77, 1001 * 2048, 4095 * 2048 + 2047] {
        image[at] ^= 0x10;
    }
    let mut drive = shelf.drive("medium=dvd-r");
    let Told { report, places, .. } = run(&mut drive, &shelf.against(&image));
    assert_eq!(report.status, Status::Different);
    assert_eq!(report.different_ranges, [(1000, 2), (4095, 1)]);
    assert_eq!((report.different, report.compared), (3, 4096));
    let file = Some("data/noise.bin".to_string());
    let place = Place { lba: Lba(1000), byte: Some(77), file };
    assert_eq!(report.first_different.as_ref(), Some(&place));
    assert_eq!(places, [place]);
    let damaged = DamagedFile { path: "data/noise.bin".into(), different: 2, unreadable: 0 };
    assert_eq!(report.files, [damaged]);
    assert_eq!(report.readback_sha256, Some(sha256(&shelf.disc)));
    assert_eq!(report.expected_sha256, Some(sha256(&image)));
}

#[test]
fn what_cannot_be_read_is_incomplete_and_named_with_its_file() {
    let shelf = Shelf::demo();
    let mut drive = shelf.drive(&format!("medium=dvd-r&{}", shelf.defects(&[(1000, 1), (40, 1)])));
    let report = run(&mut drive, &shelf.against(&shelf.disc)).report;
    assert_eq!(report.status, Status::Incomplete);
    // A DVD fails by blocks of 16.
    assert_eq!(report.unreadable_ranges, [(32, 16), (992, 16)]);
    assert_eq!((report.unreadable(), report.compared), (32, 4096 - 32));
    assert_eq!(report.different_ranges, []);
    let damaged = DamagedFile { path: "data/noise.bin".into(), different: 0, unreadable: 32 };
    assert_eq!(report.files, [damaged]);
    assert_eq!(report.readback_sha256, None);
    assert_eq!(report.expected_sha256, Some(sha256(&shelf.disc)));
}

#[test]
fn what_was_sent_is_verified_by_its_prints() {
    let shelf = Shelf::demo();
    let mut printer = prints::Printer::new(Blocks(16));
    shelf.disc[..4001 * 2048].chunks(65_536).for_each(|part| printer.update(part));
    let prints = printer.finish();
    let sent = |prints: &Prints| options(Against::Sent(Arc::new(prints.clone())));
    let mut drive = shelf.drive("medium=bd-r");
    let report = run(&mut drive, &sent(&prints)).report;
    assert_eq!((report.status, report.compared), (Status::Same, 4001));
    assert_eq!(report.readback_sha256.as_ref(), Some(&prints.sha256));
    // One block and the last one, which is of a single sector, are other ones.
    let mut other = prints.clone();
    other.blocks[62] ^= 1;
    other.blocks[250] ^= 1;
    let Told { report, places, .. } = run(&mut drive, &sent(&other));
    assert_eq!(report.status, Status::Different);
    assert_eq!(report.different_ranges, [(992, 16), (4000, 1)]);
    let file = Some("data/noise.bin".to_string());
    assert_eq!(places, [Place { lba: Lba(992), byte: None, file }]);
    // All blocks are as they were, and yet the whole is not: the whole counts.
    let sum = Prints { sha256: sha256(b""), ..prints.clone() };
    assert_eq!(run(&mut drive, &sent(&sum)).report.status, Status::Different);
    // A part of it, in whole blocks.
    let part = Options { most: Some(Blocks(100)), ..sent(&sum) };
    let report = run(&mut drive, &part).report;
    assert_eq!((report.status, report.compared), (Status::Same, 96));
}

#[test]
fn a_checksum_of_known_size_is_enough() {
    let shelf = Shelf::new(noise(300));
    let image = &shelf.disc[..250 * 2048 - 9];
    let sum = |sha256: String, bytes| options(Against::Sum { sha256, bytes });
    let mut drive = shelf.drive("medium=cd-r");
    let bytes = Some(image.len() as u64);
    let report = run(&mut drive, &sum(sha256(image), bytes)).report;
    assert_eq!((report.status, report.sectors), (Status::Same, 250));
    let report = run(&mut drive, &sum(sha256(b"other"), bytes)).report;
    assert_eq!((report.status, report.different), (Status::Different, 0));
    assert_eq!(report.readback_sha256, Some(sha256(image)));
    let mut drive = shelf.drive(&format!("medium=cd-r&{}", shelf.defects(&[(7, 1)])));
    let report = run(&mut drive, &sum(sha256(image), bytes)).report;
    assert_eq!(report.status, Status::Incomplete);
    assert_eq!(report.unreadable_ranges, [(7, 1)]);
}

#[test]
fn the_size_of_a_checksum_is_found_from_the_file_system_on() {
    let shelf = Shelf::demo();
    let sum = |image: &[u8]| options(Against::Sum { sha256: sha256(image), bytes: None });
    // The image as it is; with padding behind it; and the disc has more padding than the image.
    let mut padded = shelf.disc.clone();
    padded.resize(4300 * 2048, 0);
    for (disc, image, medium) in [
        (&shelf.disc, &shelf.disc[..], "dvd-r"),
        (&padded, &padded[..], "dvd-r"),
        (&padded, &padded[..4200 * 2048], "bd-r"),
        (&padded, &shelf.disc[..], "cd-r&written=tao"),
        (&padded, &padded[..], "cd-r&written=tao"),
    ] {
        let shelf = Shelf::new(disc.clone());
        let report = run(&mut shelf.drive(&format!("medium={medium}")), &sum(image)).report;
        assert_eq!(report.status, Status::Same, "{medium}");
        assert_eq!(report.sectors, image.len() as u64 / 2048);
        assert_eq!(report.readback_sha256, Some(sha256(image)));
        assert_eq!(report.unreadable_ranges, []);
    }
    let mut drive = shelf.drive("medium=cd-r&written=tao");
    let Told { report, remarks, .. } = run(&mut drive, &sum(b"something else"));
    assert_eq!((report.status, report.readback_sha256), (Status::Different, None));
    assert!(remarks[0].starts_with("none of the sizes from 4096 to 4098 sectors"), "{remarks:?}");
    let mut drive = shelf.drive(&format!("medium=dvd-r&{}", shelf.defects(&[(100, 1)])));
    let report = run(&mut drive, &sum(&shelf.disc)).report;
    assert_eq!(report.status, Status::Incomplete);
    assert_eq!(report.unreadable_ranges, [(96, 16)]);
}

#[test]
fn the_run_out_of_a_cd_written_at_once_is_no_part_of_the_image() {
    let shelf = Shelf::new(noise(400));
    let mut drive = shelf.drive("medium=cd-r&written=tao&persona=burnmax48");
    let report = run(&mut drive, &shelf.against(&shelf.disc)).report;
    assert_eq!((report.status, report.failed_reads), (Status::Same, 0));
}

#[test]
fn a_disc_that_is_too_short_differs_and_is_not_asked_for_what_it_has_not() {
    let shelf = Shelf::new(noise(640));
    let image = [&shelf.disc[..], &noise(60_000)].concat();
    let mut drive = shelf.drive("medium=bd-r");
    let Told { report, remarks, places, .. } = run(&mut drive, &shelf.against(&image));
    assert_eq!(report.status, Status::Different);
    assert_eq!(report.different_ranges, [(640, 60_000)]);
    assert_eq!((report.sectors, report.compared), (60_640, 640));
    // Not that of the part that was compared.
    assert_eq!((report.expected_sha256, report.readback_sha256), (None, None));
    assert_eq!(places, [Place { lba: Lba(640), byte: None, file: None }]);
    assert_eq!(
        remarks,
        ["the disc ends before the image does: the last 60000 of 60640 sectors are not on it"]
    );
    assert!(report.reads < 20, "{} reads", report.reads);
}

#[test]
fn an_appended_session_is_compared_where_it_begins() {
    let shelf = Shelf::new(noise(12_500));
    let mut drive = shelf.drive("medium=cd-r&sessions=0+11702");
    let image = &shelf.disc[11_702 * 2048..];
    let mut at = Options { start: Lba(11_702), ..shelf.against(image) };
    let report = run(&mut drive, &at).report;
    assert_eq!((report.status, report.compared), (Status::Same, 798));
    let mut other = image.to_vec();
    other[5 * 2048] ^= 1;
    at.against = Against::Image(shelf.file("other.iso", &other));
    assert_eq!(run(&mut drive, &at).report.different_ranges, [(11_707, 1)]);
    at.most = Some(Blocks(5));
    let report = run(&mut drive, &at).report;
    assert_eq!((report.status, report.sectors), (Status::Same, 5));
}

#[test]
fn a_place_that_reads_now_and_then_is_tried_again() {
    let shelf = Shelf::new(noise(200));
    let text = "[[defect]]\nkind = \"soft\"\nlba = 100\ncount = 1\np = 0.02\n";
    let plan = shelf.file("soft.toml", text.as_bytes());
    let at = |retries| {
        let query = format!("medium=cd-r&persona=burnmax48&seed=3&defects={}", plan.display());
        let mut drive = shelf.drive(&query);
        // The drive's own retries are few: ours are what is tried here.
        drive.change_page_01(|recovery| recovery.set_read_retries(1)).expect("sent");
        run(&mut drive, &Options { retries, ..shelf.against(&shelf.disc) }).report
    };
    assert_eq!(at(0).status, Status::Incomplete);
    let report = at(400);
    assert_eq!(report.status, Status::Same);
    assert!(report.failed_reads > 1);
    assert_eq!(report.readback_sha256, Some(sha256(&shelf.disc)));
}

#[test]
fn a_stop_leaves_what_was_found_until_then() {
    let shelf = Shelf::new(noise(2000));
    let mut image = shelf.disc.clone();
    image[3 * 2048] ^= 1;
    let mut asked = 0;
    let mut observer = |event: Event| {
        asked += u32::from(matches!(event, Event::Progress(_)));
        if asked > 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let options = shelf.against(&image);
    let report = verify(&mut shelf.drive("medium=dvd-r"), &options, &mut observer);
    let report = report.expect("a report");
    assert_eq!(report.status, Status::Interrupted);
    assert_eq!(report.different_ranges, [(3, 1)]);
    assert!(report.compared < 2000 && report.readback_sha256.is_none());
}

#[test]
fn what_cannot_be_compared_is_said_before_anything_is_read() {
    let shelf = Shelf::new(noise(100));
    let says = |drive: &mut Drive, options: &Options| {
        let mut quiet = |_: Event| ControlFlow::Continue(());
        let error = verify(drive, options, &mut quiet).expect_err("refused");
        assert!(error.hint.is_some(), "{error}");
        let dir = format!("{}/", shelf.folder.path().display());
        (error.kind, error.message.replace(&dir, ""))
    };
    let mut drive = shelf.drive("medium=dvd-r");
    let missing = options(Against::Image(shelf.path("missing.iso")));
    assert_eq!(
        says(&mut drive, &missing),
        (Kind::Failed, "missing.iso: no such file or directory".into())
    );
    assert_eq!(says(&mut drive, &shelf.against(b"")), (Kind::Failed, "image.iso is empty".into()));
    let mut empty = shelf.drive("medium=dvd-r&tray=empty");
    let fine = shelf.against(&shelf.disc);
    assert_eq!(says(&mut empty, &fine), (Kind::Unusable, "there is no disc in the drive".into()));
    let before = Options { start: Lba(-1), ..fine };
    assert_eq!(says(&mut drive, &before), (Kind::Usage, "no image begins at -1".into()));
}

/// A drive behind which something else happens.
struct Meddler {
    inner: sim::SimDrive,
    meddle: Box<Meddle>,
}

/// Answers a read, told its bytes asked for and its CDB, in place of the drive.
type Meddle = dyn FnMut(usize, &Cdb) -> Option<Answer> + Send;

impl Transport for Meddler {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        if cdb.bytes()[0] != 0x28 {
            return self.inner.execute(cdb, data, timeout);
        }
        if let Some(answer) = (self.meddle)(data.len(), cdb) {
            return Ok(answer);
        }
        let mut cdb = cdb.bytes().to_vec();
        // Whoever meddles has said what there is to say of it.
        cdb[1] &= !0x08;
        self.inner.execute(&Cdb::new(&cdb), data, timeout)
    }

    fn max_transfer(&self) -> usize {
        65_536
    }

    fn wait(&mut self, time: Duration) {
        self.inner.wait(time);
    }
}

fn refusal(key: u8, asc: u8, ascq: u8, asked: usize) -> Answer {
    let mut sense = vec![0; 18];
    (sense[0], sense[2], sense[7]) = (0x70, key, 10);
    (sense[12], sense[13]) = (asc, ascq);
    Answer { status: 2, sense, resid: i32::try_from(asked).expect("small"), ..Answer::default() }
}

fn meddled(
    shelf: &Shelf,
    meddle: impl FnMut(usize, &Cdb) -> Option<Answer> + Send + 'static,
) -> Drive {
    let spec = format!("sim:{}?start=ready&medium=dvd-r", shelf.path("disc.iso").display());
    let inner = sim::open(&spec).expect("a drive");
    Drive::new(Box::new(Meddler { inner, meddle: Box::new(meddle) }))
}

#[test]
fn a_drive_without_force_unit_access_is_spun_down_and_that_is_said() {
    let shelf = Shelf::new(noise(200));
    let mut drive = meddled(&shelf, |asked, cdb| {
        (cdb.bytes()[1] & 0x08 != 0).then(|| refusal(5, 0x24, 0, asked))
    });
    let Told { report, remarks, .. } = run(&mut drive, &shelf.against(&shelf.disc));
    assert_eq!(report.status, Status::Same);
    assert_eq!(
        remarks,
        ["the drive cannot be told to read past its buffer: it was spun down to empty its buffer"]
    );
}

#[test]
fn another_disc_in_between_has_all_of_it_read_anew() {
    let shelf = Shelf::new(noise(200));
    // The first read of sector 96 meets a unit attention: medium may have changed.
    let mut times = 0;
    let mut drive = meddled(&shelf, move |asked, cdb| {
        times += u32::from(cdb.bytes()[5] == 96);
        (cdb.bytes()[5] == 96 && times == 1).then(|| refusal(6, 0x28, 0, asked))
    });
    let Told { report, remarks, .. } = run(&mut drive, &shelf.against(&shelf.disc));
    assert_eq!((report.status, report.compared), (Status::Same, 200));
    assert_eq!(remarks, ["the drive reported another disc: all is read once more"]);
    // One that does so again and again is not believed.
    let mut times = 0;
    let mut drive = meddled(&shelf, move |asked, cdb| {
        times += u32::from(cdb.bytes()[5] == 96);
        (cdb.bytes()[5] == 96 && times % 2 == 1).then(|| refusal(6, 0x28, 0, asked))
    });
    let Status::Failed(error) = run(&mut drive, &shelf.against(&shelf.disc)).report.status else {
        panic!("not believed")
    };
    assert_eq!(error.message, "the drive reports another disc again and again");
}

#[test]
fn a_read_that_brings_less_than_it_says_is_no_data() {
    let shelf = Shelf::new(noise(64));
    let mut drive = meddled(&shelf, |asked, cdb| {
        let far = cdb.bytes()[5] == 32;
        let resid = i32::try_from(asked).expect("small");
        far.then(|| Answer { resid, ..Answer::default() })
    });
    let report = run(&mut drive, &shelf.against(&shelf.disc)).report;
    assert_eq!(report.status, Status::Incomplete);
    assert_eq!(report.unreadable_ranges, [(32, 16)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is on it, wherever it is damaged or altered: each altered sector is found, each
    /// unreadable one told, and nothing is called the same that was not read.
    #[test]
    fn every_flipped_byte_is_found_and_every_unreadable_sector_told(
        sectors in 1usize..700,
        flips in prop::collection::btree_set(0usize..700 * 2048, 0..5),
        bad in prop::collection::btree_set(0u32..700, 0..4),
        medium in prop::sample::select(vec!["cd-r", "dvd+r", "bd-r"]),
    ) {
        let shelf = Shelf::new(noise(700));
        let mut image = shelf.disc[..sectors * 2048].to_vec();
        let flips: Vec<usize> = flips.into_iter().filter(|at| *at < image.len()).collect();
        flips.iter().for_each(|at| image[*at] ^= 0x80);
        let places: Vec<(u32, u32)> = bad.iter().map(|lba| (*lba, 1)).collect();
        let mut drive = shelf.drive(&format!("medium={medium}&{}", shelf.defects(&places)));
        let report = run(&mut drive, &shelf.against(&image)).report;

        let unit = match medium { "cd-r" => 1, "dvd+r" => 16, _ => 32 };
        let lost = |sector: u64| bad.iter().any(|lba| u64::from(*lba) / unit == sector / unit);
        let altered = |sector: u64| flips.iter().any(|at| *at as u64 / 2048 == sector);
        let within = |ranges: &[(u64, u64)], sector: u64| {
            ranges.iter().any(|(first, count)| (*first..first + count).contains(&sector))
        };
        for sector in 0..sectors as u64 {
            let unread = lost(sector);
            prop_assert_eq!(within(&report.unreadable_ranges, sector), unread, "{}", sector);
            let differs = altered(sector) && !unread;
            prop_assert_eq!(within(&report.different_ranges, sector), differs, "{}", sector);
        }
        prop_assert_eq!(report.compared + report.unreadable(), sectors as u64);
        let any = (0..sectors as u64).any(&lost);
        let expected = match (report.different > 0, any) {
            (true, _) => Status::Different,
            (false, true) => Status::Incomplete,
            (false, false) => Status::Same,
        };
        prop_assert_eq!(report.status, expected);
        let first = flips.iter().find(|at| !lost(**at as u64 / 2048));
        let named = report.first_different.map(|place| {
            place.lba.offset().expect("positive") as usize + place.byte.expect("known") as usize
        });
        prop_assert_eq!(named, first.copied());
    }
}
