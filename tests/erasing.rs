//! Blanking and formatting on the simulated drive: what is there before, what is said to be lost,
//! what is there afterwards. The drive knows nothing of the jobs and the jobs nothing of the drive
//! but its answers.

use std::io::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use oxidisc::jobs::blank;
use oxidisc::jobs::erasing::state::State;
use oxidisc::jobs::erasing::{Action, Depth, Event, Prepared, Report, Stage};
use oxidisc::jobs::error::{Error, Kind};
use oxidisc::jobs::format::{self, Spares};
use oxidisc::mmc::Drive;
use oxidisc::mmc::cmd::close_track_session::{CloseFunction, CloseTrackSession};
use oxidisc::mmc::cmd::read_disc_information::{BackgroundFormat, DiscStatus};
use oxidisc::mmc::cmd::read_format_capacities::FormatState;
use oxidisc::mmc::cmd::synchronize_cache::SynchronizeCache;
use oxidisc::mmc::cmd::write::Write10;
use oxidisc::mmc::mode_page::ModePage;
use oxidisc::mmc::profile::Profile;
use oxidisc::sim;
use oxidisc::transport::{Answer, Cdb, Data, Errno, Transport};
use oxidisc::units::{Blocks, Lba};

fn insert(spec: &str) -> Drive {
    let drive = sim::open(spec).unwrap_or_else(|error| panic!("{error}"));
    Drive::new(Box::new(drive))
}

fn quiet(_: Event) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

/// An image of which only some sectors are not zero: ISO 9660 with the label PLAIN.
fn image() -> Vec<u8> {
    let bytes = include_bytes!("fixtures/filesystems/plain.sectors");
    let (count, mut rest) = bytes[8..].split_first_chunk().expect("a count");
    let mut image = vec![0; u32::from_le_bytes(*count) as usize * 2048];
    while let Some((&[a, b, c, d, low, high], after)) = rest.split_first_chunk() {
        let at = u32::from_le_bytes([a, b, c, d]) as usize * 2048;
        let (data, after) = after.split_at(usize::from(u16::from_le_bytes([low, high])));
        image[at..at + data.len()].copy_from_slice(data);
        rest = after;
    }
    image.resize(image.len().next_multiple_of(32 * 2048), 0);
    image
}

/// Writes it from LBA 0 on, as one does to a disc that is written over.
fn write(drive: &mut Drive, image: &[u8]) {
    for (index, chunk) in (0..).zip(image.chunks(32 * 2048)) {
        let write = Write10 { lba: Lba(index * 32), blocks: (chunk.len() / 2048) as u16 };
        while let Err(error) = drive.write_from(&write, chunk) {
            assert_eq!(error.triple().map(|(key, asc, _)| (key, asc)), Some((2, 4)), "{error}");
            drive.wait(Duration::from_millis(20));
        }
    }
    drive.run(&SynchronizeCache { immediate: false }).expect("flushed");
}

/// Page 05h, and the image as a track that is closed with its session.
fn write_a_session(drive: &mut Drive, image: &[u8], track: u16, page: [u8; 3]) {
    let [write_type, track_mode, packet] = page;
    let outcome = drive.change_page(ModePage::WRITE_PARAMETERS, |page| {
        let mut write = page.write_parameters().expect("page 05h");
        write.set_write_type(write_type);
        write.set_test_write(false);
        write.set_link_size((packet > 0).then_some(packet));
        write.set_packet_size((packet > 0).then_some(u32::from(packet)));
        write.set_track_mode(track_mode);
        write.set_data_block_type(8);
        write.set_multi_session(true);
    });
    assert!(outcome.expect("answered").is_done());
    write(drive, image);
    for (function, track) in [(CloseFunction::Track, track), (CloseFunction::Session, 0)] {
        if function == CloseFunction::Session || packet > 0 {
            let close = CloseTrackSession { function, track, immediate: false };
            drive.run(&close).unwrap_or_else(|error| panic!("{error}"));
        }
    }
}

fn blanked(drive: &mut Drive, depth: Depth) -> Result<Report, Error> {
    let prepared = blank::prepare(drive, &blank::Options { depth }, &mut quiet)?;
    blank::carry_out(drive, &prepared, true, &mut quiet)
}

fn to_format(drive: &mut Drive, depth: Depth, spares: Option<Spares>) -> Result<Prepared, Error> {
    let options = format::Options { depth, spares, offer: None };
    format::prepare(drive, &options, &mut quiet)
}

fn formatted(drive: &mut Drive, depth: Depth, spares: Option<Spares>) -> Result<Report, Error> {
    let prepared = to_format(drive, depth, spares)?;
    format::carry_out(drive, &prepared, true, &mut quiet)
}

fn blocks(report: &Report) -> u32 {
    report.after.formatted_blocks().expect("formatted").0
}

#[test]
fn what_is_on_a_disc_without_blank_is_named_asked_for_and_gone() {
    for medium in ["dvd+rw", "dvd-ram", "bd-re"] {
        let mut drive = insert(&format!("sim:blank?medium={medium}&capacity=16384"));
        formatted(&mut drive, Depth::Fast, None).unwrap_or_else(|error| panic!("{error}"));
        let fast = blank::Options { depth: Depth::Fast };
        let empty = blank::prepare(&mut drive, &fast, &mut quiet).expect("prepared");
        assert_eq!(empty.action, Action::Nothing("nothing is on it".into()), "{medium}");
        write(&mut drive, &image());
        let prepared = blank::prepare(&mut drive, &fast, &mut quiet).expect("prepared");
        let lost = prepared.loses().expect("a file system");
        assert!(lost.starts_with("ISO 9660"), "{medium}: {lost}");
        let error = blank::carry_out(&mut drive, &prepared, false, &mut quiet);
        let error = error.expect_err("not confirmed");
        assert_eq!((error.kind, error.message), (Kind::Usage, format!("the disc holds {lost}")));
        let mut done = Vec::new();
        let report = blank::carry_out(&mut drive, &prepared, true, &mut |event: Event| {
            if let Event::Progress { stage: Stage::Overwriting, done: Some(part), .. } = event {
                done.push(part);
            }
            ControlFlow::Continue(())
        });
        let report = report.unwrap_or_else(|error| panic!("{medium}: {error}"));
        assert_eq!(report.contents.to_string(), lost);
        assert!(done.is_sorted() && done.contains(&1.0), "{medium}: {done:?}");
        let empty = blank::prepare(&mut drive, &fast, &mut quiet).expect("prepared");
        assert!(!empty.action.changes(), "{medium}: {}", empty.action);
        // All of it, and nothing to be confirmed any more.
        let whole = blank::Options { depth: Depth::Full };
        let whole = blank::prepare(&mut drive, &whole, &mut quiet).expect("prepared");
        assert_eq!(whole.loses(), None, "{medium}");
        blank::carry_out(&mut drive, &whole, false, &mut quiet).expect("overwritten");
    }
}

#[test]
fn a_dvd_plus_rw_is_ready_soon_and_formatted_to_the_rim_later() {
    let mut drive = insert("sim:blank?medium=dvd+rw");
    let never = blanked(&mut drive, Depth::Full).expect("nothing to do");
    assert_eq!(never.action, Action::Nothing("it was never written".into()));
    let report = formatted(&mut drive, Depth::Fast, None).expect("formatted");
    assert_eq!(report.after.background(), BackgroundFormat::Suspended);
    let ready = report.drive_time;
    let again = to_format(&mut drive, Depth::Fast, None).expect("prepared");
    assert!(!again.action.changes(), "{}", again.action);
    write(&mut drive, &image());
    // Going on with it loses nothing.
    let prepared = to_format(&mut drive, Depth::Full, None).expect("prepared");
    assert_eq!(prepared.loses(), None);
    let report = format::carry_out(&mut drive, &prepared, false, &mut quiet).expect("formatted");
    assert_eq!(report.after.background(), BackgroundFormat::Done);
    assert!(report.drive_time > ready * 5, "{:?} after {ready:?}", report.drive_time);
    // From the beginning does.
    let prepared = to_format(&mut drive, Depth::Full, None).expect("prepared");
    assert!(prepared.loses().expect("a file system").starts_with("ISO 9660"));
}

#[test]
fn a_bd_re_gets_the_spare_areas_that_were_asked_for() {
    let mut drive = insert("sim:blank?medium=bd-re");
    let listing = format::list(&mut drive, &mut quiet).expect("listed");
    assert_eq!(listing.state.format_state(), Some(FormatState::Unformatted));
    let offered = |kind: u8| listing.offers.iter().filter(move |it| it.format.kind == kind);
    let bare = offered(0x31).next().expect("without spares").blocks.0;
    let least = offered(0x30).map(|it| it.blocks.0).max().expect("with spares");
    let most = offered(0x30).map(|it| it.blocks.0).min().expect("with spares");
    let default = offered(0x00).next().expect("the default").blocks.0;
    for (spares, expected) in [
        (Spares::Default, default),
        (Spares::None, bare),
        (Spares::Min, least),
        (Spares::Max, most),
        // 512 MiB are 262144 sectors.
        (Spares::Bytes(512 << 20), bare - 262_144),
    ] {
        let report = formatted(&mut drive, Depth::Fast, Some(spares)).expect("formatted");
        assert_eq!(blocks(&report), expected, "{spares:?}");
        let total = report.after.spares.and_then(|area| area.total).unwrap_or(Blocks(0));
        assert_eq!(total.0, bare - expected, "{spares:?}");
    }
    // As it is, and nothing to do; again, and the same.
    let report = formatted(&mut drive, Depth::Fast, Some(Spares::Min)).expect("formatted");
    assert_eq!(blocks(&report), least);
    let report = formatted(&mut drive, Depth::Fast, Some(Spares::Min)).expect("formatted so");
    assert_eq!(report.action, Action::Nothing("it is formatted so already".into()));
    let report = formatted(&mut drive, Depth::Full, None).expect("formatted again");
    assert_eq!(blocks(&report), least);
    let error = formatted(&mut drive, Depth::Fast, Some(Spares::Bytes(1))).expect_err("too little");
    assert_eq!(error.kind, Kind::Usage);
}

#[test]
fn a_dvd_ram_takes_every_size_that_is_listed() {
    let mut drive = insert("sim:blank?medium=dvd-ram");
    let mut now = 2_236_704;
    for spares in [Some(Spares::Max), Some(Spares::Min), Some(Spares::Default), None] {
        // Smaller ones are listed by how large it is now.
        let listing = format::list(&mut drive, &mut quiet).expect("listed");
        let sizes = || listing.offers.iter().map(|offer| offer.blocks.0);
        now = match spares {
            Some(Spares::Max) => sizes().min().expect("one"),
            Some(Spares::Min) => sizes().max().expect("one"),
            Some(_) => sizes().next().expect("one"),
            None => now,
        };
        let report = formatted(&mut drive, Depth::Fast, spares);
        let report = report.unwrap_or_else(|error| panic!("{spares:?}: {error}"));
        assert_eq!(blocks(&report), now, "{spares:?}");
    }
    let fast = formatted(&mut drive, Depth::Fast, Some(Spares::Min)).expect("formatted");
    let full = formatted(&mut drive, Depth::Full, Some(Spares::Min)).expect("formatted");
    assert!(full.drive_time > fast.drive_time * 5, "{:?}", (fast.drive_time, full.drive_time));
}

#[test]
fn what_is_written_once_stays_as_it_is() {
    for medium in ["cd-r", "dvd-r", "dvd+r", "dvd+r-dl", "bd-r"] {
        let mut drive = insert(&format!("sim:blank?medium={medium}"));
        let error = blanked(&mut drive, Depth::Full).expect_err("written once");
        assert_eq!(error.kind, Kind::Unusable, "{medium}");
        assert!(error.message.ends_with("is written once: nothing erases it"), "{error}");
        let error = formatted(&mut drive, Depth::Fast, None).expect_err("not formatted");
        let expected = if medium == "bd-r" { Kind::Usage } else { Kind::Unusable };
        assert_eq!(error.kind, expected, "{medium}: {error}");
    }
    let mut drive = insert("sim:demo?medium=dvd-rom");
    assert_eq!(blanked(&mut drive, Depth::Fast).expect_err("pressed").kind, Kind::Unusable);
    let mut drive = insert("sim:demo?tray=empty");
    let error = formatted(&mut drive, Depth::Fast, None).expect_err("no disc");
    assert_eq!(error.kind, Kind::Unusable);
    assert!(format::list(&mut drive, &mut quiet).is_err());
}

#[test]
fn a_cd_rw_is_blanked_fast_or_whole() {
    let mut drive = insert("sim:blank?medium=cd-rw&capacity=20000");
    for depth in [Depth::Fast, Depth::Full] {
        let nothing = blanked(&mut drive, Depth::Fast).expect("blank already");
        assert_eq!(nothing.action, Action::Nothing("it is blank already".into()));
        // Track at once.
        write_a_session(&mut drive, &image(), 1, [1, 4, 0]);
        let prepared = blank::prepare(&mut drive, &blank::Options { depth }, &mut quiet);
        let prepared = prepared.expect("prepared");
        assert!(prepared.loses().expect("a file system").starts_with("ISO 9660"));
        let report = blank::carry_out(&mut drive, &prepared, true, &mut quiet).expect("blanked");
        assert_eq!(report.after.status(), Some(DiscStatus::Blank), "{depth:?}");
    }
}

#[test]
fn a_dvd_rw_goes_from_sequential_to_overwritable_and_back() {
    let mut drive = insert("sim:blank?medium=dvd-rw&capacity=16384");
    // In increments.
    write_a_session(&mut drive, &image(), 1, [0, 5, 16]);
    let fast = blanked(&mut drive, Depth::Fast).expect("blanked");
    assert_eq!((fast.after.status(), fast.after.incremental), (Some(DiscStatus::Blank), false));
    assert_eq!(fast.remarks, ["it can now be written at once only, in one session"]);
    let full = blanked(&mut drive, Depth::Full).expect("blanked");
    assert!(full.after.incremental && full.remarks.is_empty(), "{:?}", full.remarks);
    // Quickly, and then written from its start.
    let quick = formatted(&mut drive, Depth::Fast, None).expect("formatted");
    assert_eq!(quick.after.profile, Profile::DvdRwRestrictedOverwrite);
    assert_eq!(quick.after.format_state(), Some(FormatState::Unknown));
    let error = blanked(&mut drive, Depth::Fast).expect_err("not formatted to its end");
    assert_eq!(error.kind, Kind::Unusable);
    write(&mut drive, &image());
    let function = CloseFunction::Session;
    drive.run(&CloseTrackSession { function, track: 0, immediate: false }).expect("closed");
    let wiped = blanked(&mut drive, Depth::Fast).expect("overwritten");
    assert!(wiped.contents.to_string().starts_with("ISO 9660"), "{}", wiped.contents);
    // All of it, and back.
    let whole = formatted(&mut drive, Depth::Full, None).expect("formatted");
    assert_eq!(blocks(&whole), 16_384);
    let back = blanked(&mut drive, Depth::Full).expect("blanked");
    assert_eq!(back.after.profile, Profile::DvdRwSequential);
    assert_eq!(back.after.status(), Some(DiscStatus::Blank));
}

#[test]
fn a_bd_r_gets_its_spare_areas_once_and_no_pseudo_overwrite() {
    for (spares, expected) in [
        (Spares::Default, 11_826_176),
        (Spares::Min, 12_088_320),
        (Spares::Max, 5_796_864),
        (Spares::Bytes(1 << 30), 12_219_392 - 524_288),
    ] {
        let mut drive = insert("sim:blank?medium=bd-r");
        let report = formatted(&mut drive, Depth::Fast, Some(spares)).expect("formatted");
        assert_eq!(blocks(&report), expected, "{spares:?}");
        assert!(!report.after.pseudo_overwrite && report.after.spares.is_some(), "{spares:?}");
        let again = formatted(&mut drive, Depth::Fast, Some(Spares::Min)).expect("nothing to do");
        assert!(!again.action.changes(), "{}", again.action);
    }
}

/// Counts the commands that pass.
struct Counted(Box<dyn Transport>, Arc<AtomicU64>);

impl Transport for Counted {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, time: Duration) -> Result<Answer, Errno> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.execute(cdb, data, time)
    }

    fn max_transfer(&self) -> usize {
        self.0.max_transfer()
    }

    fn wait(&mut self, time: Duration) {
        self.0.wait(time);
    }
}

/// A job on a small disc, with a fault at one of its commands.
struct Trial {
    medium: &'static str,
    prepare: fn(&mut Drive) -> Result<Prepared, Error>,
}

impl Trial {
    /// With the fault, or without; brings the numbers of the first and the last command of what was
    /// carried out.
    fn run(&self, fault: Option<(&str, u64)>) -> (Result<Report, Error>, State, [u64; 2]) {
        let mut plan = tempfile::NamedTempFile::new().expect("a temporary file");
        let mut spec = format!("sim:blank?medium={}&capacity=16384", self.medium);
        if let Some((kind, at)) = fault {
            writeln!(plan, "[[fault]]\nkind = \"{kind}\"\nat_command = {at}").expect("written");
            spec.push_str(&format!("&faults={}", plan.path().display()));
        }
        let sim = sim::open(&spec).unwrap_or_else(|error| panic!("{error}"));
        let count = Arc::new(AtomicU64::new(0));
        let mut drive = Drive::new(Box::new(Counted(Box::new(sim), Arc::clone(&count))));
        let prepared = (self.prepare)(&mut drive).unwrap_or_else(|error| panic!("{error}"));
        let first = count.load(Ordering::Relaxed) + 1;
        let result = blank::carry_out(&mut drive, &prepared, true, &mut quiet);
        let last = count.load(Ordering::Relaxed);
        (result, prepared.before, [first, last])
    }
}

#[test]
fn whatever_happens_on_the_way_the_end_tells_the_truth() {
    fn format_bd_re(drive: &mut Drive) -> Result<Prepared, Error> {
        to_format(drive, Depth::Fast, Some(Spares::Min))
    }
    fn format_dvd_plus_rw(drive: &mut Drive) -> Result<Prepared, Error> {
        to_format(drive, Depth::Full, None)
    }
    fn blank_dvd_ram(drive: &mut Drive) -> Result<Prepared, Error> {
        write(drive, &image());
        blank::prepare(drive, &blank::Options { depth: Depth::Fast }, &mut quiet)
    }
    const BOTH: [Kind; 2] = [Kind::BeforeDisc, Kind::AfterDisc];
    for trial in [
        Trial { medium: "bd-re", prepare: format_bd_re },
        Trial { medium: "dvd+rw", prepare: format_dvd_plus_rw },
        Trial { medium: "dvd-ram", prepare: blank_dvd_ram },
    ] {
        let (good, before, [first, last]) = trial.run(None);
        let good = good.unwrap_or_else(|error| panic!("{}: {error}", trial.medium));
        for kind in ["unplug", "reset", "timeout", "power_loss", "host_error", "busy", "noise"] {
            // How it begins, and how it is looked at again.
            for at in (first..=last).filter(|at| *at < first + 16 || *at + 16 > last) {
                let (result, ..) = trial.run(Some((kind, at)));
                let case = format!("{} {kind} at {at} of {first} to {last}", trial.medium);
                match result {
                    // Who says that it is done has what one gets without the fault. What noise
                    // tells of the disc need not be so.
                    Ok(_) if kind == "noise" => {}
                    Ok(report) => {
                        assert_eq!(report.after.formats, good.after.formats, "{case}");
                        assert_eq!(report.before.formats, before.formats, "{case}");
                    }
                    Err(error) => {
                        // The tray is locked, the first command to the disc sent.
                        let expected = if at > first + 1 { &[Kind::AfterDisc][..] } else { &BOTH };
                        assert!(expected.contains(&error.kind), "{case}: {:?} {error}", error.kind);
                        assert!(error.command.is_some() || error.hint.is_some(), "{case}: {error}");
                    }
                }
            }
        }
    }
}
