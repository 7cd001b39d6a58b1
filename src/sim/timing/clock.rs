//! The drive's own time, and how it keeps step with the time outside. Knows no drive.

use std::time::{Duration, Instant};

/// The time outside: what a paced drive keeps up with.
pub trait WallClock: Send {
    /// Time since some fixed moment.
    fn elapsed(&self) -> Duration;
    /// Waits.
    fn sleep(&mut self, time: Duration);
}

/// The machine's own clock.
#[derive(Debug)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> SystemClock {
        SystemClock(Instant::now())
    }
}

impl WallClock for SystemClock {
    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&mut self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// Time since the drive's power-on.
pub(super) struct DriveClock {
    pub(super) now: Duration,
    /// 0: time is only counted; else so many times as fast as the wall clock.
    pace: f64,
    wall: Box<dyn WallClock>,
}

/// How many times faster than outside time passes for a drive without a pace that is waited for.
const IDLE_PACE: f64 = 60.0;

impl DriveClock {
    pub(super) fn new(pace: f64, wall: Box<dyn WallClock>) -> DriveClock {
        let pace = if pace.is_finite() { pace.clamp(0.0, 1e6) } else { 0.0 };
        DriveClock { now: Duration::ZERO, pace, wall }
    }

    /// What has passed outside has passed for the drive too.
    pub(super) fn catch_up(&mut self) {
        if self.pace > 0.0 {
            self.now = self.now.max(scale(self.wall.elapsed(), self.pace));
        }
    }

    /// Without a pace the drive does not see the wall clock, yet must become ready for a program
    /// that sleeps until it is. Faster than outside, since no pace means to wait for nothing.
    pub(super) fn idle(&mut self, outside: Duration) {
        self.now = self.now.saturating_add(self.idle_time(outside));
    }

    /// How much passes for the drive while so much passes outside and somebody waits for it.
    pub(super) fn idle_time(&self, outside: Duration) -> Duration {
        if self.pace == 0.0 { scale(outside, IDLE_PACE) } else { Duration::ZERO }
    }

    /// Waits until what has passed for the drive has passed outside.
    pub(super) fn let_pass(&mut self) {
        if self.pace > 0.0 {
            let due = scale(self.now, self.pace.recip());
            let early = due.saturating_sub(self.wall.elapsed());
            if !early.is_zero() {
                self.wall.sleep(early);
            }
        }
    }
}

/// Never panics: an absurd pace stops at the longest time there is.
fn scale(time: Duration, by: f64) -> Duration {
    Duration::try_from_secs_f64(time.as_secs_f64() * by).unwrap_or(Duration::MAX)
}
