//! The program `oxidisc`: hands what was typed to [`cli`] and its exit code to the shell.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main(std::env::args_os().collect())
}
