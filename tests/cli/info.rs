//! `info` on every kind of disc, without one, and on a drive that knows little.

use crate::harness::{Place, expect_all};

const MEDIA: [&str; 14] = [
    "cd-rom", "cd-r", "cd-rw", "dvd-rom", "dvd-r", "dvd-rw", "dvd-r-dl", "dvd+r", "dvd+rw",
    "dvd+r-dl", "dvd-ram", "bd-rom", "bd-r", "bd-re",
];

#[test]
fn every_kind_of_disc_is_shown() {
    let place = Place::new();
    let typed: Vec<String> =
        MEDIA.iter().map(|medium| format!("-d sim:demo?medium={medium} info")).collect();
    let typed: Vec<&str> = typed.iter().map(String::as_str).collect();
    expect_all("info-media", &place, &typed);
}

#[test]
fn quirks_are_shown_and_can_be_chosen() {
    let place = Place::new();
    expect_all(
        "info-quirks",
        &place,
        &[
            "-d sim:demo?persona=px-w4824a --quirks link-size-16,no-dvd-ram-resize -v info",
            "-d sim:demo?persona=px-w4824a --quirks link-size-16 info",
            "-d sim:demo?persona=px-w4824a --quirks link-size-17 info",
        ],
    );
    let typed = "--json -d sim:demo --quirks link-size-16 info";
    let quirks = &place.run(typed).code(0).result()["quirks"];
    assert_eq!(quirks[0]["name"], "link-size-16");
    assert_eq!(quirks[0]["instead"], "16 is taken, the link size of every DVD-R");
    let none = &place.run("--json -d sim:demo info").code(0).result()["quirks"];
    assert_eq!(*none, serde_json::json!([]));
}

#[test]
fn the_document_holds_what_the_contract_says() {
    let place = Place::new();
    expect_all("info-json", &place, &["-d sim:demo?medium=dvd+r-dl info --json"]);
    for medium in MEDIA {
        let result = place.run(&format!("--json -d sim:demo?medium={medium} info")).code(0);
        let result = result.result();
        assert_eq!(result["schema"], "oxidisc.info/1");
        let keys = |value: &serde_json::Value| -> Vec<String> {
            value.as_object().expect("an object").keys().cloned().collect()
        };
        assert_eq!(
            keys(&result["drive"]),
            [
                "buffer_kib",
                "bus",
                "firmware_date",
                "loading",
                "path",
                "product",
                "region",
                "revision",
                "serial",
                "vendor"
            ]
        );
        let disc = &result["medium"];
        assert_eq!(
            keys(disc),
            [
                "book_type",
                "capacity_sectors",
                "erasable",
                "filesystems",
                "free_sectors",
                "layer_break",
                "layers",
                "manufacturer",
                "media_id",
                "profile",
                "protection",
                "sector_size",
                "sessions",
                "status",
                "used_sectors",
                "volume_id"
            ],
            "{medium}"
        );
        assert_eq!(disc["volume_id"], "OXIDISC_DEMO", "{medium}");
        assert_eq!(disc["filesystems"], serde_json::json!(["iso9660"]), "{medium}");
        assert_eq!(disc["sessions"][0]["tracks"][0]["start"], 0, "{medium}");
    }
}

#[test]
fn an_empty_drive_is_shown_without_a_disc() {
    let place = Place::new();
    expect_all(
        "info-empty",
        &place,
        &["-d sim:demo?tray=open info", "-d sim:demo?tray=empty info"],
    );
    let result = place.run("-d sim:demo?tray=open info --json").code(0).result();
    assert!(result["medium"].is_null(), "{result}");
}

#[test]
fn sessions_layers_and_protection_are_shown() {
    let place = Place::new();
    let image = std::fs::File::create(place.path("two.iso")).expect("a file");
    image.set_len(30_000 * 2048).expect("a sparse file");
    expect_all(
        "info-discs",
        &place,
        &[
            "-d sim:two.iso?medium=cd-r&sessions=0+15000 info",
            "-d sim:demo?medium=dvd-rom&layers=2&path=ptp info",
            "-d sim:demo?medium=dvd-rom&protect=css info",
            "-d sim:demo?medium=bd-rom&protect=aacs info",
            "-d sim:demo?persona=cdd4851&medium=cd-r info -v",
        ],
    );
}

#[test]
fn raw_shows_every_command_and_its_bytes() {
    let place = Place::new();
    let run = place.run("-d sim:demo info --raw").code(0);
    for line in [
        "Answers\n  00 00 00 00 00 00  TEST UNIT READY\n",
        "  12 00 00 00 60 00  INQUIRY\n    0000  05 80 ",
        "  46 00 00 00 00 00 00 10 00 00  GET CONFIGURATION\n",
        "    not ready, logical unit is in process of becoming ready (02/04/01)\n",
        "READ CAPACITY\n    0000  00 00 0f ff 00 00 08 00                          ........\n",
    ] {
        assert!(run.stdout.contains(line), "{line}\n{}", run.report());
    }
    assert!(!run.stdout.contains("READ (10)"), "{}", run.report());
    let result = place.run("-d sim:demo info --raw --json").code(0).result();
    let raw = result["raw"].as_array().expect("a list");
    let inquiry = raw.iter().find(|one| one["cdb"] == "12 00 00 00 60 00").expect("asked");
    assert_eq!((&inquiry["name"], &inquiry["status"]), (&"INQUIRY".into(), &0.into()));
}

#[test]
fn what_was_recorded_is_shown_the_same_again() {
    let place = Place::new();
    let first = place.run("-d sim:demo info --record demo.rec").code(0);
    let again = place.run("-d replay:demo.rec?strict info").code(0);
    let disc = |text: &str| text.split_once("Disc\n").map(|(_, disc)| disc.to_string());
    assert_eq!(disc(&first.stdout), disc(&again.stdout), "{}", again.report());
    assert!(disc(&first.stdout).is_some());
    place.run("-d sim:demo info --record safe.rec --redact").code(0);
    let text = String::from_utf8(place.read("safe.rec")).expect("text");
    // K9SIMULATED0 in feature 0108h.
    assert!(!text.contains("4b 39 53 49 4d"), "{text}");
}

#[test]
fn a_spec_that_means_nothing_is_refused_with_what_would_be_right() {
    let place = Place::new();
    place.file("cut.iso", [0; 1000]);
    expect_all(
        "bad-specs",
        &place,
        &[
            "-d sim: info",
            "-d sim:nope.iso info",
            "-d sim:cut.iso info",
            "-d sim:demo?x=y info",
            "-d sim:demo?medium=floppy info",
            "-d sim:demo?speed=fast info",
            "-d sim:demo?persona=x info",
            "-d sim:demo?seed=x info",
            "-d sim:demo?pace=-1 info",
            "-d sim:demo?filter=maybe info",
            "-d sim:demo?defects=none.toml info",
            "-d sim:demo?faults=none.toml info",
            "--json -d sim:demo?x=y info",
        ],
    );
}
