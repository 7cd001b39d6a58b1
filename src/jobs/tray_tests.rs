//! The tray against a made-up drive that has one, may be locked, slow, or without a motor.

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};

use super::*;
use crate::transport::{Answer, Cdb, Data, Errno, Transport};

/// A drive as it is at the start, and what it is like.
#[derive(Clone, Default)]
struct Mechanics {
    open: bool,
    disc: bool,
    locked: bool,
    /// The lock does not come off.
    stuck_lock: bool,
    /// Takes commands and does not move.
    dead: bool,
    /// Refuses to move.
    no_motor: bool,
    /// Does not know GET EVENT STATUS NOTIFICATION, nor open from empty.
    old: bool,
    /// How often it is still becoming ready after a load.
    slow: u32,
    /// What TEST UNIT READY says of the disc.
    complaint: Option<(SenseKey, u8, u8)>,
    /// Commands that it took.
    seen: Vec<u8>,
}

#[derive(Clone)]
struct Fake(Arc<Mutex<Mechanics>>);

impl Fake {
    fn new(mechanics: Mechanics) -> Fake {
        Fake(Arc::new(Mutex::new(mechanics)))
    }

    fn drive(&self) -> Drive {
        Drive::new(Box::new(self.clone()))
    }

    fn seen(&self) -> Vec<u8> {
        self.0.lock().expect("no panic").seen.clone()
    }
}

fn check(key: SenseKey, asc: u8, ascq: u8) -> Result<Answer, Errno> {
    let sense = Sense::fixed(key, asc, ascq);
    Ok(Answer { status: 2, driver: 8, sense, ..Answer::default() })
}

impl Mechanics {
    fn test_unit_ready(&mut self) -> Result<Answer, Errno> {
        if self.open && !self.old {
            return check(SenseKey::NotReady, 0x3a, 0x02);
        }
        if !self.disc || self.open {
            return check(SenseKey::NotReady, 0x3a, if self.old { 0x00 } else { 0x01 });
        }
        if self.slow > 0 {
            self.slow -= 1;
            return check(SenseKey::NotReady, 0x04, 0x01);
        }
        self.complaint.map_or(Ok(Answer::default()), |(key, asc, ascq)| check(key, asc, ascq))
    }

    fn start_stop(&mut self, action: u8) -> Result<Answer, Errno> {
        if self.no_motor {
            return check(SenseKey::IllegalRequest, 0x24, 0x00);
        }
        if action == 0x02 && self.locked {
            return check(SenseKey::IllegalRequest, 0x53, 0x02);
        }
        if !self.dead {
            self.open = action == 0x02;
        }
        Ok(Answer::default())
    }
}

impl Transport for Fake {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Answer, Errno> {
        let mut state = self.0.lock().expect("no panic");
        state.seen.push(cdb.opcode());
        match (cdb.opcode(), data) {
            (0x00, _) => state.test_unit_ready(),
            (0x1b, _) => state.start_stop(cdb.bytes()[4]),
            (0x1e, _) => {
                state.locked = state.stuck_lock;
                Ok(Answer::default())
            }
            (0x4a, Data::In(buffer)) if !state.old => {
                let media = u8::from(state.disc && !state.open) << 1 | u8::from(state.open);
                // Length 6, class media, all classes supported; no change; status.
                buffer[..8].copy_from_slice(&[0, 6, 4, 0x10, 0, media, 0, 0]);
                Ok(Answer::default())
            }
            (0x5a, Data::In(buffer)) => {
                // Header, page 2Ah of 30 bytes: a tray that cannot be opened by command.
                buffer[..8].copy_from_slice(&[0, 38, 0, 0, 0, 0, 0, 0]);
                buffer[8..10].copy_from_slice(&[0x2a, 30]);
                buffer[14] = 0x20;
                Ok(Answer { resid: buffer.len() as i32 - 40, ..Answer::default() })
            }
            _ => check(SenseKey::IllegalRequest, 0x20, 0x00),
        }
    }

    fn max_transfer(&self) -> usize {
        64 * 1024
    }

    fn wait(&mut self, _: Duration) {}
}

fn go_on(_: Event) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn a_closed_tray_opens_and_an_open_one_is_left_alone() {
    let fake = Fake::new(Mechanics { disc: true, ..Mechanics::default() });
    assert_eq!(eject(&mut fake.drive(), &mut go_on), Ok(Outcome::Opened));
    assert_eq!(eject(&mut fake.drive(), &mut go_on), Ok(Outcome::WasOpen));
    assert_eq!(fake.seen().iter().filter(|opcode| **opcode == 0x1b).count(), 1);
}

#[test]
fn an_open_tray_closes_and_the_disc_is_waited_for() {
    let fake = Fake::new(Mechanics { open: true, disc: true, slow: 3, ..Mechanics::default() });
    let mut waits = 0;
    let mut observer = |_: Event| {
        waits += 1;
        ControlFlow::Continue(())
    };
    assert_eq!(load(&mut fake.drive(), &mut observer), Ok(Outcome::Closed(Disc::Ready)));
    assert_eq!(waits, 3);
    assert_eq!(load(&mut fake.drive(), &mut go_on), Ok(Outcome::WasClosed(Disc::Ready)));
}

#[test]
fn an_empty_tray_closes_without_a_disc() {
    for old in [false, true] {
        let fake = Fake::new(Mechanics { open: true, old, ..Mechanics::default() });
        assert_eq!(load(&mut fake.drive(), &mut go_on), Ok(Outcome::Closed(Disc::None)));
    }
}

#[test]
fn a_lock_that_was_left_behind_is_taken_off_once() {
    let fake = Fake::new(Mechanics { locked: true, ..Mechanics::default() });
    let mut events = Vec::new();
    let mut observer = |event: Event| {
        events.push(event);
        ControlFlow::Continue(())
    };
    assert_eq!(eject(&mut fake.drive(), &mut observer), Ok(Outcome::Opened));
    assert_eq!(events, [Event::Unlocking]);

    let stuck = Mechanics { locked: true, stuck_lock: true, ..Mechanics::default() };
    assert_eq!(eject(&mut Fake::new(stuck).drive(), &mut go_on), Err(Error::Locked));
}

#[test]
fn a_drive_that_does_not_tell_open_from_empty_is_believed_empty() {
    let fake = Fake::new(Mechanics { disc: true, old: true, ..Mechanics::default() });
    assert_eq!(eject(&mut fake.drive(), &mut go_on), Ok(Outcome::Out));
}

#[test]
fn a_tray_that_does_not_move_is_not_waited_for_for_ever() {
    let fake = Fake::new(Mechanics { disc: true, dead: true, ..Mechanics::default() });
    let mut drive = fake.drive();
    assert_eq!(eject(&mut drive, &mut go_on), Err(Error::NotMoved { open: false }));
    assert!(drive.time() < Duration::from_secs(20), "{:?}", drive.time());
    let fake = Fake::new(Mechanics { open: true, dead: true, ..Mechanics::default() });
    assert_eq!(load(&mut fake.drive(), &mut go_on), Err(Error::NotMoved { open: true }));
}

#[test]
fn a_drive_without_a_motor_says_so() {
    let fake = Fake::new(Mechanics { no_motor: true, ..Mechanics::default() });
    assert_eq!(eject(&mut fake.drive(), &mut go_on), Err(Error::CannotOpen));
    let fake = Fake::new(Mechanics { no_motor: true, open: true, ..Mechanics::default() });
    assert_eq!(load(&mut fake.drive(), &mut go_on), Err(Error::CannotClose));
}

#[test]
fn a_disc_that_the_drive_cannot_read_is_loaded_all_the_same() {
    let complaint = Some((SenseKey::IllegalRequest, 0x30, 0x00));
    let fake = Fake::new(Mechanics { open: true, disc: true, complaint, ..Mechanics::default() });
    let outcome = load(&mut fake.drive(), &mut go_on);
    let Ok(Outcome::Closed(Disc::Unusable(sense))) = outcome else { panic!("{outcome:?}") };
    assert_eq!(sense.triple(), (5, 0x30, 0x00));
}

#[test]
fn waiting_ends_when_the_observer_wants_it() {
    let fake = Fake::new(Mechanics { disc: true, dead: true, ..Mechanics::default() });
    let mut stop = |_: Event| ControlFlow::Break(());
    assert_eq!(eject(&mut fake.drive(), &mut stop), Err(Error::Interrupted));
}
