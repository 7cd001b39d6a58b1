//! Several discs of one image: at once from one reading, and one after another.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;

use oxidisc::jobs::burn::several::{Of, Station, copies, together};
use oxidisc::jobs::burn::{self, Event, Options, Prepared, Report, Source, Stage, Status, Worth};
use oxidisc::mmc::Drive;
use oxidisc::transport::Answer;

use super::bench::{Bench, image, is_unlocked, options};
use super::faulty::{Fault, Faulty};
use super::meddled::{Deed, meddled};

fn prepare(drive: &mut Drive, options: &Options) -> Prepared {
    let mut quiet = |_| ControlFlow::Continue(());
    burn::prepare(drive, options, &mut quiet).expect("prepared")
}

/// Burns in all the drives at once.
fn at_once(drives: &mut [Drive], options: &Options) -> (Vec<Report>, Vec<Of>) {
    let prepared: Vec<_> = drives.iter_mut().map(|drive| prepare(drive, options)).collect();
    let stations = drives.iter_mut().zip(&prepared);
    let stations = stations.map(|(drive, prepared)| Station { drive, prepared }).collect();
    let mut events = Vec::new();
    let mut observer = |event: Of| {
        events.push(event);
        ControlFlow::Continue(())
    };
    (together(stations, options, &mut observer), events)
}

#[test]
fn several_drives_burn_from_one_reading_and_one_that_fails_holds_nobody_up() {
    let bytes = image(3000, 21);
    let media = ["dvd+r", "bd-r", "dvd+rw", "dvd-r"];
    let benches = media.map(Bench::blank);
    let options = options(benches[0].image(&bytes));
    // The BD burner's cable is pulled in mid-burn.
    let cables = benches.iter().enumerate().map(|(index, bench)| {
        let pulled = if index == 1 { vec![(120, Fault::Unplugged)] } else { Vec::new() };
        Drive::new(Box::new(Faulty::new(bench.sim(""), pulled)))
    });
    let mut drives: Vec<Drive> = cables.collect();
    let (reports, events) = at_once(&mut drives, &options);
    for (index, report) in reports.iter().enumerate() {
        if index == 1 {
            assert!(matches!(report.status, Status::Failed(_)), "{:?}", report.status);
            assert_eq!(report.worth, Worth::Unknown { resumable: true });
            continue;
        }
        assert_eq!(report.status, Status::Verified, "{}", media[index]);
        assert_eq!(report.image_sha256, report.readback_sha256);
        assert!(is_unlocked(&mut drives[index]));
        let done = |(of, event): &Of| *of == index && matches!(event, Event::Progress(_));
        assert!(events.iter().any(done), "{}", media[index]);
    }
    drop(drives);
    // What was begun there can be gone on with.
    let resuming = Options { resume: true, ..options };
    let mut drive = benches[1].drive("");
    let prepared = prepare(&mut drive, &resuming);
    let mut quiet = |_| ControlFlow::Continue(());
    let report = burn::carry_out(&mut drive, &prepared, &resuming, &mut quiet);
    assert_eq!(report.status, Status::Verified);
    drop(drive);
    for bench in &benches {
        assert!(bench.read(0, 3000) == bytes);
    }
}

/// A drive in which something happens at FORMAT UNIT, before it is sent.
fn at_format(bench: &Bench, mut before: impl FnMut() -> Deed + Send + 'static) -> Drive {
    let format = move |cdb: &[u8]| if cdb[0] == 0x04 { before() } else { Deed::Pass };
    meddled(bench.sim(""), format).0
}

#[test]
fn no_drive_begins_to_write_while_another_still_formats() {
    let bytes = image(3000, 26);
    let benches = ["dvd+rw", "bd-r"].map(Bench::blank);
    // Less memory than image: a drive that has begun alone would run dry.
    let options = Options { fifo: Some(1 << 20), ..options(benches[0].image(&bytes)) };
    let (go, wait) = std::sync::mpsc::channel();
    let formatting = at_format(&benches[0], move || {
        wait.recv().expect("told");
        Deed::Pass
    });
    let mut drives = [formatting, benches[1].drive("")];
    let prepared: Vec<_> = drives.iter_mut().map(|drive| prepare(drive, &options)).collect();
    let stations = drives.iter_mut().zip(&prepared);
    let stations = stations.map(|(drive, prepared)| Station { drive, prepared }).collect();
    let (mut early, mut waited) = (false, false);
    let mut observer = |(index, event): Of| {
        let waits = matches!(event, Event::Busy { stage: Stage::Preparing, .. });
        let writes = matches!(event, Event::Progress(at) if at.stage == Stage::Writing);
        if index == 1 && !waited && (waits || writes) {
            (waited, early) = (true, writes);
            go.send(()).expect("the other drive waits");
        }
        ControlFlow::Continue(())
    };
    let reports = together(stations, &options, &mut observer);
    assert!(waited && !early, "the BD-R was begun before the DVD+RW was formatted");
    assert!(reports.iter().all(|report| report.status == Status::Verified));
}

#[test]
fn a_drive_that_drops_out_while_it_formats_holds_nobody_up() {
    let bytes = image(3000, 27);
    let benches = ["dvd+rw", "bd-r"].map(Bench::blank);
    let options = Options { fifo: Some(1 << 20), ..options(benches[0].image(&bytes)) };
    // DID_NO_CONNECT.
    let gone = || Deed::Instead(Answer { host: 1, ..Answer::default() });
    let mut drives = [at_format(&benches[0], gone), benches[1].drive("")];
    let (reports, _) = at_once(&mut drives, &options);
    assert!(matches!(reports[0].status, Status::Failed(_)), "{:?}", reports[0].status);
    assert_eq!(reports[1].status, Status::Verified);
}

#[test]
fn a_disc_that_is_gone_on_with_is_compared_while_another_is_begun() {
    let bytes = image(3000, 28);
    let benches = ["bd-r", "dvd+rw"].map(Bench::blank);
    let options = Options { fifo: Some(1 << 20), ..options(benches[0].image(&bytes)) };
    let prepared = prepare(&mut benches[0].drive(""), &options);
    let mut half = |event: Event| match event {
        Event::Progress(at) if at.stage == Stage::Writing && at.done > 2000 => {
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    };
    burn::carry_out(&mut benches[0].drive(""), &prepared, &options, &mut half);
    let resuming = Options { resume: true, ..options };
    let mut drives = benches.each_ref().map(|bench| bench.drive(""));
    let (reports, _) = at_once(&mut drives, &resuming);
    for report in reports {
        assert_eq!(report.status, Status::Verified);
    }
    drop(drives);
    assert!(benches[0].read(0, 3000) == bytes && benches[1].read(0, 3000) == bytes);
}

#[test]
fn what_comes_through_a_pipe_is_burnt_on_several_discs_and_verified() {
    let bytes = image(3000, 22);
    let benches = ["dvd+r", "bd-r"].map(Bench::blank);
    let (from, mut to) = std::io::pipe().expect("a pipe");
    let written = bytes.clone();
    let writer = std::thread::spawn(move || to.write_all(&written));
    let pipe = Arc::new(std::fs::File::from(std::os::fd::OwnedFd::from(from)));
    let options = options(Source::Stream { pipe, bytes: bytes.len() as u64 });
    let mut drives: Vec<Drive> = benches.iter().map(|bench| bench.drive("")).collect();
    let (reports, _) = at_once(&mut drives, &options);
    writer.join().expect("no panic").expect("all taken");
    drop(drives);
    for (bench, report) in benches.iter().zip(reports) {
        assert_eq!(report.status, Status::Verified);
        assert!(report.image_sha256.is_some());
        assert_eq!(report.image_sha256, report.readback_sha256);
        assert!(bench.read(0, 3000) == bytes);
    }
}

#[test]
fn all_stop_when_the_user_stops() {
    let bytes = image(3000, 23);
    let benches = ["dvd+r", "bd-r"].map(Bench::blank);
    let options = options(benches[0].image(&bytes));
    let mut drives: Vec<Drive> = benches.iter().map(|bench| bench.drive("")).collect();
    let prepared: Vec<_> = drives.iter_mut().map(|drive| prepare(drive, &options)).collect();
    let stations = drives.iter_mut().zip(&prepared);
    let stations = stations.map(|(drive, prepared)| Station { drive, prepared }).collect();
    let reports = together(stations, &options, &mut |_: Of| ControlFlow::Break(()));
    for report in reports {
        assert_eq!(report.status, Status::Interrupted);
    }
    assert!(drives.iter_mut().all(is_unlocked));
}

#[test]
fn copies_are_burnt_one_after_another_and_each_disc_is_asked_for() {
    let bench = Bench::blank("dvd-rw");
    let bytes = image(600, 24);
    let mut options = options(bench.image(&bytes));
    options.choices.erase = true;
    let mut drives = [bench.drive("")];
    let first = vec![prepare(&mut drives[0], &options)];
    let (mut asked, mut shown) = (Vec::new(), 0);
    let mut observer = |(index, event): Of| {
        assert_eq!(index, 0);
        match event {
            Event::NextDisc { copy, copies } => asked.push((copy, copies)),
            Event::Confirm(prepared) => {
                shown += 1;
                assert!(prepared.plan.loses, "the disc of the copy before is still in");
            }
            _ => {}
        }
        ControlFlow::Continue(())
    };
    let reports = copies(&mut drives, first, &options, 3, &mut observer).expect("a file");
    assert_eq!((asked, shown), (vec![(2, 3), (3, 3)], 2));
    let statuses: Vec<_> = reports[0].iter().map(|report| &report.status).collect();
    assert_eq!(statuses, [&Status::Verified; 3]);
    assert!(is_unlocked(&mut drives[0]));
}

#[test]
fn a_disc_that_will_not_do_is_said_so_and_another_is_asked_for() {
    let bench = Bench::blank("dvd+r");
    let options = options(bench.image(&image(600, 25)));
    let mut drives = [bench.drive("")];
    let first = vec![prepare(&mut drives[0], &options)];
    let (mut asked, mut told) = (0, Vec::new());
    // The disc that was just burnt is put in again and again, until the person gives up.
    let mut observer = |(_, event): Of| {
        match event {
            Event::NextDisc { .. } => asked += 1,
            Event::Remark(remark) if remark.contains("will not do") => told.push(remark),
            _ => {}
        }
        if asked > 2 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let reports = copies(&mut drives, first, &options, 2, &mut observer).expect("a file");
    assert_eq!((reports[0].len(), asked, told.len()), (1, 3, 2), "{told:?}");
    assert_eq!(reports[0][0].status, Status::Verified);
}

#[test]
fn a_pipe_brings_one_image() {
    let pipe = Arc::new(std::fs::File::open("/dev/null").expect("there"));
    let options = options(Source::Stream { pipe, bytes: 2048 });
    let error = copies(&mut [], Vec::new(), &options, 2, &mut |_: Of| ControlFlow::Continue(()));
    assert!(error.expect_err("once").message.contains("one disc only"));
}
