//! Defects, against places and runs that are worked out here in another way.

use std::collections::BTreeSet;

use super::*;
use crate::sim::geometry::TrackPath;
use crate::units::Family;

fn defects(text: &str) -> Defects {
    Defects::parse(text, "d.toml").expect("a good plan")
}

fn refusal(text: &str) -> String {
    Defects::parse(text, "d.toml").expect_err("a bad plan").to_string()
}

#[test]
fn the_contract_s_example_is_read() {
    let plan = defects(
        r#"
[[defect]]
kind = "hard"            # never reads
lba = 1000
count = 48
[[defect]]
kind = "soft"
lba = 5000
count = 16
p = 0.2
p_slow = 0.6
[[defect]]
kind = "scratch"
angle = 40.0
width_mm = 0.4
from_mm = 30.0
to_mm = 50.0
p = 0.0
"#,
    );
    let disc = Layout::single(Family::Cd, 300_000);
    assert_eq!(plan.damage(&disc, 0, 999), None);
    assert_eq!(plan.damage(&disc, 0, 1048), None);
    let hard = plan.damage(&disc, 0, 1047).expect("hard");
    assert_eq!((hard.p, hard.p_slow, hard.extra, hard.turns), (0.0, 0.0, Duration::ZERO, 0));
    let soft = plan.damage(&disc, 0, 5015).expect("soft");
    assert_eq!((soft.p, soft.p_slow), (0.2, 0.6));
    assert!(!plan.is_empty());
    assert!(Defects::default().is_empty());
}

#[test]
fn a_block_fails_as_a_whole_except_on_a_cd() {
    let plan = defects("[[defect]]\nkind = \"hard\"\nlba = 1000\ncount = 48\n");
    let runs = |family| plan.unreadable(&Layout::single(family, 100_000), 0);
    assert_eq!(runs(Family::Cd), [(1000, 48)]);
    assert_eq!(runs(Family::Dvd), [(992, 64)]); // 62 × 16 to 66 × 16
    assert_eq!(runs(Family::Bd), [(992, 64)]); // 31 × 32 to 33 × 32
    let last = defects("[[defect]]\nkind = \"hard\"\nlba = 99\n");
    assert_eq!(last.unreadable(&Layout::single(Family::Bd, 100), 0), [(96, 4)]);
    assert_eq!(last.unreadable(&Layout::single(Family::Bd, 90), 0), []);
}

#[test]
fn the_first_damaged_block_of_a_range_is_found_within_the_range() {
    let plan = defects("[[defect]]\nkind = \"hard\"\nlba = 1000\n");
    let disc = Layout::single(Family::Dvd, 100_000);
    let first = |from, to| plan.first(&disc, 0, from, to).map(|(lba, _)| lba);
    assert_eq!(first(0, 2000), Some(992));
    assert_eq!(first(1005, 2000), Some(1005), "the rest of the block is as bad");
    assert_eq!(first(980, 993), Some(992));
    assert_eq!(first(980, 992), None);
    assert_eq!(first(1008, 2000), None);
}

/// The track as Archimedes has it: turn `t` is at `inner + pitch t`, after a length of
/// `2 π (inner t + pitch t² / 2)`.
fn ecc_blocks_under_a_scratch(disc: &Layout, ecc: f64) -> BTreeSet<u32> {
    let (inner, pitch) = (disc.inner_mm(), disc.pitch_mm());
    let sector_at =
        |turn: f64| 2.0 * PI * (inner * turn + pitch * turn * turn / 2.0) / disc.sector_mm();
    let mut blocks = BTreeSet::new();
    for turn in 0..((50.0 - inner) / pitch) as u32 {
        let middle = f64::from(turn) + 40.0 / 360.0;
        let radius = inner + pitch * middle;
        let half = 0.2 / (2.0 * PI * radius); // 0,4 mm wide
        let first = (sector_at(middle - half) / ecc) as u32;
        let last = (sector_at(middle + half) / ecc) as u32;
        let begin = |block: u32| disc.place((f64::from(block) * ecc) as u32).radius_mm;
        for block in first..=last {
            if (30.0..=50.0).contains(&begin(block)) {
                blocks.insert(block);
            }
        }
    }
    blocks
}

#[test]
fn a_scratch_hits_every_turn_that_it_crosses() {
    let text = "[[defect]]\nkind = \"scratch\"\nangle = 40.0\nwidth_mm = 0.4\n\
                from_mm = 30.0\nto_mm = 50.0\n";
    let plan = defects(text);
    for (family, sectors, ecc) in
        [(Family::Cd, 330_000, 1), (Family::Dvd, 2_200_000, 16), (Family::Bd, 9_000_000, 32)]
    {
        let disc = Layout::single(family, sectors);
        let expected = ecc_blocks_under_a_scratch(&disc, f64::from(ecc));
        let runs = plan.unreadable(&disc, 0);
        let hit: BTreeSet<u32> = runs.iter().flat_map(|r| r.0 / ecc..(r.0 + r.1) / ecc).collect();
        assert_eq!(hit.len(), runs.iter().map(|r| r.1 / ecc).sum::<u32>() as usize);
        // A block that begins or ends at the scratch's very edge may go either way.
        let differ = hit.symmetric_difference(&expected).count();
        assert!(differ <= 3, "{family:?}: {differ} of {} differ", expected.len());
        let turns = (20.0 / disc.pitch_mm()) as usize;
        assert!(hit.len() >= turns - 1, "{family:?}: {} blocks, {turns} turns", hit.len());
    }
}

#[test]
fn a_scratch_on_one_layer_leaves_the_other_whole() {
    let text = "[[defect]]\nkind = \"ring\"\nfrom_mm = 30\nto_mm = 31\n";
    let disc = Layout::layered(Family::Dvd, 3_000_000, 2, TrackPath::Opposite, None);
    let both = defects(text).unreadable(&disc, 0);
    assert_eq!(both.len(), 2);
    let lower = defects(&format!("{text}layer = 0\n")).unreadable(&disc, 0);
    assert_eq!(lower, both[..1]);
    let upper = defects(&format!("{text}layer = 1\n")).unreadable(&disc, 0);
    assert_eq!(upper, both[1..]);
    // Mirrored: as far from the end on layer 1 as from the begin on layer 0, but for the block.
    assert!(both[0].0.abs_diff(3_000_000 - both[1].0 - both[1].1) <= 16, "{both:?}");
}

#[test]
fn a_ring_is_one_run_between_its_radii() {
    let plan = defects("[[defect]]\nkind = \"ring\"\nfrom_mm = 40.0\nto_mm = 41.0\n");
    let disc = Layout::single(Family::Cd, 330_000);
    let runs = plan.unreadable(&disc, 0);
    // π (40² - 25²) / 1,6 µm / 16 mm sectors: 119 650; to 41 mm: 129 590.
    assert_eq!(runs.len(), 1);
    assert!(runs[0].0.abs_diff(119_650) <= 2 && runs[0].1.abs_diff(9_940) <= 3, "{runs:?}");
}

#[test]
fn a_blot_covers_its_circle_and_nothing_else() {
    let text = "[[defect]]\nkind = \"blot\"\nradius_mm = 40\nangle = 90\ndiameter_mm = 6\n";
    let plan = defects(text);
    let disc = Layout::single(Family::Cd, 330_000);
    let mut hit = 0.0;
    for lba in 0..330_000 {
        let place = disc.place(lba);
        let angle = 2.0 * PI * place.turns;
        // The centre at 90 degrees: x = 0, y = 40.
        let (x, y) = (place.radius_mm * angle.cos(), place.radius_mm * angle.sin());
        let distance = x.hypot(y - 40.0);
        let damaged = plan.damage(&disc, 0, lba).is_some();
        hit += f64::from(u8::from(damaged));
        // A sector is 16 mm long and counts from its begin.
        assert!(!damaged || distance < 3.0 + 16.0, "{lba}: {distance} mm off");
        assert!(damaged || distance > 3.0, "{lba}: {distance} mm within");
    }
    // Each of 6 / 0,0016 turns at least once, and once more where it straddles a border.
    assert!((3750.0..5200.0).contains(&hit), "{hit}");
}

#[test]
fn rot_grows_towards_the_rim_and_depends_on_the_seed() {
    let plan = defects("[[defect]]\nkind = \"rot\"\nfrom_mm = 50\n");
    let disc = Layout::single(Family::Dvd, 2_290_000);
    let share = |seed, from_mm: f64, to_mm: f64| {
        let blocks = (0..2_290_000 / 16).map(|block| block * 16);
        let there: Vec<u32> =
            blocks.filter(|&lba| (from_mm..to_mm).contains(&disc.place(lba).radius_mm)).collect();
        let bad = there.iter().filter(|&&lba| plan.damage(&disc, seed, lba).is_some()).count();
        bad as f64 / there.len() as f64
    };
    assert_eq!(share(0, 24.0, 50.0), 0.0);
    assert!((0.2..0.3).contains(&share(0, 51.5, 52.5)), "{}", share(0, 51.5, 52.5));
    assert!((0.9..1.0).contains(&share(0, 57.0, 57.9)), "{}", share(0, 57.0, 57.9));
    assert_ne!(plan.unreadable(&disc, 0), plan.unreadable(&disc, 1));
}

#[test]
fn defects_on_top_of_each_other_add_up() {
    let plan = defects(
        "[[defect]]\nkind = \"soft\"\nlba = 7\np = 0.5\n\
         [[defect]]\nkind = \"soft\"\nlba = 7\np = 0.4\np_slow = 0.8\n\
         [[defect]]\nkind = \"slow\"\nlba = 7\nms = 30\n\
         [[defect]]\nkind = \"recovered\"\nlba = 7\nturns = 3\n",
    );
    let damage = plan.damage(&Layout::single(Family::Cd, 10), 0, 7).expect("damaged");
    assert!((damage.p - 0.2).abs() < 1e-12 && (damage.p_slow - 0.4).abs() < 1e-12);
    assert_eq!((damage.extra, damage.turns), (Duration::from_millis(30), 3));
}

#[test]
fn a_plan_that_makes_no_sense_is_refused_with_its_line() {
    let cases = [
        ("[[defect]]\nkind = \"hard\"\nlba = -1\n", "d.toml:3: invalid value: integer `-1`"),
        ("[[defect]]\nkind = \"hard\"\n", "d.toml:1: a \"hard\" needs lba"),
        ("\n[[defect]]\nlba = 1\n", "d.toml:2: missing field `kind`"),
        ("[[defect]]\nkind = \"hole\"\n", "d.toml:2: unknown kind \"hole\", expected one of hard"),
        ("[[defect]]\nkind = \"hard\"\nlba = 1\np = 0.5\n", "d.toml:4: a \"hard\" has no p, only"),
        ("[[defect]]\nkind = \"soft\"\nlba = 1\n", "d.toml:1: a \"soft\" needs p"),
        ("[[defect]]\nkind = \"soft\"\nlba = 1\np = 1.5\n", "d.toml:4: p must be 0 to 1, not 1.5"),
        ("[[defect]]\nkind = \"soft\"\nlba = 1\np = nan\n", "d.toml:4: p must be 0 to 1, not NaN"),
        ("[[defect]]\nkind = \"hard\"\nlba = 1\ncount = 0\n", "d.toml:4: count must be 1 or more"),
        (
            "[[defect]]\nkind = \"hard\"\nlba = 4294967295\ncount = 2\n",
            "d.toml:4: lba + count is beyond every disc",
        ),
        (
            "[[defect]]\nkind = \"ring\"\nfrom_mm = 40\nto_mm = 30\n",
            "d.toml:4: to_mm (30) must be more than from_mm (40)",
        ),
        ("[[defect]]\nkind = \"rot\"\nfrom_mm = 58\n", "d.toml:3: from_mm must be 0 to 57.9"),
        ("[[defect]]\nkind = \"rot\"\nfrom_mm = 50\nlayer = 4\n", "d.toml:4: layer must be 0 to 3"),
        (
            "[[defect]]\nkind = \"recovered\"\nlba = 1\nturns = 0\n",
            "d.toml:4: turns must be 1 to 255",
        ),
        ("[[defect]]\nkind = \"hard\"\nlba = \"x\"\n", "d.toml:3: invalid type: string \"x\""),
        ("[[defect]]\nkind = \"hard\"\nsector = 1\n", "d.toml:3: unknown field `sector`"),
        ("[[defects]]\nkind = \"hard\"\n", "d.toml:1: unknown field `defects`"),
        ("[[defect]]\nkind = hard\n", "d.toml:2: "),
    ];
    for (text, expected) in cases {
        let said = refusal(text);
        assert!(said.starts_with(expected), "{text}\n{said}\n{expected}");
        assert!(!said.contains('\n'), "{said}");
    }
    let none = Defects::load("/nonexistent/plan.toml").expect_err("no such file");
    assert_eq!((none.line, none.file.as_str()), (0, "/nonexistent/plan.toml"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in ".{0,200}", kind in "[a-z]{1,9}", number: f64) {
        let _ = Defects::parse(&text, "x");
        let _ = Defects::parse(&format!("[[defect]]\nkind = \"{kind}\"\nlba = {number:?}"), "x");
        let _ = Defects::parse(&format!("[[defect]]\n{text}"), "x");
    }

    #[test]
    fn a_quick_no_is_never_wrong(
        angle in -360.0..360.0_f64,
        radius in 24.0..58.0_f64,
        size in 0.1..5.0_f64,
        from in 0..4_000_000_u32,
        count in 1..200_u32,
    ) {
        let plan = defects(&format!(
            "[[defect]]\nkind = \"blot\"\nangle = {angle:?}\nradius_mm = {radius:?}\n\
             diameter_mm = {size:?}\n"
        ));
        let disc = Layout::layered(Family::Dvd, 4_000_000, 2, TrackPath::Opposite, None);
        let first = (from..from + count).find(|&lba| plan.damage(&disc, 3, lba).is_some());
        assert_eq!(plan.first(&disc, 3, from, from + count).map(|(lba, _)| lba), first);
    }
}
