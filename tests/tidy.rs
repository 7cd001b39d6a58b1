//! The rules of `docs/STYLE.md` that a machine can check. Knows Rust only as far as it must: text
//! with comments and strings blanked out. Each finding names file, line, and what to do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// `GUESS:` tags in `src/sim`: behaviour that no standard and no drive vouches for. The number
/// may only fall. To lower it: find the evidence, cite it in place of the guess.
const GUESSES: usize = 131;

/// What each layer may name, besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("formats", &["units"]),
    ("transport", &["formats", "units"]),
    ("sim", &["transport", "formats", "units"]),
    ("attach", &["transport", "formats", "units"]),
    ("mmc", &["transport", "formats", "units"]),
    ("jobs", &["mmc", "transport", "formats", "units"]),
];

/// Crates of the command line, and the layers that may use them.
const CLI_CRATES: &[&str] =
    &["clap", "clap_complete", "clap_mangen", "indicatif", "signal_hook", "terminal_size"];
/// Layers that never serialise.
const NO_SERDE: &[&str] = &["units", "formats", "mmc", "jobs"];

const FUNCTION_LINES_MAX: usize = 70;
const COLUMNS_MAX: usize = 100;
const FILE_LINES_MAX: usize = 700;

/// A source file, seen two ways.
struct Source {
    /// From the root of the repository, with `/`.
    path: String,
    /// As written.
    text: String,
    /// The same lines with comments and the insides of strings blanked.
    code: String,
}

struct Findings(BTreeMap<(String, usize), String>);

impl Findings {
    fn add(&mut self, path: &str, line: usize, what: impl Into<String>) {
        self.0.insert((path.to_string(), line), what.into());
    }

    fn none_or_panic(self) {
        let mut report = String::new();
        for ((path, line), what) in &self.0 {
            let _ = writeln!(report, "{path}:{line}: {what}");
        }
        assert!(self.0.is_empty(), "{} finding(s)\n{report}", self.0.len());
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the repository") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("has a name").to_string_lossy().into_owned();
        if path.is_symlink() || name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}

fn relative(path: &Path) -> String {
    path.strip_prefix(root()).expect("inside").to_string_lossy().replace('\\', "/")
}

/// Text files that belong to the repository, sorted; where git is at hand, only those it knows.
fn texts() -> Vec<(String, String)> {
    let listed = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output();
    let mut files = Vec::new();
    match listed {
        Ok(output) if output.status.success() && !output.stdout.is_empty() => {
            let names = String::from_utf8(output.stdout).expect("names are UTF-8");
            files.extend(names.split_terminator('\0').map(|name| root().join(name)));
        }
        _ => walk(root(), &mut files),
    }
    files.sort();
    files
        .iter()
        .filter_map(|path| Some((relative(path), std::fs::read_to_string(path).ok()?)))
        .collect()
}

fn sources() -> Vec<Source> {
    texts()
        .into_iter()
        .filter(|(path, _)| path.ends_with(".rs"))
        .map(|(path, text)| Source { path, code: blank(&text), text })
        .collect()
}

fn check(rule: impl Fn(&Source, &mut Findings)) {
    let mut findings = Findings(BTreeMap::new());
    for source in sources() {
        rule(&source, &mut findings);
    }
    findings.none_or_panic();
}

/// Blanks comments and the insides of strings and characters; keeps every line break.
fn blank(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match opaque_end(&chars, at) {
            Some(end) => end,
            None => {
                out.push(chars[at]);
                at += 1;
                continue;
            }
        };
        out.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
        at = end;
    }
    out
}

/// Where the comment, string or character that starts at `at` ends; `None` if none starts there.
fn opaque_end(chars: &[char], at: usize) -> Option<usize> {
    let rest = &chars[at..];
    let after_word = at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    let length = match rest {
        ['/', '/', ..] => rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()),
        ['/', '*', ..] => block_comment(rest),
        ['"', ..] => string(rest),
        ['r', '"' | '#', ..] if !after_word => raw_string(rest, 1)?,
        ['b', 'r', '"' | '#', ..] if !after_word => raw_string(rest, 2)?,
        ['\'', '\\', ..] => 2 + 1 + rest[3..].iter().position(|&c| c == '\'')? + 1,
        ['\'', _, '\'', ..] => 3,
        _ => return None,
    };
    Some(at + length)
}

fn block_comment(rest: &[char]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            '"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_string(rest: &[char], prefix: usize) -> Option<usize> {
    let hashes = rest[prefix..].iter().take_while(|&&c| c == '#').count();
    if rest.get(prefix + hashes) != Some(&'"') {
        return None;
    }
    let mut end = vec!['"'];
    end.extend(std::iter::repeat_n('#', hashes));
    let body = prefix + hashes + 1;
    let found = rest[body..].windows(end.len()).position(|window| window == end);
    Some(found.map_or(rest.len(), |position| body + position + end.len()))
}

/// The layer a file of the library belongs to.
fn layer(path: &str) -> Option<&str> {
    let inside = path.strip_prefix("src/")?;
    Some(inside.split(['/', '.']).next().unwrap_or(inside))
}

/// The line, from 1, at which the tests of a file begin.
fn tests_begin(source: &Source) -> usize {
    let folder_of_tests =
        source.path.ends_with("tests.rs") || source.path.split('/').any(|part| part == "tests");
    if folder_of_tests || source.path.starts_with("hw-tests/") {
        return 1;
    }
    let mut lines = source.code.lines().enumerate().peekable();
    while let Some((index, line)) = lines.next() {
        let next = lines.peek().map_or("", |(_, next)| next.trim());
        if line.trim() == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{') {
            return index + 1;
        }
    }
    usize::MAX
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset].matches('\n').count() + 1
}

fn is_word(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Offsets where `word` stands by itself.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = code.as_bytes();
    code.match_indices(word).map(|(at, _)| at).filter(move |&at| {
        let before = at.checked_sub(1).and_then(|before| bytes.get(before).copied());
        !is_word(before) && !is_word(bytes.get(at + word.len()).copied())
    })
}

/// The first names behind `crate::`, one or, from braces, several.
fn first_names(rest: &str) -> Vec<String> {
    let ident = |text: &str| -> String {
        text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
    };
    let Some(inside) = rest.trim_start().strip_prefix('{') else {
        return vec![ident(rest)];
    };
    let (mut depth, mut names, mut start) = (0, Vec::new(), 0);
    for (at, c) in inside.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(ident(&inside[start..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(ident(&inside[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Every (line, module of ours) that a file names by path.
fn modules_named(source: &Source) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for start in ["crate", "oxidisc"] {
        for at in words(&source.code, start) {
            if let Some(rest) = source.code[at + start.len()..].strip_prefix("::") {
                let line = line_of(&source.code, at);
                named.extend(first_names(rest).into_iter().map(|name| (line, name)));
            }
        }
    }
    named
}

#[test]
fn layers_import_downwards_only() {
    check(|source, findings| {
        let Some(layer) = layer(&source.path) else { return };
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == layer) else { return };
        let tests = tests_begin(source);
        for (line, name) in modules_named(source) {
            let is_layer = name == "cli" || LAYERS.iter().any(|(layer, _)| *layer == name);
            // Tests of the layers above it may drive the simulator; its own never use theirs.
            let above = matches!(layer, "mmc" | "jobs" | "attach");
            let test_drive = line >= tests && name == "sim" && above;
            if is_layer && name != layer && !allowed.contains(&name.as_str()) && !test_drive {
                let what = format!("`{layer}` must not know `{name}`: it may use {allowed:?}");
                findings.add(&source.path, line, what);
            }
        }
    });
}

#[test]
fn nobody_climbs_to_the_crate_by_super() {
    check(|source, findings| {
        let Some(inside) = source.path.strip_prefix("src/") else { return };
        let depth = inside.trim_end_matches(".rs").trim_end_matches("/mod").split('/').count();
        let tests = tests_begin(source);
        for (index, line) in source.code.lines().enumerate() {
            let climbs = line
                .find("super::")
                .map_or(0, |at| line[at..].split("::").take_while(|part| *part == "super").count());
            let depth = depth + usize::from(index + 1 > tests);
            if climbs >= depth && !source.path.ends_with("tests.rs") {
                findings.add(&source.path, index + 1, "write this path from `crate::`");
            }
        }
    });
}

#[test]
fn the_command_lines_crates_stay_in_cli() {
    check(|source, findings| {
        let Some(layer) = layer(&source.path) else { return };
        if layer == "cli" || layer == "main" {
            return;
        }
        let serde = NO_SERDE.contains(&layer).then_some(["serde", "serde_json"]);
        for name in CLI_CRATES.iter().copied().chain(serde.into_iter().flatten()) {
            for at in words(&source.code, name) {
                let what = format!("`{layer}` must not use {name}: give a report, cli shows it");
                findings.add(&source.path, line_of(&source.code, at), what);
            }
        }
    });
}

#[test]
fn unsafe_stands_in_sgio_and_attach_only() {
    check(|source, findings| {
        let home = source.path == "src/transport/sgio.rs"
            || source.path.starts_with("src/attach/")
            || source.path.starts_with("src/attach.rs");
        if home {
            return;
        }
        for at in words(&source.code, "unsafe") {
            let what = "move what needs `unsafe` to src/transport/sgio.rs or src/attach/";
            findings.add(&source.path, line_of(&source.code, at), what);
        }
    });
}

#[test]
fn only_the_command_line_prints() {
    check(|source, findings| {
        let Some(layer) = layer(&source.path) else { return };
        if layer == "cli" || layer == "main" {
            return;
        }
        for name in ["print", "println", "eprint", "eprintln", "dbg"] {
            for at in words(&source.code, name) {
                if source.code[at + name.len()..].starts_with('!') {
                    let what = "report an event or an error instead; src/cli prints it";
                    findings.add(&source.path, line_of(&source.code, at), what);
                }
            }
        }
    });
}

#[test]
fn every_file_says_what_it_is() {
    check(|source, findings| {
        if !source.text.starts_with("//! ") {
            findings.add(&source.path, 1, "open with `//! `: what it is, what it does not know");
        }
    });
}

#[test]
fn files_are_short_or_say_why() {
    check(|source, findings| {
        let lines = source.text.lines().count();
        let header: String =
            source.text.lines().take_while(|line| line.starts_with("//!")).collect();
        if lines > FILE_LINES_MAX && !header.contains("Long because") {
            let what = format!("{lines} lines: split it, or say `Long because …` in the header");
            findings.add(&source.path, 1, what);
        }
    });
}

#[test]
fn lines_fit_a_hundred_columns() {
    check(|source, findings| {
        for (index, line) in source.text.lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS_MAX {
                findings.add(&source.path, index + 1, format!("{columns} columns: break it"));
            }
        }
    });
}

#[test]
fn functions_fit_a_screen() {
    check(|source, findings| {
        for at in words(&source.code, "fn") {
            let rest = &source.code[at..];
            // A declaration without a body, or a type: `fn(u8) -> u8`.
            let Some(open) = rest.find(['{', ';']) else { continue };
            if rest.as_bytes()[open] == b';' || rest.starts_with("fn(") {
                continue;
            }
            let mut depth = 0;
            let end = rest[open..].char_indices().find(|(_, c)| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                depth == 0
            });
            let lines = rest[..open + end.map_or(0, |(end, _)| end)].lines().count();
            if lines > FUNCTION_LINES_MAX {
                let what = format!("{lines} lines in one function: move whole steps out of it");
                findings.add(&source.path, line_of(&source.code, at), what);
            }
        }
    });
}

#[test]
fn nothing_is_left_for_later() {
    check(|source, findings| {
        for (word, next, what) in [
            ("todo", "!", "write it, or take it out"),
            ("unimplemented", "!", "write it, or return an error that says so"),
            ("ignore", "]", "a test runs or goes; hardware belongs to feature hw-tests"),
            ("ignore", " =", "a test runs or goes; hardware belongs to feature hw-tests"),
        ] {
            for at in words(&source.code, word) {
                let attribute = word != "ignore" || source.code[..at].ends_with("#[");
                if attribute && source.code[at + word.len()..].starts_with(next) {
                    findings.add(&source.path, line_of(&source.code, at), what);
                }
            }
        }
    });
}

#[test]
fn no_test_sleeps() {
    check(|source, findings| {
        let tests = tests_begin(source);
        for name in ["thread::sleep", "nanosleep", "thread::park_timeout"] {
            for (at, _) in source.code.match_indices(name) {
                let line = line_of(&source.code, at);
                if line >= tests {
                    let what = "wait for the thing itself, or use the drive's virtual clock";
                    findings.add(&source.path, line, what);
                }
            }
        }
    });
}

#[test]
fn no_path_of_one_machine() {
    let mut findings = Findings(BTreeMap::new());
    let paths = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tmp/", "wt")];
    for (path, text) in texts() {
        for (index, line) in text.lines().enumerate() {
            if paths.iter().any(|machine| line.contains(machine)) {
                findings.add(&path, index + 1, "this path exists on one machine only");
            }
        }
    }
    findings.none_or_panic();
}

#[test]
fn guesses_get_fewer() {
    let guesses: Vec<(String, usize)> = sources()
        .iter()
        .filter(|source| source.path.starts_with("src/sim/"))
        .map(|source| (source.path.clone(), source.text.matches("GUESS:").count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    let sum: usize = guesses.iter().map(|(_, count)| count).sum();
    assert!(
        sum <= GUESSES,
        "{sum} guesses in the simulator, {GUESSES} allowed: find the evidence of one (MMC, a \
         recording, a report) and cite it in its place; they stand in {guesses:?}"
    );
    assert!(sum == GUESSES, "only {sum} guesses are left: lower GUESSES in tests/tidy.rs to {sum}");
}

#[test]
fn evidence_tags_are_complete() {
    check(|source, findings| {
        if source.path.starts_with("tests/") {
            return;
        }
        for (index, line) in source.text.lines().enumerate() {
            let Some((_, comment)) = line.split_once("//") else { continue };
            let mut complain = |what: &str| findings.add(&source.path, index + 1, what);
            for tag in ["GUESS", "real-drives:"] {
                let Some((_, rest)) = comment.split_once(tag) else { continue };
                let said = rest.trim_start_matches(':').trim();
                if tag == "GUESS" && !rest.starts_with(": ") || said.is_empty() {
                    complain("write `GUESS: what and why` or `real-drives: which drive`");
                }
            }
        }
    });
}

#[test]
fn every_command_has_its_bytes_tested() {
    check(|source, findings| {
        if !source.path.starts_with("src/mmc/cmd/") || source.path.ends_with("/mod.rs") {
            return;
        }
        let tests: String =
            source.code.lines().skip(tests_begin(source).saturating_sub(1)).collect();
        if source.code.contains("impl Request for") && !tests.contains("fn bytes_out") {
            findings.add(&source.path, 1, "add a test `bytes_out`: the literal bytes of the CDB");
        }
        if source.code.contains("impl Query for") && !tests.contains("fn bytes_in") {
            findings.add(&source.path, 2, "add a test `bytes_in`: a literal answer, parsed");
        }
    });
}

/// What the program can ask, `decode` can explain.
#[test]
fn every_answer_is_described() {
    let all = sources();
    let described: String = all
        .iter()
        .filter(|source| source.path.starts_with("src/mmc/describe/"))
        .map(|source| source.code.as_str())
        .collect();
    let mut findings = Findings(BTreeMap::new());
    let mut count = 0;
    for source in all.iter().filter(|source| source.path.starts_with("src/mmc/cmd/")) {
        for start in ["impl Query for ", "impl Structure for "] {
            for (at, _) in source.code.match_indices(start) {
                let rest = &source.code[at + start.len()..];
                let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
                count += 1;
                if words(&described, &name).next().is_none() {
                    let what = format!("describe the answer {name} in src/mmc/describe/");
                    findings.add(&source.path, line_of(&source.code, at), what);
                }
            }
        }
    }
    assert!(count > 30, "{count} kinds of answers");
    findings.none_or_panic();
}

#[test]
fn scripts_are_bash_and_parse() {
    let mut findings = Findings(BTreeMap::new());
    for (path, text) in texts() {
        if !text.starts_with("#!/bin/bash") && !path.ends_with(".sh") {
            continue;
        }
        let checked = Command::new("bash").arg("-n").arg(root().join(&path)).output();
        if let Ok(output) = checked
            && !output.status.success()
        {
            findings.add(&path, 1, String::from_utf8_lossy(&output.stderr));
        }
    }
    findings.none_or_panic();
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut findings = Findings(BTreeMap::new());
    for (path, text) in texts() {
        if !path.ends_with(".md") {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            for link in line.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                let file = link.split('#').next().unwrap_or(link);
                let folder = root().join(&path).parent().expect("in a folder").to_path_buf();
                if !file.is_empty() && !file.contains("://") && !folder.join(file).exists() {
                    findings.add(&path, index + 1, format!("no such file: {file}"));
                }
            }
        }
    }
    findings.none_or_panic();
}

#[test]
fn every_test_that_a_document_names_exists() {
    let code: String = sources().into_iter().map(|source| source.code).collect();
    let mut findings = Findings(BTreeMap::new());
    for (file, begin) in
        [("docs/ARCHITECTURE.md", "## Invariants"), ("docs/promises.md", "# Promises")]
    {
        let text = std::fs::read_to_string(root().join(file)).expect("is there");
        let (_, table) = text.split_once(begin).expect("has such a chapter");
        let first = text.lines().count() - table.lines().count() + 1;
        for (index, line) in table.lines().enumerate() {
            // Names of tests are sentences: what stands in code quotes and has an underscore.
            for name in line.split('`').skip(1).step_by(2).filter(|name| name.contains('_')) {
                if name.chars().all(|c| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit())
                    && words(&code, name).next().is_none()
                {
                    findings.add(file, first + index, format!("no test is called {name}"));
                }
            }
        }
    }
    findings.none_or_panic();
}

/// What users suffer from, by number: each has its chapter, and each chapter a test or a reason.
#[test]
fn every_complaint_has_its_promise() {
    let file = "docs/promises.md";
    let text = std::fs::read_to_string(root().join(file)).expect("is there");
    let mut findings = Findings(BTreeMap::new());
    let chapters: Vec<&str> = text.split("\n### ").skip(1).collect();
    for (number, chapter) in (1..).zip(&chapters) {
        let line = line_of(&text, chapter.as_ptr() as usize - text.as_ptr() as usize);
        if !chapter.starts_with(&format!("{number}. ")) {
            findings.add(file, line, format!("this chapter has to be number {number}"));
        }
        let test = chapter.split('`').skip(1).step_by(2).any(|name| name.matches('_').count() > 2);
        if !test && !chapter.contains("Does not apply:") {
            findings.add(file, line, "name a test that shows it, or say why it does not apply");
        }
    }
    assert_eq!(chapters.len(), 25, "complaints");
    findings.none_or_panic();
}

#[test]
fn the_scanner_sees_code_and_nothing_else() {
    let text = "a /* b /* c */ d */ e // f\n\"g \\\" h\" i r#\"j \" k\"# 'l' '\\'' &'m n b\"o\"";
    let blanked: String = blank(text).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(blanked, "a e i &'m n b");
    assert_eq!(
        first_names("{transport::{Cdb, Data}, units::Lba, sim}"),
        ["transport", "units", "sim"]
    );
    assert_eq!(first_names("mmc::Drive;"), ["mmc"]);
}
