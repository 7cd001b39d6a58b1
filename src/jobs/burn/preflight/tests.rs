//! What is said of images that are none, or not whole, and of discs that hold something.

use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::*;
use crate::jobs::burn::disc::DiscKind;
use crate::jobs::burn::inspect::inspect;
use crate::jobs::burn::plan::{Choices, Image};
use crate::jobs::burn::recipe::recipe;
use crate::jobs::survey::{survey_drive, survey_medium};
use crate::jobs::verify::prints::Printer;
use crate::sim;

/// A folder for images.
struct Shelf(tempfile::TempDir);

impl Shelf {
    fn new() -> Shelf {
        Shelf(tempfile::tempdir().expect("folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Source {
        std::fs::write(self.path(name), bytes).expect("written");
        Source::File { path: self.path(name), bytes: bytes.len() as u64 }
    }

    /// Findings as lines: weight, text, hint.
    fn said(&self, source: &Source) -> String {
        let mut lines = String::new();
        for Finding { severity, text, hint } in look_at(source).findings {
            let _ = write!(lines, "{severity:?}: {text}");
            let _ = hint.map(|hint| write!(lines, "\n  {hint}"));
            lines.push('\n');
        }
        lines.replace(&format!("{}/", self.0.path().display()), "")
    }
}

/// A volume that another program wrote, of tests/fixtures.
fn fixture(name: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/filesystems");
    let bytes = std::fs::read(format!("{folder}/{name}.sectors")).expect("the fixture is there");
    let count = u32::from_le_bytes(bytes[8..12].try_into().expect("4 bytes")) as usize;
    let (mut image, mut rest) = (vec![0; count * SECTOR], &bytes[12..]);
    while let Some((place, after)) = rest.split_at_checked(6) {
        let lba = u32::from_le_bytes(place[..4].try_into().expect("4 bytes")) as usize;
        let len = usize::from(u16::from_le_bytes(place[4..].try_into().expect("2 bytes")));
        let (data, after) = after.split_at(len);
        image[lba * SECTOR..lba * SECTOR + len].copy_from_slice(data);
        rest = after;
    }
    image
}

#[test]
fn images_that_programs_make_are_well() {
    let shelf = Shelf::new();
    for name in [
        "plain",
        "joliet",
        "bootable",
        "bridge",
        "hybrid",
        "udf102-files",
        "udf150-files",
        "udf201-files",
        "udf250-files",
        "udf201-sparable",
    ] {
        let image = shelf.file("a.iso", &fixture(name));
        assert_eq!(shelf.said(&image), "", "{name}");
        let looked = look_at(&image);
        assert!(looked.claimed.is_some() && looked.volume_id.is_some(), "{name}");
    }
    // Two sessions in one file: the second is behind the file system of the first.
    let said = shelf.said(&shelf.file("a.iso", &fixture("sessions")));
    assert!(said.starts_with("Note: a.iso goes on for 22.7 MiB"), "{said}");
}

#[test]
fn an_image_that_is_cut_short_says_by_how_much() {
    let shelf = Shelf::new();
    let whole = fixture("plain");
    let all = whole.len() / SECTOR;
    let cut = shelf.file("a.iso", &whole[..whole.len() - 100 * SECTOR]);
    let claimed = look_at(&cut).claimed.expect("an ISO 9660 volume").0 as usize;
    let missing = claimed - (all - 100);
    assert_eq!(
        shelf.said(&cut),
        format!(
            "Doubt: a.iso is cut short: its file system (iso9660) has {claimed} sectors, the file \
             {}: the last {missing} ({}) are missing\n  \
             download or make it again, and compare its checksum; --force burns what there is\n",
            all - 100,
            mebibytes((missing * SECTOR) as u64)
        )
    );
    // UDF as well, and in the middle of a sector.
    let udf = fixture("udf201-files");
    let said = shelf.said(&shelf.file("b.iso", &udf[..udf.len() / 2 + 7]));
    assert!(said.contains("b.iso is cut short: its file system (udf)"), "{said}");
    assert!(said.contains("bytes, which is 7 more than "), "{said}");
}

#[test]
fn a_size_that_is_no_multiple_of_a_sector_is_said() {
    let shelf = Shelf::new();
    let mut image = fixture("plain");
    image.extend([0; 5]);
    let said = shelf.said(&shelf.file("a.iso", &image));
    assert_eq!(said, "Note: a.iso ends within a sector: 2043 zeros are put behind it\n");
    let said = shelf.said(&shelf.file("b.img", &[0x5a, 0, 0xff, 0x11].repeat(1025)));
    assert_eq!(
        said,
        "Note: b.img has no file system that is known: it is burnt as it is\n\
         Doubt: b.img has 4100 bytes, which is 4 more than 2 sectors of 2048\n  \
         one that was cut off looks so: compare its checksum; --force puts 2044 zeros behind it, \
         as `truncate -s %2048` does\n"
    );
}

#[test]
fn what_is_behind_the_file_system_is_mentioned_if_it_is_much() {
    let shelf = Shelf::new();
    let mut image = fixture("plain");
    image.resize(image.len() + 300 * 1024, 1);
    assert_eq!(shelf.said(&shelf.file("a.iso", &image)), "");
    image.resize(image.len() + (3 << 20), 1);
    let said = shelf.said(&shelf.file("a.iso", &image));
    assert!(said.starts_with("Note: a.iso goes on for 3.3 MiB behind"), "{said}");
}

#[test]
fn what_is_no_image_is_refused_with_what_would_work() {
    let shelf = Shelf::new();
    let mut packed = vec![0; 64 * SECTOR];
    packed[..4].copy_from_slice(b"\x1f\x8b\x08\0");
    assert_eq!(
        shelf.said(&shelf.file("a.iso.gz", &packed)),
        "Doubt: a.iso.gz is a gzip file, not an image of a disc\n  \
         unpack it first: `gunzip a.iso.gz`; --force burns its bytes as they are\n"
    );
    let page = format!("<!DOCTYPE html><html>{}</html>", " ".repeat(SECTOR));
    let said = shelf.said(&shelf.file("b.iso", page.as_bytes()));
    assert!(said.starts_with("Doubt: b.iso is a web page, not an image of a disc\n"), "{said}");
    packed[..6].copy_from_slice(b"LUKS\xba\xbe");
    assert_eq!(
        shelf.said(&shelf.file("c.img", &packed)),
        "Note: c.img is an encrypted volume (LUKS): it is burnt as it is\n"
    );
    // Boot code of a stick in front of a disc's file system: an image for both.
    let mut both = fixture("plain");
    both[510..512].copy_from_slice(&[0x55, 0xaa]);
    both[450] = 0x17;
    assert_eq!(shelf.said(&shelf.file("d.iso", &both)), "");
}

#[test]
fn what_cannot_be_read_as_a_file_is_refused() {
    let shelf = Shelf::new();
    std::fs::create_dir(shelf.path("folder")).expect("made");
    let of = |name: &str| Source::File { path: shelf.path(name), bytes: 2048 };
    for (source, says) in [
        (shelf.file("empty.iso", b""), "Stop: empty.iso is empty\n"),
        (of("folder"), "Stop: folder is a folder, not an image\n"),
        (of("missing.iso"), "Stop: missing.iso: no such file or directory\n"),
        (
            Source::File { path: "/dev/zero".into(), bytes: 2048 },
            "Stop: /dev/zero is a device, not an image\n",
        ),
    ] {
        let said = shelf.said(&source);
        assert!(said.starts_with(says) && said.lines().count() == 2, "{said}");
    }
}

#[test]
fn a_file_that_is_still_being_made_is_told_by_its_company() {
    let shelf = Shelf::new();
    let image = fixture("plain");
    let said = shelf.said(&shelf.file("a.iso.part", &image));
    assert!(said.starts_with("Doubt: a.iso.part is by its name a download that is not"), "{said}");
    let b = shelf.file("b.iso", &image);
    shelf.file("b.iso.aria2", b"x");
    let said = shelf.said(&b);
    assert!(said.starts_with("Doubt: b.iso.aria2 stands beside b.iso: its download"), "{said}");
    let c = shelf.file("c.iso", &image);
    let size = image.len();
    let map = format!("0x0 + 1\n0x0 0x8000 +\n0x8000 0x1800 -\n0x9800 {:#x} +\n", size - 0x9800);
    shelf.file("c.iso.map", map.as_bytes());
    assert_eq!(
        shelf.said(&c),
        "Doubt: c.iso is a rip that is not complete: c.iso.map names 3 sectors that are missing\n  \
         go on with it: `oxidisc rip`; --force burns it with zeros in their place\n"
    );
    // A complete one's map is no reason to doubt.
    shelf.file("c.iso.map", format!("0x0 + 1\n0x0 {size:#x} +\n").as_bytes());
    assert_eq!(shelf.said(&c), "");
}

#[test]
fn holes_are_mentioned() {
    let shelf = Shelf::new();
    let source = shelf.file("a.iso", &fixture("plain"));
    let Source::File { path, .. } = &source else { panic!("a file") };
    let file = std::fs::File::options().write(true).open(path).expect("opened");
    let bytes = file.metadata().expect("there").len() + (8 << 20);
    file.set_len(bytes).expect("longer");
    let said = shelf.said(&Source::File { path: path.clone(), bytes });
    // Where the folder's file system knows holes.
    if said.lines().count() > 1 {
        assert!(said.contains("Note: 8.0 MiB of "), "{said}");
    }
}

#[test]
fn a_stream_is_known_by_its_size() {
    let (pipe, _end) = nix::unistd::pipe().expect("a pipe");
    let pipe = std::sync::Arc::new(std::fs::File::from(pipe));
    let said = |bytes| look_at(&Source::Stream { pipe: pipe.clone(), bytes }).findings;
    assert_eq!(said(4096), []);
    assert_eq!(said(4097)[0].severity, Severity::Doubt);
}

fn plan_at(start: i32, msinfo: Option<(Lba, Lba)>) -> Plan {
    Plan {
        kind: DiscKind::CdR,
        steps: Vec::new(),
        mode: String::new(),
        image: Blocks(100),
        needed: Blocks(100),
        available: Blocks(100),
        start: Lba(start),
        loses: false,
        simulated: false,
        closes: true,
        resumable: false,
        salvages: false,
        rate: None,
        msinfo,
        remarks: Vec::new(),
    }
}

#[test]
fn an_image_goes_where_it_was_made_for() {
    let shelf = Shelf::new();
    let sessions = fixture("sessions");
    let first = look_at(&shelf.file("a.iso", &sessions[..11_616 * SECTOR]));
    let second = look_at(&shelf.file("b.iso", &sessions[11_616 * SECTOR..]));
    let msinfo = Some((Lba(0), Lba(11_616)));
    assert_eq!(first.place(&plan_at(0, None)), None);
    assert_eq!(second.place(&plan_at(11_616, msinfo)), None);
    let wrong = second.place(&plan_at(0, None)).expect("not there");
    assert!(wrong.text.starts_with("the image is made to go behind"), "{wrong}");
    let wrong = first.place(&plan_at(11_616, msinfo)).expect("not there");
    assert_eq!(wrong.severity, Severity::Doubt);
    assert!(wrong.hint.expect("one").contains("-C 0,11616 -M"));
}

#[test]
fn the_worst_finding_decides_and_what_is_answered_does_not() {
    let of = |severity, text: &str| Finding::new(severity, text);
    let note = || of(Severity::Note, "note");
    let message = |findings, force, yes| settle(findings, force, yes).expect_err("no").message;
    assert_eq!(settle(vec![note()], false, false), Ok(vec![note()]));
    let ask = || vec![note(), of(Severity::Ask, "ask")];
    assert_eq!(message(ask(), true, false), "ask");
    assert_eq!(settle(ask(), false, true).map(|all| all.len()), Ok(2));
    let doubt = || vec![of(Severity::Doubt, "doubt"), of(Severity::Ask, "ask"), note()];
    assert_eq!(message(doubt(), false, true), "doubt");
    assert_eq!(message(doubt(), false, false), "doubt");
    assert!(settle(doubt(), true, true).is_ok());
    assert_eq!(message(vec![of(Severity::Stop, "stop")], true, true), "stop");
}

fn on(_: u64) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn an_image_that_was_read_whole_is_held_against_what_is_sent() {
    let shelf = Shelf::new();
    let bytes = fixture("joliet");
    shelf.file("a.iso", &bytes);
    let path = shelf.path("a.iso");
    let Reading::Whole(whole) = read_through(&path, bytes.len() as u64, &mut on) else {
        panic!("readable")
    };
    let mut sent = Printer::new(Blocks(16));
    sent.update(&bytes);
    assert_eq!(whole.differs(&sent.finish().sha256), None);
    assert!(whole.differs("another").is_some());
    assert_eq!(whole.changed(), None);
    std::fs::write(&path, &bytes[1..]).expect("written");
    assert!(whole.changed().expect("another").ends_with(&format!("has {} now", bytes.len() - 1)));
    std::fs::remove_file(&path).expect("removed");
    assert!(whole.changed().expect("gone").starts_with("it is not there any more"));
    let mut stop = |_| ControlFlow::Break(());
    shelf.file("a.iso", &bytes);
    assert_eq!(read_through(&path, 4096, &mut stop), Reading::Stopped);
}

#[test]
fn an_image_that_cannot_be_read_to_its_end_is_found_out() {
    let shelf = Shelf::new();
    let bytes = vec![7; 3 << 20];
    shelf.file("a.iso", &bytes);
    let path = shelf.path("a.iso");
    let said = |reading| match reading {
        Reading::Failed(finding) => {
            assert_eq!(finding.severity, Severity::Stop);
            finding.text.replace(&format!("{}/", shelf.0.path().display()), "")
        }
        other => panic!("{other:?}"),
    };
    let mut shorten = |done| {
        if done > 0 {
            std::fs::write(&path, &bytes[..1 << 20]).expect("written");
        }
        ControlFlow::Continue(())
    };
    assert_eq!(
        said(read_through(&path, 3 << 20, &mut shorten)),
        "a.iso ends after 1048576 bytes, and had 3145728 a moment ago"
    );
    let mut touch = |done: u64| {
        if done > 0 {
            let file = std::fs::File::options().write(true).open(&path).expect("opened");
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("touched");
        }
        ControlFlow::Continue(())
    };
    std::fs::write(&path, &bytes).expect("written");
    assert_eq!(
        said(read_through(&path, 3 << 20, &mut touch)),
        "a.iso changed while it was read: it was written to"
    );
    // The first page of a program's memory: the kernel says EIO, as it does of a bad disk.
    assert_eq!(
        said(read_through("/proc/self/mem".as_ref(), 4096, &mut on)),
        "/proc/self/mem cannot be read at byte 0 (sector 0): i/o error"
    );
}

#[test]
fn what_would_be_lost_is_named() {
    let shelf = Shelf::new();
    let image = fixture("bridge");
    shelf.file("disc.iso", &image);
    shelf.file("zeros.iso", &vec![0; 600 * SECTOR]);
    let said = |name: &str, medium: &str| {
        let path = shelf.path(name);
        let spec = format!("sim:{}?start=ready&medium={medium}", path.display());
        let mut drive = Drive::new(Box::new(sim::open(&spec).expect("a drive")));
        let facts = survey_drive(&mut drive).expect("a drive");
        let medium = survey_medium(&mut drive, &facts).expect("asked").expect("a disc");
        let disc = inspect(&mut drive, &facts, &medium).expect("inspected");
        let choices = Choices {
            speed: None,
            simulate: false,
            appendable: false,
            erase: false,
            streaming: false,
            spares: None,
            opc: false,
            layer_break: None,
            mode: None,
        };
        let plan = recipe(&disc, &Image { blocks: Blocks(100) }, &choices).expect("a plan");
        assert!(plan.loses);
        let found = losses(&mut drive, &medium, &disc, &plan).expect("asked").expect("something");
        (found.severity, found.text)
    };
    let label = look_at(&shelf.file("x.iso", &image)).volume_id.expect("a label");
    let lost = format!("the DVD+RW holds ISO 9660 and UDF '{label}'");
    assert_eq!(said("disc.iso", "dvd+rw"), (Severity::Ask, lost));
    let none = "nothing is found on the DVD+RW that would be lost".to_string();
    assert_eq!(said("zeros.iso", "dvd+rw"), (Severity::Note, none));
}
