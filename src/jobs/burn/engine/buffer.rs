//! The drive's buffer, as READ BUFFER CAPACITY tells of it: how full it is, and how often it was
//! seen empty. Asks only when the buffer has been full once: a Pioneer DVR-216D and what is built
//! like it loses data otherwise (libburn).

use std::time::Duration;

use crate::mmc::Drive;
use crate::mmc::cmd::read_buffer_capacity::ReadBufferCapacity;
use crate::units::Rate;

/// Drive time between two questions.
const EVERY: Duration = Duration::from_millis(500);
/// Answers without sense in a row, after which the drive is not asked any more.
const NONSENSE_MAX: u32 = 3;

/// What is known of it.
#[derive(Clone, Debug)]
pub struct Buffer {
    /// Its size by page 2Ah.
    bytes: Option<u64>,
    /// It may be asked.
    can_ask: bool,
    sent: u64,
    full: bool,
    asked: Option<Duration>,
    nonsense: u32,
    empty: bool,
    /// How full it was when it was last asked, in hundredths.
    pub percent: Option<u8>,
    /// The least it was seen to hold.
    pub min_percent: Option<u8>,
    /// Times that it was seen empty.
    pub underruns: u64,
    /// Times that it was too full to take more.
    pub full_count: u64,
}

impl Buffer {
    /// Of a drive that can be asked, or not, and has so many bytes of buffer by its word.
    pub fn new(can_ask: bool, bytes: Option<u64>) -> Buffer {
        Buffer {
            bytes,
            can_ask,
            sent: 0,
            full: false,
            asked: None,
            nonsense: 0,
            empty: false,
            percent: None,
            min_percent: None,
            underruns: 0,
            full_count: 0,
        }
    }

    /// So many bytes were taken.
    pub fn took(&mut self, bytes: usize) {
        self.sent += bytes as u64;
        self.full |= self.sent > self.size();
    }

    /// It did not take more: it is full (2/04/08).
    pub fn is_full(&mut self) {
        self.full = true;
        self.empty = false;
        self.full_count += 1;
    }

    /// How long a full one takes until a quarter of it is free, at this rate: so long a write need
    /// not be tried again, and three quarters keep the laser busy meanwhile. `None`: nobody knows.
    pub fn quarter(&self, rate: Rate) -> Option<Duration> {
        let millis = self.bytes? / 4 / u64::from(rate.kbps.max(1));
        Some(Duration::from_millis(millis))
    }

    /// Whether it has been full, as far as can be told: what is taken from then on is taken as fast
    /// as it is written.
    pub fn has_been_full(&self) -> bool {
        self.full
    }

    /// Pioneer's drives have 2 MB; what says nothing of its buffer has no more than 64.
    fn size(&self) -> u64 {
        self.bytes.unwrap_or(64 << 20).max(2 << 20)
    }

    /// The drive lost what was in it.
    pub fn reset(&mut self) {
        (self.sent, self.full, self.asked, self.percent) = (0, false, None, None);
    }

    /// Asks, if it is time to, or `now`: after the source made the drive wait.
    pub fn ask(&mut self, drive: &mut Drive, now: bool) {
        let since = self.asked.map(|asked| drive.time().saturating_sub(asked));
        let due = now || since.is_none_or(|since| since >= EVERY);
        if !due || !self.full || !self.can_ask {
            return;
        }
        self.asked = Some(drive.time());
        // What goes wrong here is no trouble of the burn's: a drive that is in trouble says so to
        // the next write.
        let told = drive.query(&ReadBufferCapacity).ok().filter(|told| told.total > 0);
        let Some(told) = told else {
            self.nonsense += 1;
            if self.nonsense >= NONSENSE_MAX {
                (self.can_ask, self.percent) = (false, None);
            }
            return;
        };
        self.nonsense = 0;
        let percent = u64::from(told.filled()) * 100 / u64::from(told.total);
        let percent = u8::try_from(percent).unwrap_or(100);
        self.percent = Some(percent);
        self.min_percent = Some(self.min_percent.map_or(percent, |min| min.min(percent)));
        if told.filled() == 0 && !self.empty {
            self.underruns += 1;
        }
        self.empty = told.filled() == 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mmc::testing::{Script, Step};

    const ASK: &[u8] = &[0x5c, 0, 0, 0, 0, 0, 0, 0, 12, 0];

    fn tells(total: u32, free: u32) -> Step {
        let mut answer = vec![0, 10, 0, 0];
        answer.extend(total.to_be_bytes());
        answer.extend(free.to_be_bytes());
        Step::on(ASK).answer(&answer)
    }

    #[test]
    fn a_quarter_of_it_is_free_after_a_quarter_of_its_time() {
        // 4 MiB at 22160 kB/s: 189 ms.
        let rate = Rate { kbps: 22_160 };
        let quarter = Buffer::new(true, Some(4 << 20)).quarter(rate);
        assert_eq!(quarter, Some(Duration::from_millis(47)));
        assert_eq!(Buffer::new(true, None).quarter(rate), None);
    }

    #[test]
    fn it_is_not_asked_before_it_was_full_once() {
        let script = Script::new(vec![tells(4 << 20, 1 << 20)]);
        let mut drive = script.drive();
        let mut buffer = Buffer::new(true, Some(4 << 20));
        buffer.ask(&mut drive, true);
        buffer.took(4 << 20);
        buffer.ask(&mut drive, true);
        assert_eq!(script.sent().len(), 0);
        buffer.took(2048);
        buffer.ask(&mut drive, false);
        assert_eq!((buffer.percent, buffer.min_percent), (Some(75), Some(75)));
        // Not again within half a second.
        buffer.ask(&mut drive, false);
        script.finish();
    }

    #[test]
    fn a_drive_that_says_so_was_full() {
        let script = Script::new(vec![tells(1000, 0)]);
        let mut buffer = Buffer::new(true, None);
        buffer.is_full();
        buffer.ask(&mut script.drive(), false);
        assert_eq!((buffer.percent, buffer.full_count, buffer.underruns), (Some(100), 1, 0));
        script.finish();
    }

    #[test]
    fn an_empty_buffer_counts_once_until_it_is_filled_again() {
        let script = Script::new(vec![
            tells(1000, 1000),
            tells(1000, 1000),
            tells(1000, 400),
            tells(1000, 1000),
        ]);
        let mut drive = script.drive();
        let mut buffer = Buffer::new(true, None);
        buffer.is_full();
        for underruns in [1, 1, 1, 2] {
            buffer.ask(&mut drive, true);
            assert_eq!(buffer.underruns, underruns);
        }
        assert_eq!(buffer.min_percent, Some(0));
    }

    #[test]
    fn nonsense_is_not_believed_and_ends_the_asking() {
        let script = Script::new(vec![tells(0, 0), tells(10, 20), Step::on(ASK).fails(5, 0x20, 0)]);
        let mut drive = script.drive();
        let mut buffer = Buffer::new(true, None);
        buffer.is_full();
        for _ in 0..5 {
            buffer.ask(&mut drive, true);
        }
        assert_eq!((buffer.percent, buffer.underruns), (None, 0));
        script.finish();
    }

    #[test]
    fn a_drive_that_lost_its_buffer_has_to_fill_it_first() {
        let script = Script::new(Vec::new());
        let mut buffer = Buffer::new(true, None);
        buffer.is_full();
        buffer.reset();
        buffer.ask(&mut script.drive(), true);
        let mut never = Buffer::new(false, None);
        never.is_full();
        never.ask(&mut script.drive(), true);
        assert!(script.sent().is_empty());
    }
}
