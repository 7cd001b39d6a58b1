//! The real binary burns every medium on simulated drives, and these find nothing to say about it:
//! no door left locked, no page left changed, nothing that a real drive would punish. Knows nothing
//! of how it is done.

use std::path::Path;
use std::process::Command;

/// An image that looks like ISO 9660 to whoever looks at its descriptors.
fn image(path: &Path, blocks: u32) {
    let mut bytes: Vec<u8> = (0..blocks).flat_map(|block| [block as u8; 2048]).collect();
    let descriptor = &mut bytes[16 * 2048..17 * 2048];
    descriptor.fill(0);
    descriptor[..7].copy_from_slice(b"\x01CD001\x01");
    descriptor[40..72].copy_from_slice(b"AUDIT                           ");
    descriptor[80..84].copy_from_slice(&blocks.to_le_bytes());
    descriptor[84..88].copy_from_slice(&blocks.to_be_bytes());
    descriptor[128..132].copy_from_slice(&[0, 8, 8, 0]);
    let end = &mut bytes[17 * 2048..18 * 2048];
    end.fill(0);
    end[..7].copy_from_slice(b"\xffCD001\x01");
    std::fs::write(path, bytes).expect("written");
}

/// Burns the image, and returns what the drive had to say.
fn said(spec: &str, blocks: u32) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    image(&folder.path().join("a.iso"), blocks);
    let output = Command::new(env!("CARGO_BIN_EXE_oxidisc"))
        .args(["-v", "--color", "never", "-d", spec, "burn", "--yes", "a.iso"])
        .current_dir(folder.path())
        .output()
        .expect("the binary runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    let heard = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{spec}: {told}");
    assert!(told.contains("verified") || heard.contains("verified"), "{spec}: {told}{heard}");
    let lines = told.lines().filter_map(|line| line.strip_prefix("the simulated drive: "));
    lines.map(str::to_string).collect()
}

#[test]
fn every_medium_is_burnt_so_that_the_drive_has_nothing_to_say() {
    for medium in [
        "cd-r", "cd-rw", "dvd-r", "dvd-rw", "dvd-r-dl", "dvd+r", "dvd+r-dl", "dvd+rw", "dvd-ram",
        "bd-r", "bd-r-dl", "bd-re",
    ] {
        let lines = said(&format!("sim:blank?medium={medium}"), 3_000);
        assert_eq!(lines.len(), 1, "{medium}: {lines:#?}");
        assert!(lines[0].contains(", 0 underruns"), "{medium}: {lines:#?}");
    }
}

#[test]
fn drives_with_ways_of_their_own_have_nothing_to_say_either() {
    for spec in [
        // Loses what is in its buffer when it is asked too early how full it is.
        "sim:blank?medium=dvd-r&persona=dvr-216d",
        "sim:blank?medium=dvd+r&persona=dvr-216d",
        // Lets the host wait instead of saying 2/04/08.
        "sim:blank?medium=cd-r&persona=px-w4824a",
        // 446 KiB of buffer.
        "sim:blank?medium=dvd+r&persona=drw-24f1st",
        // Behind USB 2.
        "sim:blank?medium=bd-r&persona=bu40n",
    ] {
        let lines = said(spec, 5_000);
        assert_eq!(lines.len(), 1, "{spec}: {lines:#?}");
    }
}
