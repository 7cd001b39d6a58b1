//! What blanking and formatting share, on scripted drives: the waits, the ways to fail, the second
//! look. And the states that the tests of both begin with.

use std::ops::ControlFlow;

use super::contents::{Contents, Found};
use super::state::{Formattable, State};
use super::{Action, Depth, Event, Prepared, Report, Stage, carry_out};
use crate::jobs::error::{Error, Kind};
use crate::jobs::survey::survey_drive;
use crate::mmc::Query;
use crate::mmc::cmd::format_unit::FormatUnit;
use crate::mmc::cmd::read_disc_information::{
    BackgroundFormat, DiscInformation, DiscStatus, ReadDiscInformation,
};
use crate::mmc::cmd::read_format_capacities::{FormatCapacities, FormatDescriptor, FormatState};
use crate::mmc::profile::Profile;
use crate::mmc::testing::{Script, Step};
use crate::transport::Errno;
use crate::units::Blocks;

/// READ DISC INFORMATION: status, and background format.
pub fn information(status: DiscStatus, background: BackgroundFormat) -> DiscInformation {
    ReadDiscInformation.parse(&information_bytes(status, background)).expect("parses")
}

fn information_bytes(status: DiscStatus, background: BackgroundFormat) -> [u8; 34] {
    let mut answer = [0u8; 34];
    answer[1] = 32;
    answer[2] = 0x10
        | match status {
            DiscStatus::Blank => 0,
            DiscStatus::Appendable => 1,
            DiscStatus::Complete => 0x0e,
            DiscStatus::Other => 3,
        };
    answer[3..7].fill(1);
    answer[7] = match background {
        BackgroundFormat::None => 0,
        BackgroundFormat::Suspended => 1,
        BackgroundFormat::Running => 2,
        BackgroundFormat::Done => 3,
    };
    answer
}

/// A disc of a profile with a status, formatted or not, and the formats that are listed.
pub fn state(
    profile: Profile,
    status: DiscStatus,
    (format, blocks): (FormatState, u32),
    list: &[(u8, u32, u32)],
) -> State {
    let formats = list.iter().map(|&(kind, blocks, parameter)| FormatDescriptor {
        kind,
        blocks: Blocks(blocks),
        parameter,
    });
    State {
        profile,
        disc: Some(information(status, BackgroundFormat::None)),
        formats: Some(FormatCapacities {
            state: format,
            blocks: Blocks(blocks),
            block_len: 2048,
            formats: formats.collect(),
        }),
        formattable: Formattable::default(),
        incremental: false,
        pseudo_overwrite: false,
        protection: None,
        spares: None,
        bare: None,
    }
}

const TEST: &[u8] = &[0, 0, 0, 0, 0, 0];
const BLANK_FAST: &[u8] = &[0xa1, 0x11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const FORMAT: &[u8] = &[0x04, 0x11, 0, 0, 0, 0];
const FLUSH: &[u8] = &[0x35, 0x02, 0, 0, 0, 0, 0, 0, 0, 0];
const STOP_FORMAT: &[u8] = &[0x5b, 0x01, 0, 0, 0, 0, 0, 0, 0, 0];
const SENSE: &[u8] = &[0x03, 0, 0, 0, 252, 0];

fn lock(on: u8) -> Step {
    Step::on(&[0x1e, 0, 0, 0, on, 0])
}

/// GET CONFIGURATION: the profile, and features that are current.
fn configuration(profile: u16, features: &[u16]) -> Step {
    let mut answer = vec![0, 0, 0, 4 + 4 * features.len() as u8, 0, 0];
    answer.extend(profile.to_be_bytes());
    for feature in features {
        answer.extend(feature.to_be_bytes());
        answer.extend([0x01, 0]);
    }
    Step::on(&[0x46, 0, 0, 0, 0, 0, 0, 0x10, 0, 0]).answer(&answer)
}

fn disc_information(status: DiscStatus, background: BackgroundFormat) -> Step {
    let answer = information_bytes(status, background);
    Step::on(&[0x51, 0, 0, 0, 0, 0, 0, 0, 0xea, 0]).answer(&answer)
}

/// READ FORMAT CAPACITIES: how it is formatted, and to how many blocks.
fn capacities(descriptor: u8, blocks: u32) -> Step {
    let mut answer = vec![0, 0, 0, 8];
    answer.extend(blocks.to_be_bytes());
    answer.extend([descriptor, 0, 8, 0]);
    Step::on(&[0x23, 0, 0, 0, 0, 0, 0, 0, 0xfc, 0]).answer(&answer)
}

/// The second look at a disc that is no DVD-RAM and no BD.
fn look(profile: u16, status: DiscStatus, background: BackgroundFormat, format: u8) -> [Step; 3] {
    [
        configuration(profile, &[]),
        disc_information(status, background),
        capacities(format, 2_295_104),
    ]
}

fn prepared(before: State, action: Action) -> Prepared {
    let inquiry = b"\x05\x80\x00\x32\x1f\x00\x00\x00TSSTcorpBDDVDW SE-506CB TS01";
    let script = Script::table(vec![Step::on(&[0x12, 0, 0, 0, 96, 0]).answer(inquiry)]);
    Prepared {
        drive: survey_drive(&mut script.drive()).expect("surveyed"),
        before,
        contents: Contents { found: Found::Data, ..Contents::NOTHING },
        action,
        remarks: Vec::new(),
    }
}

fn cd_rw() -> Prepared {
    let disc = state(Profile::CdRw, DiscStatus::Complete, (FormatState::Unformatted, 0), &[]);
    prepared(disc, Action::Blank(Depth::Fast))
}

fn dvd_plus_rw(finish: bool) -> Prepared {
    let unformatted = (FormatState::Unformatted, 2_295_104);
    let disc = state(Profile::DvdPlusRw, DiscStatus::Blank, unformatted, &[]);
    let all = FormatDescriptor { kind: 0x26, blocks: Blocks(FormatUnit::ALL), parameter: 0 };
    prepared(disc, Action::Background { start: Some(FormatUnit::new(all)), finish })
}

/// What a job was at, and how far.
type Seen = Vec<(Stage, Option<f64>)>;

/// Carries out, and brings what was reported on the way.
fn go(prepared: &Prepared, steps: Vec<Step>) -> (Result<Report, Error>, Seen) {
    go_until(prepared, steps, usize::MAX)
}

fn go_until(prepared: &Prepared, steps: Vec<Step>, most: usize) -> (Result<Report, Error>, Seen) {
    let script = Script::new(steps);
    let mut seen = Vec::new();
    let result = carry_out(&mut script.drive(), prepared, true, &mut |event: Event| {
        if let Event::Progress { stage, done, .. } = event {
            seen.push((stage, done));
        }
        if seen.len() >= most { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    script.finish();
    (result, seen)
}

#[test]
fn a_blank_is_waited_for_and_looked_at_again() {
    let mut steps = vec![
        lock(1),
        Step::on(BLANK_FAST),
        Step::on(TEST).working(0x04, 0x4000),
        Step::on(TEST).fails(2, 0x04, 0x04),
        Step::on(TEST),
    ];
    steps.extend(look(0x0a, DiscStatus::Blank, BackgroundFormat::None, 1));
    steps.push(lock(0));
    let (result, seen) = go(&cd_rw(), steps);
    let report = result.expect("blank");
    assert_eq!(report.after.status(), Some(DiscStatus::Blank));
    assert_eq!(report.remarks, [""; 0]);
    let (blanking, checking) = (Stage::Blanking, Stage::Checking);
    // The drive told once, and once it did not.
    assert_eq!(seen, [(blanking, Some(0.25)), (blanking, None), (checking, None)]);
}

#[test]
fn a_drive_that_is_ready_before_it_is_done_is_asked_until_it_tells() {
    let [configuration, information, capacities] =
        look(0x0a, DiscStatus::Blank, BackgroundFormat::None, 1);
    let ask = Step::on(&[0x51, 0, 0, 0, 0, 0, 0, 0, 0xea, 0]);
    let steps = vec![
        lock(1),
        Step::on(BLANK_FAST),
        Step::on(TEST),
        configuration,
        ask.clone().fails(2, 0x04, 0x07),
        ask.fails(2, 0x04, 0x04),
        information,
        capacities,
        lock(0),
    ];
    let report = go(&cd_rw(), steps).0.expect("blank");
    assert_eq!(report.after.status(), Some(DiscStatus::Blank));
}

#[test]
fn nothing_is_done_that_was_not_confirmed() {
    let script = Script::new(vec![]);
    let mut quiet = |_: Event| ControlFlow::Continue(());
    let error = carry_out(&mut script.drive(), &cd_rw(), false, &mut quiet).expect_err("asked");
    assert_eq!(error.kind, Kind::Usage);
    assert_eq!(error.message, "the disc holds data without a file system that is known");
    assert_eq!(error.hint.as_deref(), Some("say `--yes` if that may be lost"));
    let mut empty = cd_rw();
    empty.contents = Contents::NOTHING;
    assert_eq!(empty.loses(), None);
}

#[test]
fn a_drive_without_immed_is_asked_without() {
    let mut steps = vec![
        lock(1),
        Step::on(BLANK_FAST).fails(5, 0x24, 0x00),
        Step::on(&[0xa1, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        Step::on(TEST),
    ];
    steps.extend(look(0x0a, DiscStatus::Blank, BackgroundFormat::None, 1));
    steps.push(lock(0));
    go(&cd_rw(), steps).0.expect("blank");
}

#[test]
fn a_refusal_leaves_the_disc_as_it_was_and_a_bridge_is_suspected_first() {
    let refused = |step: Step| go(&cd_rw(), vec![lock(1), step, lock(0)]).0.expect_err("refused");
    // real-drives: ATAPI iHBS212.
    let error = refused(Step::on(BLANK_FAST).fails(5, 0x30, 0x06));
    assert_eq!(error.kind, Kind::BeforeDisc);
    assert!(error.message.ends_with("(05/30/06): the disc is as it was"), "{error}");
    let error = refused(Step::on(BLANK_FAST).fails(7, 0x27, 0x00));
    assert_eq!(error.kind, Kind::BeforeDisc);
    // real-drives: HL-DT-ST GT80N behind an INIC-3069.
    let twice = vec![
        lock(1),
        Step::on(BLANK_FAST).fails(5, 0x24, 0x00),
        Step::on(&[0xa1, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]).fails(5, 0x24, 0x00),
        lock(0),
    ];
    let error = go(&cd_rw(), twice).0.expect_err("refused");
    assert_eq!(error.kind, Kind::BeforeDisc);
    assert!(error.hint.is_some_and(|hint| hint.contains("USB bridge")));
}

#[test]
fn what_fails_on_the_way_leaves_nothing_to_rely_on() {
    let broken = |steps: Vec<Step>| {
        let mut all = vec![lock(1)];
        all.extend(steps);
        all.push(lock(0));
        go(&cd_rw(), all).0.expect_err("broken")
    };
    // real-drives: PHILIPS CDD4851, after 1.9 s.
    let error = broken(vec![Step::on(BLANK_FAST).fails(3, 0x73, 0x03)]);
    assert_eq!(error.kind, Kind::AfterDisc);
    assert!(error.hint.is_some_and(|hint| hint.contains("cannot set its laser")));
    let error = broken(vec![Step::on(BLANK_FAST), Step::on(TEST).fails(4, 0x09, 0x02)]);
    assert_eq!(error.kind, Kind::AfterDisc);
    let error = broken(vec![Step::on(BLANK_FAST).errno(Errno::EIO)]);
    assert_eq!(error.kind, Kind::AfterDisc);
    // It says yes, and does nothing.
    let mut steps = vec![Step::on(BLANK_FAST), Step::on(TEST)];
    steps.extend(look(0x0a, DiscStatus::Complete, BackgroundFormat::None, 1));
    let error = broken(steps);
    assert_eq!(error.kind, Kind::AfterDisc);
    assert!(error.message.contains("and yet it is not blank"), "{error}");
}

#[test]
fn who_does_not_want_to_wait_leaves_the_drive_at_it() {
    let steps = vec![lock(1), Step::on(BLANK_FAST), Step::on(TEST).fails(2, 0x04, 0x07), lock(0)];
    let error = go_until(&cd_rw(), steps, 1).0.expect_err("interrupted");
    assert_eq!(error.kind, Kind::Interrupted);
    assert_eq!(error.message, "interrupted: the drive goes on erasing by itself");
}

#[test]
fn a_fast_format_of_a_dvd_plus_rw_is_stopped_when_the_disc_can_be_written() {
    let list = [0, 2, 0, 8, 0xff, 0xff, 0xff, 0xff, 0x98, 0, 0, 0];
    let mut steps = vec![
        lock(1),
        Step::on(FORMAT).takes(&list),
        Step::on(TEST).fails(2, 0x04, 0x04),
        Step::on(TEST),
        Step::on(FLUSH),
        Step::on(TEST),
        Step::on(STOP_FORMAT),
        Step::on(TEST),
    ];
    steps.extend(look(0x1a, DiscStatus::Complete, BackgroundFormat::Suspended, 2));
    steps.push(lock(0));
    go(&dvd_plus_rw(false), steps).0.expect("formatted");
}

#[test]
fn a_full_format_of_a_dvd_plus_rw_is_watched_to_the_rim() {
    let running = || disc_information(DiscStatus::Complete, BackgroundFormat::Running);
    let half = [0x70, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 0, 4, 4, 0, 0x80, 0x80, 0];
    let begin = vec![lock(1), Step::on(FORMAT), Step::on(TEST), running()];
    let mut steps = begin.clone();
    steps.extend([
        Step::on(SENSE).answer(&half),
        running(),
        Step::on(SENSE).fails(5, 0x20, 0x00),
        disc_information(DiscStatus::Complete, BackgroundFormat::Done),
    ]);
    steps.extend(look(0x1a, DiscStatus::Complete, BackgroundFormat::Done, 2));
    steps.push(lock(0));
    let (result, seen) = go(&dvd_plus_rw(true), steps);
    result.expect("formatted");
    assert_eq!(seen[..2], [(Stage::Formatting, Some(0.5)), (Stage::Formatting, None)]);
    // Who stops it gets a disc that can be written.
    let mut steps = begin.clone();
    steps.extend([Step::on(SENSE).answer(&half), Step::on(STOP_FORMAT), lock(0)]);
    let error = go_until(&dvd_plus_rw(true), steps, 1).0.expect_err("stopped");
    assert_eq!(error.kind, Kind::Interrupted);
    // A drive that stops by itself.
    let mut steps = begin;
    steps.pop();
    steps.push(disc_information(DiscStatus::Complete, BackgroundFormat::Suspended));
    steps.push(lock(0));
    let error = go(&dvd_plus_rw(true), steps).0.expect_err("stopped");
    assert_eq!(error.kind, Kind::AfterDisc);
}

#[test]
fn a_size_that_the_drive_does_not_take_is_found_out() {
    // The PHILIPS SPD3300L keeps the size of a DVD-RAM (libburn).
    let disc = state(Profile::DvdRam, DiscStatus::Other, (FormatState::Formatted, 100), &[]);
    let format = FormatDescriptor { kind: 0, blocks: Blocks(2_295_072), parameter: 0x800 };
    let unit = FormatUnit::new(format);
    let said = |exact| {
        let mut steps = vec![lock(1), Step::on(FORMAT), Step::on(TEST)];
        steps.extend(look(0x12, DiscStatus::Other, BackgroundFormat::None, 2));
        for format in [0xc0, 0x0a] {
            let len = if format == 0xc0 { 8 } else { 16 };
            let ask = [0xad, 0, 0, 0, 0, 0, 0, format, 0, len, 0, 0];
            steps.push(Step::on(&ask).fails(5, 0x24, 0x00));
        }
        steps.push(lock(0));
        go(&prepared(disc.clone(), Action::Format { unit, exact }), steps).0
    };
    let error = said(true).expect_err("another size");
    assert_eq!(error.kind, Kind::AfterDisc);
    assert_eq!(
        error.message,
        "the drive formatted the disc to 2295104 sectors in place of 2295072"
    );
    // Where it was about a size, the drive may round.
    said(false).expect("formatted");
}

#[test]
fn zeros_are_written_and_a_full_buffer_is_waited_for() {
    let disc = state(Profile::DvdPlusRw, DiscStatus::Complete, (FormatState::Formatted, 96), &[]);
    let wipe = prepared(disc, Action::Overwrite { ranges: vec![0..40, 64..96], restart: None });
    let write = |lba: u8, blocks: u8| {
        let zeros = vec![0; usize::from(blocks) * 2048];
        Step::on(&[0x2a, 0, 0, 0, 0, lba, 0, 0, blocks, 0]).takes(&zeros)
    };
    let steps = vec![
        lock(1),
        write(0, 32),
        write(32, 8).fails(2, 0x04, 0x08),
        write(32, 8),
        write(64, 32).fails(3, 0x0c, 0x00),
        lock(0),
    ];
    let (result, seen) = go(&wipe, steps);
    let error = result.expect_err("a write error");
    assert_eq!((error.kind, seen.len()), (Kind::AfterDisc, 2));
    assert!(error.message.starts_with("WRITE (10) at 64: medium error"), "{error}");
    // The first one refused: the disc is as it was.
    let steps = vec![lock(1), write(0, 32).fails(7, 0x27, 0x00), lock(0)];
    assert_eq!(go(&wipe, steps).0.expect_err("protected").kind, Kind::BeforeDisc);
    // Stopped on the way: what is in the buffer goes to the disc.
    let flush = Step::on(&[0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    let (result, _) = go_until(&wipe, vec![lock(1), write(0, 32), flush, lock(0)], 1);
    assert_eq!(result.expect_err("stopped").kind, Kind::Interrupted);
}
