//! The format, byte for byte, and what is wrong with bad ones.

use proptest::prelude::*;

use super::*;

const HEADER: &str = "{\"oxidisc_recording\":1}\n";

fn one(line: &str) -> Exchange {
    let recording = Recording::parse(&format!("{HEADER}{line}")).expect("parses");
    recording.exchanges.into_iter().next().expect("one")
}

fn good(ms: f64) -> Answer {
    Answer { duration: Duration::from_secs_f64(ms / 1000.0), ..Answer::default() }
}

#[test]
fn lines_are_written_byte_for_byte_as_the_format_says() {
    let header =
        Header { note: "BD-R \"A\"".into(), max_transfer: Some(65_536), ..Header::default() };
    assert_eq!(
        header.to_line(),
        r#"{"oxidisc_recording":1,"note":"BD-R \"A\"","max_transfer":65536}"#
    );
    assert_eq!(Header::default().to_line(), r#"{"oxidisc_recording":1,"note":""}"#);
    let without = Header { contents: false, ..Header::default() };
    let line = r#"{"oxidisc_recording":1,"note":"","contents":false}"#;
    assert_eq!(without.to_line(), line);
    assert_eq!(Recording::parse(line).expect("parses").header, without);
    let exchange =
        |cdb: &[u8], phase, outcome| Exchange { line: 0, cdb: Cdb::new(cdb), phase, outcome };
    let bytes = |bytes: &[u8]| Payload::Bytes(bytes.to_vec());
    let short = exchange(
        &[0x46, 2, 0, 0, 0, 0, 0, 0x10, 0, 0],
        Phase::In { len: 4096, data: bytes(&[0, 0, 0, 0x44]) },
        Ok(Answer { resid: 4092, ..good(1.8) }),
    );
    assert_eq!(
        short.to_line(),
        concat!(
            r#"{"cdb":"46 02 00 00 00 00 00 10 00 00","dir":"in","len":4096,"data":"00 00 00 44","#,
            r#""status":0,"host":0,"driver":0,"resid":4092,"sense":null,"ms":1.8}"#
        )
    );
    let refused = exchange(
        &[0; 6],
        Phase::None,
        Ok(Answer { status: 2, driver: 8, sense: vec![0x70, 0, 2, 0xff], ..good(12.0) }),
    );
    assert_eq!(
        refused.to_line(),
        concat!(
            r#"{"cdb":"00 00 00 00 00 00","dir":"none","len":0,"data":null,"#,
            r#""status":2,"host":0,"driver":8,"resid":0,"sense":"70 00 02 ff","ms":12.0}"#
        )
    );
    // SHA-256 of nothing.
    let bulk = exchange(
        &[0x2a],
        Phase::Out { len: 2048, data: Payload::hashed(&[]) },
        Ok(Answer { host: 3, ..good(0.0) }),
    );
    assert_eq!(
        bulk.to_line(),
        concat!(
            r#"{"cdb":"2a","dir":"out","len":2048,"sha256":"#,
            r#""e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","#,
            r#""status":0,"host":3,"driver":0,"resid":0,"sense":null,"ms":0.0}"#
        )
    );
    let never = exchange(&[0xbb], Phase::In { len: 8, data: bytes(&[]) }, Err(Errno::EPERM));
    assert_eq!(never.to_line(), r#"{"cdb":"bb","dir":"in","len":8,"data":"","errno":"EPERM"}"#);
}

#[test]
fn a_line_written_by_hand_may_leave_out_what_is_usual() {
    let exchange = one(r#"{"cdb":"12000000 6000","dir":"in","data":"0580 00 32"}"#);
    assert_eq!(exchange.line, 2);
    assert_eq!(exchange.cdb.bytes(), [0x12, 0, 0, 0, 0x60, 0]);
    let data = Payload::Bytes(vec![0x05, 0x80, 0x00, 0x32]);
    assert_eq!(exchange.phase, Phase::In { len: 4, data });
    assert_eq!(exchange.outcome, Ok(Answer::default()));
    // What is missing of `len` was not transferred.
    let exchange = one(r#"{"cdb":"43","dir":"in","len":12,"status":2,"x-why":["mine"]}"#);
    assert_eq!(exchange.outcome.expect("answer").resid, 12);
    let exchange = one(r#"{"cdb":"1b 00 00 00 02 00","dir":"none","errno":"ENODEV"}"#);
    assert_eq!(exchange.outcome, Err(Errno::ENODEV));
}

#[test]
fn blank_lines_and_other_line_ends_are_fine() {
    let text =
        "\n{\"oxidisc_recording\":1,\"note\":\"n\"}\r\n\r\n{\"cdb\":\"00\",\"dir\":\"none\"}\r\n";
    let recording = Recording::parse(text).expect("parses");
    assert_eq!(recording.header.note, "n");
    assert_eq!((recording.exchanges.len(), recording.exchanges[0].line), (1, 4));
}

#[test]
fn a_bad_line_is_named_with_the_reason() {
    for (line, reason) in [
        ("[]", "no JSON object"),
        (r#"{"cdb":"00""#, "no JSON: eof while parsing an object (column 11)"),
        (r#"{"dir":"in"}"#, "\"cdb\" is missing"),
        (r#"{"cdb":"","dir":"in"}"#, "\"cdb\" is empty"),
        (r#"{"cdb":7,"dir":"in"}"#, "\"cdb\" is no text"),
        (r#"{"cdb":"0 0 0","dir":"in"}"#, "\"cdb\" has 3 hex digits, an odd number"),
        (r#"{"cdb":"0x12","dir":"in"}"#, "\"cdb\" has 'x', which is no hex digit"),
        (
            r#"{"cdb":"00000000 00000000 00000000 00000000 00","dir":"in"}"#,
            "\"cdb\" has 17 bytes, more than 16",
        ),
        (r#"{"cdb":"00"}"#, "\"dir\" is missing: in, out or none"),
        (r#"{"cdb":"00","dir":"up"}"#, "\"dir\" is \"up\", not in, out or none"),
        (r#"{"cdb":"00","dir":"none","data":"00"}"#, "\"dir\" is none, and yet there is data"),
        (
            r#"{"cdb":"00","dir":"in","len":1,"data":"0000"}"#,
            "\"data\" has 2 bytes, \"len\" allows 1",
        ),
        (
            r#"{"cdb":"00","dir":"in","len":4,"data":"0000","resid":1}"#,
            "\"data\" has 2 bytes, \"len\" less \"resid\" are 3",
        ),
        (r#"{"cdb":"00","dir":"in","data":"00","sha256":"00"}"#, "both \"data\" and \"sha256\""),
        (r#"{"cdb":"00","dir":"in","sha256":"00"}"#, "\"sha256\" has not 32 bytes"),
        (
            r#"{"cdb":"00","dir":"in","status":256}"#,
            "\"status\" is 256, not a whole number up to 255",
        ),
        (r#"{"cdb":"00","dir":"in","host":-1}"#, "\"host\" is -1, not a whole number up to 65535"),
        (r#"{"cdb":"00","dir":"in","resid":"4"}"#, "\"resid\" is \"4\", not a whole number"),
        (r#"{"cdb":"00","dir":"in","ms":-1}"#, "\"ms\" is -1, not a time"),
        (r#"{"cdb":"00","dir":"in","errno":"EWHAT"}"#, "\"errno\" is \"EWHAT\", no error of Linux"),
        (
            r#"{"cdb":"00","dir":"in","sens":"70"}"#,
            "unknown key \"sens\" (keys of your own begin with x-)",
        ),
        (
            r#"{"cdb":"00","dir":"in","len":99999999999}"#,
            "\"len\" is 99999999999, not a whole number up to 67108864",
        ),
    ] {
        let text = format!("{HEADER}\n{{\"cdb\":\"00\",\"dir\":\"none\"}}\n{line}\n");
        let error = Recording::parse(&text).expect_err(line);
        assert_eq!((error.line, error.reason.as_str()), (4, reason), "{line}");
    }
}

#[test]
fn what_does_not_begin_like_a_recording_is_none() {
    for (text, said) in [
        ("", "1: empty"),
        ("\n\n", "1: empty"),
        ("{}", "1: no recording: the first line has no \"oxidisc_recording\""),
        ("{\"oxidisc_recording\":2}", "1: version 2 is not known, only 1"),
        ("{\"oxidisc_recording\":1,\"note\":1}", "1: \"note\" is no text"),
        ("{\"oxidisc_recording\":1,\"max_transfer\":0}", "1: \"max_transfer\" is 0"),
        ("{\"oxidisc_recording\":1,\"contents\":0}", "1: \"contents\" is neither true nor false"),
        (
            "\n{\"oxidisc_recording\":1,\"nota\":1}",
            "2: unknown key \"nota\" (keys of your own begin with x-)",
        ),
    ] {
        assert_eq!(Recording::parse(text).expect_err(text).to_string(), said);
    }
}

#[test]
fn errors_of_a_file_name_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("r.jsonl");
    let name = path.display();
    let said = || Recording::load(&path).expect_err("bad").to_string();
    assert!(said().starts_with(&format!("{name}: cannot read the recording: ")));
    std::fs::write(&path, format!("{HEADER}{{}}")).expect("written");
    assert_eq!(said(), format!("{name}:2: \"cdb\" is missing"));
    std::fs::write(&path, b"{}\n\n\xff").expect("written");
    assert_eq!(said(), format!("{name}:3: no text (invalid UTF-8)"));
}

#[test]
fn only_an_answer_that_was_given_has_data() {
    let answer = |status, host, driver, sense: &[u8]| Answer {
        status,
        host,
        driver,
        sense: sense.to_vec(),
        ..Answer::default()
    };
    // 70h: current; 71h: of an earlier command. Key 1 is a recovered error, 3 a medium error.
    for (given, without) in [
        (answer(0, 0, 0, &[]), false),
        (answer(2, 0, 8, &[0x70, 0, 1]), false),
        (answer(2, 0, 8, &[0x71, 0, 1]), true),
        (answer(2, 0, 8, &[0x70, 0, 3]), true),
        (answer(2, 0, 0, &[]), true),
        (answer(8, 0, 0, &[]), true),
        (answer(0, 3, 0, &[]), true),
        (answer(0, 0, 6, &[]), true),
    ] {
        assert_eq!(is_without_data(&given), without, "{given:?}");
    }
}

#[test]
fn every_error_of_linux_has_a_name_that_is_read_back() {
    for number in 1..=133 {
        let known = Errno::from_raw(number);
        if known != Errno::UnknownErrno {
            assert_eq!(errno(&format!("{known:?}")), Ok(known));
        }
    }
}

proptest! {
    #[test]
    fn no_text_brings_the_reader_down(text in "\\PC{0,200}") {
        let _ = Recording::parse(&text);
        let _ = Recording::parse(&format!("{HEADER}{text}"));
    }

    #[test]
    fn no_line_of_the_right_keys_brings_the_reader_down(
        cdb in "[0-9a-f ]{0,40}", dir in "in|out|none", len in any::<u32>(),
        data in "[0-9a-f ]{0,20}", resid in any::<i64>(), ms in any::<f64>(),
    ) {
        let data = format!(r#""len":{len},"data":"{data}","resid":{resid}"#);
        let line = format!(r#"{{"cdb":"{cdb}","dir":"{dir}",{data},"ms":{ms:?}}}"#);
        let _ = Recording::parse(&format!("{HEADER}{line}"));
    }
}
