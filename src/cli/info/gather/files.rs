//! The file systems' part of the document, and what should be known of them.

use oxidisc::formats::{FileSystems, iso9660, udf};
use oxidisc::mmc::cmd::read_disc_information::DiscStatus;

use crate::cli::human;
use crate::cli::info::Disc;
use crate::cli::info::document::{Boot, Volume};

/// What each file system says of itself.
pub fn volumes(files: &FileSystems) -> Vec<Volume> {
    let iso = files.iso9660.as_ref().map(iso9660);
    let udf = files.udf.as_ref().map(udf);
    iso.into_iter().chain(udf).collect()
}

fn known(text: &str) -> Option<String> {
    Some(text.trim()).filter(|text| !text.is_empty()).map(String::from)
}

fn iso9660(volume: &iso9660::Volume) -> Volume {
    Volume {
        kind: "iso9660",
        version: None,
        joliet: volume.joliet_id.is_some(),
        volume_id: volume.volume_id.clone(),
        sectors: Some(volume.sectors),
        block_size: u32::from(volume.block_size),
        created: volume.created.clone(),
        publisher: known(&volume.publisher),
        preparer: known(&volume.preparer),
        application: known(&volume.application),
        system: known(&volume.system_id),
        files: None,
        folders: None,
        closed: None,
    }
}

fn udf(volume: &udf::Volume) -> Volume {
    Volume {
        kind: "udf",
        version: volume.revision.map(|revision| revision.to_string()),
        joliet: false,
        volume_id: volume.volume_id.clone(),
        sectors: volume.sectors,
        block_size: volume.block_size,
        created: volume.created.clone(),
        publisher: None,
        preparer: None,
        application: None,
        system: None,
        files: volume.file_count,
        folders: volume.directory_count,
        closed: volume.closed,
    }
}

/// What a machine can start.
pub fn boot(disc: &Disc) -> Vec<Boot> {
    let boot = |entry: &iso9660::BootEntry| Boot {
        platform: entry.platform,
        platform_name: entry.platform_name(),
        bootable: entry.bootable,
        emulation: entry.emulation,
        lba: entry.lba,
        load_sectors: entry.sectors,
    };
    disc.boot.iter().map(boot).collect()
}

/// What one should know of the disc and what is on it.
pub fn remarks(disc: &Disc) -> Vec<String> {
    let mut remarks = Vec::new();
    let sizes = disc.medium.sizes();
    let largest = sizes.iter().map(|(_, size)| size.0).max();
    let open = disc.medium.status() == Some(DiscStatus::Appendable);
    if let (Some(claimed), Some(largest), false) = (disc.files.sectors(), largest, open)
        && claimed > largest
    {
        let missing = human::count(u64::from(claimed - largest), "sector");
        remarks.push(format!(
            "the file system claims {claimed} sectors, and the disc has {largest}: {missing} are \
             not on it"
        ));
    }
    let closed = disc.medium.status() == Some(DiscStatus::Complete);
    let for_good = closed && disc.medium.disc.as_ref().is_some_and(|disc| !disc.erasable);
    if disc.medium.write_speeds_are_of_cds() && !for_good {
        remarks.push("the drive tells write speeds of CDs, whatever is in it".into());
    }
    if disc.files.iso9660.as_ref().is_some_and(|volume| volume.ripguard) {
        remarks
            .push("the disc bears RipGuard's mark: some sectors are unreadable on purpose".into());
    }
    remarks.extend(disc.files.remarks.iter().map(|remark| match remark.lba {
        // What could not be read says where.
        Some(lba) if !remark.what.contains(&format!(" at {lba}:")) => {
            format!("{} (at sector {lba})", remark.what)
        }
        _ => remark.what.clone(),
    }));
    remarks
}
