//! The ring, played by hand: what the kernel would write stands here byte by byte.

use proptest::prelude::*;

use super::*;

const START: usize = 128;
const SIZE: u32 = 1024;
const AREA: usize = START + SIZE as usize;
const LEN: usize = AREA + 4096;

/// The kernel's side of a ring.
struct Kernel {
    bytes: Vec<u8>,
    head: u32,
}

impl Kernel {
    fn new() -> Kernel {
        let mut bytes = vec![0; LEN];
        bytes[0..4].copy_from_slice(&[2, 0, 0x0f, 0]); // version 2, all flags
        bytes[4..8].copy_from_slice(&(START as u32).to_ne_bytes());
        bytes[8..12].copy_from_slice(&SIZE.to_ne_bytes());
        Kernel { bytes, head: 0 }
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// An entry of `len` bytes with the header every kind has.
    fn entry(&mut self, kind: u32, len: u32, id: u16) -> usize {
        let at = START + self.head as usize;
        self.put(at, &(len | kind).to_ne_bytes());
        self.put(at + 4, &id.to_ne_bytes());
        self.head = (self.head + len) % SIZE;
        let head = self.head;
        self.put(12, &head.to_ne_bytes());
        at
    }

    /// A command of 128 bytes, its CDB at byte 112.
    fn command(&mut self, id: u16, cdb: &[u8], pieces: &[(u64, u64)]) -> usize {
        let at = self.entry(1, 128, id);
        self.put(at + 8, &(pieces.len() as u32).to_ne_bytes());
        self.put(at + 24, &(at as u64 + 112).to_ne_bytes());
        for (index, (offset, len)) in pieces.iter().enumerate() {
            self.put(at + 48 + index * 16, &offset.to_ne_bytes());
            self.put(at + 56 + index * 16, &len.to_ne_bytes());
        }
        self.put(at + 112, cdb);
        at
    }

    fn ring(&self) -> Result<Ring, RingError> {
        let mut map = Map::plain(self.bytes.len());
        map.write(0, &self.bytes);
        Ring::new(map)
    }
}

fn tail(ring: &Ring) -> u32 {
    ring.map.load(64).expect("there")
}

#[test]
fn a_command_is_read_and_answered_in_place() {
    let mut kernel = Kernel::new();
    let area = AREA as u64;
    let read = [0x28, 0, 0, 0, 0, 16, 0, 0, 1, 0];
    let at = kernel.command(7, &read, &[(area, 1024), (area + 2048, 1024)]);
    let mut ring = kernel.ring().expect("good");
    let command = ring.next().expect("good").expect("waits");
    assert_eq!((command.id, command.cdb(), command.data_len()), (7, &read[..], 2048));
    assert_eq!(command.pieces[1], Piece { offset: AREA + 2048, len: 1024 });
    ring.data_mut(command.pieces[1])[0] = 0xaa;
    assert_eq!(ring.next(), Ok(Some(command.clone())), "until it is answered");
    let outcome = Outcome { status: 2, sense: vec![0x70, 0, 3], read_len: Some(1000) };
    ring.answer(&command, &outcome);
    assert_eq!(tail(&ring), 128);
    assert_eq!(ring.next(), Ok(None));
    // uflags: read_len is valid.
    assert_eq!(ring.map.copy::<1>(at + 7), Some([2]));
    // status, padding, read_len, sense.
    assert_eq!(ring.map.copy::<4>(at + 8), Some([2, 0, 0, 0]));
    assert_eq!(ring.map.copy::<4>(at + 12), Some(1000u32.to_ne_bytes()));
    assert_eq!(ring.map.copy::<4>(at + 16), Some([0x70, 0, 3, 0]));
    assert_eq!(ring.map.copy::<1>(AREA + 2048), Some([0xaa]));
}

#[test]
fn commands_come_in_order_around_the_end_of_the_ring() {
    let mut kernel = Kernel::new();
    // 7 of 128 bytes, a pad to the end, and 2 more from the start.
    for id in 0..7 {
        kernel.command(id, &[0; 6], &[]);
    }
    let mut ring = kernel.ring().expect("good");
    for id in 0..7 {
        let command = ring.next().expect("good").expect("waits");
        assert_eq!(command.id, id);
        ring.answer(&command, &Outcome { status: 0, sense: Vec::new(), read_len: None });
    }
    assert_eq!(tail(&ring), 896);
    kernel.put(64, &896u32.to_ne_bytes());
    kernel.entry(0, 128, 0);
    kernel.command(7, &[0x1b, 0, 0, 0, 2, 0], &[]);
    let mut ring = kernel.ring().expect("good");
    let command = ring.next().expect("good").expect("waits");
    assert_eq!((command.id, command.cdb()), (7, &[0x1b, 0, 0, 0, 2, 0][..]));
    assert_eq!(tail(&ring), 0);
}

#[test]
fn what_is_of_an_unknown_kind_is_marked_and_passed_over() {
    let mut kernel = Kernel::new();
    let at = kernel.entry(5, 64, 0);
    kernel.command(1, &[0; 6], &[]);
    let mut ring = kernel.ring().expect("good");
    assert_eq!(ring.next().expect("good").expect("waits").id, 1);
    assert_eq!(ring.map.copy::<1>(at + 7), Some([1]));
}

#[test]
fn a_task_management_entry_ends_the_command_it_names() {
    let mut kernel = Kernel::new();
    kernel.command(3, &[0; 6], &[]);
    kernel.command(4, &[0; 6], &[]);
    // As Linux 6.1 wrote it: type 1 (ABORT TASK), count 1, command 4.
    let at = kernel.entry(2, 40, 0);
    kernel.put(at + 8, &[1, 0, 0, 0, 1, 0, 0, 0]);
    kernel.put(at + 32, &[4, 0]);
    let ring = kernel.ring().expect("good");
    assert_eq!(ring.is_aborted(3), Ok(false));
    assert_eq!(ring.is_aborted(4), Ok(true));
}

#[test]
fn a_ring_that_makes_no_sense_is_refused() {
    let broken = |change: &dyn Fn(&mut Kernel)| {
        let mut kernel = Kernel::new();
        kernel.command(1, &[0; 6], &[(AREA as u64, 512)]);
        change(&mut kernel);
        kernel.ring().and_then(|mut ring| ring.next().map(|_| ())).expect_err("broken").what
    };
    assert_eq!(broken(&|kernel| kernel.put(0, &[1])), "the mailbox version");
    assert_eq!(broken(&|kernel| kernel.put(4, &[12, 0])), "the ring's offset");
    assert_eq!(broken(&|kernel| kernel.put(8, &u32::MAX.to_ne_bytes())), "the ring's size");
    assert_eq!(broken(&|kernel| kernel.put(12, &4096u32.to_ne_bytes())), "the ring's head");
    assert_eq!(broken(&|kernel| kernel.put(64, &9u32.to_ne_bytes())), "the ring's tail");
    assert_eq!(broken(&|kernel| kernel.put(START, &[1, 0])), "an entry's length");
    assert_eq!(broken(&|kernel| kernel.put(START + 8, &[99])), "a command's number of buffers");
    assert_eq!(broken(&|kernel| kernel.put(START + 24, &[0xff; 8])), "a CDB's place");
    assert_eq!(broken(&|kernel| kernel.put(START + 48, &[0; 8])), "a buffer's place");
    assert_eq!(broken(&|kernel| kernel.put(START + 56, &[0xff; 8])), "a buffer's place");
}

proptest! {
    /// Whatever stands in the ring: no panic, no endless loop, nothing outside of the map.
    #[test]
    fn noise_in_the_ring_does_no_harm(
        noise in proptest::collection::vec((12usize..AREA, any::<u8>()), 0..200),
        head in 0..SIZE / 8,
    ) {
        let mut kernel = Kernel::new();
        for id in 0..5 {
            kernel.command(id, &[0x28; 10], &[(AREA as u64, 2048)]);
        }
        kernel.put(12, &(head * 8).to_ne_bytes());
        for (at, byte) in noise {
            kernel.put(at, &[byte]);
        }
        let Ok(mut ring) = kernel.ring() else { return Ok(()) };
        for _ in 0..300 {
            let _ = ring.is_aborted(3);
            match ring.next() {
                Ok(Some(command)) => {
                    for piece in command.pieces.clone() {
                        prop_assert_eq!(ring.data_mut(piece).len(), piece.len);
                        prop_assert_eq!(ring.data(piece).len(), piece.len);
                    }
                    let sense = vec![0xff; 300];
                    ring.answer(&command, &Outcome { status: 2, sense, read_len: Some(1) });
                }
                _ => break,
            }
        }
        prop_assert!(ring.tail < SIZE);
    }
}
