//! `virtual`: a simulated drive given to other programs. What needs root and modules is the lab's.

use crate::harness::Place;

/// The binary under test, to be run by itself.
const OXIDISC: &str = env!("CARGO_BIN_EXE_oxidisc");

#[test]
fn a_program_that_is_run_with_a_drive_finds_it_and_nobody_else_does() {
    let place = Place::new();
    let run = place.run(&format!(
        "virtual run demo?pace=1000 --at /dev/sr7 -- {OXIDISC} -d /dev/sr7 --json info"
    ));
    let run = run.code(0);
    let result = run.result();
    assert_eq!(result["drive"]["path"], "/dev/sr7");
    assert_eq!(result["medium"]["volume_id"], "OXIDISC_DEMO", "{}", run.report());
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn the_exit_code_is_the_program_s() {
    let place = Place::new();
    place.file("seven", "exit 7\n");
    place.run("virtual run demo -- sh seven").code(7);
    let run = place.run("virtual run demo -- no-such-program").code(1);
    assert_eq!(
        run.stderr,
        "error: cannot start no-such-program: no such file or directory\n\
         hint: is it installed, and in your PATH?\n"
    );
}

#[test]
fn a_spec_that_means_nothing_starts_no_program() {
    let place = Place::new();
    for verb in ["run nope.iso -- touch started", "attach nope.iso", "attach nope.iso --daemon"] {
        let run = place.run(&format!("virtual {verb}")).code(2);
        assert!(run.stderr.starts_with("error: simulated drive 'nope.iso'"), "{}", run.report());
    }
    assert_eq!(place.files(), [""; 0]);
}

#[test]
fn what_the_program_asked_can_be_recorded() {
    let place = Place::new();
    place
        .run(&format!("virtual run demo --record asked.rec -- {OXIDISC} -d /dev/sr0 eject"))
        .code(0);
    let text = String::from_utf8(place.read("asked.rec")).expect("text");
    assert!(text.contains(r#""cdb":"1b 00 00 00 02 00""#), "{text}");
}

#[test]
fn a_drive_that_was_never_attached_is_not_detached() {
    let place = Place::new();
    let run = place.run("virtual detach nowhere/sr0").code(3);
    assert!(run.stderr.contains("nowhere/sr0 is no drive"), "{}", run.report());
}
