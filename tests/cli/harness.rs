//! Runs the real binary in a private folder and compares all that comes out with what is expected.
//! Knows nothing of discs. `OXIDISC_REWRITE=1 cargo test --test cli` rewrites the expectations;
//! read the difference before committing it.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use nix::pty::{OpenptyResult, openpty};
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};
use tempfile::TempDir;

/// A private folder that the binary runs in.
pub struct Place {
    dir: TempDir,
}

/// What one run of the binary left behind.
pub struct Run {
    /// What was typed after `oxidisc`.
    pub typed: String,
    /// Exit code; 128 + n where signal n killed it.
    pub code: i32,
    /// Standard output, the private folder's path replaced by `[DIR]`.
    pub stdout: String,
    /// Standard error, likewise.
    pub stderr: String,
}

impl Place {
    /// A new, empty one.
    pub fn new() -> Place {
        Place { dir: TempDir::new().expect("a temporary folder") }
    }

    /// The path of a file in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Puts a file into it.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Place {
        std::fs::write(self.path(name), content).expect("the folder is writable");
        self
    }

    /// What a file in it holds.
    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names of the files in it, sorted.
    pub fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.dir.path()).expect("the folder is there");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// The binary with these arguments (split at spaces), in the folder, knowing nothing of the
    /// surroundings: for a test that needs more than [`Place::run`].
    pub fn command(&self, typed: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oxidisc"));
        command
            .args(typed.split_whitespace())
            .current_dir(self.dir.path())
            .env_clear()
            .env("HOME", self.dir.path())
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary to its end.
    pub fn run(&self, typed: &str) -> Run {
        self.run_command(typed, &mut self.command(typed))
    }

    /// Runs a command made by [`Place::command`] and changed since.
    pub fn run_command(&self, typed: &str, command: &mut Command) -> Run {
        let output = command.output().expect("the binary starts");
        use std::os::unix::process::ExitStatusExt;
        let status = output.status;
        let code = status.code().or(status.signal().map(|n| 128 + n)).expect("it ended");
        Run {
            typed: typed.to_string(),
            code,
            stdout: self.plain(&output.stdout),
            stderr: self.plain(&output.stderr),
        }
    }

    /// Runs the binary in a terminal, where somebody has typed `keys` already. What it shows is all
    /// in `stderr`.
    pub fn run_in_terminal(&self, typed: &str, keys: &str) -> Run {
        let OpenptyResult { master, slave } = terminal();
        let side = || Stdio::from(slave.try_clone().expect("a terminal is a file"));
        let mut command = self.command(typed);
        command.env("NO_COLOR", "1").env("TERM", "xterm");
        let child = command.stdin(side()).stdout(side()).stderr(side()).spawn();
        let mut child = child.expect("the binary starts");
        drop((command, slave));
        let mut master = File::from(master);
        master.write_all(keys.as_bytes()).expect("the terminal takes keys");
        let mut shown = Vec::new();
        // A terminal whose other side is closed ends in an error.
        let _ = master.read_to_end(&mut shown);
        let code = child.wait().expect("it ends").code().expect("it exits");
        let stderr = self.plain(&shown).replace("\r\n", "\n");
        Run { typed: typed.to_string(), code, stdout: String::new(), stderr }
    }

    /// Text without what differs from place to place.
    fn plain(&self, bytes: &[u8]) -> String {
        let dir = self.dir.path().to_string_lossy().into_owned();
        String::from_utf8(bytes.to_vec())
            .expect("output is UTF-8")
            .replace(&dir, "[DIR]")
            .replace(env!("CARGO_PKG_VERSION"), "[VERSION]")
    }
}

/// A terminal that does not show what is typed.
fn terminal() -> OpenptyResult {
    let pty = openpty(None, None).expect("the kernel has terminals");
    let mut settings = tcgetattr(&pty.slave).expect("a terminal has settings");
    settings.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&pty.slave, SetArg::TCSANOW, &settings).expect("they can be changed");
    pty
}

impl Run {
    /// Panics unless the run ended with this code.
    #[track_caller]
    pub fn code(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}", self.report());
        self
    }

    /// The last line of stdout as JSON: the result.
    #[track_caller]
    pub fn result(&self) -> serde_json::Value {
        let last = self.stdout.lines().last().unwrap_or_else(|| panic!("{}", self.report()));
        serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}\n{}", self.report()))
    }

    /// All of it, as the files in `expected/` hold it.
    pub fn report(&self) -> String {
        let mut report = format!("$ oxidisc {}\n", self.typed);
        for (name, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            if !text.is_empty() {
                let end = if text.ends_with('\n') { "" } else { "[no line end]\n" };
                let _ = write!(report, "--- {name}\n{text}{end}");
            }
        }
        let _ = writeln!(report, "--- exit {}", self.code);
        report
    }
}

/// Compares runs with `expected/NAME.txt`, all of them and whole.
#[track_caller]
pub fn expect(name: &str, runs: &[Run]) {
    let found = runs.iter().map(Run::report).collect::<Vec<_>>().join("\n");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/cli/expected/{name}.txt"));
    if std::env::var_os("OXIDISC_REWRITE").is_some() {
        std::fs::write(&file, found).expect("expectations are writable");
        return;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    if found != expected {
        let same = found.lines().zip(expected.lines()).take_while(|(a, b)| a == b).count();
        let line = |text: &str| text.lines().nth(same).unwrap_or("[end]").to_string();
        panic!(
            "{}:{}: expected\n  {}\nfound\n  {}\nin all of this:\n{found}\n\
             If it should be so: OXIDISC_REWRITE=1 cargo test --test cli",
            file.display(),
            same + 1,
            line(&expected),
            line(&found),
        );
    }
}

/// Runs each of these in one private folder and compares with `expected/NAME.txt`.
#[track_caller]
pub fn expect_all(name: &str, place: &Place, typed: &[&str]) {
    let runs: Vec<Run> = typed.iter().map(|typed| place.run(typed)).collect();
    expect(name, &runs);
}
