//! Ctrl-C and its like: the first asks the running job to stop at its next clean point, a second
//! ends the program at once. Only commands that poll the flag install this; all others die of the
//! signal as any program does.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
use signal_hook::iterator::Signals;

use super::error::CliError;
use super::exit::Exit;
use oxidisc::transport::reason;

/// Lets a write beyond the file size limit fail with an error, which names the file and keeps what
/// there is, where the signal would end the program in the middle of it.
pub fn hold_file_size_signal() -> Result<(), CliError> {
    let nobody_looks = Arc::new(AtomicBool::new(false));
    let held = signal_hook::flag::register(SIGXFSZ, nobody_looks);
    held.map(drop)
        .map_err(|error| CliError::failed(format!("cannot catch signals: {}", reason(&error))))
}

/// Whether the user wants the job to stop.
#[derive(Clone, Debug)]
pub struct Interrupt {
    flag: Arc<AtomicBool>,
}

impl Interrupt {
    /// Catches SIGINT, SIGTERM and SIGHUP from here on.
    pub fn install() -> Result<Interrupt, CliError> {
        let failed = |error: io::Error| {
            CliError::failed(format!("cannot catch signals: {}", reason(&error)))
        };
        let flag = Arc::new(AtomicBool::new(false));
        for signal in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&flag)).map_err(failed)?;
        }
        // What is to be told cannot be told in a signal handler.
        let mut signals = Signals::new([SIGINT, SIGTERM]).map_err(failed)?;
        std::thread::Builder::new()
            .name("signals".into())
            .spawn(move || {
                for (count, signal) in signals.forever().enumerate() {
                    if count > 0 {
                        tell("interrupted again: ending at once");
                        std::process::exit(i32::from(Exit::Interrupted.code()));
                    }
                    if signal == SIGINT {
                        tell("interrupted: stopping at the next clean point (again: at once)");
                    }
                }
            })
            .map_err(failed)?;
        Ok(Interrupt { flag })
    }

    /// What is set when it is time to stop.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// Whether to stop.
    pub fn requested(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }
}

/// Says so on stderr, which may be gone with the terminal. The line break in front leaves the `^C`
/// and a progress bar alone.
fn tell(text: &str) {
    let _ = writeln!(io::stderr(), "\n{text}");
}
