//! DVD+RW (MMC-6 4.4.8): formatted in the background. The host can write as soon as the lead-in is
//! there; the drive lays down ("de-ices") the disc in order whenever the host leaves it time, and
//! up to where the host writes at once.

use std::time::Duration;

use super::overwrite;
use super::sequential::INVALID_ADDRESS;
use super::{
    CLOSING, Change, CloseOrder, FormatOrder, Rules, Toll, Work, WriteOrder, WriteParameters,
};
use crate::sim::medium::Medium;
use crate::sim::medium::formats;
use crate::sim::medium::recording::Background;
use crate::sim::medium::states::{self, Act};
use crate::sim::refusal::Refusal;

/// The rules of DVD+RW.
pub struct DvdPlusRw;

/// TYPE DEPENDENT PARAMETER of a format that goes on where it was stopped (MMC-6 6.4.4.14).
const RESTART: u32 = 1;
/// Until the host can write: lead-in and some blocks. GUESS: how long.
const FOREGROUND: Duration = Duration::from_secs(25);
/// Blocks laid down in a second: 4 times 1385 kB (real-drives: HL-DT-ST GP60N).
const LAID_PER_SECOND: f64 = 4.0 * 1385.0 / 2.048;
/// To stop at the end of an error-correction block, and to write a lead-out there besides.
/// GUESS: how long.
const STOP: Duration = Duration::from_secs(1);
const LEAD_OUT: Duration = Duration::from_secs(30);

impl Rules for DvdPlusRw {
    fn write(&self, disc: &Medium, order: &WriteOrder, _: &WriteParameters) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Write)?;
        let lba = u32::try_from(order.lba).map_err(|_| INVALID_ADDRESS)?;
        let (running, laid) = background(disc);
        // GUESS: where formatting was stopped, nothing can be written until it goes on.
        let end = if running == Background::Stopped { laid } else { disc.room() };
        if lba.saturating_add(order.blocks) > end || lba >= end {
            // real-drives: ASUS DRW-1608P2: WRITE at 230540h is 5/21/02.
            return Err(INVALID_ADDRESS.at(lba.max(end)));
        }
        Ok(())
    }

    fn taken(&self, _: &mut Medium, _: &WriteOrder, _: &WriteParameters) {}

    fn toll(&self, disc: &Medium, order: &WriteOrder) -> Toll {
        let lba = u32::try_from(order.lba).unwrap_or(0);
        // libburn's cookbook: random access to areas that are not formatted yet can last long.
        let laying = lba.saturating_sub(background(disc).1);
        Toll { laying, modified: overwrite::modified(disc, order), verified: false }
    }

    fn goes_on(&self, disc: &mut Medium, time: Duration) -> bool {
        let room = disc.room();
        let Some(record) = &mut disc.record else { return false };
        if record.background != Background::Running {
            return false;
        }
        let blocks = (time.as_secs_f64() * LAID_PER_SECOND).min(f64::from(room)) as u32;
        record.laid = record.laid.saturating_add(blocks / 16 * 16).min(room);
        if record.laid == room {
            record.background = Background::Complete;
        }
        record.background == Background::Complete
    }

    fn burnt(&self, disc: &mut Medium, order: &WriteOrder) {
        let Ok(lba) = u32::try_from(order.lba) else { return };
        let end = lba.saturating_add(order.blocks).next_multiple_of(16).min(disc.room());
        if let Some(record) = &mut disc.record {
            record.laid = record.laid.max(end);
        }
    }

    fn reserve(&self, disc: &mut Medium, _: u32, _: &WriteParameters) -> Result<(), Refusal> {
        states::allows(disc.kind, states::state(disc), Act::Reserve)
    }

    fn close(
        &self,
        disc: &Medium,
        order: CloseOrder,
        _: &WriteParameters,
    ) -> Result<Work, Refusal> {
        // PIONEER R11 command reference: 000b and 010b; where nothing goes on, nothing is done and
        // that is no error.
        let (act, takes) = match order.function {
            0 => (Act::StopFormat, STOP),
            2 => (Act::CloseSession, LEAD_OUT),
            _ => return Err(Refusal::bad_field(2)),
        };
        states::allows(disc.kind, states::state(disc), act)?;
        let idle = matches!(background(disc).0, Background::Complete | Background::None);
        let takes = if idle { Duration::ZERO } else { takes };
        let change = if act == Act::StopFormat { Change::StopFormat } else { Change::CloseSession };
        Ok(Work { change, takes, says: CLOSING })
    }

    fn format(&self, disc: &Medium, order: FormatOrder) -> Result<Work, Refusal> {
        let work = overwrite::format(disc, order, FOREGROUND)?;
        // GUESS: only what was stopped can be restarted.
        if order.parameter == RESTART && background(disc).0 != Background::Stopped {
            return Err(Refusal::of(5, 0x30, 0x06));
        }
        Ok(work)
    }

    fn apply(&self, disc: &mut Medium, change: &Change) {
        match change {
            Change::Format(order) => {
                let Ok(format) = formats::accept(disc, order) else { return };
                if order.parameter != RESTART {
                    disc.wipe();
                    overwrite::formatted(disc, format);
                }
                set(disc, Background::Running);
            }
            Change::StopFormat | Change::CloseSession
                if background(disc).0 == Background::Running =>
            {
                set(disc, Background::Stopped);
            }
            _ => {}
        }
    }

    fn cut_off(&self, disc: &mut Medium, change: Option<&Change>) {
        match change {
            // There is no lead-in yet.
            Some(Change::Format(order)) if order.parameter != RESTART => {
                overwrite::unformatted(disc);
            }
            _ if background(disc).0 == Background::Running => set(disc, Background::Stopped),
            _ => {}
        }
    }
}

/// How far the formatting is, and up to which block.
fn background(disc: &Medium) -> (Background, u32) {
    disc.record.as_ref().map_or((Background::None, 0), |record| (record.background, record.laid))
}

fn set(disc: &mut Medium, background: Background) {
    if let Some(record) = &mut disc.record {
        record.background = background;
    }
}
