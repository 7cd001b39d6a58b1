//! The image's way, with readers that are under the test's control. Nothing sleeps: what waits is
//! woken.

use std::io::Read;
use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;

/// Long enough for any machine: nobody waits it out.
const LONG: Duration = Duration::from_secs(60);

fn image(bytes: usize) -> Vec<u8> {
    (0..bytes).map(|at| (at / 7 % 251) as u8).collect()
}

fn room(pieces: usize) -> Room {
    Room { capacity: pieces * PIECE, behind: 0 }
}

fn tap(input: Input, pieces: usize) -> Tap {
    start(input, room(pieces), 1).expect("a thread").remove(0)
}

/// Takes all that comes, `len` at a time.
fn drain(tap: &mut Tap, len: usize) -> Result<Vec<u8>, SourceError> {
    let mut all = Vec::new();
    loop {
        match tap.take(len, LONG)? {
            Take::Bytes(bytes) => all.extend_from_slice(bytes),
            Take::Waiting => panic!("nothing came for a minute"),
            Take::End => return Ok(all),
        }
    }
}

fn prints(bytes: &[u8]) -> Prints {
    let mut printer = Printer::new(PRINTED);
    printer.update(bytes);
    printer.finish()
}

/// A source that gives what it is handed, and waits for it.
struct Handed {
    from: Receiver<Vec<u8>>,
    left: Vec<u8>,
}

fn handed() -> (Sender<Vec<u8>>, Handed) {
    let (to, from) = channel();
    (to, Handed { from, left: Vec::new() })
}

impl Read for Handed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.is_empty() {
            self.left = self.from.recv().unwrap_or_default();
        }
        let len = self.left.len().min(buffer.len());
        buffer[..len].copy_from_slice(&self.left[..len]);
        self.left.drain(..len);
        Ok(len)
    }
}

#[test]
fn every_byte_comes_once_and_in_order_whatever_is_asked_for_at_a_time() {
    let image = image(3 * PIECE + 5 * 2048);
    for len in [2048, 13 * 2352, 32 << 10, 64 << 10, PIECE, PIECE + 2048] {
        let input = Input::reader(io::Cursor::new(image.clone()), image.len() as u64);
        let mut tap = tap(input, 128);
        assert!(drain(&mut tap, len) == Ok(image.clone()), "{len} at a time");
        assert_eq!(tap.prints().as_deref(), Some(&prints(&image)));
    }
}

#[test]
fn an_empty_image_has_an_end_and_a_checksum() {
    let mut tap = tap(Input::reader(io::empty(), 0), 128);
    assert_eq!(tap.take(2048, LONG), Ok(Take::End));
    assert_eq!(tap.prints().as_deref(), Some(&prints(&[])));
}

#[test]
fn memory_is_bounded_and_used_again() {
    let image = image(20 * PIECE);
    let input = Input::reader(io::Cursor::new(image.clone()), image.len() as u64);
    let mut tap = tap(input, 4);
    assert!(tap.wait_full(LONG));
    assert_eq!(tap.fill(), Fill { bytes: 4 * PIECE, capacity: 4 * PIECE });
    assert_eq!(tap.fill().percent(), 100);
    assert!(drain(&mut tap, 64 << 10) == Ok(image));
    assert_eq!(tap.fill().percent(), 0);
    assert!(tap.shared.ring().made <= 4);
}

#[test]
fn pieces_begin_where_the_kernel_need_not_copy_them() {
    assert_eq!(Piece::new().bytes().as_ptr() as usize % 4096, 0);
    assert_eq!(Piece::new().room(PIECE).len(), PIECE);
}

#[test]
fn a_source_that_has_nothing_yet_is_waited_for_and_the_wait_is_counted() {
    let (give, source) = handed();
    let mut tap = tap(Input::reader(source, 4096), 128);
    assert_eq!(tap.take(4096, Duration::ZERO), Ok(Take::Waiting));
    assert_eq!(tap.take(4096, Duration::ZERO), Ok(Take::Waiting));
    give.send(vec![1; 2048]).expect("the reader waits");
    assert_eq!(tap.take(4096, Duration::ZERO), Ok(Take::Waiting));
    give.send(vec![2; 2048]).expect("the reader waits");
    assert_eq!(tap.take(4096, LONG), Ok(Take::Bytes(&[[1; 2048], [2; 2048]].concat())));
    assert_eq!(tap.take(4096, LONG), Ok(Take::End));
    let stalls = tap.stalls();
    assert_eq!((stalls.count, stalls.total), (1, stalls.longest));
}

#[test]
fn several_drives_get_the_same_and_one_that_is_dropped_holds_nobody_up() {
    let image = image(40 * PIECE);
    let input = Input::reader(io::Cursor::new(image.clone()), image.len() as u64);
    let taps = start(input, room(4), 3).expect("a thread");
    let lengths = [32 << 10, 64 << 10, 13 * 2048];
    let threads: Vec<_> = taps
        .into_iter()
        .zip(lengths)
        .enumerate()
        .map(|(index, (mut tap, len))| {
            std::thread::spawn(move || {
                if index == 1 {
                    // Its drive fails after a while, in the middle of a piece.
                    for _ in 0..7 {
                        assert!(matches!(tap.take(len, LONG), Ok(Take::Bytes(_))));
                    }
                    return (Vec::new(), None);
                }
                (drain(&mut tap, len).expect("all of it"), tap.prints())
            })
        })
        .collect();
    let got: Vec<_> = threads.into_iter().map(|thread| thread.join().expect("no panic")).collect();
    assert!(got[0].0 == image && got[1].0.is_empty() && got[2].0 == image);
    assert_eq!(got[2].1.as_deref(), Some(&prints(&image)));
}

#[test]
fn a_slow_drive_holds_the_others_up_by_the_ring_at_most() {
    let image = image(6 * PIECE);
    let input = Input::reader(io::Cursor::new(image.clone()), image.len() as u64);
    let mut taps = start(input, room(4), 2).expect("a thread");
    let (mut slow, mut fast) = (taps.remove(0), taps.remove(0));
    for _ in 0..4 {
        assert!(matches!(fast.take(PIECE, LONG), Ok(Take::Bytes(_))));
    }
    // All four pieces wait for the slow one: there is no room to read the fifth into.
    assert_eq!(fast.take(PIECE, Duration::ZERO), Ok(Take::Waiting));
    assert!(matches!(slow.take(PIECE, LONG), Ok(Take::Bytes(_))));
    assert!(matches!(slow.take(PIECE, LONG), Ok(Take::Bytes(_))));
    assert!(matches!(fast.take(PIECE, LONG), Ok(Take::Bytes(_))));
}

#[test]
fn a_drive_can_go_back_as_far_as_was_asked_for() {
    let image = image(20 * PIECE + 2048);
    let input = Input::reader(io::Cursor::new(image.clone()), image.len() as u64);
    let room = Room { capacity: 6 * PIECE, behind: 2 * PIECE };
    let mut taps = start(input, room, 1).expect("a thread");
    let mut tap = taps.remove(0);
    for _ in 0..10 {
        assert!(matches!(tap.take(PIECE, LONG), Ok(Take::Bytes(_))));
    }
    assert_eq!(tap.fill().capacity, 4 * PIECE);
    // Piece 9 is in hand, 7 and 8 are kept behind it. Where one is, one can always go.
    assert!(tap.go_back(10 * PIECE as u64));
    assert!(!tap.go_back(7 * PIECE as u64 - 1));
    let back = 7 * PIECE + 3 * 2048;
    assert!(tap.go_back(back as u64));
    assert_eq!(tap.take(2048, LONG), Ok(Take::Bytes(&image[back..back + 2048])));
    assert!(drain(&mut tap, 32 << 10) == Ok(image[back + 2048..].to_vec()));
    // Even from the end.
    let back = 19 * PIECE;
    assert!(tap.go_back(back as u64));
    assert!(drain(&mut tap, PIECE) == Ok(image[back..].to_vec()));
    // To the end, and to what would be the end of the last sector if it were full.
    for end in [image.len(), image.len() + 100] {
        assert!(tap.go_back(end as u64));
        assert_eq!(tap.take(2048, LONG), Ok(Take::End));
    }
    assert!(!tap.go_back(22 * PIECE as u64));
    assert!(tap.shared.ring().made <= 6);
    assert_eq!(tap.prints().as_deref(), Some(&prints(&image)));
}

#[test]
fn a_short_image_is_told_with_both_sizes_after_what_there_was() {
    let input = Input::reader(io::Cursor::new(image(PIECE + 5000)), 2 * PIECE as u64);
    let mut tap = tap(input, 128);
    assert!(matches!(tap.take(PIECE, LONG), Ok(Take::Bytes(_))));
    let short = SourceError::Short { expected: 2 * PIECE as u64, got: PIECE as u64 + 5000 };
    assert_eq!(tap.take(2048, LONG), Err(short.clone()));
    assert_eq!(tap.take(2048, LONG), Err(short));
    assert_eq!(tap.prints(), None);
}

#[test]
fn an_unreadable_place_is_told_with_its_offset() {
    struct Bad(u64);
    impl Read for Bad {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::from_raw_os_error(5));
            }
            let len = self.0.min(buffer.len() as u64).min(4096);
            self.0 -= len;
            Ok(len as usize)
        }
    }
    let mut tap = tap(Input::reader(Bad(300_000), 1 << 20), 128);
    assert!(matches!(tap.take(PIECE, LONG), Ok(Take::Bytes(_))));
    let error = tap.take(2048, LONG).expect_err("unreadable");
    assert_eq!(error.to_string(), "the image cannot be read at byte 300000: i/o error");
}

#[test]
fn a_file_that_is_written_to_meanwhile_is_noticed() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let bytes = 8 * PIECE as u64;
    file.write_all(&image(8 * PIECE)).expect("written");
    for (change, told) in [
        ("grow", "it had 2097152 bytes and has 2097155 now"),
        ("shrink", "it had 2097155 bytes and has 2097152 now"),
    ] {
        let input = Input::file(file.path(), bytes).expect("opens");
        let mut tap = tap(input, 2);
        assert!(tap.wait_full(LONG));
        file.as_file().set_len(bytes + if change == "grow" { 3 } else { 0 }).expect("changed");
        let SourceError::Changed { what } = drain(&mut tap, 2048).expect_err("noticed") else {
            panic!("{change}")
        };
        assert_eq!(what, told);
    }
    let input = Input::file(file.path(), bytes).expect("opens");
    let mut tap = tap(input, 2);
    assert!(tap.wait_full(LONG));
    let later = std::time::SystemTime::UNIX_EPOCH + LONG;
    file.as_file().set_modified(later).expect("touched");
    let error = drain(&mut tap, 2048).expect_err("noticed");
    assert_eq!(error, SourceError::Changed { what: "it was written to".into() });
}

#[test]
fn a_file_is_read_whole_and_one_that_stays_as_it_is_raises_no_alarm() {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    let image = image(5 * PIECE + 2048);
    file.write_all(&image).expect("written");
    let input = Input::file(file.path(), image.len() as u64).expect("opens");
    let mut tap = tap(input, 2);
    assert!(drain(&mut tap, 32 << 10) == Ok(image.clone()));
    assert_eq!(tap.prints().as_deref(), Some(&prints(&image)));
    assert!(Input::file(std::path::Path::new("/no/such.iso"), 1).is_err());
}

#[test]
fn a_pipe_has_to_bring_what_was_announced_and_no_more() {
    let image = image(PIECE + 2048);
    let run = |more: usize| {
        let (from, mut to) = io::pipe().expect("a pipe");
        let input = Input::stream(&from, image.len() as u64).expect("cloned");
        let mut bytes = image.clone();
        bytes.resize(image.len() + more, 0);
        let writer = std::thread::spawn(move || to.write_all(&bytes));
        let mut tap = tap(input, 128);
        let drained = drain(&mut tap, 2048);
        // The reader's ends close, so that a writer that has more to say gets to know.
        drop((from, tap));
        let _ = writer.join();
        drained
    };
    assert!(run(0) == Ok(image.clone()));
    assert_eq!(run(1 << 20), Err(SourceError::Long { expected: image.len() as u64 }));
}

#[test]
fn the_usual_room_holds_three_seconds_and_what_a_drive_may_lose() {
    let room = |kbps| Room::usual(Some(Rate { kbps }), 8 << 20).capacity;
    // DVD at 16x, BD at 12x, CD at 24x, and a rate no drive has.
    assert_eq!(room(22_160), 66_480_000 + (8 << 20));
    assert_eq!(room(53_940), 161_820_000 + (8 << 20));
    assert_eq!(room(4_234), (24 << 20) + (8 << 20));
    assert_eq!(room(u32::MAX), (512 << 20) + (8 << 20));
    assert_eq!(Room::usual(None, 8 << 20).capacity, 32 << 20);
}
