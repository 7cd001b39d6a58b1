//! MECHANISM STATUS (MMC-6 6.14): what the drive's mechanics do, and the slots of a changer. The
//! kernel passes it to privileged users only.

use crate::mmc::fields::Fields;
use crate::mmc::{ParseError, Query, Request};
use crate::transport::Cdb;

/// Asks for the state of the mechanics.
#[derive(Clone, Copy, Debug)]
pub struct MechanismStatus;

/// The answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mechanism {
    /// FAULT: the changer failed.
    pub fault: bool,
    /// CHANGER STATE: 0 ready, 1 loading, 2 unloading, 3 initialising.
    pub changer_state: u8,
    /// MECHANISM STATE: 0 idle, 1 playing, 2 scanning, 3 active with a host, 7 no information.
    pub mechanism_state: u8,
    /// DOOR OPEN: the tray or door.
    pub door_open: bool,
    /// CURRENT SLOT.
    pub current_slot: u8,
    /// A slot each: whether a disc is in it. Empty for a drive that is no changer.
    pub slots: Vec<bool>,
}

impl Request for MechanismStatus {
    const NAME: &'static str = "MECHANISM STATUS";

    fn cdb(&self) -> Cdb {
        let [high, low] = self.allocation().to_be_bytes();
        Cdb::new(&[0xbd, 0, 0, 0, 0, 0, 0, 0, high, low, 0, 0])
    }
}

impl Query for MechanismStatus {
    type Response = Mechanism;

    /// Header, and 31 slots of four bytes.
    fn allocation(&self) -> u16 {
        132
    }

    fn parse(&self, data: &[u8]) -> Result<Mechanism, ParseError> {
        let fields = Fields(data);
        let end = 8usize.saturating_add(usize::from(fields.be16(6)?)).min(data.len());
        let slots = data[8.min(end)..end].chunks_exact(4).map(|slot| slot[0] & 0x80 != 0);
        Ok(Mechanism {
            fault: fields.flag(0, 0x80)?,
            changer_state: fields.bits(0, 0x60)?,
            mechanism_state: fields.bits(1, 0xe0)?,
            door_open: fields.flag(1, 0x10)?,
            current_slot: fields.bits(1, 0x07)? * 32 + fields.bits(0, 0x1f)?,
            slots: slots.collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_out() {
        assert_eq!(MechanismStatus.cdb().bytes(), [0xbd, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x84, 0, 0]);
    }

    #[test]
    fn bytes_in() {
        // Derived: no changer, the tray open, no information on the mechanics.
        let mechanism = MechanismStatus.parse(&[0x00, 0xf0, 0, 0, 0, 1, 0, 0]).expect("parses");
        assert!(mechanism.door_open && !mechanism.fault && mechanism.slots.is_empty());
        assert_eq!((mechanism.mechanism_state, mechanism.changer_state), (7, 0));
        // Derived: a changer at slot 2 of 3, faulty, loading.
        let answer = [
            0xa2, 0x00, 0, 0, 0, 3, 0x00, 0x0c, // fault, loading, slot 2; three slots
            0x80, 0, 0, 0, 0x00, 0, 0, 0, 0x81, 0, 0, 0, // disc, none, disc and changed
        ];
        let mechanism = MechanismStatus.parse(&answer).expect("parses");
        assert!(mechanism.fault && !mechanism.door_open);
        assert_eq!((mechanism.changer_state, mechanism.current_slot), (1, 2));
        assert_eq!(mechanism.slots, [true, false, true]);
        assert_eq!(MechanismStatus.parse(&answer[..13]).expect("parses").slots, [true]);
        assert!(MechanismStatus.parse(&answer[..7]).is_err());
    }
}
