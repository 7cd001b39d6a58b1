//! A simulated drive that is made of a recording answers what was recorded: each of the simulated
//! drives is recorded, and the drive that comes of it is asked the same.

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use oxidisc::jobs::interview::interview;
use oxidisc::jobs::survey::{survey_drive, survey_medium};
use oxidisc::mmc::Drive;
use oxidisc::sim;
use oxidisc::transport::record::{BULK_ABOVE, Options, Recorder};
use oxidisc::transport::recording::{Exchange, Payload, Phase, Recording};
use oxidisc::transport::{Cdb, Data, Transport};

/// Each drive, with the discs that it is asked about: pressed, blank, rewritten.
const DRIVES: [(&str, &str); 14] = [
    ("wh16ns40", "bd-rom dvd-rom cd-rom +bd-r +bd-re"),
    ("bw-16d1ht", "bd-rom +bd-r +dvd+r-dl"),
    ("bu40n", "bd-rom +bd-r"),
    ("se-506cb", "bd-rom +dvd+r"),
    ("dvr-111d", "dvd-rom +dvd-r +dvd-ram"),
    ("dvr-216d", "dvd-rom +dvd-rw"),
    ("ad-7590s", "dvd-rom +dvd+r-dl"),
    ("gsa-4167b", "dvd-rom +dvd+rw"),
    ("ts-l632h", "dvd-rom +dvd+r"),
    ("nd-3540a", "dvd-rom +dvd+rw"),
    ("drw-24f1st", "dvd-rom cd-rom"),
    ("px-w4824a", "cd-rom +cd-rw"),
    ("cdd4851", "cd-rom +cd-r"),
    ("burnmax48", "cd-rom +cd-r"),
];

/// Records the drive of a spec as `record-drive` does.
fn recorded(spec: &str, path: &Path) -> Recording {
    let file = std::fs::File::create(path).expect("a file");
    let inner = Box::new(sim::open_ready(spec).expect(spec));
    let options = Options { bulk_above: BULK_ABOVE, redact: false, contents: false };
    let recorder = Recorder::new(inner, file, spec.to_string(), options).expect("room");
    let mut drive = Drive::new(Box::new(recorder));
    let facts = survey_drive(&mut drive).expect("it says who it is");
    let medium = survey_medium(&mut drive, &facts).expect("it is ready");
    let report =
        interview(&mut drive, &facts, medium.as_ref(), &[], &mut |_| ControlFlow::Continue(()));
    assert_eq!(report.ended, None, "{spec}");
    drop(drive);
    Recording::load(path).expect("our own")
}

/// Whether a command is about the drive, or about what it makes of the disc.
fn about_the_drive(exchange: &Exchange) -> bool {
    // INQUIRY, GET CONFIGURATION, MODE SENSE, GET PERFORMANCE, READ DISC INFORMATION.
    matches!(exchange.cdb.opcode(), 0x12 | 0x46 | 0x5a | 0xac | 0x51)
}

/// Data and sense of a command.
fn ask(drive: &mut dyn Transport, cdb: &Cdb, len: usize) -> (Vec<u8>, Vec<u8>) {
    let mut buffer = vec![0; len];
    let answer = drive.execute(cdb, Data::In(&mut buffer), Duration::from_secs(60));
    let answer = answer.expect("it takes commands");
    buffer.truncate(len - usize::try_from(answer.resid).expect("no more than asked"));
    (buffer, answer.sense)
}

fn was(exchange: &Exchange) -> (usize, (Vec<u8>, Vec<u8>)) {
    let Phase::In { len, data: Payload::Bytes(data) } = &exchange.phase else {
        panic!("{}: no data in full", exchange.cdb)
    };
    let answer = exchange.outcome.as_ref().expect("the kernel took it");
    (*len, (data.clone(), answer.sense.clone()))
}

fn specs() -> Vec<(&'static str, String)> {
    let spec = |disc: &str| match disc.strip_prefix('+') {
        Some(blank) => format!("sim:blank?medium={blank}"),
        None => format!("sim:demo?medium={disc}"),
    };
    let of = |(drive, discs): &(&'static str, &'static str)| {
        let drive = *drive;
        discs.split(' ').map(move |disc| (drive, spec(disc))).collect::<Vec<_>>()
    };
    DRIVES.iter().flat_map(of).collect()
}

#[test]
fn a_drive_made_of_a_recording_answers_as_the_recorded_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    let mut compared = 0;
    for (drive, disc) in specs() {
        let recording = recorded(&format!("{disc}&persona={drive}"), &path);
        let spec = format!("{disc}&persona={}", path.display());
        let mut copy = sim::open_ready(&spec).expect("a drive");
        for exchange in recording.exchanges.iter().filter(|exchange| about_the_drive(exchange)) {
            let (len, was) = was(exchange);
            let is = ask(&mut copy, &exchange.cdb, len);
            assert_eq!(is, was, "{drive}, {disc}: {}", exchange.cdb);
            compared += 1;
        }
    }
    assert!(compared > 1500, "{compared}");
}

/// What a recording does not show is as most drives have it: any disc goes in.
#[test]
fn a_drive_made_of_a_recording_takes_other_discs() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    recorded("sim:demo?medium=cd-rom&persona=dvr-111d", &path);
    let name = |disc: &str| {
        let spec = format!("{disc}&persona={}", path.display());
        let mut drive = Drive::new(Box::new(sim::open_ready(&spec).expect("a drive")));
        let facts = survey_drive(&mut drive).expect("it says who it is");
        assert_eq!(facts.identity.product, "DVD-RW  DVR-111D");
        let medium = survey_medium(&mut drive, &facts);
        medium.map(|medium| medium.expect("a disc").profile.to_string())
    };
    assert_eq!(name("sim:demo?medium=dvd-rom").expect("ready"), "DVD-ROM");
    assert_eq!(name("sim:blank?medium=dvd+rw").expect("ready"), "DVD+RW");
    // 5/30/00: no drive for it.
    assert_eq!(name("sim:demo?medium=bd-rom").expect("asked"), "no medium");
}

#[test]
fn what_no_drive_can_be_made_of_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.jsonl");
    let reason = |text: &str| {
        let mut file = std::fs::File::create(&path).expect("a file");
        file.write_all(text.as_bytes()).expect("room");
        let spec = format!("sim:demo?persona={}", path.display());
        let error = sim::open(&spec).err().expect("refused").reason;
        error.replace(&path.display().to_string(), "F")
    };
    let header = "{\"oxidisc_recording\":1}\n";
    let line = |cdb: &str, data: &str| {
        format!("{{\"cdb\":\"{cdb}\",\"dir\":\"in\",\"data\":\"{data}\"}}\n")
    };
    let inquiry = line("12 00 00 00 60 00", &"05".repeat(36));
    let all = "46 00 00 00 00 00 00 10 00 00";
    assert_eq!(reason("{}"), "F:1: no recording: the first line has no \"oxidisc_recording\"");
    let none = "F: no drive can be made of it: ";
    assert_eq!(reason(header), format!("{none}INQUIRY is not answered"));
    let short = header.to_string() + &line("12 00 00 00 60 00", "0580");
    assert_eq!(reason(&short), format!("{none}INQUIRY is not answered"));
    let unknown = format!("{header}{inquiry}");
    assert_eq!(reason(&unknown), format!("{none}GET CONFIGURATION is not answered"));
    let empty = unknown + &line(all, "00000004000000 00");
    assert_eq!(reason(&empty), format!("{none}GET CONFIGURATION is answered without profiles"));
    let gone = PathBuf::from("/nonexistent/a.jsonl");
    let error = sim::open(&format!("sim:demo?persona={}", gone.display())).err().expect("refused");
    assert!(error.reason.contains("no such file"), "{}", error.reason);
}
