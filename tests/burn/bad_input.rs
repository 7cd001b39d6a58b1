//! Images and discs that make no burn: each is refused with what would work instead, and the disc
//! stays as it was.

use std::fs::File;
use std::ops::ControlFlow;

use oxidisc::jobs::burn::plan::Step;
use oxidisc::jobs::burn::{self, Event, Options, Prepared, Source, Stage, Status, Worth};
use oxidisc::jobs::error::{Error, Kind};
use oxidisc::jobs::ready::{Since, require};
use oxidisc::mmc::Drive;
use oxidisc::mmc::cmd::format_unit::FormatUnit;
use oxidisc::mmc::cmd::read_format_capacities::ReadFormatCapacities;
use oxidisc::sim;

use super::bench::{Bench, burn, image, options};

/// What a simulated drive shows of a disc that was made on the spot.
fn demo() -> Vec<u8> {
    let mut drive = Drive::new(Box::new(sim::open("sim:demo").expect("a drive")));
    super::bench::read(&mut drive, 0, 4096)
}

/// The message and its hint, without what differs from place to place.
fn said(bench: &Bench, error: &Error) -> String {
    let folder = format!("{}/", bench.path("").display()).replace("//", "/");
    let hint = error.hint.as_deref().expect("a hint");
    format!("{}\nhint: {hint}", error.message).replace(&folder, "")
}

/// A virtual disc: its state, of the two that are kept the newer one, and its sectors. How often it
/// was saved does not count.
fn content(bench: &Bench) -> (Vec<u8>, Vec<u8>) {
    const SLOT: usize = 32 << 10;
    let mut file = std::fs::read(bench.disc()).expect("a disc");
    file.resize(file.len().max(2 * SLOT), 0);
    let sectors = file.split_off(2 * SLOT);
    let state = |slot: &[u8]| {
        let end = slot.iter().position(|byte| *byte == b'\n')?;
        let head = std::str::from_utf8(&slot[..end]).ok()?;
        let numbers: Vec<u64> =
            head.split(' ').rev().take(3).filter_map(|word| word.parse().ok()).collect();
        let (len, saves) = (numbers[numbers.len() - 2] as usize, numbers[numbers.len() - 1]);
        Some((saves, slot[end + 1..end + 1 + len].to_vec()))
    };
    let newest = file.chunks(SLOT).filter_map(state).max_by_key(|(saves, _)| *saves);
    (newest.expect("a state").1, sectors)
}

/// Prepares in vain; the disc is the same afterwards.
#[track_caller]
fn refused(bench: &Bench, options: &Options) -> Error {
    let before = content(bench);
    let mut quiet = |_: Event| ControlFlow::Continue(());
    let error = burn::prepare(&mut bench.drive(""), options, &mut quiet).expect_err("refused");
    assert!(content(bench) == before, "the disc was changed");
    error
}

#[test]
fn a_bad_image_is_refused_with_what_would_work_and_burnt_by_force() {
    let demo = demo();
    let mut packed = image(200, 1);
    packed[..6].copy_from_slice(b"\xfd7zXZ\0");
    let odd = image(100, 2)[..204_000].to_vec();
    let page = b"<!doctype html><html><body>404</body></html>".repeat(2048);
    for (name, bytes, message) in [
        (
            "empty",
            Vec::new(),
            "image.iso is empty\n\
             hint: a download or a copy that failed leaves such a file: make it again",
        ),
        (
            "odd",
            odd,
            "image.iso has 204000 bytes, which is 1248 more than 99 sectors of 2048\n\
             hint: one that was cut off looks so: compare its checksum; --force puts 800 zeros \
             behind it, as `truncate -s %2048` does",
        ),
        (
            "short",
            demo[..4000 * 2048].to_vec(),
            "image.iso is cut short: its file system (iso9660) has 4096 sectors, the file 4000: \
             the last 96 (0.2 MiB) are missing\n\
             hint: download or make it again, and compare its checksum; --force burns what there \
             is",
        ),
        (
            "packed",
            packed,
            "image.iso is an xz file, not an image of a disc\n\
             hint: unpack it first: `unxz image.iso`; --force burns its bytes as they are",
        ),
        (
            "page",
            page,
            "image.iso is a web page, not an image of a disc\n\
             hint: the address led to a page about the image and not to the image: download it \
             again; --force burns its bytes as they are",
        ),
    ] {
        let bench = Bench::blank("dvd+r");
        let options = options(bench.image(&bytes));
        let error = refused(&bench, &options);
        assert_eq!((error.kind, said(&bench, &error).as_str()), (Kind::BeforeDisc, message));
        if name == "empty" {
            continue;
        }
        let forced = Options { force: true, ..options };
        let (_, report, _) = burn(&mut bench.drive(""), &forced).expect("prepared");
        assert_eq!(report.status, Status::Verified, "{name}: {report:#?}");
        let sectors = bytes.len().div_ceil(2048);
        let mut padded = bytes;
        padded.resize(sectors * 2048, 0);
        assert!(bench.read(0, sectors as u32) == padded, "{name}");
    }
}

#[test]
fn an_image_that_does_not_fit_says_what_would_hold_it() {
    let bench = Bench::blank("dvd+r&capacity=1600");
    let error = refused(&bench, &options(bench.image(&image(2000, 3))));
    assert_eq!(error.kind, Kind::Unusable);
    assert_eq!(
        said(&bench, &error),
        "the image takes 2000 sectors (3.9 MiB), and this DVD+R holds 1600 sectors (3.1 MiB)\n\
         hint: it fits on a CD-R of 80 minutes, 359847 sectors (702.8 MiB)"
    );
}

#[test]
fn an_image_that_changes_before_the_burn_leaves_the_disc_as_it_was() {
    let bench = Bench::blank("bd-r");
    let options = options(bench.image(&image(2000, 4)));
    let mut quiet = |_: Event| ControlFlow::Continue(());
    let mut drive = bench.drive("");
    let prepared = burn::prepare(&mut drive, &options, &mut quiet).expect("prepared");
    let before = content(&bench);
    bench.image(&image(1999, 4));
    let report = burn::carry_out(&mut drive, &prepared, &options, &mut quiet);
    let Status::Failed(error) = &report.status else { panic!("{:?}", report.status) };
    assert_eq!(error.kind, Kind::BeforeDisc);
    assert_eq!(
        said(&bench, error),
        "image.iso ends after 4093952 bytes, and had 4096000 a moment ago\n\
         hint: wait until nothing writes to it"
    );
    assert_eq!(report.worth, Worth::Untouched);
    drop(drive);
    assert!(content(&bench) == before);
}

#[test]
fn an_image_that_changes_while_it_is_burnt_ends_the_burn_and_the_disc_can_be_gone_on_with() {
    let bench = Bench::blank("bd-r");
    let bytes = image(8000, 5);
    let burning = Options { fifo: Some(512 << 10), ..options(bench.image(&bytes)) };
    let Source::File { path, .. } = burning.source.clone() else { panic!("a file") };
    let mut drive = bench.drive("");
    let mut meddle = |event: Event| {
        // The first pieces have been written by now, and the last ones are not even read.
        if matches!(event, Event::Progress(at) if at.stage == Stage::Writing && at.done > 0) {
            let file = File::options().write(true).open(&path).expect("opened");
            file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("touched");
        }
        ControlFlow::Continue(())
    };
    let prepared = burn::prepare(&mut drive, &burning, &mut meddle).expect("prepared");
    let report = burn::carry_out(&mut drive, &prepared, &burning, &mut meddle);
    let Status::Failed(error) = &report.status else { panic!("{:?}", report.status) };
    assert_eq!(error.kind, Kind::AfterDisc);
    assert!(error.message.contains("the image changed while it was read"), "{error}");
    assert!(matches!(report.worth, Worth::Resumable { .. }), "{report:#?}");
    drop(drive);
    // The image is the same, but for its date: it can be gone on with.
    let resuming = Options { resume: true, ..burning };
    let (_, report, _) = burn(&mut bench.drive(""), &resuming).expect("prepared");
    assert_eq!(report.status, Status::Verified);
    assert!(bench.read(0, 8000) == bytes);
}

#[test]
fn an_image_is_read_to_its_end_before_anything_is_sent_and_not_if_that_is_not_wanted() {
    let bench = Bench::blank("bd-r");
    for read_first in [false, true] {
        let bench = Bench::blank("dvd+r");
        let options = Options { read_first, ..options(bench.image(&image(1200, 6))) };
        let (_, report, events) = burn(&mut bench.drive(""), &options).expect("prepared");
        assert_eq!(report.status, Status::Verified);
        let examining =
            |event: &Event| matches!(event, Event::Progress(at) if at.stage == Stage::Examining);
        assert_eq!(events.iter().any(examining), read_first);
        let first = events.iter().position(|event| matches!(event, Event::Started { .. }));
        let last = events.iter().rposition(examining);
        assert!(last < first, "examined before it begins");
    }
    // Stopped there, nothing has happened.
    let options = options(bench.image(&image(1200, 6)));
    let mut drive = bench.drive("");
    let mut quiet = |_: Event| ControlFlow::Continue(());
    let prepared = burn::prepare(&mut drive, &options, &mut quiet).expect("prepared");
    let mut stop = |_: Event| ControlFlow::Break(());
    let report = burn::carry_out(&mut drive, &prepared, &options, &mut stop);
    assert_eq!((report.status, report.worth), (Status::Interrupted, Worth::Untouched));
}

#[test]
fn an_image_made_for_another_place_on_a_disc_is_refused() {
    let bench = Bench::blank("dvd+r");
    let mut session = demo();
    // The root directory's address in the volume descriptor, both ways round: behind 20000 sectors.
    session[16 * 2048 + 158..][..8].copy_from_slice(&[0x20, 0x4e, 0, 0, 0, 0, 0x4e, 0x20]);
    let error = refused(&bench, &options(bench.image(&session)));
    assert_eq!(
        said(&bench, &error),
        "the image is made to go behind what is on another disc: its first directory is to be at \
         sector 20000, and it has 4096\n\
         hint: put in the disc it was made for, or make it without -C and -M; --force burns it all \
         the same"
    );
}

#[test]
fn a_disc_that_takes_nothing_more_is_refused_with_what_would_work() {
    let bench = Bench::blank("dvd+r");
    let options = options(bench.image(&image(500, 8)));
    let (_, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
    assert_eq!(report.status, Status::Verified);
    let error = refused(&bench, &options);
    assert_eq!(error.kind, Kind::Unusable);
    assert_eq!(
        said(&bench, &error),
        "this DVD+R is closed\n\
         hint: put in a blank disc, or one that can be rewritten"
    );
    // Pressed; of a kind that the drive does not write.
    std::fs::write(bench.path("pressed.iso"), image(500, 9)).expect("written");
    let pressed = bench.path("pressed.iso");
    for (query, message) in [
        (
            "medium=dvd-rom",
            "a DVD-ROM cannot be written to\n\
             hint: put in a blank disc, or one that can be rewritten",
        ),
        (
            "medium=bd-rom",
            "a BD-ROM cannot be written to\n\
             hint: put in a blank disc, or one that can be rewritten",
        ),
        (
            "medium=cd-rom&persona=cdd4851",
            "a CD-ROM cannot be written to\n\
             hint: put in a blank disc, or one that can be rewritten",
        ),
        ("tray=empty", "there is no disc in the drive\nhint: put one in"),
    ] {
        let spec = format!("sim:{}?{query}", pressed.display());
        let mut drive = Drive::new(Box::new(sim::open(&spec).expect("a drive")));
        let mut quiet = |_: Event| ControlFlow::Continue(());
        let error = burn::prepare(&mut drive, &options, &mut quiet).expect_err("refused");
        assert_eq!((error.kind, said(&bench, &error).as_str()), (Kind::Unusable, message));
    }
}

#[test]
fn an_image_that_changes_before_it_is_compared_does_not_spoil_a_good_disc() {
    let bench = Bench::blank("dvd+r");
    let bytes = image(1500, 10);
    let options = options(bench.image(&bytes));
    let mut drive = bench.drive("");
    let mut meddle = |event: Event| {
        if matches!(event, Event::Busy { stage: Stage::Checking, .. }) {
            bench.image(&image(1500, 11));
        }
        ControlFlow::Continue(())
    };
    let prepared = burn::prepare(&mut drive, &options, &mut meddle).expect("prepared");
    let report = burn::carry_out(&mut drive, &prepared, &options, &mut meddle);
    assert_eq!((report.status, report.worth), (Status::Verified, Worth::Verified { closed: true }));
    assert_eq!(
        report.remarks,
        ["the image has changed since it was sent: the disc holds it as it was then"]
    );
    drop(drive);
    assert!(bench.read(0, 1500) == bytes);
}

/// What `prepare` says of an empty or a full disc, and an image of a few hundred sectors.
fn prepared(spec: &str, options: &Options) -> Result<Prepared, Error> {
    let mut drive = Drive::new(Box::new(sim::open(spec).expect("a drive")));
    let mut quiet = |_: Event| ControlFlow::Continue(());
    burn::prepare(&mut drive, options, &mut quiet)
}

#[test]
fn what_a_drive_does_not_take_and_what_is_protected_is_refused() {
    let bench = Bench::blank("dvd+r");
    let options = options(bench.image(&image(500, 12)));
    let stranger = "TEST UNIT READY: illegal request, incompatible medium installed (05/30/00)\n\
                    hint: the drive does not take this kind of disc, or cannot read it: `oxidisc \
                    info` lists what it takes; try another disc, or another drive";
    for (query, message) in [
        ("medium=dvd+r&persona=cdd4851", stranger),
        ("medium=bd-r&persona=ad-7590s", stranger),
        (
            "medium=dvd-ram&tab=protected&formatted=yes",
            "the DVD-RAM is write protected: by the switch of its cartridge\n\
             hint: lift the protection, or put in another disc",
        ),
        (
            "medium=bd-re&tab=protected",
            "the BD-RE is write protected: by the switch of its cartridge\n\
             hint: lift the protection, or put in another disc",
        ),
    ] {
        let error = prepared(&format!("sim:blank?{query}"), &options).expect_err("refused");
        assert_eq!((error.kind, said(&bench, &error).as_str()), (Kind::Unusable, message));
    }
}

#[test]
fn a_disc_that_is_not_formatted_is_formatted_by_the_burn() {
    for medium in ["bd-re", "dvd+rw"] {
        let bench = Bench::blank(medium);
        let bytes = image(700, 13);
        let options = options(bench.image(&bytes));
        let (prepared, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
        assert!(prepared.plan.steps.iter().any(|step| matches!(step, Step::Format(_))));
        assert_eq!((prepared.loss, report.status), (None, Status::Verified), "{medium}");
        assert!(bench.read(0, 700) == bytes, "{medium}");
    }
}

#[test]
fn a_bd_r_formatted_for_pseudo_overwrite_is_recognised_and_left_alone() {
    let bench = Bench::blank("bd-r");
    let mut drive = bench.drive("");
    require(&mut drive, Since::Now, &mut |_| ControlFlow::Continue(())).expect("ready");
    let formats = drive.query(&ReadFormatCapacities).expect("told").formats;
    let default = *formats.iter().find(|format| format.kind == 0).expect("type 00h");
    // Sub-type 0: as growisofs formats every blank BD-R.
    let format = FormatUnit::new(default);
    drive.write_from(&format, &format.data()).expect("formatted");
    require(&mut drive, Since::Now, &mut |_| ControlFlow::Continue(())).expect("ready");
    drop(drive);
    let error = refused(&bench, &options(bench.image(&image(500, 14))));
    assert_eq!(error.kind, Kind::Unusable);
    assert_eq!(
        said(&bench, &error),
        "this BD-R is formatted for pseudo-overwrite, as growisofs does by default\n\
         hint: it cannot be undone: most drives fail to close such a disc. Read what is on it, \
         and use a fresh BD-R"
    );
}

#[test]
fn what_a_rewritable_disc_holds_is_named_before_it_is_lost() {
    let bench = Bench::blank("dvd+r");
    let options = options(bench.image(&image(500, 15)));
    for (medium, name) in [
        ("cd-rw", "CD-RW"),
        ("dvd-rw", "DVD-RW"),
        ("dvd+rw", "DVD+RW"),
        ("dvd-ram", "DVD-RAM"),
        ("bd-re", "BD-RE"),
    ] {
        let found = prepared(&format!("sim:demo?medium={medium}"), &options).expect("prepared");
        let loss = format!("the {name} holds ISO 9660 'OXIDISC_DEMO'");
        assert_eq!((found.plan.loses, found.loss), (true, Some(loss)), "{medium}");
    }
    // Formatted, and nothing on it: nobody need be asked.
    let found = prepared("sim:blank?medium=dvd-ram&formatted=yes", &options).expect("prepared");
    assert_eq!(found.loss, None);
    assert!(
        found.findings.contains(&"nothing is found on the DVD-RAM that would be lost".to_string())
    );
}
