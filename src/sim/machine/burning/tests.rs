//! The buffer and the laser as a host sees them.

use std::path::Path;
use std::time::Duration;

use crate::sim::testing::Bench;
use crate::transport::Transport;

const FLUSH: [u8; 10] = [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const FLUSH_AND_GO: [u8; 10] = [0x35, 2, 0, 0, 0, 0, 0, 0, 0, 0];
const LONG_WRITE: Option<(u8, u8, u8)> = Some((2, 0x04, 0x08));
const CHUNK: u32 = 32;

fn write(bench: &mut Bench, lba: u32) -> Option<(u8, u8, u8)> {
    let [a, b, c, d] = lba.to_be_bytes();
    let cdb = [0x2a, 0, a, b, c, d, 0, 0, CHUNK as u8, 0];
    let fill = (lba / CHUNK) as u8;
    bench.send(&cdb, &vec![fill; CHUNK as usize * 2048])
}

/// Writes as a patient host does: what there was no room for comes again.
fn burn(bench: &mut Bench, from: u32, to: u32) {
    for lba in (from..to).step_by(CHUNK as usize) {
        let mut tries = 0;
        while let Some(sense) = write(bench, lba) {
            assert_eq!(Some(sense), LONG_WRITE);
            bench.drive.wait(Duration::from_millis(20));
            tries += 1;
            assert!(tries < 10_000, "the buffer never empties");
        }
    }
}

fn nwa(bench: &mut Bench) -> u32 {
    let track = bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0], 36);
    u32::from_be_bytes([track[12], track[13], track[14], track[15]])
}

/// Bytes of the buffer, and those that are free.
fn buffer(bench: &mut Bench) -> (u32, u32) {
    let data = bench.get(&[0x5c, 0, 0, 0, 0, 0, 0, 0, 12, 0], 12);
    let word = |at: usize| u32::from_be_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]]);
    (word(4), word(8))
}

fn done(bench: &mut Bench, cdb: &[u8]) {
    assert_eq!(bench.ask(cdb, 0).sense, None, "{cdb:02x?}");
}

fn with_faults(spec: &str, plan: &str) -> Bench {
    let file = tempfile::NamedTempFile::new().expect("temporary file");
    std::fs::write(file.path(), plan).expect("written");
    Bench::of(&format!("{spec}&faults={}", file.path().display()))
}

#[test]
fn a_full_buffer_takes_no_more_until_the_laser_has_made_room() {
    let mut bench = Bench::of("sim:blank?medium=dvd+r");
    let (size, free) = buffer(&mut bench);
    assert_eq!((size, free), (4_161_536, 4_161_536));
    let mut lba = 0;
    while write(&mut bench, lba).is_none() {
        lba += CHUNK;
    }
    // 63 of 65536 bytes are as many as fit.
    assert_eq!((lba, nwa(&mut bench)), (63 * CHUNK, 63 * CHUNK));
    assert_eq!(write(&mut bench, lba), LONG_WRITE);
    assert!(buffer(&mut bench).1 < 65_536);
    // Power and lead-in take their time; nothing else is refused meanwhile.
    done(&mut bench, &[0; 6]);
    bench.drive.wait(Duration::from_secs(5));
    assert_eq!(write(&mut bench, lba), LONG_WRITE);
    bench.drive.wait(Duration::from_secs(20));
    assert_eq!(write(&mut bench, lba), None);
    assert!(bench.drive.write_stats().long_writes >= 3);
}

#[test]
fn a_burn_takes_as_long_as_its_rate_says() {
    let mut bench = Bench::of("sim:blank?medium=dvd+r&persona=ts-l632h");
    let begun = bench.drive.now();
    // 64 MiB at 11080 kB/s: 6.06 s after the preparations.
    burn(&mut bench, 0, 32_768);
    done(&mut bench, &FLUSH);
    let took = (bench.drive.now() - begun).as_secs_f64();
    assert!((18.0..19.0).contains(&took), "{took}");
    let stats = bench.drive.write_stats();
    assert_eq!((stats.underruns, stats.bytes_burnt), (0, 32_768 * 2048));
    assert_eq!((stats.writes, stats.bytes_taken), (1024, stats.bytes_burnt));
    assert!(stats.longest_gap < Duration::from_millis(25), "{:?}", stats.longest_gap);
    let data = bench.get(&[0x28, 0, 0, 0, 1, 0, 0, 0, 1, 0], 2048);
    assert_eq!(data, [8; 2048]);
}

#[test]
fn a_slow_host_lets_the_buffer_run_dry_and_the_drive_goes_on_later() {
    let mut bench = Bench::of("sim:blank?medium=bd-r");
    burn(&mut bench, 0, 4096);
    assert_eq!(bench.drive.write_stats().underruns, 0);
    bench.drive.wait(Duration::from_secs(40));
    burn(&mut bench, 4096, 8192);
    done(&mut bench, &FLUSH);
    let stats = bench.drive.write_stats();
    assert_eq!(stats.underruns, 1);
    assert!(stats.longest_gap >= Duration::from_secs(40), "{:?}", stats.longest_gap);
    assert_eq!((nwa(&mut bench), stats.bytes_burnt), (8192, 8192 * 2048));
}

#[test]
fn without_protection_a_dry_buffer_ruins_the_track() {
    let mut bench = Bench::of("sim:blank?medium=dvd-r");
    // Incremental: BUFE 0; LS_V, FP, packets and links of 16.
    let mut page = vec![0; 60];
    page[8..14].copy_from_slice(&[0x05, 0x32, 0x20, 0xe5, 0x08, 0x10]);
    page[8 + 13] = 16;
    assert_eq!(bench.send(&[0x55, 0x10, 0, 0, 0, 0, 0, 0, 60, 0], &page), None);
    burn(&mut bench, 0, 4096);
    bench.drive.wait(Duration::from_secs(60));
    assert_eq!(write(&mut bench, 4096), Some((3, 0x0c, 0x09)));
    // Told once; from then on the track is damaged and has no NWA.
    assert_eq!(write(&mut bench, 4096), Some((5, 0x21, 0x02)));
    let track = bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0], 36);
    assert_eq!((track[5] & 0x20, track[7] & 0x01), (0x20, 0));
    done(&mut bench, &[0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
    done(&mut bench, &[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_flush_that_is_not_waited_for_tells_how_far_it_is() {
    let mut bench = Bench::of("sim:blank?medium=bd-r");
    burn(&mut bench, 0, 1024);
    done(&mut bench, &FLUSH_AND_GO);
    assert_eq!(bench.no(&[0; 6]), (2, 0x04, 0x08));
    assert_eq!(write(&mut bench, 1024), LONG_WRITE);
    bench.settle();
    assert_eq!((nwa(&mut bench), buffer(&mut bench).1), (1024, 4_161_536));
}

#[test]
fn a_flush_fills_up_the_last_block_and_reading_does_the_same() {
    let mut bench = Bench::of("sim:blank?medium=bd-r");
    assert_eq!(bench.send(&[0x2a, 0, 0, 0, 0, 0, 0, 0, 5, 0], &[9; 5 * 2048]), None);
    assert_eq!(nwa(&mut bench), 5);
    let data = bench.get(&[0x28, 0, 0, 0, 0, 4, 0, 0, 2, 0], 4096);
    assert_eq!((data[0], data[2048]), (9, 0));
    assert_eq!(nwa(&mut bench), 32);
}

#[test]
fn what_is_in_the_buffer_is_lost_with_the_power_and_what_was_flushed_is_not() {
    let plan = "[[fault]]\nkind = \"power_loss\"\nat_lba = 256\n";
    let mut bench = with_faults("sim:blank?medium=dvd+r", plan);
    burn(&mut bench, 0, 128);
    done(&mut bench, &FLUSH);
    burn(&mut bench, 128, 256);
    assert_eq!(nwa(&mut bench), 256);
    let [a, b, c, d] = 256u32.to_be_bytes();
    let lost = bench
        .run(&[0x2a, 0, a, b, c, d, 0, 0, 32, 0], crate::transport::Data::Out(&[0; 32 * 2048]));
    assert_eq!(lost.expect("taken").host, 7);
    bench.settle();
    assert_eq!(nwa(&mut bench), 128);
    burn(&mut bench, 128, 512);
    done(&mut bench, &FLUSH);
    assert_eq!(bench.get(&[0x28, 0, 0, 0, 0, 160, 0, 0, 1, 0], 2048), [5; 2048]);
}

fn lost(bench: &mut Bench, lba: u32) -> u16 {
    let [a, b, c, d] = lba.to_be_bytes();
    let cdb = [0x2a, 0, a, b, c, d, 0, 0, CHUNK as u8, 0];
    let data = vec![1; CHUNK as usize * 2048];
    bench.run(&cdb, crate::transport::Data::Out(&data)).expect("taken").host
}

#[test]
fn a_lost_answer_leaves_it_to_the_next_writable_address_whether_the_write_was_done() {
    let plan = |done: &str| {
        format!("[[fault]]\nkind = \"host_error\"\nopcode = 0x2a\nat_command = 2\n{done}")
    };
    for (done, next) in [("", 32), ("done = true\n", 64)] {
        let mut bench = with_faults("sim:blank?medium=dvd+r", &plan(done));
        burn(&mut bench, 0, 32);
        assert_eq!((lost(&mut bench, 32), nwa(&mut bench)), (7, next));
        burn(&mut bench, next, 128);
    }
}

#[test]
fn what_the_laser_could_not_write_is_told_later_and_the_track_is_damaged() {
    let plan = "[[fault]]\nkind = \"write_error\"\nat_lba = 2000\n";
    let mut bench = with_faults("sim:blank?medium=bd-r", plan);
    let mut lba = 0;
    let sense = loop {
        match write(&mut bench, lba) {
            None => lba += CHUNK,
            LONG_WRITE => bench.drive.wait(Duration::from_millis(20)),
            sense => break sense,
        }
    };
    // real-drives: the address that failed is lower than that of the command.
    assert_eq!(sense, Some((3, 0x0c, 0x00)));
    assert!(lba > 3000, "{lba}");
    assert_eq!(write(&mut bench, lba), Some((5, 0x21, 0x02)));
    let track = bench.get(&[0x52, 1, 0, 0, 0, 1, 0, 0, 36, 0], 36);
    assert_eq!((track[5] & 0x20, track[7]), (0x20, 0x02));
    // Last recorded: the end of the error-correction block before that of 2000.
    assert_eq!(track[28..32], 1983u32.to_be_bytes());
    assert_eq!(bench.get(&[0x28, 0, 0, 0, 7, 0xbf, 0, 0, 1, 0], 2048), [61; 2048]);
    done(&mut bench, &[0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0]);
    done(&mut bench, &[0x5b, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn a_refused_calibration_leaves_the_disc_as_it_is() {
    let mut bench = with_faults("sim:blank?medium=dvd+r", "[[fault]]\nkind = \"calibration\"\n");
    assert_eq!(write(&mut bench, 0), Some((3, 0x73, 0x03)));
    assert_eq!(nwa(&mut bench), 0);
    burn(&mut bench, 0, 64);
    let mut bench =
        with_faults("sim:blank?medium=dvd+r", "[[fault]]\nkind = \"deferred\"\nopcode = 0x5b\n");
    burn(&mut bench, 0, 64);
    let close = [0x5b, 0, 1, 0, 0, 1, 0, 0, 0, 0];
    let answer = bench.run(&close, crate::transport::Data::None).expect("taken");
    assert_eq!((answer.sense[0], answer.sense[2], answer.sense[12]), (0x71, 3, 0x0c));
    done(&mut bench, &close);
}

/// What a kill leaves: the file as it is now.
fn copy_of(path: &Path) -> tempfile::TempPath {
    let copy = tempfile::Builder::new().suffix(".disc").tempfile().expect("temporary file");
    std::fs::copy(path, copy.path()).expect("copied");
    copy.into_temp_path()
}

#[test]
fn a_disc_whose_program_was_killed_has_what_was_burnt_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.disc");
    crate::sim::create(&path, "bd-r", None, Some(65_536)).expect("made");
    let spec = format!("sim:{}", path.display());
    let mut bench = Bench::of(&spec);
    burn(&mut bench, 0, 8192);
    let taken = nwa(&mut bench);
    let killed = copy_of(&path);
    let mut after = Bench::of(&format!("sim:{}", killed.display()));
    let kept = nwa(&mut after);
    assert_eq!(taken, 8192);
    // All but the buffer and what came since the state was kept.
    assert!((4096..8192).contains(&kept) && kept.is_multiple_of(32), "{kept}");
    for lba in [0, kept - 1] {
        let [a, b, c, d] = lba.to_be_bytes();
        let data = after.get(&[0x28, 0, a, b, c, d, 0, 0, 1, 0], 2048);
        assert_eq!(data, [(lba / CHUNK) as u8; 2048]);
    }
    // A drive that is only left alone goes on by itself.
    drop(bench);
    assert_eq!(nwa(&mut Bench::of(&spec)), 8192);
}

#[test]
fn an_early_question_about_the_buffer_costs_one_drive_what_is_in_it() {
    let data = |spec: &str| {
        let mut bench = Bench::of(spec);
        burn(&mut bench, 0, 64);
        buffer(&mut bench);
        done(&mut bench, &FLUSH);
        bench.get(&[0x28, 0, 0, 0, 0, 32, 0, 0, 1, 0], 2048)[0]
    };
    assert_eq!(data("sim:blank?medium=dvd+r&persona=dvr-216d"), 0);
    assert_eq!(data("sim:blank?medium=dvd+r&persona=dvr-111d"), 1);
}

#[test]
fn the_tray_stays_in_until_all_is_written() {
    let mut bench = Bench::of("sim:blank?medium=bd-r");
    burn(&mut bench, 0, 64);
    let begun = bench.drive.now();
    done(&mut bench, &[0x1b, 0, 0, 0, 2, 0]);
    assert!(bench.drive.now() - begun > Duration::from_secs(2));
    done(&mut bench, &[0x1b, 0, 0, 0, 3, 0]);
    bench.settle();
    assert_eq!(nwa(&mut bench), 64);
}

#[test]
fn a_second_layer_begins_with_a_pause() {
    let mut bench = Bench::of("sim:blank?medium=dvd+r-dl&capacity=65536");
    burn(&mut bench, 0, 32_768 - 4096);
    done(&mut bench, &FLUSH);
    let time = |bench: &mut Bench, from: u32| {
        let begun = bench.drive.now();
        burn(bench, from, from + 4096);
        done(bench, &FLUSH);
        bench.drive.now() - begun
    };
    let (before, across) = (time(&mut bench, 28_672), time(&mut bench, 32_768));
    assert!(across > before + Duration::from_secs(2), "{before:?} {across:?}");
}
