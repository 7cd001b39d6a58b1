//! The sectors of a disc for those who read file systems: one at a time, and each of them takes
//! the sectors around it along, as the drive does anyway. Knows no plan and keeps no image.

use std::io;
use std::time::Duration;

use super::survey::{MediumFacts, TrackKind};
use crate::formats::{self, FileSystems, SectorData, Sectors};
use crate::mmc::cmd::read::Read10;
use crate::mmc::{CommandError, Drive};
use crate::transport::SenseKey;
use crate::units::{Lba, SECTOR};

/// Reads single sectors.
pub struct DiscSectors<'a> {
    drive: &'a mut Drive,
    failure: Option<CommandError>,
    cached: Option<(u32, Vec<u8>)>,
}

impl<'a> DiscSectors<'a> {
    /// A disc takes half a minute to spin up in a bad drive, and a bad place as long to fail.
    const TIMEOUT: Duration = Duration::from_secs(60);
    /// Half an error-correction block of a DVD: few enough for a recording to keep their bytes.
    const BLOCKS: u32 = 8;

    /// Of the disc in the drive.
    pub fn new(drive: &'a mut Drive) -> DiscSectors<'a> {
        DiscSectors { drive, failure: None, cached: None }
    }

    /// The file systems of the last session, which stands for the whole disc.
    pub fn file_systems(&mut self, medium: &MediumFacts) -> FileSystems {
        let sessions = medium.sessions();
        let mut tracks = sessions.iter().flat_map(|session| &session.tracks);
        let last = tracks.rfind(|track| track.kind == TrackKind::Data && !track.blank);
        let start = last.and_then(|track| u32::try_from(track.start.0).ok()).unwrap_or(0);
        let capacity = medium.sizes().first().map(|(_, size)| size.0);
        formats::identify(self, start, capacity)
    }

    /// The last failure that was not a place's fault: the disc is protected, or gone.
    pub fn take_failure(&mut self) -> Option<CommandError> {
        self.failure.take()
    }

    fn fetch(&mut self, lba: u32, blocks: u16) -> Result<Vec<u8>, CommandError> {
        let mut buffer = vec![0; usize::from(blocks) * SECTOR];
        let lba = Lba(i32::try_from(lba).unwrap_or(i32::MAX));
        let read = Read10 { lba, blocks, fua: false, timeout: Self::TIMEOUT };
        let done = self.drive.read_into(&read, &mut buffer)?;
        buffer.truncate(done.transferred);
        Ok(buffer)
    }

    fn refused(&mut self, error: CommandError) -> io::Error {
        let text = error.to_string();
        let of_the_place = error.sense().is_some_and(|sense| {
            let protected = sense.asc == 0x6f;
            let no_medium = sense.key == SenseKey::NotReady && sense.asc == 0x3a;
            !protected && !no_medium
        });
        if !of_the_place {
            self.failure = Some(error);
        }
        io::Error::other(text)
    }
}

impl Sectors for DiscSectors<'_> {
    fn read(&mut self, lba: u32, sector: &mut SectorData) -> io::Result<()> {
        if self.drive.is_late() {
            return Err(io::Error::other("no time left"));
        }
        let start = lba - lba % Self::BLOCKS;
        if self.cached.as_ref().is_none_or(|(first, _)| *first != start) {
            self.cached = self.fetch(start, Self::BLOCKS as u16).ok().map(|block| (start, block));
        }
        let at = (lba - start) as usize * SECTOR;
        let in_block = self.cached.as_ref().and_then(|(_, block)| block.get(at..at + SECTOR));
        if let Some(bytes) = in_block {
            sector.copy_from_slice(bytes);
            return Ok(());
        }
        // A neighbour is bad, or beyond the end of the disc.
        let alone = self.fetch(lba, 1).map_err(|error| self.refused(error))?;
        let bytes = alone.get(..SECTOR).ok_or_else(|| io::Error::other("a short answer"))?;
        sector.copy_from_slice(bytes);
        Ok(())
    }
}
