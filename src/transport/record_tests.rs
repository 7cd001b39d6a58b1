//! What is recorded, and that it plays back as it was.

use proptest::prelude::*;

use super::*;
use crate::transport::recording::Recording;
use crate::transport::replay::Replay;

/// A file that several may look at.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("lock").clone()).expect("text")
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A file with room for so many bytes.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = bytes.len().min(self.0);
        self.0 -= count;
        if count == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(count) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A drive that answers each INQUIRY with `data`, and nothing else.
struct Fixed(Vec<u8>);

impl Transport for Fixed {
    fn execute(&mut self, cdb: &Cdb, data: Data<'_>, _: Duration) -> Result<Answer, Errno> {
        let mut answer = Answer { duration: Duration::from_micros(1800), ..Answer::default() };
        match data {
            Data::In(buffer) if cdb.opcode() == 0x12 => {
                buffer[..self.0.len()].copy_from_slice(&self.0);
                answer.resid = (buffer.len() - self.0.len()) as i32;
            }
            _ => return Err(Errno::EPERM),
        }
        Ok(answer)
    }

    fn max_transfer(&self) -> usize {
        131_072
    }

    fn wait(&mut self, _: Duration) {}
}

const INQUIRY: [u8; 6] = [0x12, 0, 0, 0, 0x60, 0];

fn options(bulk_above: usize, redact: bool) -> Options {
    Options { bulk_above, redact, contents: true }
}

fn recorded(data: &[u8], options: Options) -> String {
    let out = Shared::default();
    let mut recorder =
        Recorder::new(Box::new(Fixed(data.to_vec())), out.clone(), "n".into(), options)
            .expect("writable");
    let mut buffer = [0; 96];
    let done = recorder.execute(&Cdb::new(&INQUIRY), Data::In(&mut buffer), Duration::ZERO);
    assert_eq!(buffer[..data.len()], *data, "what passes through is not changed");
    assert_eq!(done.expect("answer").resid, 96 - data.len() as i32);
    out.text()
}

#[test]
fn each_command_is_a_line_as_soon_as_it_is_done() {
    assert_eq!(
        recorded(&[0x05, 0x80], options(BULK_ABOVE, false)),
        "{\"oxidisc_recording\":1,\"note\":\"n\",\"max_transfer\":131072}\n\
         {\"cdb\":\"12 00 00 00 60 00\",\"dir\":\"in\",\"len\":96,\"data\":\"05 80\",\"status\":0,\
         \"host\":0,\"driver\":0,\"resid\":94,\"sense\":null,\"ms\":1.8}\n"
    );
}

#[test]
fn bulk_data_is_hashed() {
    // SHA-256 of three zero bytes.
    let text = recorded(&[0, 0, 0], options(2, false));
    assert!(text.contains(
        "\"sha256\":\"709e80c88487a2411e1ee4dfb9f22a861492d20c4765150c0c794abd70f8147c\""
    ));
    assert!(!text.contains("\"data\""));
}

#[test]
fn what_is_on_the_disc_is_left_out_when_asked() {
    let none = Options { contents: false, ..options(BULK_ABOVE, false) };
    let asked = |cdb: &[u8]| {
        let out = Shared::default();
        let inner = Box::new(Replay::new(Recording::parse(&both()).expect("ours"), false));
        let mut recorder = Recorder::headless(inner, out.clone(), none.clone());
        let mut buffer = [0; 3];
        let answer = recorder.execute(&Cdb::new(cdb), Data::In(&mut buffer), Duration::ZERO);
        assert_eq!(answer.expect("an answer").status, 0);
        out.text()
    };
    // SHA-256 of three zero bytes.
    let read = asked(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    assert!(read.contains("\"sha256\":\"709e80c88487a2411e1e") && !read.contains("\"data\""));
    // The header is somebody else's.
    assert!(read.starts_with("{\"cdb\":\"28 00"), "{read}");
    assert!(asked(&INQUIRY).contains("\"data\":\"00 00 00\""));
}

/// A READ and an INQUIRY of three zero bytes each.
fn both() -> String {
    let line = |cdb: &str| format!("{{\"cdb\":\"{cdb}\",\"dir\":\"in\",\"data\":\"000000\"}}\n");
    let commands = line("28 00 00 00 00 00 00 00 01 00") + &line("12 00 00 00 60 00");
    format!("{{\"oxidisc_recording\":1}}\n{commands}")
}

#[test]
fn serial_numbers_are_left_out_when_asked() {
    let mut answer = [b' '; 40];
    answer[36..40].copy_from_slice(b"S123");
    assert!(recorded(&answer, options(BULK_ABOVE, false)).contains("53 31 32 33"));
    assert!(recorded(&answer, options(BULK_ABOVE, true)).contains("20 58 58 58 58\""));
}

/// A drive that fails every command and leaves old bytes in the buffer, as the sg driver does.
struct Stale;

impl Transport for Stale {
    fn execute(&mut self, _: &Cdb, data: Data<'_>, _: Duration) -> Result<Answer, Errno> {
        if let Data::In(buffer) = data {
            buffer.fill(b'S');
        }
        let sense = vec![0x70, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x11, 0, 0, 0, 0, 0];
        Ok(Answer { status: 2, driver: 8, sense, ..Answer::default() })
    }

    fn max_transfer(&self) -> usize {
        4096
    }

    fn wait(&mut self, _: Duration) {}
}

#[test]
fn what_a_failed_command_leaves_in_the_buffer_is_not_recorded() {
    let out = Shared::default();
    let recorder =
        Recorder::new(Box::new(Stale), out.clone(), "n".into(), options(BULK_ABOVE, true));
    let mut recorder = recorder.expect("writable");
    let answer = recorder.execute(&Cdb::new(&[0x28]), Data::In(&mut [0; 8]), Duration::ZERO);
    assert_eq!(answer.expect("answered").status, 2);
    let text = out.text();
    assert!(text.contains("\"len\":8,\"data\":\"\",\"status\":2,"), "{text}");
    let recording = Recording::parse(&text).expect("reads back");
    assert_eq!(recording.exchanges[0].outcome.as_ref().map(|answer| answer.resid), Ok(0));
}

#[test]
fn a_command_the_kernel_refused_is_recorded_too() {
    let out = Shared::default();
    let mut recorder =
        Recorder::new(Box::new(Fixed(vec![])), out.clone(), "n".into(), options(9, false))
            .expect("writable");
    let outcome = recorder.execute(&Cdb::new(&[0x2a]), Data::Out(&[7, 8]), Duration::ZERO);
    assert_eq!(outcome, Err(Errno::EPERM));
    let last =
        "{\"cdb\":\"2a\",\"dir\":\"out\",\"len\":2,\"data\":\"07 08\",\"errno\":\"EPERM\"}\n";
    assert!(out.text().ends_with(last));
}

#[test]
fn a_full_disk_ends_the_recording_and_not_the_commands() {
    assert!(
        Recorder::new(Box::new(Fixed(vec![])), Full(10), "n".into(), options(9, false)).is_err()
    );
    let mut recorder =
        Recorder::new(Box::new(Fixed(vec![1])), Full(100), "n".into(), options(9, false))
            .expect("header fits");
    let trouble = recorder.trouble();
    for _ in 0..3 {
        let mut buffer = [0; 8];
        let done = recorder.execute(&Cdb::new(&INQUIRY), Data::In(&mut buffer), Duration::ZERO);
        assert!(done.is_ok());
    }
    assert_eq!(trouble.take().map(|error| error.kind()), Some(io::ErrorKind::StorageFull));
    assert!(trouble.take().is_none());
}

fn any_answer() -> impl Strategy<Value = Result<Answer, Errno>> {
    let sense = prop::collection::vec(any::<u8>(), 0..40);
    let answer = (any::<u8>(), any::<u16>(), any::<u16>(), sense, 0..9_000_000_u64).prop_map(
        |(status, host, driver, sense, micros)| {
            let duration = Duration::from_micros(micros);
            Answer { status, host, driver, resid: 0, sense, duration }
        },
    );
    let errno = prop::sample::select(vec![Errno::EPERM, Errno::ENODEV, Errno::EIO]);
    prop_oneof![4 => answer.prop_map(Ok), 1 => errno.prop_map(Err)]
}

fn any_exchange() -> impl Strategy<Value = Exchange> {
    let cdb = prop::collection::vec(0..4_u8, 1..=16);
    let data = prop::collection::vec(any::<u8>(), 1..60);
    (cdb, data, 0..3, 0..30_usize, any_answer()).prop_map(|(cdb, mut data, dir, spare, outcome)| {
        let len = data.len() + spare.max(1);
        let resid = i32::try_from(len - data.len()).expect("small");
        if dir == 1 && outcome.as_ref().map_or(true, is_without_data) {
            data.clear();
        }
        let phase = match dir {
            0 => Phase::None,
            1 => Phase::In { len, data: Payload::Bytes(data) },
            _ => Phase::Out { len: data.len(), data: Payload::Bytes(data) },
        };
        let outcome =
            outcome.map(|answer| Answer { resid: if dir == 1 { resid } else { 0 }, ..answer });
        Exchange { line: 0, cdb: Cdb::new(&cdb), phase, outcome }
    })
}

/// Sends the commands of `exchanges` and gives what came of them.
fn send(transport: &mut dyn Transport, exchanges: &[Exchange]) -> Vec<Exchange> {
    let mut came = exchanges.to_vec();
    for exchange in &mut came {
        let mut buffer = Vec::new();
        let data = match &exchange.phase {
            Phase::None => Data::None,
            Phase::In { len, .. } => {
                buffer.resize(*len, 0);
                Data::In(&mut buffer)
            }
            Phase::Out { data: Payload::Bytes(bytes), .. } => Data::Out(bytes),
            Phase::Out { .. } => unreachable!("nothing is hashed here"),
        };
        exchange.outcome = transport.execute(&exchange.cdb, data, Duration::ZERO);
        if let Phase::In { len, data } = &mut exchange.phase {
            match &exchange.outcome {
                Ok(answer) if !is_without_data(answer) => {
                    buffer.truncate(moved(*len, answer.resid))
                }
                _ => buffer.clear(),
            }
            *data = Payload::Bytes(buffer);
        }
    }
    came
}

proptest! {
    #[test]
    fn what_is_recorded_plays_back_as_it_was(
        exchanges in prop::collection::vec(any_exchange(), 0..12),
    ) {
        let header = Header { note: "n".into(), max_transfer: Some(4096), contents: true };
        let source = Recording { header, exchanges: exchanges.clone() };
        let out = Shared::default();
        let inner = Box::new(Replay::new(source.clone(), true));
        let recorder = Recorder::new(inner, out.clone(), "n".into(), options(BULK_ABOVE, false));
        let mut recorder = recorder.expect("writable");
        prop_assert_eq!(&send(&mut recorder, &exchanges), &exchanges);
        let mut copy = Recording::parse(&out.text()).expect("our own");
        for (index, exchange) in copy.exchanges.iter_mut().enumerate() {
            prop_assert_eq!(exchange.line, index + 2);
            exchange.line = 0;
        }
        prop_assert_eq!(&copy, &source);
        let mut replay = Replay::new(copy, false);
        let misses = replay.misses();
        prop_assert_eq!(&send(&mut replay, &exchanges), &exchanges);
        prop_assert_eq!(misses.count(), 0);
    }
}
