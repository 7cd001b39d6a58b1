//! Asks before something is lost, and never waits where nobody can answer. Knows no disc.

use std::io::{self, BufRead, IsTerminal, Write};
use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use oxidisc::transport::reason;

use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::output::Printer;

/// How often it is looked whether Ctrl-C was pressed in place of an answer.
const LOOK_MS: u16 = 100;

/// Whether somebody sits there who can be asked: both ends are a terminal, and it is a person that
/// reads.
pub fn somebody_is_there(printer: &Printer) -> bool {
    printer.is_terminal() && io::stdin().is_terminal() && !printer.is_json()
}

/// Makes sure that what is on a disc may be lost. `what`: `the CD-RW in /dev/sr0 holds ISO 9660
/// 'BACKUP'`.
///
/// # Errors
/// It may not, or nobody is there to say so.
pub fn may_be_lost(printer: &Printer, interrupt: &Interrupt, what: &str) -> Result<(), CliError> {
    if !somebody_is_there(printer) {
        return Err(CliError::unusable(format!("{what}, which would be lost"))
            .hint("--yes goes on all the same; `oxidisc rip` saves it first"));
    }
    if yes(&format!("{what}, which will be lost. Go on?"), interrupt)? {
        return Ok(());
    }
    Err(CliError::unusable("nothing was done; the disc is as it was"))
}

/// Asks a question that is answered with yes or no; anything but a yes is a no.
pub fn yes(question: &str, interrupt: &Interrupt) -> Result<bool, CliError> {
    let answer = line(&format!("{question} [y/N] "), interrupt)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// Waits for the Enter key; whether it came before the input ended.
pub fn enter(text: &str, interrupt: &Interrupt) -> Result<bool, CliError> {
    line(text, interrupt).map(|line| line.ends_with('\n'))
}

/// What is typed after `prompt`, up to the end of the line; empty at the end of input.
fn line(prompt: &str, interrupt: &Interrupt) -> Result<String, CliError> {
    let failed =
        |error: io::Error| CliError::failed(format!("cannot read an answer: {}", reason(&error)));
    let mut err = io::stderr();
    // A terminal that is gone shows in what is read from it.
    let _ = write!(err, "{prompt}").and_then(|()| err.flush());
    let stdin = io::stdin();
    // The signals are caught, and reads go on after them: without looking, Ctrl-C would do nothing.
    loop {
        let mut ready = [PollFd::new(stdin.as_fd(), PollFlags::POLLIN)];
        match poll(&mut ready, PollTimeout::from(LOOK_MS)) {
            Ok(_) | Err(Errno::EINTR) if interrupt.requested() => {
                // Off the line of the question.
                let _ = writeln!(err);
                return Err(CliError::new(Exit::Interrupted, "interrupted; nothing was changed"));
            }
            Ok(0) | Err(Errno::EINTR) => {}
            Ok(_) => break,
            Err(errno) => return Err(failed(errno.into())),
        }
    }
    let mut answer = String::new();
    stdin.lock().read_line(&mut answer).map_err(failed)?;
    if !answer.ends_with('\n') {
        // Where the input ended, the next message does not begin on this line.
        let _ = writeln!(err);
    }
    Ok(answer)
}
