//! Each quirk fits its drives and no other, and stands in the document.

use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::mmc::Query;
use crate::mmc::cmd::inquiry::Inquiry;

fn identity(vendor: &str, product: &str, revision: &str) -> Identity {
    let data = format!("\x05\0\0\x21\x1f\0\0\0{vendor:8}{product:16}{revision:4}");
    Inquiry.parse(data.as_bytes()).expect("36 bytes")
}

/// Drives as their INQUIRY has them, and their quirks.
const DRIVES: [(&str, &str, &str, &[&str]); 12] = [
    ("HL-DT-ST", "DVDRAM GSA-4081B", "A104", &["cd-speed-on-dvd+rw"]),
    ("HL-DT-ST", "DVDRAM GSA-4082B", "A205", &[]),
    ("SONY", "DVD+-RW DW-Q58A", "UDS2", &["cd-speeds-no-limit"]),
    ("SONY", "DVD RW DW-Q120A", "PYS3", &[]),
    ("PIONEER", "DVD-RW  DVR-105", "1.33", &["flush-without-immed"]),
    ("PIONEER", "DVD-RW  DVR-104", "1.40", &["link-size-16"]),
    ("PIONEER", "DVD-RW  DVR-111D", "1.23", &[]),
    ("PIONEER", "DVD-RW  DVR-216D", "1.09", &[]),
    ("PLEXTOR", "DVDR   PX-708A", "1.07", &["granted-by-page-2a"]),
    ("PLEXTOR", "DVDR   PX-760A", "1.07", &[]),
    ("PHILIPS", "SPD3300L", "V1.0", &["no-dvd-ram-resize"]),
    // A drive of another maker with a name that looks like it.
    ("ATAPI", "DVR-105", "1.00", &[]),
];

#[test]
fn every_quirk_fits_its_drives_and_no_other() {
    let mut seen = Vec::new();
    for (vendor, product, revision, expected) in DRIVES {
        let quirks = Choice::Known.of(&identity(vendor, product, revision));
        let names: Vec<&str> = quirks.iter().map(|quirk| quirk.name).collect();
        assert_eq!(names, expected, "{vendor} {product}");
        seen.extend(names);
    }
    seen.sort_unstable();
    let all: Vec<&str> = ALL.iter().map(|quirk| quirk.name).collect();
    assert_eq!(seen, all, "each has a drive here, and they stand in the order of their names");
}

/// What is known of the drives that are simulated holds for all drives.
#[test]
fn no_persona_has_a_quirk() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/sim/personas");
    let mut personas = 0;
    for entry in std::fs::read_dir(folder).expect("the personas") {
        let name = entry.expect("a file").file_name().into_string().expect("UTF-8");
        let persona = name.trim_end_matches(".rs").replace('_', "-");
        if matches!(persona.as_str(), "mod" | "writing") {
            continue;
        }
        personas += 1;
        let drive = crate::sim::open(&format!("demo?persona={persona}"));
        let mut drive = crate::mmc::Drive::new(Box::new(drive.expect(&persona)));
        let identity = drive.query(&Inquiry).expect("a name");
        assert_eq!(Choice::Known.of(&identity), Vec::<&Quirk>::new(), "{persona}");
    }
    assert!(personas >= 14, "{personas}");
}

#[test]
fn patterns_fit_whole_texts() {
    for (pattern, text, fits) in [
        ("", "", true),
        ("", "a", false),
        ("*", "", true),
        ("*", "anything", true),
        ("a?c", "abc", true),
        ("a?c", "ac", false),
        ("a*c", "ac", true),
        ("a*c", "abbc", true),
        ("a*c", "abcd", false),
        ("*DVR-?05*", "DVD-RW  DVR-K05", true),
        ("*DVR-?05*", "DVD-RW  DVR-1050", true),
        ("*DVR-?05*", "DVD-RW  DVR-05", false),
        ("?*?", "é", false),
        ("?", "é", true),
    ] {
        assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
    }
}

#[test]
fn what_is_typed_is_taken_whatever_the_drive() {
    let any = identity("NOBODY", "HAS THIS", "0.00");
    assert_eq!(Choice::parse("none"), Ok(Choice::Only(Vec::new())));
    let chosen = Choice::parse("link-size-16,flush-without-immed").expect("there are such");
    let names: Vec<&str> = chosen.of(&any).iter().map(|quirk| quirk.name).collect();
    assert_eq!(names, ["link-size-16", "flush-without-immed"]);
    let pioneer = identity("PIONEER", "DVD-RW  DVR-105", "1.33");
    assert_eq!(Choice::Only(Vec::new()).of(&pioneer), Vec::<&Quirk>::new());
    let error = Choice::parse("link-size-17").expect_err("none");
    assert!(error.starts_with("there is no quirk 'link-size-17'; there are none, cd-speed-"));
}

/// The table of the document.
fn shown() -> String {
    let mut text = String::from(
        "| name | drives | what they do | what we do | seen by |\n|---|---|---|---|---|\n",
    );
    for quirk in ALL {
        let drives: Vec<String> = quirk
            .drives
            .iter()
            .map(|Pattern { vendor, product, revision }| {
                format!("`{vendor}` `{product}` `{revision}`")
            })
            .collect();
        let Quirk { name, does, instead, evidence, .. } = quirk;
        let drives = drives.join(", ");
        let _ = writeln!(text, "| `{name}` | {drives} | {does} | {instead} | {evidence} |");
    }
    text
}

#[test]
fn the_document_shows_the_quirks_there_are() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/quirks.md");
    let text = std::fs::read_to_string(&path).expect("the document");
    let from = text.find("| name |").expect("a table");
    let to = from + text[from..].find("\n\n").expect("the table ends") + 1;
    let mut rewritten = text.clone();
    rewritten.replace_range(from..to, &shown());
    if std::env::var_os("OXIDISC_REWRITE").is_some() {
        std::fs::write(&path, rewritten).expect("written");
    } else {
        assert!(
            rewritten == text,
            "docs/quirks.md shows other quirks than there are: \
             OXIDISC_REWRITE=1 cargo test --lib the_document_shows_the_quirks"
        );
    }
}
