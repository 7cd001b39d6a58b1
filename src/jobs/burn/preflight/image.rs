//! An image before it is burnt: whether it is one, and whether all of it is there.

use std::fs::File;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::unistd::{Whence, lseek};

use super::{Finding, Looked, Severity, mebibytes, sectors, split};
use crate::formats::mapfile::State;
use crate::formats::{self, FileSystems, Image, foreign};
use crate::jobs::burn::report::Source;
use crate::jobs::image::ImageFile;
use crate::jobs::rip::{map_beside, store};
use crate::units::{Blocks, SECTOR};

/// What an image may have behind its file system without a word: xorriso pads by 300 KiB, others
/// by an error-correction block or two.
const PADDING: u64 = 2 << 20;
/// Holes in a file from which on they are worth a word.
const HOLES: u64 = 1 << 20;

pub(super) fn look_at(source: &Source) -> Looked {
    match source {
        Source::Stream { bytes, .. } => {
            let mut looked = Looked { sectors: count(*bytes), ..Looked::default() };
            looked.findings.extend(odd_size("what comes through the pipe", *bytes, false));
            looked
        }
        Source::File { path, bytes } => at(path, *bytes),
    }
}

fn count(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(SECTOR as u64)).unwrap_or(u32::MAX)
}

fn at(path: &Path, bytes: u64) -> Looked {
    let mut looked = Looked { sectors: count(bytes), ..Looked::default() };
    let shown = path.display().to_string();
    let file = match open(path, &mut looked.findings) {
        Ok(file) => file,
        Err(finding) => {
            looked.findings.push(finding);
            return looked;
        }
    };
    let found = match file.try_clone() {
        Ok(clone) => formats::identify(&mut Image(clone), 0, None),
        Err(_) => FileSystems::default(),
    };
    looked.volume_id = found.volume_id().map(String::from);
    looked.claimed = found.sectors().map(Blocks);
    looked.root = found.iso9660.as_ref().map(|volume| volume.root_lba());
    let whole = found.sectors().is_some_and(|sectors| u64::from(sectors) <= split(bytes).0);
    if found.names().is_empty() {
        looked.findings.push(unknown(&shown, &file, bytes));
    }
    looked.findings.extend(size(&shown, bytes, &found));
    looked.findings.extend(odd_size(&shown, bytes, whole));
    looked.findings.extend(unfinished(path));
    looked.findings.extend(holes(&shown, &file, bytes));
    looked
}

/// The image's file. A disk can be burnt, but hardly anyone means it.
fn open(path: &Path, findings: &mut Vec<Finding>) -> Result<File, Finding> {
    let is_disk = std::fs::metadata(path).is_ok_and(|found| found.file_type().is_block_device());
    if !is_disk {
        return Ok(ImageFile::open(path)?.file);
    }
    let shown = path.display();
    let text = format!("{shown} is a device, and what is on it may change while it is burnt");
    findings.push(Finding::new(Severity::Doubt, text).hint(
        "make an image of it first: `oxidisc rip` of a disc, `dd` of others; --force burns it as \
         it is",
    ));
    File::open(path).map_err(|error| {
        let why = crate::transport::reason(&error);
        Finding::new(Severity::Stop, format!("{shown}: {why}"))
    })
}

/// What is said of a file without a file system of discs.
fn unknown(shown: &str, file: &File, bytes: u64) -> Finding {
    let part = |at: u64, most: usize| {
        let len = usize::try_from(bytes - at.min(bytes)).unwrap_or(most).min(most);
        let mut part = vec![0; len];
        // What cannot be read is found out by reading all of it.
        let read = file.read_exact_at(&mut part, at);
        if read.is_ok() { part } else { Vec::new() }
    };
    let head = part(0, foreign::HEAD);
    let tail = part(bytes.saturating_sub(foreign::TAIL as u64), foreign::TAIL);
    match foreign::identify(&head, &tail) {
        Some(found) if found.may_be_meant => {
            let what = found.what;
            Finding::new(Severity::Note, format!("{shown} is {what}: it is burnt as it is"))
        }
        Some(found) => {
            let text = format!("{shown} is {}, not an image of a disc", found.what);
            let way = found.way.replace("FILE", shown);
            let hint = match way.is_empty() {
                true => "--force burns its bytes as they are".to_string(),
                false => format!("{way}; --force burns its bytes as they are"),
            };
            Finding::new(Severity::Doubt, text).hint(hint)
        }
        None => {
            let text = format!("{shown} has no file system that is known: it is burnt as it is");
            Finding::new(Severity::Note, text)
        }
    }
}

/// Whether the file is as long as its file system.
fn size(shown: &str, bytes: u64, found: &FileSystems) -> Option<Finding> {
    let claimed = u64::from(found.sectors()?);
    let has = bytes.div_ceil(SECTOR as u64);
    let names = found.names().join(" and ");
    if claimed > has {
        let missing = claimed - has;
        let text = format!(
            "{shown} is cut short: its file system ({names}) has {}, the file {has}: the last \
             {missing} ({}) are missing",
            sectors(claimed),
            mebibytes(missing * SECTOR as u64)
        );
        return Some(Finding::new(Severity::Doubt, text).hint(
            "download or make it again, and compare its checksum; --force burns what there is",
        ));
    }
    let more = bytes.saturating_sub(claimed * SECTOR as u64);
    (more > PADDING).then(|| {
        let text = format!(
            "{shown} goes on for {} behind its file system ({names}): that is burnt as well",
            mebibytes(more)
        );
        Finding::new(Severity::Note, text)
    })
}

/// A size that is no multiple of a sector. `whole`: the file system is all there.
fn odd_size(shown: &str, bytes: u64, whole: bool) -> Option<Finding> {
    let (full, over) = split(bytes);
    if over == 0 {
        return None;
    }
    let zeros = SECTOR as u64 - over;
    if whole {
        let text = format!("{shown} ends within a sector: {zeros} zeros are put behind it");
        return Some(Finding::new(Severity::Note, text));
    }
    let text = format!(
        "{shown} has {bytes} bytes, which is {over} more than {} of {SECTOR}",
        sectors(full)
    );
    Some(Finding::new(Severity::Doubt, text).hint(format!(
        "one that was cut off looks so: compare its checksum; --force puts {zeros} zeros behind \
         it, as `truncate -s %{SECTOR}` does"
    )))
}

/// Whether something beside the file, or its name, says that it is not finished.
fn unfinished(path: &Path) -> Option<Finding> {
    const PARTIAL: [&str; 5] = ["part", "crdownload", "partial", "download", "filepart"];
    let shown = path.display();
    let doubt = |text: String, hint: &str| Some(Finding::new(Severity::Doubt, text).hint(hint));
    let again = "wait for it, or go on with it; --force burns what there is";
    let beside = |end: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        PathBuf::from(name)
    };
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or_default();
    if PARTIAL.contains(&end) {
        return doubt(format!("{shown} is by its name a download that is not finished"), again);
    }
    // aria2 makes the file as long as it will be, and this one beside it until it is complete.
    if let Some(other) =
        [".aria2", ".part", ".crdownload"].map(beside).into_iter().find(|path| path.exists())
    {
        let text =
            format!("{} stands beside {shown}: its download is not finished", other.display());
        return doubt(text, again);
    }
    let map = map_beside(path);
    let read = store::load(&map).ok()?;
    let missing = read.size().saturating_sub(read.bytes(State::Finished)).div_ceil(SECTOR as u64);
    if missing == 0 {
        return None;
    }
    let text = format!(
        "{shown} is a rip that is not complete: {} names {} that are missing",
        map.display(),
        sectors(missing)
    );
    doubt(text, "go on with it: `oxidisc rip`; --force burns it with zeros in their place")
}

/// Places where a file has nothing on its disk, and reads as zeros.
fn holes(shown: &str, file: &File, bytes: u64) -> Option<Finding> {
    let seek = |from: i64, whence| match lseek(file.as_fd(), from, whence) {
        Ok(at) => Some(at),
        // Nothing but a hole from there on.
        Err(Errno::ENXIO) => Some(bytes.cast_signed()),
        Err(_) => None,
    };
    let (mut at, mut sum) = (0, 0);
    while at < bytes.cast_signed() {
        let hole = seek(at, Whence::SeekHole)?;
        let data = seek(hole, Whence::SeekData)?.min(bytes.cast_signed());
        if data <= at {
            break;
        }
        sum += (data - hole).max(0).cast_unsigned();
        at = data;
    }
    (sum >= HOLES && sum < bytes).then(|| {
        let text = format!(
            "{} of {} in {shown} were never written and read as zeros: so looks a download that \
             is not finished",
            mebibytes(sum),
            mebibytes(bytes)
        );
        Finding::new(Severity::Note, text)
    })
}
