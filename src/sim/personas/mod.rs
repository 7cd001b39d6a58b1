//! The drives that can be simulated, one file each, every value with the report that it is from.

mod ad_7590s;
mod bu40n;
mod burnmax48;
mod bw_16d1ht;
mod cdd4851;
mod drw_24f1st;
mod dvr_111d;
mod dvr_216d;
mod gsa_4167b;
mod nd_3540a;
mod px_w4824a;
mod se_506cb;
mod ts_l632h;
mod wh16ns40;
pub(super) mod writing;

use super::persona::{FullBuffer, Persona, RunOut, Ways};
use super::refusal::SenseStyle;
use super::write_speeds::WriteSpeeds;

/// All of them, the default first.
pub static ALL: &[&Persona] = &[
    &wh16ns40::PERSONA,
    &bw_16d1ht::PERSONA,
    &bu40n::PERSONA,
    &se_506cb::PERSONA,
    &dvr_111d::PERSONA,
    &dvr_216d::PERSONA,
    &ad_7590s::PERSONA,
    &gsa_4167b::PERSONA,
    &ts_l632h::PERSONA,
    &nd_3540a::PERSONA,
    &drw_24f1st::PERSONA,
    &px_w4824a::PERSONA,
    &cdd4851::PERSONA,
    &burnmax48::PERSONA,
];

/// Sense as most drives fill it: 0Ah bytes follow, the failing LBA is told
/// (real-drives: kernel-log-sense-lines, sense-pairs-from-logs).
pub(super) const SENSE: SenseStyle = SenseStyle {
    additional_length: 0x0a,
    information: true,
    opcode_in_command_specific: false,
    field_pointer: true,
};

/// Sense as HL-DT-ST fills it (real-drives: GSA-U10N, CA10N).
const SENSE_LG: SenseStyle = SenseStyle { opcode_in_command_specific: true, ..SENSE };

/// What no report says of a drive is taken from what the standard says or most drives do.
pub(super) const WAYS: Ways = Ways {
    closed_bd_r_is_rom: false,
    closed_dvd_r_is_rom: false,
    closed_cd_r_is_rom: false,
    removable_disk_too: false,
    // rippers.md 3.7 of the survey: most give 3/11.
    runout: RunOut::Uncorrectable,
    // GUESS: the drive streams from its buffer and stops at the block that fails.
    moves_good_part: true,
    ignores_sector_type: false,
    zero_atip: false,
    // Linux sends READ TOC with 40h in the control byte (drivers/scsi/sr_vendor.c).
    toc_control_byte: true,
    toc_shows_dvd_tracks: false,
    toc_plus: (0x14, 0x14),
    lists_calibrations: false,
    wrong_media_type_is_silent: false,
    performance_end_is_capacity: false,
    write_descriptors_end_is_capacity: false,
    cd_speeds_end: None,
    refuses_per: false,
    // real-drives: hp GH40L page 01h: 19 retries (13h).
    read_retries: 0x13,
    refuses_adip: false,
    // dvd+rw-format asks for it. GUESS: of most drives rightly.
    certifies_quickly: true,
    blank_nwa_in_pre_gap: false,
    writes_sessions_at_once: true,
    // libburn's cookbook: NEC ND-4570A, LG GSA-4082B, Optiarc BD-5300S, LG GGC-H20L refuse it;
    // their NWA is the same whatever mode is set (cdrskin -msinfo, wodim: "startsec (0)").
    appends_sessions_at_once: false,
    page_speeds_stay: false,
    // libburn, growisofs: 2/04/08, LONG WRITE IN PROGRESS.
    full_buffer: FullBuffer::LongWrite,
    loses_buffer_asked_early: false,
};

/// 48x down to 4x, as CD speeds in kB/s are offered (real-drives: PLEXTOR PX-W4824A).
pub(super) const CD_48X: &[u32] = &[8467, 7056, 5645, 4234, 2822, 1411, 706];
/// 40x (real-drives: PLEXTOR PX-W4824A reads at 7056).
const CD_40X: &[u32] = &[7056, 5645, 4234, 2822, 1411, 706];
/// 24x.
const CD_24X: &[u32] = &[4234, 2822, 1764, 1411, 706];
/// 16x of 1385 kB/s (real-drives: PIONEER DVR-111D).
pub(super) const DVD_16X: &[u32] = &[22_160, 16_620, 11_080, 8310, 5540, 2770];
/// 12x.
pub(super) const DVD_12X: &[u32] = &[16_620, 11_080, 8310, 5540, 2770];
/// 8x (real-drives: HL-DT-ST BT20N, GP60N).
const DVD_8X: &[u32] = &[11_080, 8310, 5540, 2770];
