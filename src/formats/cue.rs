//! Cue sheets: which file holds which track of a CD, and where the tracks begin in it. Reads text,
//! opens no file.

/// The format of a FILE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// Sectors as they are, samples least significant byte first.
    Binary,
    /// Samples most significant byte first.
    Motorola,
    /// A RIFF WAVE file: the samples are in its `data` chunk.
    Wave,
}

/// The format of a TRACK, and so the bytes of its sectors in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrackKind {
    /// Audio, 2352 bytes a sector.
    Audio,
    /// Mode 1, the 2048 bytes of user data alone.
    Mode1,
    /// Mode 1, all 2352 bytes.
    Mode1Raw,
}

impl TrackKind {
    /// Bytes that a sector takes in the file.
    pub fn sector_bytes(self) -> u32 {
        match self {
            TrackKind::Audio | TrackKind::Mode1Raw => 2352,
            TrackKind::Mode1 => 2048,
        }
    }
}

/// A FILE with its tracks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueFile {
    /// The name, as written: relative to the sheet's folder.
    pub name: String,
    /// Its format.
    pub kind: FileKind,
    /// The tracks that lie in it, in order.
    pub tracks: Vec<CueTrack>,
}

/// A TRACK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueTrack {
    /// Its number, 1 to 99.
    pub number: u8,
    /// Its format.
    pub kind: TrackKind,
    /// PREGAP: sectors before it that no file holds.
    pub pregap: u32,
    /// INDEX 00, in sectors from the file's begin: where the pause before it begins.
    pub index0: Option<u32>,
    /// INDEX 01, in sectors from the file's begin: where it begins.
    pub index1: u32,
    /// POSTGAP: sectors after it that no file holds.
    pub postgap: u32,
}

/// What is wrong with a cue sheet.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct CueError {
    /// The line, 1 first; one past the last for what is missing.
    pub line: usize,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// Reads a cue sheet.
///
/// # Errors
/// It is malformed, or of a kind that is not read here.
pub fn parse(text: &str) -> Result<Vec<CueFile>, CueError> {
    let mut files: Vec<CueFile> = Vec::new();
    let mut open: Option<OpenTrack> = None;
    let mut last = 0;
    for (index, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let words = words(line);
        let (Some(command), arguments) = (words.first(), words.get(1..).unwrap_or(&[])) else {
            continue;
        };
        let fail = |reason: String| CueError { line: index + 1, reason };
        match command.to_ascii_uppercase().as_str() {
            "FILE" => {
                close(&mut open, &mut files).map_err(fail)?;
                files.push(file(arguments).map_err(fail)?);
            }
            "TRACK" => {
                close(&mut open, &mut files).map_err(fail)?;
                if files.is_empty() {
                    return Err(fail("TRACK before any FILE".to_string()));
                }
                let track = track(arguments).map_err(fail)?;
                if track.number != last + 1 {
                    let number = track.number;
                    return Err(fail(format!("TRACK {number} where {} comes next", last + 1)));
                }
                last = track.number;
                open = Some(track);
            }
            "INDEX" | "PREGAP" | "POSTGAP" => {
                let track =
                    open.as_mut().ok_or_else(|| fail(format!("{command} before any TRACK")))?;
                track.place(&command.to_ascii_uppercase(), arguments).map_err(fail)?;
            }
            // Titles, codes and remarks say nothing of where the sectors are.
            "REM" | "CATALOG" | "CDTEXTFILE" | "TITLE" | "PERFORMER" | "SONGWRITER" | "ISRC"
            | "FLAGS" => {}
            _ => return Err(fail(format!("'{command}' is no command of a cue sheet"))),
        }
    }
    let fail = |reason: String| CueError { line: text.lines().count() + 1, reason };
    close(&mut open, &mut files).map_err(fail)?;
    if last == 0 {
        return Err(fail("there is no TRACK in it".to_string()));
    }
    files.retain(|file| !file.tracks.is_empty());
    Ok(files)
}

struct OpenTrack {
    number: u8,
    kind: TrackKind,
    pregap: u32,
    index0: Option<u32>,
    index1: Option<u32>,
    postgap: u32,
}

impl OpenTrack {
    fn place(&mut self, command: &str, arguments: &[String]) -> Result<(), String> {
        match (command, arguments) {
            ("PREGAP", [time]) => self.pregap = msf(time)?,
            ("POSTGAP", [time]) => self.postgap = msf(time)?,
            ("INDEX", [number, time]) => match number.parse::<u8>() {
                Ok(0) => self.index0 = Some(msf(time)?),
                Ok(1) => self.index1 = Some(msf(time)?),
                Ok(2..=99) => {
                    msf(time)?;
                }
                _ => return Err(format!("'{number}' is no index: 00 to 99")),
            },
            _ => return Err(format!("{command} wants other words: INDEX 01 00:02:00")),
        }
        Ok(())
    }
}

fn close(open: &mut Option<OpenTrack>, files: &mut [CueFile]) -> Result<(), String> {
    let Some(track) = open.take() else { return Ok(()) };
    let number = track.number;
    let index1 = track.index1.ok_or_else(|| format!("track {number} has no INDEX 01"))?;
    if track.index0.is_some_and(|index0| index0 > index1) {
        return Err(format!("INDEX 00 of track {number} is after its INDEX 01"));
    }
    let file = files.last_mut().ok_or_else(|| format!("track {number} is in no FILE"))?;
    let before = file.tracks.last().map(|before| before.index1);
    if before.is_some_and(|before| before >= track.index0.unwrap_or(index1)) {
        return Err(format!("track {number} begins before the one ahead of it ends"));
    }
    file.tracks.push(CueTrack {
        number,
        kind: track.kind,
        pregap: track.pregap,
        index0: track.index0,
        index1,
        postgap: track.postgap,
    });
    Ok(())
}

fn file(arguments: &[String]) -> Result<CueFile, String> {
    let [name, kind] = arguments else {
        return Err("FILE wants a name and a format: FILE \"disc.bin\" BINARY".to_string());
    };
    let kind = match kind.to_ascii_uppercase().as_str() {
        "BINARY" => FileKind::Binary,
        "MOTOROLA" => FileKind::Motorola,
        "WAVE" => FileKind::Wave,
        _ => return Err(format!("FILE of format {kind}: BINARY, MOTOROLA and WAVE are read")),
    };
    Ok(CueFile { name: name.clone(), kind, tracks: Vec::new() })
}

fn track(arguments: &[String]) -> Result<OpenTrack, String> {
    let [number, kind] = arguments else {
        return Err("TRACK wants a number and a format: TRACK 01 MODE1/2352".to_string());
    };
    let number = number.parse().ok().filter(|number| (1..=99).contains(number));
    let number = number.ok_or("a track's number is 01 to 99")?;
    let kind = match kind.to_ascii_uppercase().as_str() {
        "AUDIO" => TrackKind::Audio,
        "MODE1/2048" => TrackKind::Mode1,
        "MODE1/2352" => TrackKind::Mode1Raw,
        _ => return Err(format!("TRACK of format {kind}: AUDIO, MODE1/2048, MODE1/2352 are read")),
    };
    Ok(OpenTrack { number, kind, pregap: 0, index0: None, index1: None, postgap: 0 })
}

/// Minutes, seconds and frames as sectors.
fn msf(text: &str) -> Result<u32, String> {
    let bad = || format!("'{text}' is no time: write MM:SS:FF");
    let parts: Vec<u32> =
        text.split(':').map(|part| part.parse().map_err(|_| bad())).collect::<Result<_, _>>()?;
    match parts[..] {
        [minutes, seconds, frames] if minutes < 1000 && seconds < 60 && frames < 75 => {
            Ok((minutes * 60 + seconds) * 75 + frames)
        }
        _ => Err(bad()),
    }
}

/// Splits a line at blanks; what stands in quotes is one word.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let (word, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_string());
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_mixed_mode_disc_in_two_files_is_read() {
        let text = "REM made by hand\r\n\
                    CATALOG 0000000000000\r\n\
                    FILE \"the data.bin\" BINARY\r\n\
                    \x20 TRACK 01 MODE1/2352\r\n\
                    \x20   INDEX 01 00:00:00\r\n\
                    FILE audio.bin MOTOROLA\r\n\
                    \x20 TRACK 02 AUDIO\r\n\
                    \x20   PREGAP 00:02:00\r\n\
                    \x20   INDEX 01 00:00:00\r\n\
                    \x20 TRACK 03 AUDIO\r\n\
                    \x20   TITLE \"Two words\"\r\n\
                    \x20   INDEX 00 01:02:03\r\n\
                    \x20   INDEX 01 01:04:03\r\n";
        let files = parse(text).expect("good");
        assert_eq!(files.len(), 2);
        assert_eq!((files[0].name.as_str(), files[0].kind), ("the data.bin", FileKind::Binary));
        assert_eq!(files[0].tracks[0].kind, TrackKind::Mode1Raw);
        assert_eq!((files[1].name.as_str(), files[1].kind), ("audio.bin", FileKind::Motorola));
        let second = &files[1].tracks[0];
        assert_eq!((second.number, second.pregap, second.index1), (2, 150, 0));
        let third = &files[1].tracks[1];
        assert_eq!((third.index0, third.index1), (Some(4653), 4803));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let head = "FILE a.bin BINARY\nTRACK 01 AUDIO\n";
        for (text, line, hint) in [
            ("".to_string(), 1, "no TRACK"),
            ("TRACK 01 AUDIO".to_string(), 1, "before any FILE"),
            ("FILE a.bin MP3".to_string(), 1, "BINARY, MOTOROLA and WAVE"),
            ("FILE a.bin BINARY\nTRACK 02 AUDIO".to_string(), 2, "where 1 comes next"),
            ("FILE a.bin BINARY\nTRACK 01 MODE2/2336".to_string(), 2, "MODE1/2352"),
            ("INDEX 01 00:00:00".to_string(), 1, "before any TRACK"),
            (format!("{head}INDEX 01 00:60:00"), 3, "MM:SS:FF"),
            (format!("{head}INDEX 01 1"), 3, "MM:SS:FF"),
            (format!("{head}INDEX 01"), 3, "INDEX 01 00:02:00"),
            (format!("{head}TITLE x"), 4, "no INDEX 01"),
            (format!("{head}INDEX 00 00:02:00\nINDEX 01 00:00:00"), 5, "after its INDEX 01"),
            (
                format!("{head}INDEX 01 00:02:00\nTRACK 02 AUDIO\nINDEX 01 00:01:00"),
                6,
                "before the one ahead",
            ),
            (format!("{head}FRAMES 1"), 3, "'FRAMES' is no command"),
        ] {
            let error = parse(&text).expect_err(&text);
            assert_eq!(error.line, line, "{text}: {error}");
            assert!(error.reason.contains(hint), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(FILE|TRACK|INDEX|[0-9:\" \nA-Z/.]){0,60}") {
            let _ = parse(&text);
        }
    }
}
