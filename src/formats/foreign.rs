//! What a file is that holds no file system of discs: packed, of another program's format, a text.
//! Told by its bytes alone; names of files lie. Knows no file.

/// What a file turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// With its article: `a gzip file`.
    pub what: &'static str,
    /// What makes an image of it, with `FILE` for its name; empty where nothing does.
    pub way: &'static str,
    /// Whether it can be meant to be on a disc as it is: an encrypted volume, another file system.
    pub may_be_meant: bool,
}

/// Bytes of the beginning that are looked at; fewer do where there are fewer.
pub const HEAD: usize = 128 << 10;
/// And of the end.
pub const TAIL: usize = 512;

/// Bytes at a place, what they mean, and what to do about it.
struct Mark(usize, &'static [u8], &'static str, &'static str);

/// What is packed, or in the format of another program. From the formats' own descriptions, where
/// there are any, and from the magic of file(1) else.
const PACKED: &[Mark] = &[
    Mark(0, b"\x1f\x8b", "a gzip file", "unpack it first: `gunzip FILE`"),
    Mark(0, b"BZh", "a bzip2 file", "unpack it first: `bunzip2 FILE`"),
    Mark(0, b"\xfd7zXZ\0", "an xz file", "unpack it first: `unxz FILE`"),
    Mark(0, b"\x28\xb5\x2f\xfd", "a zstd file", "unpack it first: `unzstd FILE`"),
    Mark(0, b"\x04\x22\x4d\x18", "an lz4 file", "unpack it first: `unlz4 FILE`"),
    Mark(0, b"LZIP", "an lzip file", "unpack it first: `lzip -d FILE`"),
    Mark(0, b"PK\x03\x04", "a zip file", "unpack it first: `unzip FILE`"),
    Mark(0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip file", "unpack it first: `7z x FILE`"),
    Mark(0, b"Rar!\x1a\x07", "a rar file", "unpack it first: `unrar x FILE`"),
    Mark(0, b"IsZ!", "a packed image (ISZ)", "unpack it first, with the program that made it"),
    Mark(0, b"CISO", "a packed image (CSO)", "unpack it first: `ciso 0 FILE image.iso`"),
    Mark(0, b"DAA\0", "a packed image (DAA)", "unpack it first, with the program that made it"),
    Mark(0, b"MComprHD", "a packed image (CHD)", "unpack it first: `chdman extractcd -i FILE`"),
    Mark(0, b"MEDIA DESCRIPTOR", "a description of an image (MDS)", "name its .mdf file instead"),
    Mark(0, b"QFI\xfb", "a virtual disk (qcow2)", "`qemu-img convert -O raw FILE image.img`"),
    Mark(0, b"KDMV", "a virtual disk (VMDK)", "`qemu-img convert -O raw FILE image.img`"),
    Mark(0, b"conectix", "a virtual disk (VHD)", "`qemu-img convert -O raw FILE image.img`"),
    Mark(0, b"\x7fELF", "a program", ""),
    Mark(0, b"MZ", "a program for Windows", ""),
    Mark(0, b"%PDF-", "a PDF document", ""),
    Mark(0, b"d8:announce", "a torrent", "download what it describes, with a program for torrents"),
    Mark(0, b"d10:created by", "a torrent", "download what it describes, with a program for it"),
];

/// What may well be meant: volumes and archives that people put on discs bare.
const BARE: &[Mark] = &[
    Mark(0, b"LUKS\xba\xbe", "an encrypted volume (LUKS)", ""),
    Mark(0, b"hsqs", "a squashfs file system", ""),
    Mark(0, b"XFSB", "an XFS file system", ""),
    Mark(0x438, b"\x53\xef", "an ext2, ext3 or ext4 file system", ""),
    Mark(0x10040, b"_BHRfS_M", "a btrfs file system", ""),
    Mark(54, b"FAT1", "a FAT file system", ""),
    Mark(82, b"FAT32", "a FAT file system", ""),
    Mark(3, b"NTFS    ", "an NTFS file system", ""),
    Mark(257, b"ustar", "a tar archive", ""),
];

/// The beginning of each sector of a CD as it is recorded (ECMA-130 14.1).
const SYNC: [u8; 12] = [0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 0];

/// Says what a file is by its first bytes, up to [`HEAD`] of them, and its last [`TAIL`]. `None`:
/// nothing that is known.
pub fn identify(head: &[u8], tail: &[u8]) -> Option<Foreign> {
    let marked = |mark: &&Mark| head.get(mark.0..).is_some_and(|rest| rest.starts_with(mark.1));
    let found = |what, way, may_be_meant| Some(Foreign { what, way, may_be_meant });
    if head.starts_with(&SYNC) {
        return found(
            "a raw image of a CD, in sectors of 2352 bytes",
            "`bchunk FILE image.cue image` makes an ISO image of its data; cdrdao burns all of it",
            false,
        );
    }
    if let Some(mark) = PACKED.iter().find(marked) {
        return found(mark.2, mark.3, false);
    }
    // Nero: the last 12 or 8 bytes begin with the name of the format's version.
    let ends = |from: usize, text: &[u8]| {
        tail.len().checked_sub(from).is_some_and(|at| tail[at..].starts_with(text))
    };
    if ends(12, b"NER5") || ends(8, b"NERO") {
        return found("an image of Nero (NRG)", "`nrg2iso FILE image.iso` makes an image", false);
    }
    if ends(512, b"koly") {
        return found("a disk image of macOS", "`dmg2img FILE image.img` unpacks it", false);
    }
    if let Some(text) = text(head) {
        return Some(text);
    }
    if let Some(mark) = BARE.iter().find(marked) {
        return found(mark.2, mark.3, true);
    }
    if partitioned(head) {
        return found(
            "an image of a disk with partitions, for a USB stick or a hard disk",
            "`dd if=FILE of=/dev/sdX` writes it to a stick; a disc has no partitions",
            false,
        );
    }
    None
}

/// A partition table (MBR) with at least one entry that makes sense.
fn partitioned(head: &[u8]) -> bool {
    let entries = head.get(446..510).unwrap_or_default();
    let used = entries.chunks(16).filter(|entry| entry[4] != 0);
    let sane = |entry: &[u8]| matches!(entry[0], 0 | 0x80);
    head.get(510..512) == Some(&[0x55, 0xaa][..])
        && used.clone().count() > 0
        && entries.chunks(16).all(sane)
}

fn text(head: &[u8]) -> Option<Foreign> {
    /// What is looked at.
    const LOOK: usize = 4096;
    let part = &head[..head.len().min(LOOK)];
    let text = match std::str::from_utf8(part) {
        Ok(text) => text,
        // A letter cut in two at the end.
        Err(error) if error.valid_up_to() + 4 > LOOK => {
            std::str::from_utf8(&part[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return None,
    };
    let printable = |c: char| !c.is_control() || matches!(c, '\n' | '\r' | '\t' | '\x0c');
    if text.is_empty() || !text.chars().all(printable) {
        return None;
    }
    let found = |what, way| Some(Foreign { what, way, may_be_meant: false });
    let lower = text.to_ascii_lowercase();
    let line = |start: &str| lower.lines().any(|line| line.trim_start().starts_with(start));
    if lower.contains("<html") || lower.contains("<!doctype html") {
        return found(
            "a web page",
            "the address led to a page about the image and not to the image: download it again",
        );
    }
    if line("track ") && line("file ") {
        return found(
            "a cue sheet, which only names an image",
            "`bchunk image.bin FILE image` makes an ISO image of its data; cdrdao burns all of it",
        );
    }
    if line("[clonecd]") {
        return found("a description of an image (CCD)", "`ccd2iso image.img image.iso`");
    }
    if ["cd_da", "cd_rom", "cd_rom_xa"].iter().any(|kind| lower.lines().any(|l| l.trim() == *kind))
    {
        return found("a table of contents of cdrdao", "cdrdao burns it: `cdrdao write FILE`");
    }
    if crate::formats::checksums::parse(text).is_ok() {
        return found("a list of checksums", "name the image; `oxidisc verify` takes the list");
    }
    found("a text", "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn what(head: &[u8], tail: &[u8]) -> Option<&'static str> {
        identify(head, tail).map(|found| found.what)
    }

    /// A file of zeros with these bytes at this place.
    fn with(at: usize, bytes: &[u8]) -> Vec<u8> {
        let mut head = vec![0; HEAD];
        head[at..at + bytes.len()].copy_from_slice(bytes);
        head
    }

    #[test]
    fn each_mark_is_known_and_says_what_to_do() {
        for mark in PACKED.iter().chain(BARE) {
            let found = identify(&with(mark.0, mark.1), &[0; TAIL]).expect(mark.2);
            assert_eq!(found.what, mark.2);
            assert_eq!(found.may_be_meant, BARE.iter().any(|bare| bare.2 == mark.2));
        }
        assert_eq!(what(&vec![0; HEAD], &[0; TAIL]), None);
        assert_eq!(what(&[], &[]), None);
    }

    #[test]
    fn raw_sectors_and_formats_known_by_their_end_are_told() {
        assert_eq!(what(&SYNC, &[]), Some("a raw image of a CD, in sectors of 2352 bytes"));
        let nrg = Some("an image of Nero (NRG)");
        assert_eq!(what(&[0; 64], &with(0, b"")[..0]), None);
        assert_eq!(what(&[0; 64], b"....NER5\0\0\0\0\0\0\x12\x34"), nrg);
        assert_eq!(what(&[0; 64], b"NERO\0\0\x12\x34"), nrg);
        let mut tail = [0; TAIL];
        tail[..4].copy_from_slice(b"koly");
        assert_eq!(what(&[0; 64], &tail), Some("a disk image of macOS"));
    }

    #[test]
    fn texts_are_told_apart() {
        for (text, found) in [
            ("<!DOCTYPE html>\n<html>", "a web page"),
            ("\u{feff}<html lang=en>", "a web page"),
            (
                "FILE \"a.bin\" BINARY\r\n  TRACK 01 MODE1/2352\r\n",
                "a cue sheet, which only names an image",
            ),
            ("[CloneCD]\nVersion=3\n", "a description of an image (CCD)"),
            ("CD_ROM_XA\n\nTRACK MODE1\n", "a table of contents of cdrdao"),
            (
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.iso\n",
                "a list of checksums",
            ),
            ("404 Not Found\n", "a text"),
        ] {
            assert_eq!(what(text.as_bytes(), text.as_bytes()), Some(found), "{text}");
        }
        // A letter in two bytes, cut by what is looked at.
        let long = format!("{}ä", "x".repeat(4095));
        assert_eq!(what(long.as_bytes(), &[]), Some("a text"));
    }

    #[test]
    fn a_stick_is_no_disc() {
        let mut head = with(446, &[0x80, 1, 1, 0, 0x0c, 0, 0, 0, 0, 8, 0, 0, 0, 0, 1, 0]);
        assert_eq!(what(&head, &[]), None);
        head[510..512].copy_from_slice(&[0x55, 0xaa]);
        let found = identify(&head, &[]).expect("known");
        assert!(found.what.starts_with("an image of a disk with partitions"));
        // Boot code without partitions.
        assert_eq!(what(&with(510, &[0x55, 0xaa]), &[]), None);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_taken(
            head in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..5000),
            tail in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..512),
        ) {
            let _ = identify(&head, &tail);
        }
    }
}
