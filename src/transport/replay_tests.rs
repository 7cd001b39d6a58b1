//! Which line answers which command.

use super::*;

fn replay(lines: &str, strict: bool) -> Replay {
    let text = format!("{{\"oxidisc_recording\":1}}\n{lines}");
    Replay::new(Recording::parse(&text).expect("parses"), strict)
}

/// What the drive answered: its first byte of data.
fn ask(replay: &mut Replay, opcode: u8) -> Option<u8> {
    let mut buffer = [0; 4];
    let answer = replay.execute(&Cdb::new(&[opcode]), Data::In(&mut buffer), Duration::ZERO);
    let answer = answer.expect("answered");
    (answer.status == 0 && answer.host == 0).then_some(buffer[0])
}

const ABAB: &str = r#"{"cdb":"0a","dir":"in","len":4,"data":"01"}
{"cdb":"0b","dir":"in","len":4,"data":"02"}
{"cdb":"0a","dir":"in","len":4,"data":"03"}
{"cdb":"0b","dir":"in","len":4,"data":"04"}"#;

#[test]
fn lines_answer_in_order() {
    for strict in [false, true] {
        let mut replay = replay(ABAB, strict);
        let said = [0x0a, 0x0b, 0x0a, 0x0b].map(|opcode| ask(&mut replay, opcode));
        assert_eq!(said, [Some(1), Some(2), Some(3), Some(4)]);
        assert_eq!(replay.misses().count(), 0);
    }
}

#[test]
fn a_later_line_answers_where_the_next_does_not_match() {
    let mut replay = replay(ABAB, false);
    // 2 is the next later line; then 3; then 4.
    let said = [0x0b, 0x0a, 0x0b].map(|opcode| ask(&mut replay, opcode));
    assert_eq!(said, [Some(2), Some(3), Some(4)]);
    // The line that was passed over, then none.
    assert_eq!([ask(&mut replay, 0x0a), ask(&mut replay, 0x0a)], [Some(1), None]);
    assert_eq!(replay.misses().list()[0].to_string(), "0a: no line left");
}

#[test]
fn strict_wants_the_order_and_says_what_it_wanted() {
    let mut replay = replay(ABAB, true);
    assert_eq!(ask(&mut replay, 0x0b), None);
    assert_eq!(ask(&mut replay, 0x0a), Some(1));
    let misses = replay.misses().list();
    assert_eq!(misses, [Miss { cdb: Cdb::new(&[0x0b]), reason: "line 2 has 0a".into() }]);
}

#[test]
fn a_command_without_a_line_is_one_the_drive_does_not_know() {
    let mut replay = replay("", false);
    let mut buffer = [9; 8];
    let answer = replay.execute(&Cdb::new(&[0x46; 10]), Data::In(&mut buffer), Duration::ZERO);
    let answer = answer.expect("answered");
    assert_eq!((answer.status, answer.resid, buffer), (2, 8, [9; 8]));
    // Fixed format, illegal request, 20h/00h.
    let sense = [0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x20, 0, 0, 0, 0, 0];
    assert_eq!(answer.sense, sense);
    assert_eq!(replay.misses().list()[0].reason, "not in the recording");
}

#[test]
fn misses_are_counted_without_end_and_kept_up_to_a_thousand() {
    let mut replay = replay("", true);
    let misses = replay.misses();
    for _ in 0..1005 {
        assert_eq!(ask(&mut replay, 1), None);
    }
    assert_eq!((misses.count(), misses.list().len()), (1005, 1000));
    assert_eq!(misses.list()[0].reason, "the recording is at its end");
}

#[test]
fn data_that_was_left_out_is_no_data() {
    // Any hash does.
    let digest = "5a".repeat(32);
    let line = format!(r#"{{"cdb":"28","dir":"in","len":4,"sha256":"{digest}"}}"#);
    let mut lost = replay(&line, false);
    let mut buffer = [0; 4];
    let answer = lost.execute(&Cdb::new(&[0x28]), Data::In(&mut buffer), Duration::ZERO);
    let answer = answer.expect("answered");
    assert_eq!((answer.status, answer.host, answer.resid), (0, 7, 4));
    assert_eq!(lost.misses().list()[0].reason, "line 2 has only the hash of its data");
    // Nobody looks at the data of a medium error.
    let line = line
        .replace("\"dir\"", "\"status\":2,\"sense\":\"700003000000000a00000000110500\",\"dir\"");
    let mut failed = replay(&line, false);
    let answer = failed.execute(&Cdb::new(&[0x28]), Data::In(&mut buffer), Duration::ZERO);
    let answer = answer.expect("answered");
    assert_eq!((answer.status, answer.host, answer.resid), (2, 0, 4));
    assert_eq!(failed.misses().count(), 0);
}

#[test]
fn data_sent_must_be_what_was_sent() {
    // SHA-256 of 07h 09h.
    let digest = "13e645db6ab5483ac7a1529f1bf99d8a93a4319956e280262f4d663fc634ec45";
    let lines = format!(
        "{{\"cdb\":\"55\",\"dir\":\"out\",\"data\":\"07 08\",\"ms\":1}}\n\
         {{\"cdb\":\"55\",\"dir\":\"out\",\"len\":2,\"sha256\":\"{digest}\",\"ms\":2}}"
    );
    let mut replay = replay(&lines, false);
    let mut send = |bytes: &[u8]| {
        let answer = replay.execute(&Cdb::new(&[0x55]), Data::Out(bytes), Duration::ZERO);
        let answer = answer.expect("answered");
        (answer.status, answer.duration.as_millis())
    };
    assert_eq!(send(&[7, 9]), (0, 2));
    assert_eq!(send(&[7, 7]).0, 2);
    assert_eq!(send(&[7, 8]), (0, 1));
}

#[test]
fn another_buffer_size_gets_as_much_as_fits() {
    let mut replay = replay(ABAB, false);
    let mut large = [0; 10];
    let answer = replay.execute(&Cdb::new(&[0x0a]), Data::In(&mut large), Duration::ZERO);
    assert_eq!((answer.expect("answered").resid, large[0]), (9, 1));
    let answer = replay.execute(&Cdb::new(&[0x0b]), Data::In(&mut []), Duration::ZERO);
    assert_eq!(answer.expect("answered").resid, 0);
}

#[test]
fn an_error_of_the_kernel_and_the_transfer_limit_come_back() {
    let text = "{\"oxidisc_recording\":1,\"max_transfer\":32768}\n\
                {\"cdb\":\"00\",\"dir\":\"none\",\"errno\":\"ENODEV\"}\n";
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.jsonl");
    std::fs::write(&path, text).expect("written");
    let mut replay = Replay::load(&path, true).expect("loads");
    assert_eq!(replay.max_transfer(), 32_768);
    let outcome = replay.execute(&Cdb::new(&[0]), Data::None, Duration::ZERO);
    assert_eq!(outcome, Err(Errno::ENODEV));
}
