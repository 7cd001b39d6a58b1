//! Drives that are slow, forgetful or dishonest, and images that come late, or not all.

use std::collections::HashMap;
use std::fs::File;
use std::io::{PipeWriter, Write as _};
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use oxidisc::jobs::burn::{self, Event, Options, Report, Source, Stage, Status, Worth};
use oxidisc::jobs::error::{Error, Kind};
use oxidisc::mmc::Drive;
use oxidisc::sim::SimDrive;
use oxidisc::transport::{Answer, Cdb, Data, Errno, Transport};
use oxidisc::units::{Blocks, Lba};

use super::bench::{Bench, burn, image, options};
use super::meddled::{Deed, lie, meddled, no, sent};

const WRITE: u8 = 0x2a;
const SYNCHRONIZE: u8 = 0x35;
const CLOSE: u8 = 0x5b;
const BUFFER_CAPACITY: u8 = 0x5c;
const MODE_SELECT: u8 = 0x55;

fn run(drive: &mut Drive, options: &Options) -> Report {
    burn(drive, options).expect("prepared").1
}

fn failure(report: &Report) -> &Error {
    match &report.status {
        Status::Failed(error) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_full_buffer_takes_the_same_write_again_a_moment_later() {
    let bench = Bench::blank("dvd+r");
    let options = options(bench.image(&image(300, 31)));
    let mut left = 7;
    let (mut drive, log) = meddled(bench.sim(""), move |cdb| {
        let full = cdb[..6] == [WRITE, 0, 0, 0, 0, 0xa0] && left > 0;
        left -= u32::from(full);
        if full { no(2, 0x04, 0x08) } else { Deed::Pass }
    });
    let report = run(&mut drive, &options);
    assert_eq!((report.status, report.retries), (Status::Verified, 0));
    assert_eq!(report.buffer_full, 7);
    let writes = sent(&log, WRITE);
    let again = writes.iter().filter(|cdb| cdb[5] == 0xa0).count();
    assert_eq!((writes.len(), again), (19 + 7, 8));
}

#[test]
fn the_buffer_is_not_asked_after_before_it_was_full_once() {
    // libburn: a Pioneer DVR-216D loses data otherwise.
    for full in [false, true] {
        let bench = Bench::blank("dvd+r");
        let options = options(bench.image(&image(300, 32)));
        let mut once = full;
        let (mut drive, log) = meddled(bench.sim(""), move |cdb| {
            let refuse = cdb[0] == WRITE && cdb[5] == 0x80 && std::mem::take(&mut once);
            if refuse { no(2, 0x04, 0x08) } else { Deed::Pass }
        });
        assert_eq!(run(&mut drive, &options).status, Status::Verified);
        let log = log.lock().expect("no panic");
        let asked = log.iter().position(|cdb| cdb[0] == BUFFER_CAPACITY);
        let refused = log.iter().position(|cdb| cdb[0] == WRITE && cdb[5] == 0x80);
        assert_eq!(asked.is_some(), full);
        assert!(asked.is_none_or(|asked| Some(asked) > refused));
    }
}

#[test]
fn a_drive_that_never_takes_a_write_is_given_up_and_the_disc_can_be_gone_on_with() {
    let bench = Bench::blank("bd-r");
    let options = options(bench.image(&image(300, 42)));
    let (mut drive, _) = meddled(bench.sim(""), |cdb| {
        if cdb[0] == WRITE && cdb[5] == 0xa0 { no(2, 0x04, 0x08) } else { Deed::Pass }
    });
    let before = drive.time();
    let report = run(&mut drive, &options);
    let error = failure(&report);
    assert!(error.message.contains("long write in progress"), "{error}");
    let waited = (drive.time() - before).as_secs();
    assert!((200..400).contains(&waited), "{waited}");
    let on = Worth::Resumable { nwa: Lba(160), done: Blocks(160) };
    assert_eq!(report.worth, on);
    drop(drive);
    let resuming = Options { resume: true, ..options };
    assert_eq!(run(&mut bench.drive(""), &resuming).status, Status::Verified);
}

#[test]
fn what_a_drive_loses_of_its_buffer_is_sent_again_or_the_burn_has_failed() {
    // 12 MB to a drive whose power fails in the middle. Memory for all of its buffer, or not.
    let bytes = image(6000, 43);
    for (medium, fifo, saved) in [
        ("dvd+rw", 32 << 20, true),
        ("dvd+rw", 2 << 20, false),
        ("bd-re", 32 << 20, true),
        ("dvd+r", 32 << 20, true),
        ("bd-r", 32 << 20, true),
    ] {
        let bench = Bench::blank(medium);
        let options = Options { fifo: Some(fifo), verify: false, ..options(bench.image(&bytes)) };
        let plan = bench.path("faults.toml");
        let fault = "[[fault]]\nkind = 'power_loss'\nat_lba = 4800\nopcode = 0x2a\n";
        std::fs::write(&plan, fault).expect("written");
        let mut drive = bench.drive(&format!("faults={}", plan.display()));
        let report = run(&mut drive, &options);
        drop(drive);
        if saved {
            assert_eq!((&report.status, report.retries), (&Status::Written, 1), "{medium}");
            assert!(bench.read(0, 6000) == bytes, "{medium}");
        } else {
            let error = failure(&report);
            assert!(error.message.contains("lost more than is still in memory"), "{error}");
            assert_eq!(report.worth, Worth::Rewritable);
        }
    }
}

#[test]
fn a_write_whose_answer_was_lost_is_not_sent_again() {
    let bench = Bench::blank("bd-r");
    let bytes = image(300, 33);
    let options = options(bench.image(&bytes));
    let mut lost = 0;
    let (mut drive, log) = meddled(bench.sim(""), move |cdb| {
        let lose = cdb[0] == WRITE && matches!(cdb[5], 0x40 | 0xc0) && lost < 2;
        lost += u32::from(lose);
        // 7 is DID_ERROR.
        if lose { Deed::DoneAnd(Answer { host: 7, ..Answer::default() }) } else { Deed::Pass }
    });
    assert_eq!(run(&mut drive, &options).status, Status::Verified);
    let mut counts: HashMap<Vec<u8>, u32> = HashMap::new();
    for cdb in sent(&log, WRITE) {
        *counts.entry(cdb).or_default() += 1;
    }
    assert!(counts.values().all(|count| *count == 1));
}

#[test]
fn a_drive_that_calls_everything_good_and_does_nothing_is_found_out() {
    let bench = Bench::blank("dvd+r");
    let options = options(bench.image(&image(300, 34)));
    let (mut drive, _) = meddled(bench.sim(""), |cdb| {
        if matches!(cdb[0], WRITE | SYNCHRONIZE | CLOSE) { lie() } else { Deed::Pass }
    });
    let report = run(&mut drive, &options);
    let error = failure(&report);
    assert!(error.message.contains("says that the disc is blank"), "{error}");
    assert_eq!((error.kind, &report.worth), (Kind::BeforeDisc, &Worth::Untouched));
    drop(drive);
    assert_eq!(run(&mut bench.drive(""), &options).status, Status::Verified);
}

#[test]
fn a_drive_that_does_not_close_what_it_says_it_closed_is_found_out() {
    let bench = Bench::blank("bd-r");
    let options = options(bench.image(&image(300, 35)));
    let (mut drive, _) =
        meddled(bench.sim(""), |cdb| if cdb[0] == CLOSE { lie() } else { Deed::Pass });
    let report = run(&mut drive, &options);
    let error = failure(&report);
    assert!(error.message.contains("was to be closed and is open"), "{error}");
    assert_eq!((error.kind, &report.worth), (Kind::AfterDisc, &Worth::Unclosed));
    drop(drive);
    let resuming = Options { resume: true, ..options };
    assert_eq!(run(&mut bench.drive(""), &resuming).status, Status::Verified);
}

/// A drive that takes no time: one that another program simulates, say.
struct Timeless(SimDrive);

impl Transport for Timeless {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, timeout: Duration) -> Result<Answer, Errno> {
        self.0.idle(Duration::from_secs(1));
        let answer = self.0.execute(cdb, data, timeout)?;
        Ok(Answer { duration: Duration::ZERO, ..answer })
    }

    fn max_transfer(&self) -> usize {
        self.0.max_transfer()
    }

    fn wait(&mut self, time: Duration) {
        self.0.wait(time);
    }
}

#[test]
fn a_burn_faster_than_any_drive_counts_only_once_it_was_read_back() {
    let bytes = image(14_000, 38);
    let burnt = |simulate, verify| {
        let bench = Bench::blank("cd-r");
        let mut options = Options { verify, ..options(bench.image(&bytes)) };
        options.choices.simulate = simulate;
        run(&mut Drive::new(Box::new(Timeless(bench.sim("")))), &options)
    };
    for verify in [true, false] {
        let read = burnt(false, verify);
        assert_eq!(read.status, Status::Verified);
        assert!(read.remarks.iter().any(|remark| remark.contains("only what is read back")));
    }
    // What was only rehearsed cannot be read.
    let rehearsed = burnt(true, true);
    let error = failure(&rehearsed);
    assert!(error.message.contains("faster than any drive writes"), "{error}");
}

#[test]
fn a_rehearsal_that_the_drive_would_not_rehearse_is_not_begun() {
    // udftools #33: drives that forget the page. Here a rehearsal would become the real thing.
    for medium in ["dvd-r", "cd-r"] {
        let bench = Bench::blank(medium);
        let mut options = options(bench.image(&image(300, 36)));
        options.choices.simulate = true;
        let (mut drive, log) =
            meddled(bench.sim(""), |cdb| if cdb[0] == MODE_SELECT { lie() } else { Deed::Pass });
        let report = run(&mut drive, &options);
        let error = failure(&report);
        assert!(error.message.contains("does not keep the write parameters"), "{error}");
        assert_eq!((error.kind, &report.worth), (Kind::BeforeDisc, &Worth::Untouched));
        assert!(sent(&log, WRITE).is_empty(), "{medium}");
    }
}

#[test]
fn a_wrong_sequence_is_followed_by_a_flush_and_the_question_where_the_drive_is() {
    let bench = Bench::blank("dvd+r");
    let options = options(bench.image(&image(300, 37)));
    let mut once = true;
    let (mut drive, log) = meddled(bench.sim(""), move |cdb| {
        let refuse = cdb[0] == WRITE && cdb[5] == 0x80 && std::mem::take(&mut once);
        if refuse { no(5, 0x2c, 0x00) } else { Deed::Pass }
    });
    let report = run(&mut drive, &options);
    assert_eq!((report.status, report.retries), (Status::Verified, 1));
    let log = log.lock().expect("no panic");
    let refused = log.iter().position(|cdb| cdb[0] == WRITE && cdb[5] == 0x80).expect("sent");
    let next = log[refused + 1..].iter().find(|cdb| cdb[0] != 0).expect("something");
    assert_eq!(next[0], SYNCHRONIZE);
    let again = log[refused + 1..].iter().position(|cdb| cdb[0] == WRITE).expect("sent again");
    assert!(log[refused..=refused + again].iter().any(|cdb| cdb[0] == 0x52));
}

/// A burn of which the drive reports, once it was prepared, that the disc may be another one.
fn swapped(to_another: bool) -> (Report, usize) {
    let bench = Bench::blank("dvd+r");
    let options = options(bench.image(&image(300, 38)));
    let ready = Arc::new(AtomicBool::new(false));
    let (prepared, mut told) = (Arc::clone(&ready), false);
    let (mut drive, log) = meddled(bench.sim(""), move |cdb| {
        if !prepared.load(Ordering::SeqCst) {
            return Deed::Pass;
        }
        match cdb[0] {
            _ if !std::mem::replace(&mut told, true) => no(6, 0x28, 0x00),
            // READ DISC INFORMATION: one session more.
            0x51 if to_another => Deed::Change(|bytes| bytes[4] += 1),
            _ => Deed::Pass,
        }
    });
    let mut quiet = |_| ControlFlow::Continue(());
    let prepared = burn::prepare(&mut drive, &options, &mut quiet).expect("prepared");
    ready.store(true, Ordering::SeqCst);
    let report = burn::carry_out(&mut drive, &prepared, &options, &mut quiet);
    (report, sent(&log, WRITE).len())
}

#[test]
fn a_disc_that_was_swapped_after_it_was_looked_at_is_not_written_to() {
    let (report, writes) = swapped(true);
    let error = failure(&report);
    assert_eq!(error.message, "another disc was put into the drive");
    assert_eq!((error.kind, &report.worth, writes), (Kind::BeforeDisc, &Worth::Untouched, 0));
    // The same disc, taken out and put back in.
    assert_eq!(swapped(false).0.status, Status::Verified);
}

fn piped(bytes: usize) -> (PipeWriter, Options) {
    let (from, to) = std::io::pipe().expect("a pipe");
    let pipe = Arc::new(File::from(OwnedFd::from(from)));
    (to, options(Source::Stream { pipe, bytes: bytes as u64 }))
}

#[test]
fn an_image_that_comes_late_is_waited_for_and_the_wait_is_told() {
    let bench = Bench::blank("dvd+r");
    let bytes = image(3000, 39);
    let (mut to, options) = piped(bytes.len());
    let mut drive = bench.drive("");
    let mut quiet = |_| ControlFlow::Continue(());
    let prepared = burn::prepare(&mut drive, &options, &mut quiet).expect("prepared");
    let (first, rest) = bytes.split_at(2000 * 2048);
    let (go, wait) = std::sync::mpsc::channel();
    let (first, rest) = (first.to_vec(), rest.to_vec());
    let writer = std::thread::spawn(move || {
        to.write_all(&first).expect("taken");
        // Nothing more until the drive has written all of that and waits.
        wait.recv().expect("told");
        to.write_all(&rest).expect("taken");
    });
    let mut dry = 0;
    let mut observer = |event: Event| {
        if let Event::Progress(at) = event
            && at.stage == Stage::Writing
            && at.fifo_percent == 0
            && at.done >= 1900
        {
            dry += 1;
            if dry == 2 {
                let _ = go.send(());
            }
        }
        ControlFlow::Continue(())
    };
    // What was read ahead is less than the whole: the burn begins before all has come.
    let options = Options { fifo: Some(1 << 20), ..options };
    let report = burn::carry_out(&mut drive, &prepared, &options, &mut observer);
    writer.join().expect("no panic");
    assert_eq!(report.status, Status::Verified);
    assert!(report.stalls.count >= 1 && report.stalls.longest > std::time::Duration::ZERO);
    drop(drive);
    assert!(bench.read(0, 3000) == bytes);
}

#[test]
fn a_pipe_that_ends_early_leaves_a_disc_that_can_be_gone_on_with() {
    let bench = Bench::blank("bd-r");
    let bytes = image(3000, 40);
    let (mut to, options) = piped(bytes.len());
    let part = bytes[..2000 * 2048].to_vec();
    let writer = std::thread::spawn(move || to.write_all(&part));
    let mut drive = bench.drive("");
    let report = run(&mut drive, &Options { fifo: Some(1 << 20), ..options });
    writer.join().expect("no panic").expect("taken");
    let error = failure(&report);
    assert_eq!(error.message, "the image ended after 4096000 bytes, 6144000 were to come");
    let Worth::Resumable { nwa: Lba(nwa), done: Blocks(done) } = report.worth else {
        panic!("{}", report.worth)
    };
    assert!(done as i32 == nwa && (1800..=2000).contains(&done), "{done}");
    drop(drive);
    let resuming = Options { resume: true, ..super::bench::options(bench.image(&bytes)) };
    assert_eq!(run(&mut bench.drive(""), &resuming).status, Status::Verified);
    assert!(bench.read(0, 3000) == bytes);
}

#[test]
fn a_pipe_that_brings_more_than_was_said_is_not_closed_over() {
    let bench = Bench::blank("dvd+r");
    let bytes = image(600, 41);
    let (mut to, options) = piped(bytes.len());
    let more = [&bytes[..], &[7; 4096]].concat();
    let writer = std::thread::spawn(move || to.write_all(&more));
    let report = run(&mut bench.drive(""), &options);
    drop(options);
    let _ = writer.join();
    let error = failure(&report);
    assert!(error.message.contains("goes on behind the 1228800 bytes"), "{error}");
    // The disc is open: the right image, if it begins so, can be gone on with.
    assert_eq!(report.worth, Worth::Unclosed);
}
