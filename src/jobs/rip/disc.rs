//! The disc as a rip needs it: ready, unprotected, of a known size, with the stretches that hold
//! data. Everything that could make hours of reading useless is found out here.

use std::ops::Range;
use std::time::Duration;

use super::size::{self, Size};
use super::{AGAIN, Event, Options, Report, Status};
use crate::formats::{FileExtent, FileSystems, Sectors, iso9660, udf};
use crate::jobs::error::{Error, Kind};
use crate::jobs::observe::Observer;
use crate::jobs::reading::eta::Curve;
use crate::jobs::reading::reader;
use crate::jobs::ready::{self, Since, Tray};
use crate::jobs::sectors::DiscSectors;
use crate::jobs::speed;
use crate::jobs::survey::{
    DriveFacts, MediumFacts, Protection, TrackFacts, TrackKind, survey_drive, survey_medium,
};
use crate::mmc::Drive;
use crate::mmc::cmd::read_disc_information::DiscStatus;
use crate::units::{Blocks, Family, SECTOR};

/// What is known of disc and drive before the first sector is kept.
pub struct Disc {
    /// What kind of disc.
    pub family: Family,
    /// How large.
    pub size: Size,
    /// The sectors to read, ascending.
    pub extents: Vec<Range<u32>>,
    /// The shape of the drive's rate over the disc.
    pub curve: Curve,
    /// What there is to say of it.
    pub remarks: Vec<String>,
    gaps: Vec<Range<u32>>,
    drive: DriveFacts,
    /// All that the disc says of itself.
    pub medium: MediumFacts,
    /// Its label.
    pub volume_id: Option<String>,
}

impl Disc {
    /// The error-correction block.
    pub fn unit(&self) -> Blocks {
        self.family.ecc_blocks()
    }

    /// A report in which nothing has been read yet.
    pub fn report(&self) -> Report {
        let pair = |gap: &Range<u32>| (u64::from(gap.start), u64::from(gap.end - gap.start));
        Report {
            status: Status::Incomplete,
            map: None,
            sectors: u64::from(self.size.sectors),
            good: 0,
            bad: 0,
            untried: 0,
            bad_ranges: Vec::new(),
            gaps: self.gaps.iter().map(pair).collect(),
            different_ranges: Vec::new(),
            hashes: Vec::new(),
            reads: 0,
            failed_reads: 0,
            drive_time: Duration::ZERO,
            elapsed: Duration::ZERO,
            drive: self.drive.clone(),
            medium: self.medium.clone(),
            volume_id: self.volume_id.clone(),
        }
    }
}

fn unusable(message: impl Into<String>) -> Error {
    Error::new(Kind::Unusable, message)
}

/// Waits for the disc and finds out all about it.
///
/// # Errors
/// There is none, or it cannot be ripped.
pub fn survey(
    drive: &mut Drive,
    options: &Options,
    observer: &mut dyn Observer<Event>,
) -> Result<Disc, Error> {
    ready::require(drive, Since::Now, &mut |_| observer.event(Event::Waiting))?;
    // What was reported until here is of the past; what comes from here on is not.
    drop(drive.take_attentions());
    let facts = survey_drive(drive)?;
    let medium = survey_medium(drive, &facts)?.ok_or_else(|| ready::no_medium(Tray::Unknown))?;
    let family = medium.family.ok_or_else(|| {
        unusable(format!("this drive cannot read this kind of disc ({})", medium.profile.name()))
            .hint("`oxidisc info` lists what the drive reads")
    })?;
    if medium.status() == Some(DiscStatus::Blank) {
        return Err(unusable("the disc is blank").hint("there is nothing on it to rip"));
    }
    let tracks: Vec<TrackFacts> =
        medium.sessions().into_iter().flat_map(|session| session.tracks).collect();
    only_data(&tracks, options)?;
    let sizes = medium.sizes();
    let hint = sizes.first().map(|(_, size)| size.0);
    let mut sectors = DiscSectors::new(drive);
    let files = sectors.file_systems(&medium);
    not_protected(&mut sectors, &files, &medium, hint.unwrap_or(0))?;
    let size = size::resolve(family, &sizes, files.sectors())
        .ok_or_else(|| unusable("neither the drive nor the disc says how large the disc is"))?;
    let (extents, gaps) = extents(&tracks, &size);
    let extents = within(&extents, options.range, size.sectors)?;
    let mut remarks = size.remarks.clone();
    if let Some(speed) = options.speed {
        let request = speed::request(speed, family, &facts, &medium, size.sectors)?;
        remarks.extend(speed::set(drive, speed, request)?);
    }
    remarks.extend(gaps.iter().map(|gap| {
        format!("nothing is recorded from {} up to {}, between sessions", gap.start, gap.end)
    }));
    if medium.protection == Some(Protection::Aacs) {
        remarks.push("the disc is encrypted (AACS): the image will be, too".into());
    }
    let curve = Curve::of(&medium.performance, size.sectors);
    let volume_id = files.volume_id().map(String::from);
    Ok(Disc { family, size, extents, curve, remarks, gaps, drive: facts, medium, volume_id })
}

/// An image holds data. Sound has no place in it, but a range may be chosen that has none.
fn only_data(tracks: &[TrackFacts], options: &Options) -> Result<(), Error> {
    let sound: Vec<_> = tracks.iter().filter(|track| track.kind == TrackKind::Audio).collect();
    let (Some(first), Some(last)) = (sound.first(), sound.last()) else { return Ok(()) };
    let Some(data) = tracks.iter().find(|track| track.kind == TrackKind::Data) else {
        return Err(unusable("this is an audio CD: an ISO image holds data only")
            .hint("rip it with a program for sound, such as cdparanoia"));
    };
    if options.range.is_some() {
        return Ok(());
    }
    let end = data.start + data.length.unwrap_or(Blocks(0));
    Err(unusable(format!(
        "tracks {} to {} are sound: an ISO image holds data only",
        first.number, last.number
    ))
    .hint(format!("rip the data track alone: --range {}..{end}", data.start)))
}

/// A protected disc is named as such before anything is read of it: some of its sectors would fail
/// one by one, for hours, and each failure may hang the drive (kernel-log-sense-lines).
fn not_protected(
    sectors: &mut DiscSectors<'_>,
    files: &FileSystems,
    medium: &MediumFacts,
    sectors_in_all: u32,
) -> Result<(), Error> {
    if let Some(error) = sectors.take_failure() {
        return Err(reader::end_of_the_road(&error, AGAIN));
    }
    if !matches!(medium.protection, Some(Protection::Css | Protection::Cprm)) {
        return Ok(());
    }
    // A drive may deliver what it calls protected; what is asked is what would be read.
    for lba in places_to_try(sectors, files, sectors_in_all) {
        let mut sector = [0; SECTOR];
        if sectors.read(lba, &mut sector).is_err()
            && let Some(error) = sectors.take_failure()
        {
            return Err(reader::end_of_the_road(&error, AGAIN));
        }
    }
    Ok(())
}

/// Three places of each film, for its first blocks are often in the clear; where there is no film
/// to be found, places all over the disc.
fn places_to_try(sectors: &mut DiscSectors<'_>, files: &FileSystems, in_all: u32) -> Vec<u32> {
    const SPREAD: u32 = 32;
    let films = protected_files(sectors, files);
    if films.is_empty() {
        return (0..SPREAD).map(|index| in_all / SPREAD * index).collect();
    }
    let places = |film: &FileExtent| {
        let (first, count) = (film.lba, film.sectors());
        [0, count / 2, count.saturating_sub(1)].map(|place| first.saturating_add(place))
    };
    films.iter().flat_map(places).collect()
}

fn protected_files(sectors: &mut DiscSectors<'_>, files: &FileSystems) -> Vec<FileExtent> {
    /// Entries looked at: a DVD-Video has some hundred files.
    const ENTRIES: usize = 4096;
    /// Files tried.
    const FILES: usize = 32;
    let listing = match (&files.udf, &files.iso9660) {
        (Some(volume), _) => udf::files(sectors, volume, ENTRIES),
        (None, Some(volume)) => iso9660::files(sectors, volume, ENTRIES),
        (None, None) => return Vec::new(),
    };
    let is_film = |file: &FileExtent| {
        let name = file.path.to_ascii_uppercase();
        [".VOB", ".VRO", ".AOB"].iter().any(|end| name.ends_with(end))
    };
    let mut films: Vec<_> = listing.extents.into_iter().filter(is_film).collect();
    films.sort_by_key(|file| std::cmp::Reverse(file.bytes));
    films.truncate(FILES);
    films
}

/// What to read, and what lies between sessions and holds nothing.
fn extents(tracks: &[TrackFacts], size: &Size) -> (Vec<Range<u32>>, Vec<Range<u32>>) {
    let end = size.run_out.start;
    let mut data: Vec<Range<u32>> = tracks
        .iter()
        .filter(|track| track.kind == TrackKind::Data && !track.blank)
        .filter_map(|track| {
            let start = u32::try_from(track.start.0).ok()?;
            let stop = start.saturating_add(track.length?.0).min(end);
            (start < stop).then_some(start..stop)
        })
        .collect();
    data.sort_by_key(|range| range.start);
    let mut extents: Vec<Range<u32>> = Vec::new();
    for range in data {
        match extents.last_mut() {
            Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
            _ => extents.push(range),
        }
    }
    match (extents.first_mut(), tracks.len()) {
        // One track, or none that makes sense: the whole disc.
        (None, _) | (_, 0 | 1) => extents = std::iter::once(0..end).collect(),
        (Some(first), _) if first.start < Family::Cd.ecc_blocks().0 => first.start = 0,
        _ => {}
    }
    // The last track reaches as far as the disc does: drives disagree by a few sectors.
    if let Some(last) = extents.last_mut() {
        last.end = last.end.max(end);
    }
    let gaps = extents
        .windows(2)
        .filter_map(|pair| match pair {
            [a, b] => Some(a.end..b.start),
            _ => None,
        })
        .collect();
    if !size.run_out.is_empty() {
        extents.push(size.run_out.clone());
    }
    (extents, gaps)
}

/// The part of the extents that was asked for.
fn within(
    extents: &[Range<u32>],
    range: Option<(u32, Option<u32>)>,
    sectors: u32,
) -> Result<Vec<Range<u32>>, Error> {
    let Some((first, end)) = range else { return Ok(extents.to_vec()) };
    let end = end.unwrap_or(sectors);
    if first >= end || end > sectors {
        let message = format!("no such range: {first}..{end} of a disc of {sectors} sectors");
        return Err(Error::new(Kind::Usage, message)
            .hint(format!("the sectors of this disc are 0..{sectors}")));
    }
    let clip = |extent: &Range<u32>| extent.start.max(first)..extent.end.min(end);
    let inside: Vec<_> = extents.iter().map(clip).filter(|clipped| !clipped.is_empty()).collect();
    if inside.is_empty() {
        return Err(Error::new(Kind::Usage, format!("nothing is recorded in {first}..{end}")));
    }
    Ok(inside)
}
