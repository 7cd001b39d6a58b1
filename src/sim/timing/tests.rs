//! The mechanics, against times that are worked out here from radii and rates.

use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::*;
use crate::sim::geometry::TrackPath;
use crate::units::Family;

/// A 16x BD drive on SATA: 16 × 4495,5 kB/s at the rim.
fn bd16(sectors: u32) -> Settings {
    Settings {
        layout: Layout::single(Family::Bd, sectors),
        curve: Curve::Cav { outer_kbps: 71_928 },
        min_kbps: 8991,
        bus_kbps: 600_000,
        overhead: Duration::from_micros(30),
        spin_up: Duration::from_secs(4),
        seek_track: Duration::from_millis(10),
        seek_full: Duration::from_millis(180),
        layer_change: Duration::from_millis(100),
        buffer_kib: 4096,
        retry_turns: 1.0,
    }
}

/// A 4x DVD drive (5540 kB/s everywhere) on a bus without limits.
fn dvd4(layout: Layout) -> Settings {
    Settings { layout, curve: Curve::Clv { kbps: 5540 }, min_kbps: 2770, ..bd16(1) }
}

fn dvd() -> Settings {
    dvd4(Layout::single(Family::Dvd, 2_295_104))
}

fn drive(settings: Settings, defects: &str) -> Mechanics {
    let defects = Defects::parse(defects, "test").expect("a good plan");
    let mut drive = Mechanics::new(settings, defects, 7, 0.0);
    drive.spin_up();
    drive.advance(Duration::from_secs(4));
    drive
}

fn order(lba: u32, blocks: u32) -> ReadOrder {
    ReadOrder { lba, blocks, block_bytes: 2048, retries: 0, fua: false }
}

/// What a read takes, in milliseconds.
fn ms(drive: &mut Mechanics, order: ReadOrder) -> f64 {
    let before = drive.now();
    drive.read(order);
    (drive.now() - before).as_secs_f64() * 1000.0
}

fn near(value: f64, expected: f64, within: f64) {
    assert!((value - expected).abs() <= within, "{value}, expected {expected} ± {within}");
}

/// Reads `from..to` in commands of 32 blocks; seconds.
fn read_through(drive: &mut Mechanics, from: u32, to: u32) -> f64 {
    let before = drive.now();
    for lba in (from..to).step_by(32) {
        drive.arrive();
        let blocks = 32.min(to - lba);
        assert_eq!(drive.read(order(lba, blocks)).good, blocks);
        drive.depart();
    }
    (drive.now() - before).as_secs_f64()
}

#[test]
fn the_first_read_waits_for_the_disc_to_spin_up() {
    let mut drive = Mechanics::new(dvd(), Defects::default(), 0, 0.0);
    assert_eq!(drive.ready_at(), None);
    drive.arrive();
    assert_eq!(drive.now(), Duration::from_micros(30));
    assert_eq!(drive.read(order(0, 16)).good, 16);
    assert_eq!(drive.ready_at(), Some(Duration::from_micros(4_000_030)));
    // An ECC block of 32 768 bytes at 5540 kB/s.
    near(drive.now().as_secs_f64(), 4.000_030 + 0.005_915 + 0.000_055, 1e-5);
    drive.spin_down();
    assert_eq!(drive.ready_at(), None);
    assert!(ms(&mut drive, order(0, 16)) > 4000.0, "the buffer is lost");
}

#[test]
fn a_drive_of_constant_velocity_takes_what_its_rate_says() {
    let seconds = read_through(&mut drive(dvd(), ""), 0, 2_295_104);
    near(seconds, 2_295_104.0 * 2048.0 / 5_540_000.0, 0.05); // 848,4 s
}

#[test]
fn a_drive_of_constant_turns_averages_0_707_of_its_best() {
    let dvd16 = Settings { curve: Curve::Cav { outer_kbps: 22_160 }, ..dvd() };
    let seconds = read_through(&mut drive(dvd16, ""), 0, 2_295_104);
    let mean = 2_295_104.0 * 2048.0 / seconds / 1000.0 / 22_160.0;
    near(mean, 0.707, 0.002);
    let seconds = read_through(&mut drive(bd16(12_219_392), ""), 0, 12_219_392);
    near(seconds, 25_025_314_816.0 / (0.707 * 71_928_000.0), 2.0); // 492 s
}

#[test]
fn rates_follow_the_curve_the_limit_and_the_bus() {
    let rates = |curve: Curve, cap: Option<u32>| {
        let mut drive = drive(Settings { curve, ..bd16(12_219_392) }, "");
        drive.set_read_rate(cap);
        // 24 mm, 44,4 mm (half of the area), 58 mm
        [drive.rate_at(0), drive.rate_at(6_109_696), drive.rate_at(12_219_392)]
    };
    assert_eq!(rates(Curve::Clv { kbps: 8991 }, None), [8991, 8991, 8991]);
    assert_eq!(rates(Curve::Cav { outer_kbps: 58_000 }, None), [24_000, 44_384, 57_999]);
    assert_eq!(rates(Curve::Cav { outer_kbps: 58_000 }, Some(29_000)), [12_000, 22_192, 28_999]);
    // Never below the lowest: 8991 at the rim.
    assert_eq!(rates(Curve::Cav { outer_kbps: 58_000 }, Some(1))[2], 8990);
    let pcav = Curve::Pcav { inner_kbps: 24_000, kbps: 40_000 };
    assert_eq!(rates(pcav.clone(), None), [24_000, 40_000, 40_000]);
    assert_eq!(rates(pcav, Some(20_000)), [20_000, 20_000, 20_000]);
    let zones = Curve::Zclv { zones: vec![(24.0, 18_000), (30.0, 27_000), (50.0, 36_000)] };
    assert_eq!(rates(zones, None), [18_000, 27_000, 36_000]);

    let slow_bus = Settings { bus_kbps: 30_000, ..bd16(12_219_392) };
    let mut drive = drive(slow_bus, "");
    assert_eq!((drive.rate_at(0), drive.rate_at(12_000_000)), (29_763, 30_000));
    drive.read(order(11_999_968, 32));
    let seconds = read_through(&mut drive, 12_000_000, 12_100_000);
    // 30 µs of each block's 2,2 ms are the command's own.
    near(100_000.0 * 2048.0 / seconds / 1e6, 29.6, 0.1);
}

#[test]
fn a_seek_costs_settling_way_and_turn() {
    // To the rim: 180 ms, at most a turn (2 π 58 mm / 5,157 mm = 70,7 sectors: 26,1 ms), the block.
    let mut drive = drive(dvd(), "");
    let time = ms(&mut drive, order(2_295_088, 16));
    assert!((185.9..186.1 + 26.2).contains(&time), "{time}");
    // A quarter of the way, 34 mm / 4, costs half of the acceleration: 10 + 170 / 2 = 95 ms.
    let lba = (0..2_295_104).step_by(16).find(|&lba| drive.layout().place(lba).radius_mm >= 49.5);
    let time = ms(&mut drive, order(lba.expect("on the disc"), 16));
    assert!((100.8..101.1 + 22.4).contains(&time), "{time}");
    // The next turn but two: settling and turn only.
    let time = ms(&mut drive, order(lba.expect("on the disc") - 160, 16));
    assert!((15.9..16.0 + 22.4).contains(&time), "{time}");
}

#[test]
fn a_short_skip_is_waited_for() {
    let mut drive = drive(dvd(), "");
    drive.read(order(0, 16));
    // Sectors 16 to 31 pass by and 32 to 47 are read.
    near(ms(&mut drive, order(32, 16)), 2.0 * 5.915, 0.1);
}

#[test]
fn the_buffer_serves_what_it_holds_and_not_after_a_seek_or_with_fua() {
    let mut drive = drive(dvd(), "");
    drive.read(order(1000, 64));
    let bus = 64.0 * 2048.0 / 600_000.0;
    near(ms(&mut drive, order(1000, 64)), bus, 1e-3);
    let again = ms(&mut drive, ReadOrder { fua: true, ..order(1000, 64) });
    assert!(again > 64.0 * 2048.0 / 5540.0, "{again}: from the disc");
    near(ms(&mut drive, order(1000, 64)), bus, 1e-3);
    drive.read(order(2_000_000, 16));
    assert!(ms(&mut drive, order(1000, 64)) > 100.0);
    drive.drop_buffer();
    assert!(ms(&mut drive, order(1000, 64)) > 23.0);
}

#[test]
fn a_patient_host_finds_the_next_sectors_read_ahead() {
    let mut drive = drive(dvd(), "");
    drive.read(order(0, 16));
    drive.advance(Duration::from_secs(2));
    // Three quarters of 2048 sectors are there …
    near(ms(&mut drive, order(16, 1520)), 1520.0 * 2048.0 / 600_000.0, 0.01);
    // … and the drive waits on its turn for room, then reads on: at most a turn of 29,2 to 29,7
    // sectors (11 ms) is lost.
    let time = ms(&mut drive, order(1536, 160));
    assert!(time < 160.0 * 2048.0 / 5540.0 + 11.0, "{time}");
}

#[test]
fn a_hard_defect_costs_its_retries_and_fails_from_its_block_on() {
    let hard = "[[defect]]\nkind = \"hard\"\nlba = 40\n";
    let turn = 29.24 * 2048.0 / 5540.0; // at 24 mm: 10,8 ms
    for retries in [0, 10, 192] {
        let mut drive = drive(dvd(), hard);
        let before = drive.now();
        let result = drive.read(ReadOrder { retries, ..order(0, 64) });
        assert_eq!(result, ReadResult { good: 32, failed_at: Some(32), recovered: None });
        let time = (drive.now() - before).as_secs_f64() * 1000.0;
        // Blocks 0, 1 and the damaged 2, then the retries.
        near(time, 3.0 * 5.915 + f64::from(retries) * turn, 0.2 + f64::from(retries) * 0.01);
        let result = drive.read(order(44, 8));
        assert_eq!((result.good, result.failed_at), (0, Some(44)));
        assert_eq!(drive.read(order(48, 16)).good, 16);
        assert_eq!(drive.read(order(0, 32)).good, 32);
    }
}

#[test]
fn a_cd_fails_by_the_sector() {
    let cd = Settings { layout: Layout::single(Family::Cd, 300_000), ..dvd() };
    let mut drive = drive(cd, "[[defect]]\nkind = \"hard\"\nlba = 40\n");
    assert_eq!(drive.read(order(0, 64)).failed_at, Some(40));
    assert_eq!(drive.read(order(41, 32)).good, 32);
}

#[test]
fn a_soft_defect_gives_way_to_fresh_attempts_only() {
    let mut drive =
        drive(dvd(), "[[defect]]\nkind = \"soft\"\nlba = 1600\ncount = 16000\np = 0.2\n");
    let blocks = || (0..1000_u32).map(|block| 1600 + block * 16);
    let good = blocks().filter(|&lba| drive.read(order(lba, 16)).good == 16).count();
    assert!((160..240).contains(&good), "{good} of 1000 at the first attempt");
    // What was read is read again, from the buffer or not, with the luck of another attempt.
    let more = blocks().filter(|&lba| drive.read(order(lba, 16)).good == 16).count();
    assert!((160..240).contains(&more), "{more} of 1000 at the second");
    let all = blocks()
        .filter(|&lba| drive.read(ReadOrder { retries: 60, ..order(lba, 16) }).good == 16)
        .count();
    assert_eq!(all, 1000, "1000 blocks at 61 attempts each: a chance of 0,001 that one fails");
}

#[test]
fn a_block_read_from_the_buffer_takes_no_attempt() {
    let mut drive = drive(dvd(), "[[defect]]\nkind = \"soft\"\nlba = 64\ncount = 16\np = 0.5\n");
    while drive.read(order(64, 16)).good == 0 {}
    for _ in 0..20 {
        assert_eq!(drive.read(order(64, 16)).good, 16);
    }
    let fua = |drive: &mut Mechanics| drive.read(ReadOrder { fua: true, ..order(64, 16) }).good;
    assert!((0..20).any(|_| fua(&mut drive) == 0));
}

#[test]
fn the_lowest_speed_has_its_own_chance_and_one_between_lies_between() {
    let soft = "[[defect]]\nkind = \"soft\"\nlba = 0\ncount = 64000\np = 0.1\np_slow = 0.9\n";
    let good = |rate| {
        let mut drive = drive(dvd(), soft);
        drive.set_read_rate(rate);
        (0..4000).filter(|block| drive.read(order(block * 16, 16)).good == 16).count()
    };
    assert!((320..480).contains(&good(None)), "{}", good(None));
    assert!((1880..2120).contains(&good(Some(4155))), "{}", good(Some(4155)));
    assert!((3520..3680).contains(&good(Some(2770))), "{}", good(Some(2770)));
    assert_eq!(good(Some(1)), good(Some(2770)));
}

#[test]
fn recovered_and_slow_blocks_are_read_and_take_their_time() {
    let mut drive = drive(
        dvd(),
        "[[defect]]\nkind = \"recovered\"\nlba = 20\nturns = 2\n\
         [[defect]]\nkind = \"slow\"\nlba = 40\nms = 250\n",
    );
    let result = drive.read(order(0, 32));
    assert_eq!(result, ReadResult { good: 32, failed_at: None, recovered: Some(16) });
    let before = drive.now();
    let result = drive.read(order(32, 16));
    assert_eq!(result, ReadResult { good: 16, failed_at: None, recovered: None });
    assert!((drive.now() - before) > Duration::from_millis(250));
}

#[test]
fn read_ahead_stops_before_damage_and_makes_no_attempt() {
    let soft = "[[defect]]\nkind = \"soft\"\nlba = 160\np = 0.5\n";
    let outcomes = |pause: u64| {
        let mut drive = drive(dvd(), soft);
        (0..40)
            .map(|_| {
                drive.read(order(0, 16));
                drive.advance(Duration::from_millis(pause));
                drive.read(ReadOrder { fua: true, ..order(160, 16) }).good
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(outcomes(0), outcomes(3000));
}

#[test]
fn a_layer_change_costs_a_jump_and_parallel_layers_the_way_back_too() {
    let cross = |path, layout_break| {
        let layout = Layout::layered(Family::Dvd, 4_000_000, 2, path, layout_break);
        let mut drive = drive(dvd4(layout), "");
        let start = drive.layout().layer_starts().nth(1).expect("two layers");
        drive.read(order(start - 64, 32));
        drive.read(order(start - 32, 32));
        let time = ms(&mut drive, order(start, 32));
        // Two blocks of 16 take 11,8 ms.
        time - 11.83
    };
    // 10 ms settling, 100 ms focus, at most a turn at 57 mm (23 ms).
    let opposite = cross(TrackPath::Opposite, None);
    assert!((110.0..134.0).contains(&opposite), "{opposite}");
    let parallel = cross(TrackPath::Parallel, None);
    assert!((270.0..300.0).contains(&parallel), "{parallel}");
    let middle = cross(TrackPath::Opposite, Some(2_032_000));
    assert!((110.0..134.0).contains(&middle), "{middle}");
}

#[test]
fn a_read_across_layers_is_whole() {
    let layout = Layout::layered(Family::Bd, 24_438_784, 2, TrackPath::Opposite, None);
    let settings = Settings { layout, ..bd16(1) };
    let mut drive = drive(settings, "");
    assert_eq!(drive.read(order(12_219_392 - 48, 96)).good, 96);
}

#[test]
fn addresses_past_the_end_are_left_out() {
    let mut drive = drive(bd16(1000), "");
    assert_eq!(drive.read(order(990, 20)).good, 10);
    let now = drive.now();
    assert_eq!(drive.read(order(1000, 1)), ReadResult::default());
    assert_eq!(drive.read(order(u32::MAX, u32::MAX)), ReadResult::default());
    assert_eq!(drive.read(order(5, 0)), ReadResult::default());
    assert_eq!(drive.now(), now);
}

/// A wall clock that the test moves.
#[derive(Clone, Default)]
struct Wall(Arc<Mutex<Duration>>);

impl Wall {
    fn pass(&self, time: Duration) {
        *self.0.lock().expect("one thread") += time;
    }
}

impl WallClock for Wall {
    fn elapsed(&self) -> Duration {
        *self.0.lock().expect("one thread")
    }

    fn sleep(&mut self, time: Duration) {
        self.pass(time);
    }
}

/// Reads at a pace, busy for `gap` after each 64 KiB; wall seconds, and those that the disc alone
/// would take for these sectors at `pace`.
fn paced(pace: f64, from: u32, commands: u32, gap: Duration) -> (f64, f64) {
    let wall = Wall::default();
    let settings = bd16(12_219_392);
    let clock = Box::new(wall.clone());
    let mut drive = Mechanics::with_clock(settings, Defects::default(), 0, pace, clock);
    drive.arrive();
    drive.read(order(from, 32));
    drive.depart();
    let begun = wall.elapsed();
    let mut disc = 0.0;
    for lba in (from + 32..).step_by(32).take(commands as usize) {
        drive.arrive();
        assert_eq!(drive.read(order(lba, 32)).good, 32);
        drive.depart();
        wall.pass(gap);
        let radius_mm = drive.layout().place(lba).radius_mm;
        disc += 65_536.0 / (71_928_000.0 * radius_mm / 58.0) / pace;
    }
    ((wall.elapsed() - begun).as_secs_f64(), disc)
}

#[test]
fn a_paced_drive_reads_on_while_the_host_is_busy() {
    let gap = Duration::from_millis(1);
    // From the hub to 44 mm a block takes longer (1,2 ms) than the host's gap, bus and command.
    for from in [0, 3_000_000, 5_900_000] {
        let (wall, disc) = paced(1.0, from, 2000, gap);
        assert!(disc / wall >= 0.99, "from {from}: {} of the disc's rate", disc / wall);
        assert!(disc / wall < 1.001, "from {from}: faster than the disc");
    }
    // The whole disc, with a host that keeps up with the rim: 0,91 ms a block.
    let (wall, disc) = paced(1.0, 0, 381_000, Duration::from_micros(700));
    assert!(disc / wall >= 0.99, "{} of the disc's rate", disc / wall);
    // At the rim a host that needs 1 ms is the slower one: 1 ms gap, 0,11 ms bus, 0,03 ms command.
    let (wall, _) = paced(1.0, 12_000_000, 2000, gap);
    near(wall / 2000.0, 0.001_14, 0.000_02);
}

#[test]
fn a_host_that_waits_waits_its_time_and_a_command_s_time_counts_from_its_arrival() {
    let wall = Wall::default();
    let mut drive =
        Mechanics::with_clock(dvd(), Defects::default(), 0, 2.0, Box::new(wall.clone()));
    wall.pass(Duration::from_secs(10));
    drive.wait(Duration::from_secs(6));
    assert_eq!(wall.elapsed(), Duration::from_secs(13));
    assert_eq!(drive.now(), Duration::from_secs(26));
    wall.pass(Duration::from_secs(10));
    assert_eq!(drive.arrive(), Duration::from_secs(46));
}

#[test]
fn a_faster_pace_divides_the_time_outside() {
    let (wall, disc) = paced(20.0, 0, 2000, Duration::ZERO);
    assert!((0.99..1.001).contains(&(disc / wall)), "{}", disc / wall);
}

#[test]
fn without_a_pace_the_wall_clock_does_not_matter() {
    let wall = Wall::default();
    let mut drive =
        Mechanics::with_clock(dvd(), Defects::default(), 0, 0.0, Box::new(wall.clone()));
    drive.arrive();
    wall.pass(Duration::from_secs(100));
    drive.read(order(0, 16));
    drive.depart();
    assert_eq!(wall.elapsed(), Duration::from_secs(100));
    assert!(drive.now() < Duration::from_secs(5));
}

#[test]
fn absurd_paces_and_waits_are_survived() {
    for pace in [f64::NAN, f64::INFINITY, -1.0, 1e300] {
        let wall = Wall::default();
        let mut drive =
            Mechanics::with_clock(dvd(), Defects::default(), 0, pace, Box::new(wall.clone()));
        drive.advance(Duration::MAX);
        wall.pass(Duration::from_secs(1000));
        drive.arrive();
        assert_eq!(drive.read(order(0, 16)).good, 16);
        drive.depart();
    }
}

#[derive(Clone, Debug)]
enum Step {
    Read(ReadOrder),
    Wait(u64),
    Rate(Option<u32>),
    Stop,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let read = (0..60_000_u32, 0..200_u32, 0..4_u8, any::<bool>()).prop_map(
        |(lba, blocks, retries, fua)| {
            Step::Read(ReadOrder { lba, blocks, block_bytes: 2048, retries, fua })
        },
    );
    let step = prop_oneof![
        12 => read,
        2 => (0..2000_u64).prop_map(Step::Wait),
        1 => proptest::option::of(0..60_000_u32).prop_map(Step::Rate),
        1 => Just(Step::Stop),
    ];
    proptest::collection::vec(step, 1..60)
}

const DAMAGED: &str = "[[defect]]\nkind = \"hard\"\nlba = 5000\ncount = 700\n\
    [[defect]]\nkind = \"soft\"\nlba = 20000\ncount = 9000\np = 0.3\np_slow = 0.7\n\
    [[defect]]\nkind = \"scratch\"\nangle = 200\nwidth_mm = 1\nfrom_mm = 24\nto_mm = 30\np = 0.5\n\
    [[defect]]\nkind = \"slow\"\nlba = 40000\ncount = 5000\nms = 3\n";

fn damaged(family: usize, layers: u8, seed: u64) -> Mechanics {
    let family = [Family::Cd, Family::Dvd, Family::Bd][family];
    let layout = Layout::layered(family, 50_000, layers, TrackPath::Opposite, None);
    let defects = Defects::parse(DAMAGED, "test").expect("a good plan");
    Mechanics::new(Settings { layout, ..bd16(1) }, defects, seed, 0.0)
}

fn run(drive: &mut Mechanics, step: &Step) -> Option<ReadResult> {
    match step {
        Step::Read(order) => {
            drive.arrive();
            return Some(drive.read(*order));
        }
        Step::Wait(ms) => drive.advance(Duration::from_millis(*ms)),
        Step::Rate(rate) => drive.set_read_rate(*rate),
        Step::Stop => drive.spin_down(),
    }
    None
}

proptest! {
    #[test]
    fn same_seed_same_commands_same_results_and_times(
        steps in steps(), family in 0..3_usize, layers in 1..4_u8, seed: u64,
    ) {
        let (mut one, mut other) =
            (damaged(family, layers, seed), damaged(family, layers, seed));
        for step in &steps {
            prop_assert_eq!(run(&mut one, step), run(&mut other, step));
            prop_assert_eq!(one.now(), other.now());
        }
    }

    #[test]
    fn no_read_is_good_over_a_hard_defect_and_time_only_moves_on(
        steps in steps(), family in 0..3_usize, layers in 1..4_u8, seed: u64,
    ) {
        let mut drive = damaged(family, layers, seed);
        for step in &steps {
            let before = drive.now();
            let result = run(&mut drive, step);
            prop_assert!(drive.now() >= before);
            let (Some(result), Step::Read(order)) = (result, step) else { continue };
            let end = order.lba.saturating_add(order.blocks).min(50_000);
            let read = order.lba..order.lba + result.good;
            prop_assert!(read.end <= 5000 || read.start >= 5700 || read.is_empty());
            match result.failed_at {
                Some(lba) => prop_assert_eq!(lba, read.end),
                None => prop_assert!(read.end == end || order.lba >= end),
            }
            if let Some(lba) = result.recovered {
                prop_assert!(read.contains(&lba));
            }
            // Never faster than the bus.
            let bus = f64::from(result.good) * 2048.0 / 600e6;
            prop_assert!((drive.now() - before).as_secs_f64() >= bus);
        }
    }

    #[test]
    fn what_can_be_read_does_not_depend_on_pauses(
        steps in steps(), pauses in proptest::collection::vec(0..3000_u64, 60), seed: u64,
    ) {
        let (mut quick, mut slow) = (damaged(2, 2, seed), damaged(2, 2, seed));
        let reads = steps.iter().filter_map(|step| match step {
            Step::Read(order) => Some(ReadOrder { fua: true, ..*order }),
            _ => None,
        });
        for (order, pause) in reads.zip(pauses) {
            slow.advance(Duration::from_millis(pause));
            prop_assert_eq!(quick.read(order), slow.read(order));
        }
    }
}

#[test]
fn a_drive_without_a_pace_gets_ready_while_somebody_waits_for_it() {
    let new = |pace: f64| {
        let wall = Box::new(Wall::default());
        Mechanics::with_clock(dvd(), Defects::default(), 0, pace, wall)
    };
    let mut drive = new(0.0);
    drive.idle(Duration::from_millis(500));
    assert_eq!(drive.now(), Duration::from_secs(30));
    drive.idle(Duration::MAX);
    drive.arrive();
    // A paced one looks at the wall clock itself.
    let mut drive = new(1.0);
    drive.idle(Duration::from_millis(500));
    assert_eq!(drive.now(), Duration::ZERO);
}
