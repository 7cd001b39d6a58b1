//! Cases that change how the drive works, and put it back: mode pages, door lock, speed. And what
//! it must refuse.

use super::{
    Case, INVALID_FIELD, INVALID_OPCODE, PASSED, Sense3, Subject, Verdict, be16, ensure,
    is_filtered, left_out, show,
};

/// All of them.
pub const CASES: &[Case] = &[
    ("every mode page is whole and there once", mode_pages),
    ("the retry count of mode page 01h can be changed and put back", retry_count),
    ("a locked door does not open", locked_door),
    ("a speed can be set and given back", speed),
    ("a command that does not exist is refused as such", unknown_opcode),
    ("a field that cannot be is refused as such", invalid_field),
    ("the drive is ready after all this", still_ready),
];

/// MODE SENSE (10): the page behind the header; kind 0 current, 1 changeable.
fn mode_sense(subject: &mut Subject, kind: u8, page: u8) -> Result<Vec<u8>, String> {
    let cdb = [0x5a, 0x08, kind << 6 | page, 0, 0, 0, 0, 0x04, 0x00, 0];
    let answer = subject.must("MODE SENSE", &cdb, 1024)?;
    ensure(answer.len() >= 8, || format!("MODE SENSE: {} bytes", answer.len()))?;
    let length = usize::from(be16(&answer, 0)) + 2;
    ensure(length == answer.len(), || format!("says {length} bytes, sends {}", answer.len()))?;
    // DBD was set, and MMC knows no block descriptors; LG drives send one all the same.
    let descriptors = usize::from(be16(&answer, 6));
    answer
        .get(8 + descriptors..)
        .map(<[u8]>::to_vec)
        .ok_or_else(|| format!("block descriptors of {descriptors} bytes do not fit"))
}

fn mode_pages(subject: &mut Subject) -> Verdict {
    let all = mode_sense(subject, 0, 0x3f)?;
    let mut rest = all.as_slice();
    let mut codes = Vec::new();
    while let [code, length, tail @ ..] = rest {
        ensure(usize::from(*length) <= tail.len(), || format!("page {code:02x}h is cut off"))?;
        codes.push(code & 0x3f);
        rest = &tail[usize::from(*length)..];
    }
    ensure(rest.is_empty(), || "a byte is left over".into())?;
    let mut once = codes.clone();
    once.sort_unstable();
    once.dedup();
    ensure(once.len() == codes.len(), || format!("a page comes twice: {codes:02x?}"))?;
    ensure(codes.contains(&0x01), || "page 01h is missing".into())?;
    for code in codes {
        let one = mode_sense(subject, 0, code)?;
        ensure(one.first().is_some_and(|first| first & 0x3f == code), || {
            format!("page {code:02x}h alone is {:02x?}", one.first())
        })?;
    }
    PASSED
}

/// MODE SELECT (10) of one page.
fn mode_select(subject: &mut Subject, page: &[u8]) -> Result<bool, String> {
    let mut list = vec![0; 8];
    list.extend_from_slice(page);
    // PS is reserved here.
    list[8] &= 0x3f;
    let [high, low] = u16::try_from(list.len()).unwrap_or(u16::MAX).to_be_bytes();
    let cdb = [0x55, 0x10, 0, 0, 0, 0, 0, high, low, 0];
    match subject.drive.write_from(&super::Raw { cdb: &cdb, allocation: 0 }, &list) {
        Ok(_) => Ok(true),
        Err(error) if is_filtered(&error) => Ok(false),
        Err(error) => Err(format!("MODE SELECT: {error}")),
    }
}

fn retry_count(subject: &mut Subject) -> Verdict {
    let before = mode_sense(subject, 0, 0x01)?;
    ensure(before.len() >= 8, || format!("page 01h of {} bytes", before.len()))?;
    let changeable = mode_sense(subject, 1, 0x01)?;
    if changeable.get(3).is_none_or(|mask| *mask == 0) {
        return left_out("the retry count cannot be changed");
    }
    let mut page = before.clone();
    page[3] = if before[3] == 1 { 2 } else { 1 };
    if !mode_select(subject, &page)? {
        return left_out("the kernel keeps it from this user");
    }
    let during = mode_sense(subject, 0, 0x01);
    let restored = mode_select(subject, &before);
    ensure(during?[3] == page[3], || "the change was taken and is not there".into())?;
    restored?;
    ensure(mode_sense(subject, 0, 0x01)? == before, || "page 01h is not as it was".into())?;
    PASSED
}

fn locked_door(subject: &mut Subject) -> Verdict {
    let page = mode_sense(subject, 0, 0x2a).unwrap_or_default();
    // MMC-3 table 361: byte 6, bit 0 LOCK, bit 3 EJECT.
    if page.get(6).is_none_or(|bits| bits & 0x09 != 0x09) {
        return left_out("the drive has no door to lock");
    }
    match subject.raw(&[0x1e, 0, 0, 0, 1, 0], 0) {
        Ok(_) => {}
        Err(error) if is_filtered(&error) => return left_out("the kernel keeps it from this user"),
        Err(error) => return Err(format!("locking: {error}")),
    }
    let refused = subject.raw(&[0x1b, 0, 0, 0, 0x02, 0], 0);
    let unlocked = subject.raw(&[0x1e, 0, 0, 0, 0, 0], 0);
    const LOCKED: Sense3 = (5, 0x53, 0x02);
    match refused {
        Err(error) if error.triple() == Some(LOCKED) => {}
        Err(error) => return Err(format!("expected {}, got: {error}", show(LOCKED))),
        Ok(_) => return Err("the locked door opened".into()),
    }
    unlocked.map_err(|error| format!("unlocking: {error}"))?;
    subject.must("TEST UNIT READY", &[0x00, 0, 0, 0, 0, 0], 0)?;
    PASSED
}

fn speed(subject: &mut Subject) -> Verdict {
    let wanted = subject.read(16, 16)?;
    // SET CD SPEED of a quarter of the slowest CD drive's rate: the drive takes the nearest.
    let slow = subject.raw(&[0xbb, 0, 0x02, 0xc3, 0xff, 0xff, 0, 0, 0, 0, 0, 0], 0);
    let during = subject.read(16, 16);
    let fast = subject.raw(&[0xbb, 0, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0], 0);
    match slow {
        Err(error) if is_filtered(&error) => return left_out("the kernel keeps it from this user"),
        Err(error) if error.triple().is_some_and(|(key, ..)| key == 5) => {
            return left_out(format!("the drive does not take it: {error}"));
        }
        Err(error) => return Err(format!("SET CD SPEED: {error}")),
        Ok(_) => {}
    }
    ensure(during? == wanted, || "block 16 is another when read slowly".into())?;
    fast.map_err(|error| format!("SET CD SPEED back: {error}"))?;
    ensure(subject.read(16, 16)? == wanted, || "block 16 is another after it".into())?;
    PASSED
}

fn unknown_opcode(subject: &mut Subject) -> Verdict {
    // READ BLOCK LIMITS, a tape's command: reads only, whatever takes it.
    subject.must_refuse("READ BLOCK LIMITS", &[0x05, 0, 0, 0, 0, 0], 6, INVALID_OPCODE)
}

fn invalid_field(subject: &mut Subject) -> Verdict {
    // Not READ DISC INFORMATION of a reserved type: drives from before MMC-5 look at no such field.
    for (what, cdb) in [
        ("READ TOC of format 1111b", [0x43, 0, 0x0f, 0, 0, 0, 0, 0, 36, 0]),
        ("MODE SENSE of page 3Eh", [0x5a, 0x08, 0x3e, 0, 0, 0, 0, 0, 36, 0]),
        ("GET CONFIGURATION with RT 11b", [0x46, 3, 0, 0, 0, 0, 0, 0, 36, 0]),
    ] {
        subject.must_refuse(what, &cdb, 36, INVALID_FIELD)?;
    }
    PASSED
}

fn still_ready(subject: &mut Subject) -> Verdict {
    subject.must("TEST UNIT READY", &[0x00, 0, 0, 0, 0, 0], 0)?;
    let attentions = subject.drive.take_attentions();
    // The one of power-on or arrival at most; a drive that has more to tell was reset meanwhile.
    ensure(attentions.len() <= 2, || {
        format!("{} unit attentions: {attentions:?}", attentions.len())
    })?;
    PASSED
}
