//! Answers derived from what wodim and cdrecord print: ATIP, page 2Ah, profiles. As in `derive`,
//! what is not printed is zero.

use serde_json::Value;

use super::evidence::hex;

/// The three numbers of `97:34/22`.
fn time(text: &str) -> [u8; 3] {
    let parts: Vec<u8> =
        text.split([':', '/']).map(|part| part.trim().parse().expect("a number")).collect();
    parts.try_into().expect("three numbers")
}

/// The time of a report: `97:34/22`, `97:34/22 = -11078`, `233100 (151:50/00)`.
fn time_of(report: &Value, key: &str) -> [u8; 3] {
    let Some(text) = report[key].as_str() else { return [0; 3] };
    let text = text.split_once('(').map_or(text, |(_, inner)| inner.trim_end_matches(')'));
    time(text.split_once(" =").map_or(text, |(time, _)| time))
}

/// A number, alone, at the beginning, or in the parentheses of `A+ (3)`.
fn number(value: &Value) -> u8 {
    let in_text = || {
        let text = value.as_str()?;
        let inner = text.split_once('(').map_or(text, |(_, inner)| inner);
        let inner = if text.starts_with(|c: char| c.is_ascii_digit()) { text } else { inner };
        let digits: String = inner.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    };
    value.as_u64().and_then(|number| u8::try_from(number).ok()).or_else(in_text).unwrap_or(0)
}

/// The answer to READ TOC/PMA/ATIP, format 0100b.
pub fn atip(report: &Value) -> Vec<u8> {
    let mut answer = vec![0; 28];
    answer[1] = 26;
    let power = [&report["power"], &report["indicated_writing_power"]].map(number);
    let speed = [&report["ref_speed"], &report["reference_speed"]].map(number);
    answer[4] = 0x80 | (power[0] | power[1]) << 4 | (speed[0] | speed[1]);
    answer[5] = u8::from(report["unrestricted"] == true) << 6;
    answer[6] = 0x80 | u8::from(report["erasable"] == true) << 6 | number(&report["subtype"]) << 3;
    answer[8..11].copy_from_slice(&time_of(report, "lead_in"));
    answer[12..15].copy_from_slice(&time_of(report, "lead_out"));
    for (key, mask, at) in [("A1", 0x04, 16), ("A2", 0x02, 20), ("A3", 0x01, 24)] {
        if let Some(text) = report[key].as_str() {
            answer[6] |= mask;
            answer[at..at + 3].copy_from_slice(&hex(text));
        }
    }
    answer
}

/// The answer to MODE SENSE (10) for page 2Ah.
pub fn page_2a(report: &Value) -> Vec<u8> {
    let bits = |key: &str| {
        let media = report[key].as_array().map_or(&[][..], Vec::as_slice);
        media.iter().fold(0, |bits, medium| {
            bits | match medium.as_str().expect("a name") {
                "CD-R" => 0x01,
                "CD-RW" => 0x02,
                "DVD-ROM" => 0x08,
                "DVD-R" => 0x10,
                "DVD-RAM" => 0x20,
                other => panic!("{other}"),
            }
        })
    };
    let first = |keys: &[&str]| {
        let value = keys.iter().find_map(|key| leading(&report[*key])).unwrap_or(0);
        u16::try_from(value).expect("16 bits").to_be_bytes()
    };
    let flag = |key: &str, mask: u8| if report[key] == true { mask } else { 0 };
    let speeds: Vec<u32> = ["write_speeds", "write_speeds_kBps"]
        .iter()
        .filter_map(|key| report[*key].as_array())
        .flatten()
        .map(|speed| leading(speed).expect("a speed"))
        .collect();
    let mut page = vec![0; 32];
    page[0] = 0x2a;
    page[1] = u8::try_from(30 + 4 * speeds.len()).expect("short");
    page[2] = bits("reads");
    page[3] = bits("writes") | flag("test_write", 0x04);
    page[4] = flag("burnfree", 0x80);
    page[5] = flag("c2_pointers", 0x10);
    // A tray.
    page[6] = 0x20 | flag("eject", 0x08) | flag("locked", 0x02);
    page[8..10].copy_from_slice(&first(&["max_read", "max_read_kBps"]));
    page[12..14].copy_from_slice(&first(&["buffer_KB", "buffer_KB_page2A"]));
    page[14..16].copy_from_slice(&first(&["cur_read_kBps"]));
    page[18..20].copy_from_slice(&first(&["max_write", "max_write_kBps"]));
    page[28..30].copy_from_slice(&first(&["cur_write", "cur_write_kBps"]));
    page[31] = u8::try_from(speeds.len()).expect("few");
    for speed in speeds {
        page.extend(speed.to_be_bytes());
    }
    let length = u8::try_from(page.len() + 6).expect("short");
    [&[0, length, 0, 0, 0, 0, 0, 0], &page[..]].concat()
}

/// The number that a value is, or begins with: `8467 (pure CAV)`.
fn leading(value: &Value) -> Option<u32> {
    let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
    number.or_else(|| value.as_str()?.split(' ').next()?.parse().ok())
}

/// Names of profiles as sg_get_config, DIC and Aaru have them.
const NAMES: [(&str, u16); 18] = [
    ("removable", 0x0002),
    ("CD-ROM", 0x0008),
    ("CD-RW", 0x000a),
    ("DVD-ROM", 0x0010),
    ("DVD-R seq", 0x0011),
    ("DVD-R", 0x0011),
    ("DVD-RAM", 0x0012),
    ("DVD-RW RO", 0x0013),
    ("DVD-RW seq", 0x0014),
    ("DVD-R DL seq", 0x0015),
    ("DVD-R DL jump", 0x0016),
    ("DVD-R layer jump", 0x0016),
    ("DVD+RW", 0x001a),
    ("DVD+R", 0x001b),
    ("DVD+R DL", 0x002b),
    ("BD-ROM", 0x0040),
    ("BD-R sequential", 0x0041),
    ("BD-R random", 0x0042),
];

/// The code of a profile as printed, and whether it was marked as current: `0012(current)`,
/// `DVD-RW DL (0017)`, `DVD+R`. `None` for what stands for the rest: `...`.
pub fn profile(printed: &str) -> Option<(u16, bool)> {
    let current = printed.contains("current");
    let printed = printed.trim_end_matches(" ...");
    let code = |text: &str| (text.len() >= 4).then(|| u16::from_str_radix(&text[..4], 16).ok())?;
    let plain = printed.trim_start_matches("0x");
    let inner = printed.split_once('(').map_or("", |(_, inner)| inner);
    let by_name = || {
        let named = NAMES.iter().find(|(name, _)| *name == printed);
        match printed {
            "BD-RW (BD-RE)" => Some(0x0043),
            "CD-R" => Some(0x0009),
            _ => named.map(|(_, code)| *code),
        }
    };
    let code = code(plain).or_else(|| code(inner)).or_else(by_name)?;
    Some((code, current))
}

/// The answer to GET CONFIGURATION with a list of profiles.
pub fn configuration(current: u16, profiles: &[(u16, bool)]) -> Vec<u8> {
    let mut list = Vec::new();
    for (code, current) in profiles {
        list.extend(code.to_be_bytes());
        list.extend([u8::from(*current), 0]);
    }
    let length = u8::try_from(list.len()).expect("short");
    let [high, low] = current.to_be_bytes();
    [&[0, 0, 0, length + 8, 0, 0, high, low, 0, 0, 0x03, length], &list[..]].concat()
}
