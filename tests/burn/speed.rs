//! The speed that is told of a burn is that of the writing.

use oxidisc::jobs::burn::{Options, Status};
use oxidisc::units::Speed;

use super::bench::{Bench, burn, image, options};

#[test]
fn the_average_speed_of_a_small_image_is_without_lead_in_and_calibration() {
    // It was 0.1x: the lead-in of a DVD-R took a minute, and eight megabytes half a second.
    for medium in ["dvd-r", "dvd+r", "dvd-rw", "bd-r", "cd-r", "cd-rw"] {
        let bench = Bench::blank(medium);
        let mut options = Options { verify: false, ..options(bench.image(&image(6000, 60))) };
        options.choices.speed = Some(Speed::Max);
        let (_, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
        assert_eq!(report.status, Status::Written, "{medium}");
        let granted = f64::from(report.granted.expect("told").kbps);
        let average = report.kbps_average.expect("told");
        // A drive that turns at one speed writes at 0.41 of it at the hub.
        let share = average / granted;
        assert!((0.3..1.1).contains(&share), "{medium}: {average} of {granted} kB/s");
    }
}

#[test]
fn no_speed_is_told_of_an_image_that_fits_into_the_buffer() {
    let bench = Bench::blank("dvd-r");
    let options = options(bench.image(&image(300, 61)));
    let (_, report, _) = burn(&mut bench.drive(""), &options).expect("prepared");
    assert_eq!((report.status, report.kbps_average), (Status::Verified, None));
}
