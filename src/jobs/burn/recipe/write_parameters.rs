//! Mode page 05h for each way of writing (MMC-6 7.2.4; libburn). DVD+R, DVD+RW, DVD-RAM and BD have
//! none: MMC-6 says that it shall not be sent.

use super::Job;
use crate::jobs::burn::plan::Step;
use crate::mmc::mode_page::ModePage;

/// How a CD, DVD-R or DVD-RW is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Track at once, a CD.
    TrackAtOnce,
    /// Session at once, a CD.
    SessionAtOnce,
    /// Disc at once, a DVD.
    DiscAtOnce,
    /// Incremental, a DVD.
    Incremental,
}

/// Packets of an incremental DVD: one ECC block.
const PACKET: u32 = 16;
/// What LG sends as AUDIO PAUSE LENGTH is illegal (real-drives); two seconds it has to be.
const PAUSE: u16 = 150;
/// Bytes of the page as MMC-6 has it, the two of code and length not counted.
const LENGTH: u8 = 0x32;

/// The step that sets the page: as the drive has it, edited (growisofs), or, where it does not
/// tell, made from zeros (libburn).
pub(super) fn step(job: &Job<'_>, mode: Mode) -> Step {
    let whole = |page: &&ModePage| page.is_whole() && (*page).clone().write_parameters().is_some();
    let mut page = job.disc.write_parameters.as_ref().filter(whole).cloned().unwrap_or_else(|| {
        let mut bytes = vec![0; 2 + usize::from(LENGTH)];
        bytes[..2].copy_from_slice(&[ModePage::WRITE_PARAMETERS, LENGTH]);
        ModePage::new(&bytes)
    });
    edit(job, mode, &mut page);
    Step::WriteParameters(page)
}

fn edit(job: &Job<'_>, mode: Mode, page: &mut ModePage) {
    let Some(mut write) = page.write_parameters() else { return };
    let cd = matches!(mode, Mode::TrackAtOnce | Mode::SessionAtOnce);
    write.set_write_type(match mode {
        Mode::Incremental => 0,
        Mode::TrackAtOnce => 1,
        Mode::SessionAtOnce | Mode::DiscAtOnce => 2,
    });
    write.set_test_write(job.choices.simulate);
    write.set_underrun_protection(job.disc.can.underrun_protection);
    let incremental = mode == Mode::Incremental;
    write.set_link_size(incremental.then_some(job.disc.can.link_size));
    write.set_packet_size(incremental.then_some(PACKET));
    // A disc at once is closed with its one session.
    write.set_multi_session(job.choices.appendable && mode != Mode::DiscAtOnce);
    write.set_track_mode(if cd { 4 } else { 5 });
    write.set_data_block_type(8);
    // What another program may have left there: it would get onto this disc.
    write.set_copy(false);
    write.set_application_code(0);
    write.set_catalog(None);
    write.set_isrc(None);
    write.set_session_format(0x00);
    write.set_audio_pause(PAUSE);
}
