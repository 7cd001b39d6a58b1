//! Cases about reading blocks: anywhere, in any number, and beyond the end.

use std::time::Duration;

use oxidisc::mmc::cmd::read::{Read10, Read12};
use oxidisc::mmc::cmd::read_toc::ReadToc;
use oxidisc::units::{Blocks, Family, Lba};
use sha2::{Digest, Sha256};

use super::{Case, OUT_OF_RANGE, PASSED, Subject, Verdict, ensure, left_out};

/// All of them.
pub const CASES: &[Case] = &[
    ("the first and the last block can be read", ends),
    ("blocks are the same alone and together, aligned or not", pieces),
    ("the longest transfer of the bus is read whole", longest),
    ("READ (10) and READ (12) agree, with the cache and without", read_12),
    ("a read of no blocks is good", nothing),
    ("a read beyond the end is refused as out of range", beyond),
    ("a refused read leaves the next one unharmed", after_refusal),
    ("READ CD gives the same user data, and a sector that knows its address", read_cd),
    ("the data is the image's", image),
];

fn ends(subject: &mut Subject) -> Verdict {
    let last = subject.readable() - 1;
    subject.read(0, 1)?;
    subject.read(last, 1)?;
    let first = subject.read(0, 1)?;
    ensure(first == subject.read(0, 1)?, || "block 0 differs from one read to the next".into())?;
    PASSED
}

fn pieces(subject: &mut Subject) -> Verdict {
    let count = 48.min(subject.blocks_max());
    // On the edge of an ECC block, in one, across one; the last start crosses half the disc.
    let middle = subject.readable() / 2;
    for start in [0, 1, 15, 17, middle, middle | 1] {
        if start + u32::from(count) > subject.readable() {
            continue;
        }
        let together = subject.read(start, count)?;
        for (index, block) in (start..).zip(together.chunks_exact(2048)) {
            ensure(subject.read(index, 1)? == block, || {
                format!("block {index} alone is not block {index} of {count} from {start}")
            })?;
        }
    }
    PASSED
}

fn longest(subject: &mut Subject) -> Verdict {
    let most = u32::from(subject.blocks_max()).min(subject.readable());
    let count = u16::try_from(most).unwrap_or(u16::MAX);
    let whole = subject.read(0, count)?;
    let half = count / 2;
    let mut halves = subject.read(0, half)?;
    halves.extend(subject.read(u32::from(half), count - half)?);
    ensure(whole == halves, || format!("{count} blocks are not their two halves"))?;
    PASSED
}

fn read_12(subject: &mut Subject) -> Verdict {
    let timeout = Duration::from_secs(60);
    let wanted = subject.read(16, 16)?;
    for fua in [false, true] {
        let ten = Read10 { lba: Lba(16), blocks: 16, fua, timeout };
        let twelve = Read12 { lba: Lba(16), blocks: Blocks(16), fua, streaming: false, timeout };
        let mut buffer = vec![0; wanted.len()];
        subject.drive.read_into(&ten, &mut buffer).map_err(|error| error.to_string())?;
        ensure(buffer == wanted, || format!("READ (10) with FUA {fua} differs"))?;
        buffer.fill(0);
        subject.drive.read_into(&twelve, &mut buffer).map_err(|error| error.to_string())?;
        ensure(buffer == wanted, || format!("READ (12) with FUA {fua} differs"))?;
    }
    PASSED
}

fn nothing(subject: &mut Subject) -> Verdict {
    subject.must("READ (10) of no blocks", &[0x28, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0)?;
    PASSED
}

fn read_10(lba: u32, blocks: u16) -> [u8; 10] {
    let [a, b, c, d] = lba.to_be_bytes();
    let [high, low] = blocks.to_be_bytes();
    [0x28, 0, a, b, c, d, 0, high, low, 0]
}

fn beyond(subject: &mut Subject) -> Verdict {
    let lead_out = subject.ask(&ReadToc { first_track: 0 })?.lead_out();
    let end = lead_out.map_or(subject.blocks, |lba| lba.0.cast_unsigned()).max(subject.blocks);
    for (what, lba, blocks) in [
        ("the first block after the end", end, 1),
        ("a block far away", 0x7fff_fff0, 1),
        ("blocks across the end", end - 1, 16),
    ] {
        // A real drive may deliver a CD's run-out or a DVD's padding; it may not invent blocks.
        let cdb = read_10(lba, blocks);
        subject.must_refuse(what, &cdb, blocks * 2048, OUT_OF_RANGE)?;
    }
    PASSED
}

fn after_refusal(subject: &mut Subject) -> Verdict {
    let wanted = subject.read(16, 1)?;
    let cdb = read_10(0x7fff_fff0, 1);
    subject.must_refuse("a block far away", &cdb, 2048, OUT_OF_RANGE)?;
    ensure(subject.read(16, 1)? == wanted, || "block 16 is another now".into())?;
    // The sense went with the refusal: there is none left to ask for.
    let sense = subject.must("REQUEST SENSE", &[0x03, 0, 0, 0, 18, 0], 18)?;
    ensure(sense.len() >= 14, || format!("sense of {} bytes", sense.len()))?;
    ensure(sense[0] & 0x7f == 0x70, || format!("sense of kind {:02x}h", sense[0]))?;
    ensure(sense[2] & 0x0f == 0, || format!("sense key {:x}h is left over", sense[2] & 0x0f))?;
    PASSED
}

fn read_cd(subject: &mut Subject) -> Verdict {
    if subject.family != Family::Cd {
        return left_out("no CD");
    }
    let lba: u8 = 16;
    let user = [0xbe, 0, 0, 0, 0, lba, 0, 0, 1, 0x10, 0, 0];
    let user = subject.must("READ CD of user data", &user, 2048)?;
    ensure(user == subject.read(u32::from(lba), 1)?, || "not the block that READ gives".into())?;
    let sector = [0xbe, 0, 0, 0, 0, lba, 0, 0, 1, 0xf8, 0, 0];
    let sector = subject.must("READ CD of a whole sector", &sector, 2352)?;
    ensure(sector.len() == 2352, || format!("{} bytes", sector.len()))?;
    // ECMA-130 14: sync, then the address in BCD, then the mode.
    let sync = [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0];
    ensure(sector[..12] == sync, || format!("sync {:02x?}", &sector[..12]))?;
    // Sector 16 is at 00:02:16.
    ensure(sector[12..15] == [0x00, 0x02, 0x16], || format!("header {:02x?}", &sector[12..16]))?;
    let start = match sector[15] {
        1 => 16,
        2 => 24,
        mode => return Err(format!("mode {mode}")),
    };
    ensure(sector[start..start + 2048] == user, || "its user data differs".into())?;
    PASSED
}

fn image(subject: &mut Subject) -> Verdict {
    let (Some(sectors), Some(wanted)) = (subject.known.sectors, subject.known.sha256.clone())
    else {
        return left_out("no image is known");
    };
    let mut hash = Sha256::new();
    let mut at = 0;
    while at < sectors {
        let count = u32::from(subject.blocks_max()).min(sectors - at);
        hash.update(subject.read(at, u16::try_from(count).unwrap_or(u16::MAX))?);
        at += count;
    }
    let got: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    ensure(got == wanted, || format!("SHA-256 {got}, the image's is {wanted}"))?;
    PASSED
}
