//! Help, wrong usage, and where output goes.

use std::process::Stdio;

use crate::harness::{Place, expect_all};

#[test]
fn help_of_every_command() {
    let place = Place::new();
    expect_all(
        "help",
        &place,
        &[
            "--help",
            "drives --help",
            "info --help",
            "rip --help",
            "burn --help",
            "verify --help",
            "blank --help",
            "format --help",
            "eject --help",
            "load --help",
            "decode --help",
            "decode sense --help",
            "decode cdb --help",
            "decode response --help",
            "decode recording --help",
            "virtual --help",
            "virtual create --help",
            "virtual attach --help",
            "virtual detach --help",
            "virtual run --help",
            "completions --help",
            "man --help",
            "--version",
        ],
    );
}

#[test]
fn wrong_usage_exits_2_and_says_what_would_be_right() {
    let place = Place::new();
    expect_all(
        "wrong-usage",
        &place,
        &[
            "",
            "frobnicate",
            "rip",
            "--json rip",
            "--json frobnicate",
            "rip a.iso b.iso",
            "rip a.iso --speed fast",
            "rip a.iso --speed 0x",
            "rip a.iso --range 9..5",
            "rip a.iso --range 5",
            "rip a.iso --budget soon",
            "rip a.iso --retries -1",
            "rip a.iso --hash sha257",
            "-q -v rip a.iso",
            "--redact rip a.iso",
            "--color sometimes rip a.iso",
            "-d sim:demo rip a.iso -d sim:other.iso",
            "-d replay: rip a.iso",
            "-d replay:x?lax rip a.iso",
        ],
    );
    assert_eq!(place.files(), [""; 0], "wrong usage touches nothing");
}

#[test]
fn completions_are_printed_for_each_shell() {
    let place = Place::new();
    for (shell, word) in [
        ("bash", "complete -F _oxidisc"),
        ("zsh", "#compdef oxidisc"),
        ("fish", "complete -c oxidisc"),
        ("elvish", "edit:completion:arg-completer[oxidisc]"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        let run = place.run(&format!("completions {shell}")).code(0);
        assert!(run.stdout.contains(word), "{}", run.report());
        assert_eq!(run.stderr, "");
    }
    let result = place.run("--json completions fish").code(0).result();
    assert_eq!(result["schema"], "oxidisc.completions/1");
    assert_eq!(result["shell"], "fish");
}

#[test]
fn manual_pages_are_printed_or_written() {
    let place = Place::new();
    let run = place.run("man").code(0);
    assert!(run.stdout.contains(".TH oxidisc 1"), "{}", run.report());
    std::fs::create_dir(place.path("man1")).expect("a folder");
    let run = place.run("man man1").code(0);
    assert!(run.stderr.contains("wrote man1/oxidisc-rip.1\n"), "{}", run.report());
    let page = String::from_utf8(place.read("man1/oxidisc-rip.1")).expect("text");
    assert!(page.contains(".TH oxidisc-rip 1"), "{page}");
    let run = place.run("man nowhere").code(1);
    assert_eq!(
        run.stderr,
        "error: cannot write nowhere/oxidisc.1: no such file or directory\n\
         hint: make the folder first: mkdir -p nowhere\n"
    );
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let place = Place::new();
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut command = place.command("completions bash");
    let status = command.stdout(Stdio::from(writer)).status().expect("it runs");
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_full_disk_behind_stdout_is_a_failure() {
    let place = Place::new();
    let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
    let mut command = place.command("completions bash");
    let run = command.stdout(Stdio::from(full)).stderr(Stdio::piped()).spawn().expect("it runs");
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        String::from_utf8_lossy(&output.stderr),
        "error: cannot write to standard output: no space left on device\n"
    );
}
