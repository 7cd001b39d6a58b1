//! No item of evidence is forgotten: every file has a module of its name, which has tests, and
//! every item of a list has a line that names its test.

use std::path::Path;

use super::evidence::folder;

/// The text of all sources and tests.
fn sources() -> String {
    fn read(folder: &Path, all: &mut String) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, all);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                all.push_str(&std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = String::new();
    read(&root.join("src"), &mut all);
    read(&root.join("tests"), &mut all);
    all
}

/// Tests that are named exist. What has blanks in it is a reason why there is none.
pub fn tests_exist<'a>(names: impl IntoIterator<Item = &'a str>) {
    let sources = sources();
    for name in names.into_iter().filter(|name| !name.contains(' ')) {
        assert!(sources.contains(&format!("fn {name}()")), "no test is called {name}");
    }
}

#[test]
fn every_file_has_a_module_with_tests() {
    let mut files = 0;
    for entry in std::fs::read_dir(folder()).expect("the folder") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        files += 1;
        let name = path.file_stem().expect("a name").to_str().expect("UTF-8").to_string();
        let module = name.replace('-', "_");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let source = std::fs::read_to_string(root.join(format!("real_drives/{module}.rs")));
        let source = source.unwrap_or_else(|_| panic!("{name}: no module of that name"));
        assert!(source.contains("#[test]") && source.contains(&format!("\"{name}\"")), "{name}");
        let listed = std::fs::read_to_string(root.join("real_drives.rs")).expect("the root");
        assert!(listed.contains(&format!("mod {module};")), "{name}: the module is not compiled");
    }
    assert_eq!(files, 30);
}
