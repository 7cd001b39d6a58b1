//! Structures, tables and profiles as redumper, DIC and Aaru printed them of twenty drives. What a
//! report does not tell is zero.

use oxidisc::jobs::burn::disc::DiscKind;
use oxidisc::jobs::reading::decide::{Decision, decide};
use oxidisc::jobs::survey::{SizeSource, survey_drive, survey_medium};
use oxidisc::mmc::cmd::read_atip::ReadAtip;
use oxidisc::mmc::cmd::read_disc_information::DiscStatus;
use oxidisc::mmc::cmd::read_disc_structure::dvd::{Layers, PhysicalFormat};
use oxidisc::mmc::cmd::read_disc_structure::{ReadDiscStructure, bd};
use oxidisc::mmc::cmd::read_full_toc::ReadFullToc;
use oxidisc::mmc::{CommandError, Failure, Query};
use oxidisc::transport::{Cdb, Sense};
use oxidisc::units::{Blocks, Lba, Msf};
use serde_json::Value;

use super::evidence::{Told, file, hex, list, survey};
use super::table::Table;
use super::wodim;

const FILE: &str = "redumper-dic-aaru-disc-structures";

/// The reports, by their sources' last part, and the test that has each; where there is none, why.
const REPORTS: [(&str, &str); 22] = [
    ("redumper/issues/59", "layers_that_run_back_inwards_add_up"),
    ("MPF/issues/499", "layers_that_both_begin_at_the_hub_add_up"),
    ("redumper/issues/55", "one_layer_is_from_its_first_to_its_last_sector"),
    ("DiscImageCreator/issues/61", "one_layer_is_from_its_first_to_its_last_sector"),
    ("redumper/issues/159", "layers_that_run_back_inwards_add_up"),
    ("redumper/issues/174", "a_bd_is_asked_for_layer_0_alone"),
    ("redumper/issues/258", "a_capacity_of_one_block_is_no_size"),
    ("redumper/issues/398", "a_closed_bd_r_that_is_called_a_bd_rom_is_known_for_recorded"),
    ("Aaru/issues/693", "a_closed_bd_r_that_is_called_a_bd_rom_is_known_for_recorded"),
    ("Aaru/issues/941", "a_bd_rom_that_answers_no_structure_is_surveyed_all_the_same"),
    ("Aaru/issues/588", "one_layer_is_from_its_first_to_its_last_sector"),
    ("redumper/pull/170", "a_cd_r_that_is_called_a_cd_rom_is_known_for_recorded"),
    ("redumper/issues/202", "sessions_of_a_cd_lie_11400_blocks_apart"),
    ("redumper/issues/13", "sub_channel_q_of_the_run_out_has_a_sum_that_holds"),
    ("redumper/issues/439", "negative addresses are not read: sound is not ripped"),
    ("redumper/issues/186", "a_drive_that_a_bridge_renames_is_given_its_quirks_by_name"),
    ("redumper/issues/350", "D5h and D8h are not sent: sound is not ripped"),
    ("redumper/issues/290", "READ CD is not sent: sound is not ripped"),
    ("DiscImageCreator/issues/43", "an_atip_in_decimals_is_the_same_atip"),
    ("udisks/issues/836", "a_third_session_goes_behind_the_second"),
    ("DiscImageCreator/issues/70", "damage_in_the_second_session_is_damage"),
    ("msg14498", "a_complete_bd_re_can_be_written_over"),
];

fn report(source: &str) -> Value {
    let evidence = file(FILE);
    let all = list(&evidence, "/reports");
    all.iter()
        .find(|one| one["source"].as_str().expect("text").contains(source))
        .expect(source)
        .clone()
}

#[test]
fn every_report_has_its_test() {
    let evidence = file(FILE);
    let reports = list(&evidence, "/reports");
    assert_eq!(reports.len(), REPORTS.len());
    for (report, (source, _)) in reports.iter().zip(REPORTS) {
        assert!(report["source"].as_str().expect("text").contains(source), "{source}");
    }
    super::every_item::tests_exist(REPORTS.map(|(_, test)| test));
}

/// A number, decimal or in hex, that a value begins with or names as raw.
fn number(value: &Value) -> u32 {
    if let Some(number) = value.as_u64() {
        return u32::try_from(number).expect("32 bits");
    }
    let text = value.as_str().expect("text");
    let hex = text.rfind("0x").expect("hex");
    let digits: String = text[hex + 2..].chars().take_while(char::is_ascii_hexdigit).collect();
    u32::from_str_radix(&digits, 16).expect("hex")
}

/// READ DISC STRUCTURE, format 00h of a DVD, through our parser.
fn physical(layers: u8, opposite: bool, [start, end, layer0_end]: [u32; 3]) -> PhysicalFormat {
    let mut answer = vec![0x08, 0x02, 0, 0, 0x01, 0x02, (layers - 1) << 5 | 0x01, 0];
    answer[6] |= u8::from(opposite) << 4;
    for psn in [start, end, layer0_end] {
        answer.extend(psn.to_be_bytes());
    }
    answer.resize(2052, 0);
    ReadDiscStructure::<PhysicalFormat>::new().parse(&answer).expect("parses").structure
}

fn sectors(formats: &[PhysicalFormat]) -> u32 {
    Layers::new(formats).expect("they can be").sectors().0
}

#[test]
fn layers_that_run_back_inwards_add_up() {
    let dvd = report("redumper/issues/59");
    let (start, layer0) = (number(&dvd["pfi"]["start"]), number(&dvd["pfi"]["layer0_last"]));
    // Sign-extended it would be negative, and from start to end nonsense.
    let end = number(&dvd["pfi"]["end_printed"]);
    assert_eq!((start, end, layer0), (0x03_0000, 0xfc_fffd, 0x22_a66f));
    let format = physical(2, true, [start, end, layer0]);
    assert_eq!(u64::from(sectors(&[format])) * 2048, dvd["dump_bytes"].as_u64().expect("told"));
    // A DVD-R DL: the end of layer 0 is not told, but the length; it follows from both.
    let dvd_r = report("redumper/issues/159");
    let (end, length) = (0xfc_cd4f, number(&dvd_r["pfi"]["length"]));
    let layer0 = (length + 0x03_0000 + 0xff_ffff - end - 2) / 2;
    let format = physical(2, true, [0x03_0000, end, layer0]);
    assert_eq!(sectors(&[format]), length);
}

#[test]
fn layers_that_both_begin_at_the_hub_add_up() {
    let dvd = report("MPF/issues/499");
    let layer = |key: &str| {
        // The ends are printed as one past the last.
        let (start, end) = dvd["pfi"][key].as_str().expect("text").split_once("..").expect("range");
        let (start, end): (u32, u32) = (start.parse().expect("from"), end.parse().expect("to"));
        physical(2, false, [start, end - 1, 0])
    };
    let formats = [layer("layer0"), layer("layer1")];
    assert_eq!(sectors(&formats), 1_902_128 + 2_013_216);
    // One answer alone is half of it, and taken for none.
    assert_eq!(Layers::new(&formats[..1]), None);
    assert_eq!(Layers::new(&formats).expect("two").layer_break(), Some(Lba(1_902_128)));
}

#[test]
fn one_layer_is_from_its_first_to_its_last_sector() {
    let dvd = report("redumper/issues/55");
    let end = number(&dvd["pfi"]["end_printed_exclusive"]) - 1;
    let format = physical(1, false, [number(&dvd["pfi"]["start"]), end, 0]);
    assert_eq!(u64::from(sectors(&[format])) * 2048, dvd["dump_bytes"].as_u64().expect("told"));
    let format = physical(1, false, [0x03_0000, 0x22_beff, 0]);
    assert_eq!((sectors(&[format.clone()]), format.max_rate, format.bca), (2_080_512, 2, false));
    let dvd_r = report("Aaru/issues/588");
    let format =
        physical(1, false, [number(&dvd_r["pfi"]["start"]), number(&dvd_r["pfi"]["end"]), 0]);
    assert_eq!(u64::from(sectors(&[format])), dvd_r["blocks"].as_u64().expect("told"));
}

/// A drive with a BD in it: its profile, the last block, and a disc information unit.
fn bd(profile: u8, last: u32, unit: Option<&[u8; 112]>) -> Table {
    let mut table = Table::ready();
    table.put(&[0x12, 0, 0], b"\x05\x80\x00\x32\x1f\0\0\0HL-DT-STBD-RE BU40N     1.00");
    table.put(&[0x46, 0], &wodim::configuration(profile.into(), &[(profile.into(), true)]));
    table.put(&[0x25, 0], &[last.to_be_bytes(), 2048u32.to_be_bytes()].concat());
    if let Some(unit) = unit {
        table.put(&[0xad, 1, 0, 0, 0, 0, 0, 0], &[&[0, 114, 0, 0], &unit[..]].concat());
    }
    // Complete, its session too.
    let mut state = [0; 34];
    state[..7].copy_from_slice(&[0, 32, 0x0e, 1, 1, 1, 1]);
    table.put(&[0x51, 0], &state);
    table
}

fn unit(kind: &[u8; 3], layers: u8, maker: &[u8; 6], media: &[u8; 3]) -> [u8; 112] {
    let mut unit = [0; 112];
    unit[..4].copy_from_slice(b"DI\x01\0");
    unit[8..11].copy_from_slice(kind);
    unit[12] = layers << 4;
    unit[24..28].copy_from_slice(&131_072u32.to_be_bytes());
    unit[28..32].copy_from_slice(&1_658_494u32.to_be_bytes());
    unit[100..106].copy_from_slice(maker);
    unit[106..109].copy_from_slice(media);
    unit
}

#[test]
fn a_bd_is_asked_for_layer_0_alone() {
    assert_eq!(report("redumper/issues/174")["medium"], "BD-ROM DL");
    let mut table = bd(0x40, 24_438_783, Some(&unit(b"BDO", 2, &[0; 6], &[0; 3])));
    // What any other layer is answered.
    let sense = hex("70 00 05 00 00 00 00 0a 00 00 00 00 24 00 00 00 00 00");
    table.refuse(&[0xad, 1, 0, 0, 0, 0, 1, 0], &sense);
    let told = survey(table);
    let structures = told.medium.answers.iter().filter(|answer| answer.cdb.opcode() == 0xad);
    let layers: Vec<u8> = structures.map(|answer| answer.cdb.bytes()[6]).collect();
    assert_eq!(layers, [0]);
    assert_eq!(told.medium.layer_count(), Some(2));
}

/// ASUS BW-16D1HT: READ CAPACITY has one block of a BD-R of 12219392.
#[test]
fn a_capacity_of_one_block_is_no_size() {
    let di = report("redumper/issues/258");
    assert_eq!(di["di"]["aun"], "131072..1658494 (0x020000..0x194E7E)");
    let told = survey(bd(0x41, 0, Some(&unit(b"BDR", 1, b"VERBAT", b"IMe"))));
    assert_eq!(told.medium.capacity.map(|capacity| capacity.blocks), Some(Blocks(1)));
    assert!(!told.medium.sizes().iter().any(|(who, _)| *who == SizeSource::Capacity));
    let unit = &told.medium.bd.as_ref().expect("told").units[0];
    assert_eq!(unit.sectors(), Some(Blocks(12_219_392)));
    assert_eq!(told.medium.media_id.as_deref(), Some("VERBAT/IMe"));
}

#[test]
fn a_closed_bd_r_that_is_called_a_bd_rom_is_known_for_recorded() {
    let mut verbatim = unit(b"BDR", 1, b"VERBAT", b"IMe");
    // 45 of the bytes that depend on the format, wherever they begin: nothing is read from them.
    let body = report("Aaru/issues/693");
    let body = hex(body["format_dependent_hex_partial"].as_str().expect("bytes"));
    assert_eq!(body.len(), 45);
    verbatim[32..32 + body.len()].copy_from_slice(&body);
    for (unit, id, layers, last) in [
        (unit(b"BDR", 2, b"RITEK\0", b"DR3"), "RITEK/DR3", 2, 24_438_783),
        (verbatim, "VERBAT/IMe", 1, 2_992_383),
    ] {
        let told = survey(bd(0x40, last, Some(&unit)));
        assert_eq!((told.disc.kind, told.disc.recorded), (DiscKind::ReadOnly, true), "{id}");
        assert_eq!(told.medium.media_id.as_deref(), Some(id));
        assert_eq!(told.medium.layer_count(), Some(layers));
        assert_eq!(told.medium.protection, None);
        // The written extent: what the unit spans is no size of a recorded disc.
        assert_eq!(told.medium.sizes(), [(SizeSource::Capacity, Blocks(last + 1))]);
    }
}

#[test]
fn a_bd_rom_that_answers_no_structure_is_surveyed_all_the_same() {
    assert_eq!(report("Aaru/issues/941")["profile"], "0040");
    let table = bd(0x40, 12_219_391, None);
    let facts = survey_drive(&mut table.drive()).expect("surveyed");
    let medium = survey_medium(&mut table.drive(), &facts).expect("asked").expect("a disc");
    assert_eq!((medium.bd.is_none(), medium.media_id.is_none()), (true, true));
    assert_eq!(medium.sizes(), [(SizeSource::Capacity, Blocks(12_219_392))]);
    assert_eq!(medium.remarks, [""; 0]);
}

/// A drive with a CD in it.
fn cd(profile: u8, state: [u8; 5]) -> Table {
    let mut table = Table::ready();
    table.put(&[0x12, 0, 0], b"\x05\x80\x00\x32\x1f\0\0\0ASUS    DRW-24B1ST   i  1.00");
    table.put(&[0x46, 0], &wodim::configuration(profile.into(), &[(profile.into(), true)]));
    let mut answer = [0; 34];
    answer[1] = 32;
    answer[2..7].copy_from_slice(&state);
    table.put(&[0x51, 0], &answer);
    table
}

#[test]
fn a_cd_r_that_is_called_a_cd_rom_is_known_for_recorded() {
    let both = report("redumper/pull/170");
    assert_eq!(both["profile"]["ASUS"], "CD-ROM (0008)");
    let atip = serde_json::json!({"lead_in": "97:26/66", "lead_out": "79:59/71"});
    for (profile, kind) in [(0x08, DiscKind::ReadOnly), (0x09, DiscKind::CdR)] {
        let mut table = cd(profile, [0x0e, 1, 1, 1, 1]);
        table.put(&[0x43, 2, 4], &wodim::atip(&atip));
        let told = survey(table);
        assert_eq!((told.disc.kind, told.disc.recorded), (kind, profile == 0x08));
        assert_eq!(told.medium.media_id.as_deref(), Some("97m26s66f"));
    }
}

#[test]
fn sessions_of_a_cd_lie_11400_blocks_apart() {
    let toc = report("redumper/issues/202");
    let mut answer = vec![0, 90, 1, 2];
    for (session, track) in [(1u8, 1u8), (2, 2)] {
        let of = &toc["toc"][format!("s{session}")];
        let at = |key: String| {
            let lba = i32::try_from(of[key].as_i64().expect("told")).expect("an address");
            let Msf { minute, second, frame } = Lba(lba).into();
            [minute, second, frame]
        };
        for (point, time) in [
            (0xa0, [track, 0, 0]),
            (0xa1, [track, 0, 0]),
            (0xa2, at("leadout".into())),
            (track, at(format!("t{track}"))),
        ] {
            answer.extend([session, 0x14, 0, point, 0, 0, 0, 0]);
            answer.extend(time);
        }
    }
    let toc = ReadFullToc.parse(&answer).expect("parses");
    let second = Lba::from(toc.tracks(2).next().expect("a track").at);
    assert_eq!(second - toc.lead_out(1).expect("told"), 11_400);
    assert_eq!((second, toc.lead_out(2)), (Lba(199_937), Some(Lba(201_262))));
}

/// PLEXTOR PX-W4824A: the last two sectors of a track at once are still of the track.
#[test]
fn sub_channel_q_of_the_run_out_has_a_sum_that_holds() {
    let sectors = report("redumper/issues/13");
    for q in sectors["q"].as_array().expect("two") {
        let text = q.as_str().expect("hex");
        let pair = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
        let bytes: Vec<u8> = (0..text.len()).step_by(2).map(pair).collect();
        // CONTROL 4, ADR 1, track 1, index 1: data.
        assert_eq!((bytes.len(), &bytes[..3]), (12, &[0x41, 0x01, 0x01][..]));
        let sum = super::cdtext_and_pic::crc(&bytes[..10]);
        assert_eq!(sum, u16::from_be_bytes([bytes[10], bytes[11]]));
    }
}

#[test]
fn an_atip_in_decimals_is_the_same_atip() {
    let printed = report("DiscImageCreator/issues/43")["atip"].clone();
    let report = serde_json::json!({
        "power": printed["write_power"], "ref_speed": printed["reference_speed"],
        "erasable": true, "subtype": printed["subtype"],
        "lead_in": printed["lead_in"], "lead_out": printed["lead_out"],
        "A1": "24 1a d8", "A2": "26 b2 48",
    });
    let atip = ReadAtip.parse(&wodim::atip(&report)).expect("an ATIP");
    assert_eq!((atip.writing_power, atip.reference_speed, atip.sub_type), (2, 3, 1));
    let decimal = |key: &str| {
        let text = printed[key].as_str().expect("text").split(' ').next().expect("decimals");
        text.split(':').map(|part| part.parse::<u8>().expect("a byte")).collect::<Vec<_>>()
    };
    assert_eq!(atip.additional[0].map(Vec::from), Some(decimal("A1")));
    assert_eq!(atip.additional[1].map(Vec::from), Some(decimal("A2")));
}

/// READ TRACK INFORMATION: number, session, state, start, next writable, free, size.
fn track(number: u8, session: u8, state: [u8; 2], numbers: [u32; 4]) -> Vec<u8> {
    let mut answer = vec![0, 34, number, session, 0, 0x04, state[0], state[1]];
    let [start, next, free, size] = numbers;
    for value in [start, next, free, 0, size, 0] {
        answer.extend(value.to_be_bytes());
    }
    answer.resize(36, 0);
    answer
}

/// Gaps of 11402 and 6902 blocks: the run-out counts with the first.
#[test]
fn a_third_session_goes_behind_the_second() {
    let disc = report("udisks/issues/836");
    let at = |session: usize, end: usize| {
        u32::try_from(disc["sessions"][session][end].as_u64().expect("told")).expect("32 bits")
    };
    let free = u32::try_from(disc["free"].as_u64().expect("told")).expect("32 bits");
    assert_eq!(at(2, 0) + free, at(2, 1));
    // Appendable, the last session of three empty.
    let mut table = cd(0x09, [0x01, 1, 3, 3, 3]);
    for number in [1u8, 2] {
        let (start, end) = (at(usize::from(number) - 1, 0), at(usize::from(number) - 1, 1));
        let numbers = [start, 0, 0, end - start];
        table.put(&[0x52, 1, 0, 0, 0, number], &track(number, number, [0x01, 0], numbers));
    }
    let open = track(3, 3, [0x41, 0x01], [at(2, 0), at(2, 0), free, free]);
    table.put(&[0x52, 1, 0, 0, 0, 3], &open);
    table.put(&[0x52, 1, 0, 0, 0, 0xff], &open);
    let Told { disc, medium, .. } = survey(table);
    assert_eq!(disc.kind, DiscKind::CdR);
    assert_eq!(disc.msinfo(), Some((Lba(12_010), Lba(24_800))));
    assert_eq!((disc.free, medium.status()), (Blocks(335_045), Some(DiscStatus::Appendable)));
    let gap = |from: usize| at(from + 1, 0) - at(from, 1);
    assert_eq!((gap(0), gap(1)), (11_400 + 2, 6900 + 2));
}

#[test]
fn damage_in_the_second_session_is_damage() {
    assert!(
        report("DiscImageCreator/issues/70")["note"].as_str().expect("text").contains("229251")
    );
    let [a, b, c, d] = 229_251u32.to_be_bytes();
    let raw = [0xf0, 0, 3, a, b, c, d, 10, 0, 0, 0, 0, 0x11, 0x05, 0, 0, 0, 0];
    let failure = Failure::Check(Sense::parse(&raw).expect("sense data"));
    let cdb = Cdb::new(&[0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]);
    let error = CommandError { name: "READ (10)", cdb, lba: None, failure };
    assert_eq!(decide(&error), Decision::Bad { at: Some(Lba(229_251)) });
}

#[test]
fn a_complete_bd_re_can_be_written_over() {
    let disc = report("msg14498");
    assert_eq!(disc["rdi"]["status"], "complete");
    let mut table = bd(0x43, 11_826_175, Some(&unit(b"BDW", 1, b"CMCMAG", b"CN2")));
    let [a, b, c, d] = 11_826_176u32.to_be_bytes();
    let entries = [0, 0x14, 1, 0, 0, 0, 0, 0, 0, 0x14, 0xaa, 0, a, b, c, d];
    table.put(&[0x43, 0, 0], &[&[0, 18, 1, 1], &entries[..]].concat());
    let told = survey(table);
    assert_eq!((told.disc.kind, told.disc.formatted), (DiscKind::BdRe, true));
    assert!(told.disc.kind.is_overwritable());
    assert_eq!(told.disc.free, Blocks(11_826_176));
    assert_eq!(told.medium.media_id.as_deref(), Some("CMCMAG/CN2"));
    let sizes = told.medium.sizes();
    assert!(sizes.contains(&(SizeSource::Toc, Blocks(11_826_176))), "{sizes:?}");
    let _: &bd::DiscInformation = told.medium.bd.as_ref().expect("told");
}
