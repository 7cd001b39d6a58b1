//! Several discs of one image: in several drives at once from one reading of it, and one after
//! another in each drive. None begins to write before all are ready to; a drive that fails drops
//! out and holds nobody up.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};

use super::engine::Stop;
use super::fifo::Tap;
use super::ready::prepare;
use super::report::{Event, Options, Prepared, Report, Source, Status, Worth};
use super::run::{carry_out_from, examine, held_against, status_of, taps, without_burn};
use crate::jobs::error::{Error, Kind};
use crate::jobs::observe::Observer;
use crate::jobs::tray;
use crate::mmc::Drive;

/// An event of one of several drives, by its place among them.
pub type Of = (usize, Event);

/// A drive, and what is to be burnt in it.
pub struct Station<'a> {
    /// The drive.
    pub drive: &'a mut Drive,
    /// What is to be done to the disc in it.
    pub prepared: &'a Prepared,
}

/// Burns in all the drives at once. The image is read once; a slow drive holds the others up by
/// what fits into memory at most. `Break` stops them all.
pub fn together(
    stations: Vec<Station<'_>>,
    options: &Options,
    observer: &mut dyn Observer<Of>,
) -> Vec<Report> {
    let prepared: Vec<&Prepared> = stations.iter().map(|station| station.prepared).collect();
    let ready = examine(options, &mut |event| observer.event((0, event))).and_then(|whole| {
        let taps = taps(&options.source, options.fifo, &prepared).map_err(Stop::Failed)?;
        Ok((whole, taps))
    });
    let (whole, taps) = match ready {
        Ok(ready) => ready,
        Err(stop) => {
            let status = status_of(stop, &Worth::Untouched);
            let report = |prepared| without_burn(prepared, status.clone(), Worth::Untouched);
            return prepared.into_iter().map(report).collect();
        }
    };
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (send, events) = channel();
        let threads: Vec<_> = stations
            .into_iter()
            .zip(taps)
            .enumerate()
            .map(|(index, (station, tap))| {
                let passing = Passing { index, events: send.clone(), stop: &stop };
                scope.spawn(move || burn_one(station, options, tap, passing))
            })
            .collect();
        drop(send);
        for event in events {
            if let ControlFlow::Break(()) = observer.event(event) {
                stop.store(true, Ordering::Relaxed);
            }
        }
        let report = |(thread, prepared): (std::thread::ScopedJoinHandle<'_, Report>, _)| {
            thread.join().unwrap_or_else(|_| {
                let error = Error::new(Kind::AfterDisc, "the thread of this drive broke down");
                let worth = Worth::Unknown { resumable: true };
                without_burn(prepared, Status::Failed(error), worth)
            })
        };
        let reports = threads.into_iter().zip(prepared).map(report);
        reports.map(|report| held_against(report, whole.as_ref())).collect()
    })
}

fn burn_one(station: Station<'_>, options: &Options, tap: Tap, mut passing: Passing<'_>) -> Report {
    carry_out_from(station.drive, station.prepared, options, tap, &mut passing)
}

/// Hands a drive's events on, and what the one who hears them wants.
struct Passing<'a> {
    index: usize,
    events: Sender<Of>,
    stop: &'a AtomicBool,
}

impl Observer<Event> for Passing<'_> {
    fn event(&mut self, event: Event) -> ControlFlow<()> {
        // Nobody hears any more: it goes on until it is told otherwise.
        let _ = self.events.send((self.index, event));
        match self.stop.load(Ordering::Relaxed) {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }
}

/// Burns `copies` discs in each drive, the first of them as prepared. Before each further one the
/// tray is opened, [`Event::NextDisc`] asks for the disc, and [`Event::Confirm`] shows what would
/// be done to it. A drive whose disc was not good takes no further one. The reports of each drive,
/// in order.
///
/// # Errors
/// An image that comes through a pipe comes once.
pub fn copies(
    drives: &mut [Drive],
    first: Vec<Prepared>,
    options: &Options,
    copies: u32,
    observer: &mut dyn Observer<Of>,
) -> Result<Vec<Vec<Report>>, Error> {
    if copies > 1 && matches!(options.source, Source::Stream { .. }) {
        return Err(Error::new(Kind::Usage, "standard input brings the image for one disc only")
            .hint("write the image to a file first, or burn in several drives at once"));
    }
    let mut reports: Vec<Vec<Report>> = drives.iter().map(|_| Vec::new()).collect();
    let mut ready: Vec<Option<Prepared>> = first.into_iter().map(Some).collect();
    ready.resize_with(drives.len(), || None);
    for copy in 1..=copies {
        if copy > 1 {
            let good = |reports: &Vec<Report>| reports.last().is_some_and(is_good);
            for (index, drive) in drives.iter_mut().enumerate() {
                let next = Next { index, copy, copies };
                let wanted = good(&reports[index]);
                ready[index] = if wanted { next.disc(drive, options, observer) } else { None };
            }
        }
        let busy: Vec<usize> = (0..ready.len()).filter(|index| ready[*index].is_some()).collect();
        let stations = drives.iter_mut().zip(&ready).filter_map(|(drive, prepared)| {
            prepared.as_ref().map(|prepared| Station { drive, prepared })
        });
        let mut renamed = |(at, event): Of| {
            let index = busy.get(at).copied().unwrap_or(at);
            observer.event((index, event))
        };
        let done = together(stations.collect(), options, &mut renamed);
        if done.is_empty() {
            break;
        }
        for (index, report) in busy.iter().zip(done) {
            reports[*index].push(report);
        }
    }
    Ok(reports)
}

fn is_good(report: &Report) -> bool {
    matches!(report.status, Status::Verified | Status::Written | Status::Simulated)
}

/// Which disc is next, in which drive.
struct Next {
    index: usize,
    copy: u32,
    copies: u32,
}

impl Next {
    /// Asks for the disc until there is one that can be burnt; `None`: there is none to come.
    fn disc(
        &self,
        drive: &mut Drive,
        options: &Options,
        observer: &mut dyn Observer<Of>,
    ) -> Option<Prepared> {
        let Next { index, copy, copies } = *self;
        let mut quiet = |_| ControlFlow::Continue(());
        loop {
            // One that has no tray, or opens by hand only: the person sees to it.
            let _ = tray::eject(drive, &mut quiet);
            if observer.event((index, Event::NextDisc { copy, copies })).is_break() {
                return None;
            }
            let _ = tray::load(drive, &mut quiet);
            if drive.is_gone() {
                return None;
            }
            let mut passing = |event: Event| observer.event((index, event));
            match prepare(drive, options, &mut passing) {
                Ok(prepared) => {
                    let shown = Event::Confirm(Box::new(prepared.clone()));
                    if observer.event((index, shown)).is_continue() {
                        return Some(prepared);
                    }
                }
                Err(error) if error.kind == Kind::Interrupted => return None,
                Err(error) => {
                    let remark = Event::Remark(format!("this disc will not do: {error}"));
                    if observer.event((index, remark)).is_break() {
                        return None;
                    }
                }
            }
        }
    }
}
