//! What the drive says of the disc: asked after a burn, however it ended. Believes nothing yet.

use std::time::Duration;

use crate::jobs::long::{quietly, wait_done};
use crate::mmc::cmd::read_capacity::{Capacity, ReadCapacity};
use crate::mmc::cmd::read_disc_information::{DiscInformation, ReadDiscInformation};
use crate::mmc::cmd::read_track_information::{
    ReadTrackInformation, TrackAddress, TrackInformation,
};
use crate::mmc::{CommandError, Drive, Failure, Query};
use crate::units::Lba;

/// How long a drive that was in trouble may take to be ready for questions.
const PATIENCE: Duration = Duration::from_secs(120);
/// The track of a CD that can be written to. On a DVD or BD it may not be asked for (libburn).
const INVISIBLE: u16 = 0xff;
/// Times that a question is asked that gets lost.
const TRIES: u32 = 3;

/// What it says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// READ DISC INFORMATION; `None`: the drive does not answer.
    pub disc: Option<DiscInformation>,
    /// The track that the image is in.
    pub track: Option<TrackInformation>,
    /// The track that can be written to, if that is another one.
    pub open: Option<TrackInformation>,
    /// READ CAPACITY.
    pub capacity: Option<Capacity>,
}

impl State {
    /// Asks. `start`: where the image begins; `of_cd`: the disc is a CD, whose invisible track has
    /// a number of its own.
    pub fn ask(drive: &mut Drive, start: Lba, of_cd: bool) -> State {
        if drive.is_gone() || wait_done(drive, PATIENCE, &mut quietly).is_err() {
            return State::default();
        }
        let Some(disc) = answer(drive, &ReadDiscInformation) else { return State::default() };
        let track = |drive: &mut Drive, address| answer(drive, &ReadTrackInformation(address));
        let of_image = track(drive, TrackAddress::Lba(start))
            // An answer about another track is none.
            .filter(|track| track.start <= start);
        let last = if of_cd { INVISIBLE } else { disc.last_track.max(1) };
        let last = track(drive, TrackAddress::Track(last));
        let image_number = of_image.as_ref().map(|track| track.number);
        State {
            open: last.filter(|last| Some(last.number) != image_number),
            track: of_image,
            capacity: answer(drive, &ReadCapacity),
            disc: Some(disc),
        }
    }

    /// The track that can be written to: the image's own, as long as it is open. Behind one that
    /// was reserved there is another, which is of no use to the image.
    pub fn writable(&self) -> Option<&TrackInformation> {
        let tracks = [self.track.as_ref(), self.open.as_ref()];
        tracks.into_iter().flatten().find(|track| track.next_writable.is_some())
    }
}

/// The answer, if there is one that makes sense.
fn answer<Q: Query>(drive: &mut Drive, query: &Q) -> Option<Q::Response> {
    for _ in 0..TRIES {
        match drive.query(query) {
            Ok(response) => return Some(response),
            Err(error) if is_lost(&error) && !drive.is_gone() => {
                drive.wait(Duration::from_millis(500));
            }
            Err(_) => return None,
        }
    }
    None
}

fn is_lost(error: &CommandError) -> bool {
    matches!(error.failure, Failure::Transport(_) | Failure::Status(_) | Failure::Parse(_))
}
