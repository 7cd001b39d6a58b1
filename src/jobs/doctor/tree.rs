//! Where the doctor looks: the files of this machine, or those of another below some folder.
//! Reads, and changes nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::transport::sysfs::{self, Roots};

/// A machine, as its files show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    root: PathBuf,
}

impl Default for Tree {
    /// This machine.
    fn default() -> Tree {
        Tree { root: "/".into() }
    }
}

impl Tree {
    /// The machine whose `/proc`, `/sys`, `/dev` and `/etc` are below `root`.
    pub fn below(root: &Path) -> Tree {
        Tree { root: fs::canonicalize(root).unwrap_or_else(|_| root.into()) }
    }

    /// Whether it is this machine, where drives can be opened and folders written to.
    pub fn is_here(&self) -> bool {
        self.root == Path::new("/")
    }

    /// The folders that tell of devices.
    pub fn roots(&self) -> Roots {
        let [sys, proc, dev] = ["sys", "proc", "dev"].map(|name| self.root.join(name));
        Roots { sys, proc, dev }
    }

    /// Where a path of that machine is found.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// What a path that was found is called on that machine.
    pub(super) fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.root) {
            Ok(rest) => format!("/{}", rest.display()),
            Err(_) => path.display().to_string(),
        }
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.path(path).exists()
    }

    /// A file's text; empty if it is not there or may not be read.
    pub(super) fn text(&self, path: &str) -> String {
        let bytes = fs::read(self.path(path)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// A file that holds one word; `None` if it is empty.
    pub(super) fn word(&self, path: &str) -> Option<String> {
        sysfs::text(&self.path(path))
    }

    /// The names in a folder.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        sysfs::names(&self.path(path))
    }

    /// The names of the programs that run, as the kernel cuts them (15 bytes).
    pub(super) fn programs(&self) -> Vec<String> {
        let processes = self.names("proc").into_iter().filter(|name| name.parse::<u32>().is_ok());
        processes.filter_map(|pid| self.word(&format!("proc/{pid}/comm"))).collect()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A machine made up of these files.
    pub fn machine(files: &[(&str, &str)]) -> (tempfile::TempDir, Tree) {
        let folder = tempfile::tempdir().expect("a folder");
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("has a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        let tree = Tree::below(folder.path());
        (folder, tree)
    }

    #[test]
    fn paths_are_shown_as_on_that_machine() {
        let (_folder, tree) = machine(&[("proc/7/comm", "udisksd\n"), ("proc/stat", "")]);
        assert_eq!(tree.shown(&tree.path("/dev/sr0")), "/dev/sr0");
        assert_eq!(tree.shown(Path::new("/elsewhere")), "/elsewhere");
        assert_eq!(Tree::default().shown(Path::new("/dev/sr0")), "/dev/sr0");
        assert_eq!(tree.programs(), ["udisksd"]);
        assert_eq!((tree.text("nothing"), tree.word("nothing")), (String::new(), None));
        assert!(Tree::default().is_here() && !tree.is_here());
    }
}
