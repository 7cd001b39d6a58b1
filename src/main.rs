//! The program `oxidisc`.

fn main() -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
