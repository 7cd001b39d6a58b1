//! A file of checksums as something to verify a disc against: which of its sums is meant.

use std::io::Read;
use std::path::Path;

use super::Against;
use crate::formats::checksums::{self, Sum};
use crate::jobs::error::{Error, Kind};
use crate::jobs::image::ImageFile;
use crate::transport::reason;
use crate::units::SECTOR;

/// The longest list; what is longer is an image with a strange name.
const BYTES_MAX: u64 = 16 << 20;
/// Hex digits of a SHA-256.
const DIGITS: usize = 64;

/// Whether a file is by its name, or by what it begins with, one of SHA-256 sums, and no image.
pub fn is_list(path: &Path) -> bool {
    is_called_so(path) || begins_so(path).unwrap_or(false)
}

/// Whether it begins as `sha256sum` writes it, and has a size that no image has.
fn begins_so(path: &Path) -> std::io::Result<bool> {
    let found = std::fs::metadata(path)?;
    if !found.is_file() || found.len().is_multiple_of(SECTOR as u64) {
        return Ok(false);
    }
    let mut head = [0; DIGITS + 1];
    std::fs::File::open(path)?.read_exact(&mut head)?;
    let (digits, behind) = head.split_at(DIGITS);
    Ok(digits.iter().all(u8::is_ascii_hexdigit) && behind[0].is_ascii_whitespace())
}

fn is_called_so(path: &Path) -> bool {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return false };
    let name = name.to_ascii_lowercase();
    [".sha256", ".sha256sum", ".sha256sums", ".sha256.txt", ".sha256.asc"]
        .iter()
        .any(|end| name.ends_with(end))
        || ["sha256sums", "sha256sum", "sha256sums.txt", "checksum"].contains(&name.as_str())
        || name.ends_with("-checksum")
}

/// The sum in the list at `path` of the image `name`; where none is named, of the one the list
/// is called after, or of the only one. `bytes`: the image's size, where it is known.
///
/// # Errors
/// There is no such sum, or several come into question.
pub fn load(path: &Path, name: Option<&str>, bytes: Option<u64>) -> Result<Against, Error> {
    let shown = path.display();
    let image = ImageFile::open(path)?;
    let wrong = |what: String| {
        Error::new(Kind::Failed, format!("{shown}: {what}"))
            .hint("what `sha256sum image.iso` prints is such a file")
    };
    if image.bytes > BYTES_MAX {
        return Err(wrong(format!("{} bytes are no list of checksums", image.bytes)));
    }
    let text = std::fs::read(path)
        .map_err(|error| Error::new(Kind::Failed, format!("{shown}: {}", reason(&error))))?;
    let text = String::from_utf8(text).map_err(|_| wrong("it is no text".into()))?;
    let sums = checksums::parse(&text).map_err(|error| wrong(error.to_string()))?;
    let sum = choose(sums, path, name)?;
    Ok(Against::Sum { sha256: sum.sha256, bytes: bytes.or(sum.bytes) })
}

fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn choose(sums: Vec<Sum>, path: &Path, name: Option<&str>) -> Result<Sum, Error> {
    let shown = path.display();
    let is = |sum: &Sum, wanted: &str| sum.name.as_deref().map(base) == Some(base(wanted));
    let names = || {
        let names: Vec<&str> = sums.iter().filter_map(|sum| sum.name.as_deref()).collect();
        let more = names.len().saturating_sub(8);
        let list = names[..names.len() - more].join(", ");
        if more > 0 { format!("{list} and {more} more") } else { list }
    };
    if let Some(name) = name {
        let found = sums.iter().find(|sum| is(sum, name)).cloned();
        return found.ok_or_else(|| {
            Error::new(Kind::Failed, format!("{shown} has no sum of {name}"))
                .hint(format!("it has those of {}", names()))
        });
    }
    if let [sum] = &sums[..] {
        return Ok(sum.clone());
    }
    // `disc.iso.sha256` is called after `disc.iso`.
    let after = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let found = sums.iter().find(|sum| is(sum, after)).cloned();
    found.ok_or_else(|| {
        Error::new(Kind::Usage, format!("{shown} has the sums of several images"))
            .hint(format!("say which one with --name: {}", names()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn load_as(file: &str, text: &str, name: Option<&str>) -> Result<String, String> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(file);
        std::fs::write(&path, text).expect("written");
        let dir = format!("{}/", folder.path().display());
        match load(&path, name, Some(7)) {
            Ok(Against::Sum { sha256, bytes: Some(7) }) => Ok(sha256),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.message.replace(&dir, "")),
        }
    }

    #[test]
    fn the_sum_that_is_meant_is_found() {
        let two = format!("{A}  images/one.iso\n{B}  images/two.iso\n");
        assert_eq!(load_as("x.sha256", &format!("{A}  any.iso\n"), None).as_deref(), Ok(A));
        assert_eq!(load_as("two.iso.sha256", &two, None).as_deref(), Ok(B));
        assert_eq!(load_as("SHA256SUMS", &two, Some("one.iso")).as_deref(), Ok(A));
        assert_eq!(
            load_as("SHA256SUMS", &two, None),
            Err("SHA256SUMS has the sums of several images".into())
        );
        assert_eq!(
            load_as("SHA256SUMS", &two, Some("three.iso")),
            Err("SHA256SUMS has no sum of three.iso".into())
        );
        assert_eq!(
            load_as("x.sha256", "hello\n", None),
            Err("x.sha256: line 1 is no SHA-256 sum: it does not begin with hex digits".into())
        );
    }

    #[test]
    fn a_list_is_known_by_what_it_begins_with_whatever_its_name() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("sums.txt");
        let full = format!("{A}  a.iso\n").repeat(1000);
        for (text, list) in [
            (format!("{A}  a.iso\n"), true),
            (format!("{A} *a.iso\n{B} *b.iso\n"), true),
            (format!("{A}\n"), true),
            (format!("{A}b  a.iso\n"), false),
            (A[1..].to_string(), false),
            ("hello\n".into(), false),
            // Whole sectors: that may be an image.
            (full[..4096].to_string(), false),
        ] {
            std::fs::write(&path, &text).expect("written");
            assert_eq!(is_list(&path), list, "{text:.80}");
        }
        assert!(!is_list(folder.path()));
    }

    #[test]
    fn a_list_is_known_by_its_name() {
        for name in ["a.iso.sha256", "SHA256SUMS", "x/sha256sum.txt.sha256", "Fedora-40-CHECKSUM"] {
            assert!(is_list(Path::new(name)), "{name}");
        }
        for name in ["a.iso", "sha256", "checksum.iso"] {
            assert!(!is_list(Path::new(name)), "{name}");
        }
    }
}
