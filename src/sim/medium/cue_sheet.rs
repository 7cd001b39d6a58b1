//! What SEND CUE SHEET announces (MMC-6 6.33.3): a session entry by entry, checked as a drive
//! checks it before the first block. Knows the eight bytes of an entry, nothing of the disc but
//! where its session can begin and end.

use serde::{Deserialize, Serialize};

use super::TrackMode;
use crate::sim::refusal::{INVALID_FIELD_IN_PARAMETERS, Refusal};

/// Bytes of an entry.
const ENTRY: usize = 8;
/// The longest sheet (real-drives: hp GH40L: feature 002Eh says 3072).
const LONGEST: usize = 3072;
/// TNO of the lead-out.
const LEAD_OUT: u8 = 0xaa;
/// Blocks before index 1 of a session's first track, and where the mode changes (MMC-6 4.2.3.5).
const PRE_GAP: i64 = 150;
/// Blocks that a track has at least: 4 seconds (MMC-6 4.2.3.5).
const TRACK_LEAST: i64 = 300;

/// A session as announced.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueSheet {
    /// The media catalogue number: 13 digits.
    pub catalogue: Option<String>,
    /// The host writes the sub-channels of the lead-in: CD-TEXT.
    pub text: bool,
    /// The tracks, by number.
    pub tracks: Vec<CueTrack>,
    /// What lies from the first pre-gap on, in order of its address.
    pub stretches: Vec<Stretch>,
    /// Where the lead-out begins.
    pub lead_out: u32,
}

/// A track of a sheet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CueTrack {
    /// Its number.
    pub number: u8,
    /// CONTROL of its Q sub-channel.
    pub control: u8,
    /// What it holds.
    pub mode: TrackMode,
    /// Where index 1 begins.
    pub start: u32,
    /// International Standard Recording Code: 12 characters.
    pub isrc: Option<String>,
}

/// Blocks of one track and one index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Its first block.
    pub start: i64,
    /// TNO.
    pub track: u8,
    /// INDEX.
    pub index: u8,
    /// Bytes of each block that the host sends; 0 where the drive makes them up.
    pub block: u16,
}

/// Where the session can lie.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The number of its first track; `None` on a blank disc, where any will do.
    pub first_track: Option<u8>,
    /// Where its first pre-gap begins: -150 on a blank disc.
    pub pre_gap: i64,
    /// The last possible start of the lead-out.
    pub lead_out_last: u32,
}

/// What a host is told of a sheet with a mistake (real-drives: sense-pairs-from-logs: 5d … 20 00).
const WRONG: Refusal = INVALID_FIELD_IN_PARAMETERS;

/// An entry, its address read.
#[derive(Clone, Copy, Debug)]
struct Entry<'a> {
    bytes: &'a [u8],
    control: u8,
    adr: u8,
    track: u8,
    index: u8,
    form: u8,
    lba: i64,
}

impl<'a> Entry<'a> {
    fn new(bytes: &'a [u8]) -> Result<Entry<'a>, Refusal> {
        let [head, track, index, form, scms, minute, second, frame] = *bytes else {
            return Err(WRONG);
        };
        let (control, adr) = (head >> 4, head & 0x0f);
        let lba = i64::from(minute) * 4500 + i64::from(second) * 75 + i64::from(frame) - 150;
        // Of mode-1 entries; the others hold characters there. Four channels were never written,
        // and SCMS has one bit, for audio.
        let timed = minute < 100 && second < 60 && frame < 75;
        let audio = control & 0x4 == 0;
        if adr == 1 && (!timed || control & 0x8 != 0 || scms & 0x7f != 0 || !audio && scms != 0) {
            return Err(WRONG);
        }
        Ok(Entry { bytes, control, adr, track, index, form, lba })
    }

    fn mode(&self) -> TrackMode {
        if self.control & 0x4 == 0 { TrackMode::Audio } else { TrackMode::Data }
    }

    /// Bytes of a block that the host sends, by DATA FORM (MMC-6 table 577). Sub-channels and Mode
    /// 2 are not written.
    fn block(&self) -> Result<u16, Refusal> {
        match (self.form, self.mode()) {
            (0x00, TrackMode::Audio) => Ok(2352),
            (0x10, TrackMode::Data) => Ok(2048),
            (0x01, TrackMode::Audio) | (0x14, TrackMode::Data) => Ok(0),
            _ => Err(WRONG),
        }
    }
}

/// Reads and checks a sheet.
///
/// # Errors
/// 5/26/00: something of it is wrong.
pub fn parse(bytes: &[u8], place: Place) -> Result<CueSheet, Refusal> {
    if bytes.is_empty() || bytes.len() > LONGEST || !bytes.len().is_multiple_of(ENTRY) {
        return Err(WRONG);
    }
    let entries: Vec<Entry> = bytes.chunks(ENTRY).map(Entry::new).collect::<Result<_, _>>()?;
    let mut sheet = CueSheet::default();
    let mut rest = entries.as_slice();
    if let [first, second, others @ ..] = rest
        && first.adr == 2
    {
        sheet.catalogue = Some(catalogue(first, second)?);
        rest = others;
    }
    let [lead_in, others @ .., lead_out] = rest else { return Err(WRONG) };
    sheet.text = lead_in_text(lead_in, place)?;
    let mut codes = None;
    for pair in others.chunk_by(|a, b| a.adr == 3 && b.adr == 3 && a.track == b.track) {
        match pair {
            [first, second] if first.adr == 3 => codes = Some((first.track, isrc(first, second)?)),
            [entry] if entry.adr == 1 => sheet.stretch(entry, &mut codes, place)?,
            _ => return Err(WRONG),
        }
    }
    if codes.is_some() {
        return Err(WRONG);
    }
    sheet.end(lead_out, place)?;
    sheet.check(place)?;
    Ok(sheet)
}

/// Two entries of ADR 2: seven and six digits.
fn catalogue(first: &Entry, second: &Entry) -> Result<String, Refusal> {
    let digits = [&first.bytes[1..], &second.bytes[1..7]].concat();
    let right = second.adr == 2 && second.bytes[7] == 0 && digits.iter().all(u8::is_ascii_digit);
    right.then(|| String::from_utf8_lossy(&digits).into_owned()).ok_or(WRONG)
}

/// Two entries of ADR 3: six characters each.
fn isrc(first: &Entry, second: &Entry) -> Result<String, Refusal> {
    let code = [&first.bytes[2..], &second.bytes[2..]].concat();
    let letters = code.iter().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let digits = code[5..].iter().all(u8::is_ascii_digit);
    let right = letters && digits;
    right.then(|| String::from_utf8_lossy(&code).into_owned()).ok_or(WRONG)
}

/// The lead-in: made up by the drive, with or without the host's sub-channels.
fn lead_in_text(entry: &Entry, place: Place) -> Result<bool, Refusal> {
    let plain = Entry { form: entry.form & 0x3f, ..*entry };
    let made_up = entry.adr == 1 && plain.block()? == 0;
    // libburn's documentation: drives refuse the start of the lead-in, and take 00:00:00.
    let placed = entry.lba == -PRE_GAP || entry.lba == place.pre_gap;
    if (entry.track, entry.index) != (0, 0) || !made_up || !placed {
        return Err(WRONG);
    }
    match entry.form & 0xc0 {
        0x00 => Ok(false),
        // GUESS: CD-TEXT is for a disc's first session alone (wodim says so).
        0x40 if place.first_track.is_none() => Ok(true),
        _ => Err(WRONG),
    }
}

impl CueSheet {
    /// An entry of a track.
    fn stretch(
        &mut self,
        entry: &Entry,
        codes: &mut Option<(u8, String)>,
        place: Place,
    ) -> Result<(), Refusal> {
        let block = entry.block()?;
        let before = self.stretches.last();
        let follows = match (before, entry.index) {
            // The first entry of all: the pre-gap of the first track.
            (None, 0) => {
                let numbered = place.first_track.map_or(1..=99, |number| number..=number);
                numbered.contains(&entry.track) && entry.lba == place.pre_gap
            }
            (None, _) => false,
            (Some(before), 0 | 1) if entry.track == before.track.wrapping_add(1) => {
                before.index > 0 && entry.track <= 99
            }
            (Some(before), index) => {
                entry.track == before.track && index == before.index.wrapping_add(1) && index <= 99
            }
        };
        // GUESS: index 0 and 1 at one address are refused (wodim sends them so, and when that is
        // refused, with one block between them).
        let ascends = before.is_none_or(|before| entry.lba > before.start);
        // Only a pause is made up by the drive.
        if !follows || !ascends || (block == 0 && entry.index != 0) {
            return Err(WRONG);
        }
        if before.is_none_or(|before| before.track != entry.track) {
            let isrc = match codes.take() {
                Some((track, code)) if track == entry.track => Some(code),
                Some(_) => return Err(WRONG),
                None => None,
            };
            let (control, mode) = (entry.control, entry.mode());
            self.tracks.push(CueTrack { number: entry.track, control, mode, start: 0, isrc });
        } else if codes.is_some() {
            return Err(WRONG);
        }
        let track = self.tracks.last_mut().ok_or(WRONG)?;
        if track.control != entry.control {
            return Err(WRONG);
        }
        if entry.index == 1 {
            track.start = u32::try_from(entry.lba).map_err(|_| WRONG)?;
        }
        let (start, index) = (entry.lba, entry.index);
        self.stretches.push(Stretch { start, track: entry.track, index, block });
        Ok(())
    }

    /// The lead-out, which is the last entry.
    fn end(&mut self, entry: &Entry, place: Place) -> Result<(), Refusal> {
        let last = self.stretches.last().ok_or(WRONG)?;
        let named = (entry.adr, entry.track, entry.index) == (1, LEAD_OUT, 1);
        if !named || entry.block()? != 0 || last.index == 0 || entry.lba <= last.start {
            return Err(WRONG);
        }
        self.lead_out = u32::try_from(entry.lba).map_err(|_| WRONG)?;
        if self.lead_out > place.lead_out_last { Err(WRONG) } else { Ok(()) }
    }

    /// Lengths: of the first pre-gap, of each track, of the pauses where the mode changes.
    fn check(&self, place: Place) -> Result<(), Refusal> {
        let mut before: Option<TrackMode> = None;
        for track in &self.tracks {
            let start = i64::from(track.start);
            let pause = i64::from(self.pause(track));
            let first = before.is_none();
            let least = if first || before != Some(track.mode) { PRE_GAP } else { 0 };
            let end = self.after(track.number).unwrap_or(i64::from(self.lead_out));
            if pause < least || end - start < TRACK_LEAST || first && start < place.pre_gap {
                return Err(WRONG);
            }
            before = Some(track.mode);
        }
        Ok(())
    }

    /// The first block of a track, its pause included.
    fn first(&self, number: u8) -> i64 {
        let mut own = self.stretches.iter().filter(|stretch| stretch.track == number);
        own.next().map_or(i64::MAX, |stretch| stretch.start)
    }

    /// The first block of the track after it.
    fn after(&self, number: u8) -> Option<i64> {
        let next = self.stretches.iter().find(|stretch| stretch.track > number);
        next.map(|stretch| stretch.start)
    }

    /// What lies at an address, and up to where it is the same.
    pub fn at(&self, lba: i64) -> Option<(Stretch, i64)> {
        let index = self.stretches.iter().rposition(|stretch| stretch.start <= lba)?;
        let next = self.stretches.get(index + 1).map(|next| next.start);
        let end = next.unwrap_or(i64::from(self.lead_out));
        (lba < end).then(|| (self.stretches[index], end))
    }

    /// Where the first pre-gap begins.
    pub fn pre_gap(&self) -> i64 {
        self.stretches.first().map_or(-PRE_GAP, |stretch| stretch.start)
    }

    /// Blocks of index 0 before a track's start.
    pub fn pause(&self, track: &CueTrack) -> u32 {
        let start = i64::from(track.start);
        u32::try_from(start - self.first(track.number).min(start)).unwrap_or(0)
    }

    /// Where index 2 of a track and those after it begin.
    pub fn indexes(&self, track: &CueTrack) -> Vec<u32> {
        let own = self.stretches.iter().filter(|stretch| stretch.track == track.number);
        let later = own.filter(|stretch| stretch.index > 1);
        later.filter_map(|stretch| u32::try_from(stretch.start).ok()).collect()
    }

    /// Blocks of a track up to where the next begins, and how many of them at its end belong to a
    /// pause of another mode and read as neither.
    pub fn extent(&self, track: &CueTrack) -> (u32, u32) {
        let next = self.tracks.iter().find(|next| next.number > track.number);
        let end = next.map_or(self.lead_out, |next| next.start);
        let pause = next.filter(|next| next.mode != track.mode).map_or(0, |next| self.pause(next));
        (end.saturating_sub(track.start), pause)
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::hex;
    use super::*;

    const BLANK: Place = Place { first_track: None, pre_gap: -150, lead_out_last: 359_845 };

    /// The sheet of one data track of 1000 blocks, as libburn and cdrecord send it.
    const DATA: &str = "41 00 00 14 00 00 00 00
                        41 01 00 10 00 00 00 00
                        41 01 01 10 00 00 02 00
                        41 aa 01 14 00 00 0f 19";

    /// Data, then audio with a pause of two seconds, a catalogue number and a recording code.
    const MIXED: &str = "42 31 32 33 34 35 36 37
                         42 38 39 30 31 32 33 00
                         41 00 00 14 00 00 00 00
                         41 01 00 10 00 00 00 00
                         41 01 01 10 00 00 02 00
                         03 02 44 45 41 42 43 39
                         03 02 38 31 32 33 34 35
                         01 02 00 00 00 00 0f 19
                         01 02 01 00 00 00 11 19
                         01 02 02 00 00 00 14 19
                         01 aa 01 01 00 00 1b 19";

    fn read(text: &str) -> Result<CueSheet, Refusal> {
        parse(&hex(text), BLANK)
    }

    #[test]
    fn one_data_track_is_its_pre_gap_and_its_blocks() {
        let sheet = read(DATA).expect("good");
        assert_eq!((sheet.catalogue.as_deref(), sheet.text, sheet.lead_out), (None, false, 1000));
        let stretch = |start, index| Stretch { start, track: 1, index, block: 2048 };
        assert_eq!(sheet.stretches, [stretch(-150, 0), stretch(0, 1)]);
        assert_eq!(sheet.at(-1), Some((stretch(-150, 0), 0)));
        assert_eq!(sheet.at(999), Some((stretch(0, 1), 1000)));
        assert_eq!((sheet.at(1000), sheet.at(-151)), (None, None));
        assert_eq!(sheet.extent(&sheet.tracks[0]), (1000, 0));
    }

    #[test]
    fn data_and_audio_have_their_codes_pauses_and_indexes() {
        let sheet = read(MIXED).expect("good");
        assert_eq!(sheet.catalogue.as_deref(), Some("1234567890123"));
        assert_eq!(sheet.tracks.len(), 2);
        assert_eq!(sheet.tracks[1].isrc.as_deref(), Some("DEABC9812345"));
        assert_eq!((sheet.tracks[1].start, sheet.tracks[1].mode), (1150, TrackMode::Audio));
        assert_eq!(sheet.extent(&sheet.tracks[0]), (1150, 150));
        assert_eq!(sheet.extent(&sheet.tracks[1]), (750, 0));
        assert_eq!(sheet.at(1400).expect("there").0.index, 2);
    }

    #[test]
    fn every_field_that_is_wrong_is_refused() {
        for (right, wrong, what) in [
            ("41 00 00 14 00 00 00 00", "", "no lead-in"),
            ("41 00 00 14", "41 00 00 10", "a lead-in of the host's blocks"),
            ("41 00 00 14", "01 00 00 14", "audio with a data form"),
            ("41 00 00 14", "41 00 01 14", "a lead-in of index 1"),
            ("41 00 00 14 00 00 00 00", "41 00 00 14 00 61 1a 42", "the lead-in's own start"),
            ("41 00 00 14", "41 00 00 d4", "sub-channels of another kind"),
            ("41 01 00 10 00 00 00 00", "", "no pre-gap"),
            ("41 01 00 10 00 00 00 00", "41 01 00 10 00 00 00 01", "a pre-gap a frame late"),
            ("41 01 00 10", "41 02 00 10", "another number before index 1"),
            ("41 01 00 10", "c1 01 00 10", "four channels"),
            ("41 01 00 10 00", "41 01 00 10 80", "SCMS of data"),
            ("41 01 01 10", "41 01 02 10", "an index left out"),
            ("41 01 01 10", "41 01 01 14", "a track that nobody writes"),
            ("41 01 01 10", "41 01 01 50", "raw sub-channels"),
            ("41 01 01 10", "41 01 01 20", "Mode 2"),
            ("41 01 01 10", "61 01 01 10", "another CONTROL in one track"),
            ("41 01 01 10 00 00 02 00", "41 01 01 10 00 00 00 00", "no pre-gap to speak of"),
            ("41 01 01 10 00 00 02 00", "41 01 01 10 00 00 01 4a", "149 blocks of it"),
            ("41 01 01 10 00 00 02 00", "41 01 01 10 00 00 02 4b", "75 frames"),
            ("41 aa 01 14 00 00 0f 19", "", "no lead-out"),
            ("41 aa 01 14", "41 ab 01 14", "a lead-out by another name"),
            ("41 aa 01 14", "41 aa 00 14", "a lead-out of index 0"),
            ("41 aa 01 14", "41 aa 01 10", "a lead-out of the host's blocks"),
            ("00 00 0f 19", "00 00 05 4a", "299 blocks of track"),
            ("41 aa 01 14 00 00 0f 19", "41 aa 01 14 00 4f 3b 47", "a lead-out beyond the last"),
            ("00 00 0f 19", "00 00 0f 19 41", "a byte more"),
        ] {
            assert!(DATA.contains(right), "{what}");
            assert_eq!(read(&DATA.replacen(right, wrong, 1)), Err(WRONG), "{what}");
        }
        for (right, wrong, what) in [
            ("42 38 39 30 31 32 33 00", "42 38 39 30 31 32 33 34", "14 digits"),
            ("42 31", "42 61", "a letter in the catalogue number"),
            ("42 38 39 30 31 32 33 00", "", "half a catalogue number"),
            ("03 02 38 31 32 33 34 35", "", "half a recording code"),
            ("03 02 44 45 41 42 43 39", "03 02 64 45 41 42 43 39", "small letters"),
            ("03 02 38 31 32 33 34 35", "03 03 38 31 32 33 34 35", "two tracks' codes"),
            ("01 02 00 00 00 00 0f 19", "", "a change of mode without a pause"),
            ("01 02 00 00 00 00 0f 19", "01 02 00 00 00 00 0f 1a", "a pause of 149"),
            ("01 02 01 00 00 00 11 19", "01 02 01 00 00 00 0f 19", "a pause of none"),
            ("01 02 02", "01 02 03", "index 3 after 1"),
            ("01 02 02", "01 03 02", "a track that begins with index 2"),
        ] {
            assert!(MIXED.contains(right), "{what}");
            assert_eq!(read(&MIXED.replacen(right, wrong, 1)), Err(WRONG), "{what}");
        }
        assert_eq!(read(""), Err(WRONG));
    }

    proptest::proptest! {
        #[test]
        fn whatever_is_sent_what_is_taken_is_a_session(
            changes in proptest::collection::vec((0..88usize, proptest::num::u8::ANY), 0..4),
            cut in 0..90usize,
        ) {
            let mut bytes = hex(MIXED);
            for (at, value) in changes {
                bytes[at] = value;
            }
            bytes.truncate(if cut < 80 { 88 } else { cut });
            if let Ok(sheet) = parse(&bytes, BLANK) {
                let starts: Vec<i64> = sheet.stretches.iter().map(|part| part.start).collect();
                assert!(starts.windows(2).all(|pair| pair[0] < pair[1]));
                assert!(starts.last().is_some_and(|last| *last < i64::from(sheet.lead_out)));
                assert!(sheet.lead_out <= BLANK.lead_out_last);
                let mut end = 0;
                for track in &sheet.tracks {
                    let (blocks, gap) = sheet.extent(track);
                    assert!(track.start >= end && blocks - gap >= 300);
                    end = track.start + blocks;
                }
                assert_eq!(end, sheet.lead_out);
            }
        }
    }

    #[test]
    fn the_drive_can_make_up_a_pause() {
        let sheet = read(&DATA.replace("41 01 00 10", "41 01 00 14")).expect("good");
        assert_eq!(sheet.stretches[0].block, 0);
    }

    #[test]
    fn cd_text_is_announced_with_the_lead_in() {
        let audio = "01 00 00 41 00 00 00 00 01 01 00 00 00 00 00 00
                     01 01 01 00 00 00 02 00 01 aa 01 01 00 00 0f 19";
        assert!(read(audio).expect("good").text);
    }

    #[test]
    fn a_later_session_begins_where_the_disc_says_and_counts_on() {
        let place = Place { first_track: Some(2), pre_gap: 12_250, lead_out_last: 359_845 };
        // 12250 + 150 frames: 02:45:25.
        let later = "41 00 00 14 00 00 00 00 41 02 00 10 00 02 2d 19
                     41 02 01 10 00 02 2f 19 41 aa 01 14 00 02 3a 00";
        assert_eq!(parse(&hex(later), place).expect("good").tracks[0].start, 12_400);
        assert_eq!(parse(&hex(DATA), place), Err(WRONG));
        assert_eq!(parse(&hex(&later.replace("02 00 10", "03 00 10")), place), Err(WRONG));
    }
}
