//! The files a rip makes: what is there already, whether it may be continued, whether there is
//! room. All of it is looked at before the first read, and nothing is touched until all of it is
//! well.

use std::fs::{self, File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::sys::statvfs::statvfs;
use nix::unistd::{AccessFlags, eaccess};

use super::store::{self, LoadError};
use crate::formats::mapfile::{Map, State, Stretch};
use crate::jobs::error::{Error, Kind};
use crate::transport::reason;
use crate::units::Blocks;

/// Where a rip goes.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The image.
    pub output: PathBuf,
    /// Its map.
    pub map: PathBuf,
}

/// What stands at those places already.
#[derive(Debug)]
pub enum Found {
    /// Nothing that counts.
    Nothing,
    /// A rip that can be gone on with.
    Map(Map),
}

/// The map that belongs to an image, unless another is named.
pub fn map_beside(output: &Path) -> PathBuf {
    let mut name = output.as_os_str().to_owned();
    name.push(".map");
    PathBuf::from(name)
}

fn failed(message: String) -> Error {
    Error::new(Kind::Failed, message)
}

/// Looks at what is there. `restart`: a map is no reason to go on. `force`: an image is no reason
/// to stop.
///
/// # Errors
/// The image cannot be made there, or something would be lost.
pub fn inspect(paths: &Paths, restart: bool, force: bool) -> Result<Found, Error> {
    let shown = paths.output.display();
    for path in [&paths.output, &paths.map] {
        folder_is_usable(path)?;
    }
    if paths.output == paths.map {
        return Err(failed(format!("image and map are both {shown}"))
            .hint("give the map another name with --map"));
    }
    let image = metadata(&paths.output)?;
    if let Some(image) = &image
        && !image.is_file()
    {
        let what = if image.is_dir() { "a folder" } else { "no regular file" };
        return Err(failed(format!("{shown} is {what}")).hint("name a file to write the image to"));
    }
    if image.is_some() && eaccess(&paths.output, AccessFlags::W_OK).is_err() {
        return Err(failed(format!("{shown} is there and must not be written"))
            .hint(format!("change its permissions (chmod u+w {shown}) or choose another name")));
    }
    let there = metadata(&paths.map)?.is_some();
    match (there && !restart, image) {
        (true, image) => continued(paths, image.map(|image| image.len())).map(Found::Map),
        // A map says whose image it is: --restart is said of both.
        (false, Some(image)) if image.len() > 0 && !force && !(there && restart) => {
            Err(failed(format!("{shown} exists and has no map to go on from"))
                .hint("--force overwrites it; `--map FILE` names its map if it has another name"))
        }
        (false, _) => Ok(Found::Nothing),
    }
}

fn metadata(path: &Path) -> Result<Option<fs::Metadata>, Error> {
    match fs::metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(format!("{}: {}", path.display(), reason(&error)))),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn folder_is_usable(path: &Path) -> Result<(), Error> {
    let folder = folder_of(path);
    let shown = folder.display();
    match fs::metadata(folder) {
        Ok(found) if !found.is_dir() => Err(failed(format!("{shown} is not a folder"))),
        Ok(_) if eaccess(folder, AccessFlags::W_OK | AccessFlags::X_OK).is_err() => {
            Err(failed(format!("no permission to write in the folder {shown}"))
                .hint("choose a folder of your own"))
        }
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(failed(format!("the folder {shown} is not there"))
                .hint(format!("make it first: mkdir -p {shown}")))
        }
        Err(error) => Err(failed(format!("{shown}: {}", reason(&error)))),
    }
}

fn continued(paths: &Paths, image: Option<u64>) -> Result<Map, Error> {
    let (map_shown, shown) = (paths.map.display(), paths.output.display());
    let map = store::load(&paths.map).map_err(|error| {
        let what = match error {
            LoadError::Io(error) => reason(&error),
            LoadError::Map(error) => error.to_string(),
        };
        failed(format!("the map {map_shown} cannot be read: {what}"))
            .hint("mend that line, or start over with --restart")
    })?;
    let data = map.of(State::Finished).next_back().map_or(0, Stretch::end);
    let image = image.unwrap_or(0);
    if data > image {
        return Err(failed(format!(
            "the map {map_shown} says that {data} bytes are in {shown}, which has {image}"
        ))
        .hint("put the image it belongs to in its place, or start over with --restart"));
    }
    Ok(map)
}

/// Whether the image fits on its file system.
///
/// # Errors
/// It does not.
pub fn has_room(output: &Path, size: Blocks) -> Result<(), Error> {
    let folder = folder_of(output);
    // A file system that cannot tell is no reason to stop.
    let Ok(space) = statvfs(folder) else { return Ok(()) };
    let free = space.blocks_available() * space.fragment_size();
    let held = fs::metadata(output).map_or(0, |image| image.blocks() * 512);
    let needed = size.bytes().saturating_sub(held);
    if needed <= free {
        return Ok(());
    }
    Err(failed(format!(
        "not enough room in {}: {} needed, {} free",
        folder.display(),
        mebibytes(needed),
        mebibytes(free)
    ))
    .hint("make room there, or write the image to another disk"))
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1 << 20))
}

/// Opens the image, `fresh` or to go on with, for no other rip than this.
///
/// # Errors
/// It cannot be written, or another rip is at it.
pub fn open(output: &Path, fresh: bool) -> Result<File, Error> {
    let shown = output.display();
    let image = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(output)
        .map_err(|error| failed(format!("{shown}: {}", reason(&error))))?;
    if image.try_lock().is_err() {
        return Err(failed(format!("another program is writing {shown}"))
            .hint("wait for it, or choose another name"));
    }
    if fresh {
        image.set_len(0).map_err(|error| failed(format!("{shown}: {}", reason(&error))))?;
    }
    Ok(image)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Place {
        _folder: tempfile::TempDir,
        paths: Paths,
    }

    fn place() -> Place {
        let folder = tempfile::tempdir().expect("folder");
        let output = folder.path().join("a.iso");
        let paths = Paths { map: map_beside(&output), output };
        Place { _folder: folder, paths }
    }

    fn refused(place: &Place, restart: bool, force: bool) -> String {
        let error = inspect(&place.paths, restart, force).expect_err("refused");
        assert!(error.hint.is_some(), "{error}");
        error.message.replace(&folder_of(&place.paths.output).display().to_string(), "F")
    }

    #[test]
    fn an_empty_place_is_free() {
        assert!(matches!(inspect(&place().paths, false, false), Ok(Found::Nothing)));
    }

    #[test]
    fn an_image_without_a_map_is_not_overwritten_unasked() {
        let place = place();
        fs::write(&place.paths.output, "data").expect("written");
        assert_eq!(refused(&place, false, false), "F/a.iso exists and has no map to go on from");
        // No map is there that --restart could be about.
        assert_eq!(refused(&place, true, false), "F/a.iso exists and has no map to go on from");
        assert!(matches!(inspect(&place.paths, false, true), Ok(Found::Nothing)));
    }

    #[test]
    fn a_map_is_gone_on_with_if_its_image_is_there() {
        let place = place();
        let mut map = Map::new(8192);
        map.set(0..4096, State::Finished);
        fs::write(&place.paths.map, map.to_text(&[])).expect("written");
        assert_eq!(
            refused(&place, false, false),
            "the map F/a.iso.map says that 4096 bytes are in F/a.iso, which has 0"
        );
        fs::write(&place.paths.output, [0; 4096]).expect("written");
        let found = inspect(&place.paths, false, false);
        assert!(matches!(found, Ok(Found::Map(found)) if found == map));
        assert!(matches!(inspect(&place.paths, true, false), Ok(Found::Nothing)));
    }

    #[test]
    fn a_broken_map_is_named_with_its_line() {
        let place = place();
        fs::write(&place.paths.map, "0 ? 1\n0 10 +\n20 10 +\n").expect("written");
        assert_eq!(
            refused(&place, false, false),
            "the map F/a.iso.map cannot be read: line 3: the block leaves a gap after the one \
             before, from 0xa"
        );
    }

    #[test]
    fn what_is_no_place_for_a_file_is_refused() {
        let mut place = place();
        fs::create_dir(&place.paths.output).expect("made");
        assert_eq!(refused(&place, false, true), "F/a.iso is a folder");
        place.paths.output = place.paths.output.join("missing/a.iso");
        let message = inspect(&place.paths, false, false).expect_err("refused").message;
        assert!(message.ends_with("a.iso/missing is not there"), "{message}");
        place.paths.output = PathBuf::from("/dev/null");
        assert!(inspect(&place.paths, false, true).is_err());
    }

    #[test]
    fn an_image_larger_than_the_disk_is_refused_before_it_is_begun() {
        let place = place();
        has_room(&place.paths.output, Blocks(1)).expect("room for one sector");
        let error = has_room(&place.paths.output, Blocks(u32::MAX));
        // 8 TiB.
        let error = error.expect_err("no test machine has that");
        assert!(error.message.contains("8388608 MiB needed"), "{error}");
    }

    #[test]
    fn two_rips_do_not_share_an_image() {
        let place = place();
        let first = open(&place.paths.output, true).expect("opened");
        let error = open(&place.paths.output, false).expect_err("locked");
        assert!(error.message.starts_with("another program is writing "));
        drop(first);
        open(&place.paths.output, false).expect("free again");
    }
}
