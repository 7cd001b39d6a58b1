//! A CD from a cue sheet: its tracks laid out from LBA 0 on, and where the bytes of each sector
//! are.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::content::{Content, Piece};
use super::{Track, TrackMode, TrackState};
use crate::formats::cue::{self, CueFile, CueTrack, FileKind, TrackKind};

/// Sectors before LBA 0, which every disc has (MMC-6 4.2.3.5).
const LEAD_PREGAP: u32 = 150;
/// RIFF chunks looked at in search of the samples.
const CHUNKS_MAX: usize = 64;
/// A cue sheet longer than this is none.
const SHEET_MAX: u64 = 1 << 20;

/// What a cue sheet comes to.
pub struct Sheet {
    /// The tracks, all of one session.
    pub tracks: Vec<Track>,
    /// Where their bytes are.
    pub content: Content,
}

/// Reads a cue sheet and opens its files.
///
/// # Errors
/// The sheet is malformed, or a file is not there or too short.
pub fn open(path: &Path) -> Result<Sheet, String> {
    let shown = path.display();
    let size = std::fs::metadata(path).map_err(|error| format!("{shown}: {error}"))?.len();
    if size > SHEET_MAX {
        return Err(format!("{shown}: {size} bytes are no cue sheet"));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("{shown}: {error}"))?;
    let text = String::from_utf8_lossy(&bytes);
    let files = cue::parse(&text).map_err(|error| format!("{shown}: {error}"))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut layout = Layout::default();
    for file in &files {
        let path = folder.join(&file.name);
        let fail = |reason: String| format!("{}: {reason}", path.display());
        let opened = File::open(&path).map_err(|error| fail(error.to_string()))?;
        layout.file(file, opened).map_err(fail)?;
    }
    let end = layout.at;
    Ok(Sheet { tracks: layout.finish(end), content: Content::Pieces(layout.pieces) })
}

#[derive(Default)]
struct Layout {
    /// The next LBA.
    at: u32,
    /// First LBA, number and mode of each track.
    begun: Vec<(u32, u8, TrackMode)>,
    /// For each track: sectors right before its first that belong to no readable data.
    gaps: Vec<u32>,
    pieces: Vec<Piece>,
}

impl Layout {
    fn file(&mut self, sheet: &CueFile, file: File) -> Result<(), String> {
        let (mut offset, length) = extent(sheet.kind, &file)?;
        let end = offset + length;
        let file = Arc::new(file);
        let mut sector = 0;
        for (index, track) in sheet.tracks.iter().enumerate() {
            let stride = track.kind.sector_bytes();
            let next = sheet.tracks.get(index + 1).map(|next| next.index0.unwrap_or(next.index1));
            let there = end.saturating_sub(offset) / u64::from(stride);
            let there = u32::try_from(there).unwrap_or(u32::MAX);
            let blocks = next.map_or(there, |next| next - sector);
            let number = track.number;
            if blocks > there || sector + blocks <= track.index1 {
                return Err(format!("track {number} does not fit into the {length} bytes of it"));
            }
            let pause = track.index1 - sector;
            self.track(track, pause);
            self.pieces.push(Piece {
                start: self.at,
                blocks,
                file: Some(file.clone()),
                offset,
                stride,
                big_endian: sheet.kind == FileKind::Motorola,
            });
            offset += u64::from(blocks) * u64::from(stride);
            sector += blocks;
            self.at = self.at.saturating_add(blocks);
            self.silence(track.postgap);
        }
        Ok(())
    }

    /// A track begins `pause` sectors after the next LBA.
    fn track(&mut self, track: &CueTrack, pause: u32) {
        let mode = match track.kind {
            TrackKind::Audio => TrackMode::Audio,
            TrackKind::Mode1 | TrackKind::Mode1Raw => TrackMode::Data,
        };
        let known = if self.begun.is_empty() { LEAD_PREGAP } else { 0 };
        let made = track.pregap.saturating_sub(known);
        self.silence(made);
        // GUESS: between data and audio the pause cannot be read as either.
        let other = self.begun.last().is_some_and(|(.., before)| *before != mode);
        self.gaps.push(if other { made + pause } else { 0 });
        self.begun.push((self.at.saturating_add(pause), track.number, mode));
    }

    fn silence(&mut self, blocks: u32) {
        if blocks > 0 {
            self.pieces.push(Piece {
                start: self.at,
                blocks,
                file: None,
                offset: 0,
                stride: 2352,
                big_endian: false,
            });
            self.at = self.at.saturating_add(blocks);
        }
    }

    fn finish(&self, end: u32) -> Vec<Track> {
        let next = |index: usize| self.begun.get(index + 1).map_or(end, |(start, ..)| *start);
        let of = |(index, (start, number, mode)): (usize, &(u32, u8, TrackMode))| Track {
            number: *number,
            session: 1,
            start: *start,
            blocks: next(index) - start,
            runout: self.gaps.get(index + 1).copied().unwrap_or(0),
            mode: *mode,
            state: TrackState::Complete,
        };
        self.begun.iter().enumerate().map(of).collect()
    }
}

/// Where the sectors lie in a file: all of it, or the samples of a RIFF WAVE file.
fn extent(kind: FileKind, file: &File) -> Result<(u64, u64), String> {
    let length = file.metadata().map_err(|error| error.to_string())?.len();
    if kind != FileKind::Wave {
        return Ok((0, length));
    }
    let mut head = [0; 12];
    file.read_exact_at(&mut head, 0).map_err(|_| "no WAVE file: it is too short".to_string())?;
    if head[..4] != *b"RIFF" || head[8..] != *b"WAVE" {
        return Err("no WAVE file: it does not begin with RIFF … WAVE".to_string());
    }
    let mut at = 12;
    for _ in 0..CHUNKS_MAX {
        let mut chunk = [0; 8];
        if file.read_exact_at(&mut chunk, at).is_err() {
            break;
        }
        let size = u64::from(u32::from_le_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]));
        if chunk[..4] == *b"data" {
            return Ok((at + 8, size.min(length.saturating_sub(at + 8))));
        }
        at += 8 + size.next_multiple_of(2);
    }
    Err("no WAVE file: there is no data chunk in it".to_string())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn sheet(text: &str, files: &[(&str, Vec<u8>)]) -> Result<Sheet, String> {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (name, bytes) in files {
            fs::write(folder.path().join(name), bytes).expect("written");
        }
        let path = folder.path().join("disc.cue");
        fs::write(&path, text).expect("written");
        open(&path)
    }

    fn sectors(count: usize, size: usize) -> Vec<u8> {
        (0..count).flat_map(|number| vec![number as u8 + 1; size]).collect()
    }

    #[test]
    fn data_and_audio_in_two_files_follow_each_other() {
        let text = "FILE a.iso BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\n\
                    FILE b.bin BINARY\nTRACK 02 AUDIO\nPREGAP 00:02:00\nINDEX 01 00:00:00\n\
                    TRACK 03 AUDIO\nINDEX 00 00:00:03\nINDEX 01 00:00:05\n";
        let files = [("a.iso", sectors(10, 2048)), ("b.bin", sectors(9, 2352))];
        let sheet = sheet(text, &files).expect("good");
        let track = |number, start, blocks, runout, mode| Track {
            number,
            session: 1,
            start,
            blocks,
            runout,
            mode,
            state: TrackState::Complete,
        };
        assert_eq!(
            sheet.tracks,
            [
                track(1, 0, 160, 150, TrackMode::Data),
                track(2, 160, 5, 0, TrackMode::Audio),
                track(3, 165, 4, 0, TrackMode::Audio),
            ]
        );
        let mut user = [0; 2048];
        sheet.content.read_user(9, &mut user).expect("read");
        assert_eq!(user, [10; 2048]);
        let mut audio = [0; 2352];
        for (lba, byte) in [(160, 1), (164, 5), (165, 6), (168, 9)] {
            sheet.content.read_audio(lba, &mut audio).expect("read");
            assert_eq!(audio, [byte; 2352], "{lba}");
        }
        assert!(sheet.content.read_audio(169, &mut audio).is_err());
    }

    #[test]
    fn a_wave_file_is_read_from_its_samples_on() {
        let mut wave = b"RIFF\0\0\0\0WAVEfmt \x02\0\0\0\0\0data".to_vec();
        wave.extend(4704u32.to_le_bytes());
        wave.extend(sectors(2, 2352));
        let text = "FILE a.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
        let sheet = sheet(text, &[("a.wav", wave)]).expect("good");
        assert_eq!(sheet.tracks[0].blocks, 2);
        let mut audio = [0; 2352];
        sheet.content.read_audio(1, &mut audio).expect("read");
        assert_eq!(audio, [2; 2352]);
    }

    #[test]
    fn what_is_missing_is_named() {
        let text = "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n\
                    TRACK 02 AUDIO\nINDEX 01 00:00:09\n";
        let fail = |files: &[(&str, Vec<u8>)]| sheet(text, files).err().expect("refused");
        assert!(fail(&[]).contains("a.bin"));
        assert!(fail(&[("a.bin", sectors(9, 2352))]).contains("track 2 does not fit"));
        assert!(fail(&[("a.bin", sectors(3, 2352))]).contains("track 1 does not fit"));
        let text = "FILE a.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n";
        let refused = sheet(text, &[("a.wav", vec![0; 100])]).err().expect("refused");
        assert!(refused.contains("no WAVE file"));
        assert!(sheet("nonsense", &[]).err().expect("refused").contains("line 1"));
    }
}
