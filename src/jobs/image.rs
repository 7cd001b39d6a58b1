//! The file an image is in: whether it is one that can be read at all, how large it is, and whether
//! it is still the same. Knows nothing of what an image holds.

use std::fs::{File, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use crate::jobs::error::{Error, Kind};
use crate::transport::reason;
use crate::units::SECTOR;

/// An image, open for reading.
#[derive(Debug)]
pub struct ImageFile {
    /// The file.
    pub file: File,
    /// Its size.
    pub bytes: u64,
    /// What it was when it was opened.
    pub stamp: Stamp,
}

/// What changes of a file when somebody writes to it or puts another in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    device: u64,
    inode: u64,
    bytes: u64,
    modified: (i64, i64),
}

impl Stamp {
    fn of(metadata: &Metadata) -> Stamp {
        Stamp {
            device: metadata.dev(),
            inode: metadata.ino(),
            bytes: metadata.len(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
        }
    }

    /// What is at `path` now.
    ///
    /// # Errors
    /// Nothing that could be looked at.
    pub fn at(path: &Path) -> std::io::Result<Stamp> {
        std::fs::metadata(path).map(|metadata| Stamp::of(&metadata))
    }

    /// How `later` is another; `None` if it is not.
    pub fn difference(&self, later: &Stamp) -> Option<String> {
        if (self.device, self.inode) != (later.device, later.inode) {
            return Some("another file was put in its place".into());
        }
        if self.bytes != later.bytes {
            return Some(format!("it had {} bytes and has {} now", self.bytes, later.bytes));
        }
        (self.modified != later.modified).then(|| "it was written to".into())
    }
}

impl ImageFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// There is none, it is none that an image can be in, or it is empty.
    pub fn open(path: &Path) -> Result<ImageFile, Error> {
        let shown = path.display();
        let failed = |error: std::io::Error| unusable(path, &error);
        // A pipe or a device is not even opened: that alone may block, or move something.
        let found = std::fs::metadata(path).map_err(failed)?;
        if let Some((what, hint)) = no_file(&found) {
            return Err(Error::new(Kind::Failed, format!("{shown} is {what}")).hint(hint));
        }
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.len() == 0 {
            return Err(Error::new(Kind::Failed, format!("{shown} is empty"))
                .hint("a download or a copy that failed leaves such a file: make it again"));
        }
        if metadata.len() / SECTOR as u64 >= u64::from(u32::MAX) {
            let size = metadata.len();
            return Err(Error::new(
                Kind::Failed,
                format!("{shown} has {size} bytes: no disc is so large"),
            )
            .hint("the largest discs there are hold 128 GB"));
        }
        Ok(ImageFile { bytes: metadata.len(), stamp: Stamp::of(&metadata), file })
    }

    /// Its sectors, the last one perhaps in part.
    pub fn sectors(&self) -> u32 {
        u32::try_from(self.bytes.div_ceil(SECTOR as u64)).unwrap_or(u32::MAX)
    }
}

/// What it is, if it is no file, and what would do instead.
fn no_file(found: &Metadata) -> Option<(&'static str, &'static str)> {
    let kind = found.file_type();
    if kind.is_file() {
        None
    } else if kind.is_dir() {
        Some((
            "a folder, not an image",
            "make an image of it first, such as `xorriso -as mkisofs -J -R -o image.iso FOLDER`",
        ))
    } else if kind.is_fifo() || kind.is_socket() {
        Some(("a pipe, not a file", "`-` with --size takes an image from standard input"))
    } else {
        Some((
            "a device, not an image",
            "make an image of it first: `oxidisc rip image.iso` of a disc, `dd` of others",
        ))
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> Error {
    let message = format!("{}: {}", path.display(), reason(error));
    let error_of = Error::new(Kind::Failed, message);
    match error.kind() {
        ErrorKind::NotFound => error_of.hint("look for a slip in its name, and where it is"),
        ErrorKind::PermissionDenied => error_of.hint(format!(
            "this user may not read it: change its permissions (chmod u+r {}) or copy it",
            path.display()
        )),
        _ => error_of,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_no_image_is_refused_by_name() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        fs::write(at("empty.iso"), "").expect("written");
        fs::create_dir(at("folder")).expect("made");
        nix::unistd::mkfifo(&at("pipe"), nix::sys::stat::Mode::S_IRWXU).expect("made");
        let says = |path: &Path, text: &str| {
            let error = ImageFile::open(path).expect_err("refused");
            assert!(error.message.ends_with(text), "{error}");
            assert!(error.hint.is_some());
        };
        says(&at("empty.iso"), "is empty");
        says(&at("folder"), "is a folder, not an image");
        says(&at("pipe"), "is a pipe, not a file");
        says(&at("missing.iso"), "no such file or directory");
        says(Path::new("/dev/null"), "is a device, not an image");
    }

    #[test]
    fn a_file_that_is_written_to_or_replaced_is_another() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a.iso");
        fs::write(&path, "data").expect("written");
        let image = ImageFile::open(&path).expect("opened");
        assert_eq!((image.bytes, image.sectors()), (4, 1));
        let now = || Stamp::at(&path).expect("there");
        assert_eq!(image.stamp.difference(&now()), None);
        fs::write(&path, "datum!").expect("written");
        let said = image.stamp.difference(&now()).expect("another");
        assert_eq!(said, "it had 4 bytes and has 6 now");
        fs::write(folder.path().join("b.iso"), "data").expect("written");
        fs::rename(folder.path().join("b.iso"), &path).expect("replaced");
        let said = image.stamp.difference(&now()).expect("another");
        assert_eq!(said, "another file was put in its place");
    }
}
