//! What kinds of drive write how fast. What no report says of one drive is as drives of its size
//! and age have it.

use crate::sim::write_speeds::WriteSpeeds;

/// 48x to 4x of a CD (real-drives: PLEXTOR PX-W4824A).
const CD_R_48X: &[u32] = &[8467, 7056, 5645, 4234, 2822, 1411, 706];
/// 24x to 4x of a CD-RW, as the discs have it (real-drives: atip-reports, ultra and high speed).
const CD_RW_24X: &[u32] = &[4234, 2822, 1764, 706];
/// GUESS: 24x to 10x in a slim drive.
const CD_R_24X: &[u32] = &[4234, 2822, 1764];
/// 10x and 4x (xorriso's list of the speeds of a CD-RW).
const CD_RW_10X: &[u32] = &[1764, 706];
/// 16x to 4x (real-drives: PIONEER DVR-111D: DVD-R).
const DVD_16X: &[u32] = &[22_160, 16_620, 11_080, 8310, 5540];
/// 8x to 3x (real-drives: TSSTcorp TS-L632H, ACER AXD001: DVD+R).
const DVD_8X: &[u32] = &[11_080, 8310, 5540, 4155];
/// 8x to 2.4x of two layers. GUESS: 8x; real-drives: Optiarc AD-7590S: 6x and less.
const DVD_DL_8X: &[u32] = &[11_080, 8310, 5540, 3324];
/// 6x to 2.4x of two layers (real-drives: Optiarc AD-7590S).
const DVD_DL_6X: &[u32] = &[8310, 5540, 3324];
/// 4x and 2.4x (real-drives: HL-DT-ST BT20N: DVD+R DL; GP60N: DVD+RW).
const DVD_4X: &[u32] = &[5540, 3324];
/// GUESS: 8x to 2.4x of a DVD+RW; real-drives: HL-DT-ST GP60N: 4x and 2.4x on a slower disc.
const DVD_PLUS_RW_8X: &[u32] = &[11_080, 8310, 5540, 3324];
/// GUESS: 6x to 2x of a DVD-RW; real-drives: HL-DT-ST GSA-4083N: 2x on a slower disc.
const DVD_RW_6X: &[u32] = &[8310, 5540, 2770];
/// 3x and 2x (real-drives: TSSTcorp SH-S182M). GUESS: 5x above them.
const DVD_RAM_5X: &[u32] = &[6925, 4155, 2770];
/// 12x to 4x (real-drives: HL-DT-ST WH16NS40: BD-R of one layer).
const BD_R_12X: &[u32] = &[53_952, 44_960, 35_968, 26_976, 17_984];
/// GUESS: 8x to 2x of several layers.
const BD_R_DL_8X: &[u32] = &[35_968, 26_976, 17_984, 8992];
/// GUESS: 6x to 2x in a slim drive.
const BD_R_6X: &[u32] = &[26_976, 17_984, 8992];
/// BD-RE is written at 2x (Blu-ray Disc Association, white paper on BD-RE).
const BD_RE_2X: &[u32] = &[8992];

/// A half-height drive that writes CDs.
pub(in crate::sim) const CD: WriteSpeeds = WriteSpeeds {
    cd_r: CD_R_48X,
    cd_rw: CD_RW_24X,
    dvd_r: &[],
    dvd_rw: &[],
    dvd_r_dl: &[],
    dvd_plus_r: &[],
    dvd_plus_rw: &[],
    dvd_plus_r_dl: &[],
    dvd_ram: &[],
    bd_r: &[],
    bd_r_dl: &[],
    bd_re: &[],
};

/// A half-height drive that writes DVDs.
pub(in crate::sim) const DVD: WriteSpeeds = WriteSpeeds {
    dvd_r: DVD_16X,
    dvd_rw: DVD_RW_6X,
    dvd_r_dl: DVD_DL_8X,
    dvd_plus_r: DVD_16X,
    dvd_plus_rw: DVD_PLUS_RW_8X,
    dvd_plus_r_dl: DVD_DL_8X,
    dvd_ram: DVD_RAM_5X,
    ..CD
};

/// A half-height drive that writes BDs.
pub(in crate::sim) const BD: WriteSpeeds =
    WriteSpeeds { bd_r: BD_R_12X, bd_r_dl: BD_R_DL_8X, bd_re: BD_RE_2X, ..DVD };

/// A slim drive that writes DVDs.
pub(super) const SLIM_DVD: WriteSpeeds = WriteSpeeds {
    cd_r: CD_R_24X,
    cd_rw: CD_RW_10X,
    dvd_r: DVD_8X,
    dvd_r_dl: DVD_DL_6X,
    dvd_plus_r: DVD_8X,
    dvd_plus_r_dl: DVD_DL_6X,
    ..DVD
};

/// A slim drive that writes BDs.
pub(super) const SLIM_BD: WriteSpeeds = WriteSpeeds {
    dvd_plus_r_dl: DVD_4X,
    dvd_plus_rw: DVD_4X,
    bd_r: BD_R_6X,
    bd_r_dl: BD_R_6X,
    bd_re: BD_RE_2X,
    ..SLIM_DVD
};
