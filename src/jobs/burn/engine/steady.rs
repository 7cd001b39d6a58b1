//! The speed that a disc is written at. A drive takes its buffer full at the speed of the bus, then
//! calibrates its laser and writes the lead-in, which takes a minute on some discs, whatever the
//! image; and behind the image it may write a lead-out. None of that is the speed of writing: that
//! is how fast a drive takes more once its buffer has been full.

use std::time::Duration;

/// From when on, and up to when, data was taken as fast as it was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steady {
    first: Option<(Duration, u64)>,
    last: (Duration, u64),
}

impl Steady {
    /// So many sectors had been taken at this time of the drive, its buffer full.
    pub fn note(&mut self, now: Duration, sectors: u64) {
        self.first.get_or_insert((now, sectors));
        self.last = (now, sectors);
    }

    /// In kB/s; `None` for an image that fits into the buffer.
    pub fn kbps(&self) -> Option<f64> {
        let ((began, before), (ended, after)) = (self.first?, self.last);
        let took = ended.saturating_sub(began).as_secs_f64();
        let kbps = after.saturating_sub(before) as f64 * 2.048 / took;
        (kbps.is_finite() && kbps > 0.0).then_some(kbps)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_filled_the_buffer_does_not_count() {
        let mut steady = Steady::default();
        assert_eq!(steady.kbps(), None);
        // 2000 sectors at once, then a lead-in of a minute: nobody knows anything yet.
        steady.note(Duration::from_secs(61), 2016);
        assert_eq!(steady.kbps(), None);
        // 1000 sectors, 2048 kB, in two seconds.
        steady.note(Duration::from_secs(62), 2500);
        steady.note(Duration::from_secs(63), 3016);
        assert_eq!(steady.kbps(), Some(1024.0));
    }
}
