//! `virtual`: gives a simulated drive to other programs. Glue over the library's `attach`.

use std::ffi::OsString;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use oxidisc::attach::notify::{self, NotifyError, RunOptions};
use oxidisc::attach::tcmu::{
    self, AttachError, AttachOptions, Attached, Ended, Nodes, Server, Which,
};
use oxidisc::sim::audit::Testimony;
use oxidisc::sim::{self, BlankError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::App;
use super::args::{
    VirtualAttachArgs, VirtualCommand, VirtualCreateArgs, VirtualDetachArgs, VirtualGuardArgs,
    VirtualRunArgs,
};
use super::error::CliError;
use super::exit::Exit;
use super::interrupt::Interrupt;
use super::json;
use oxidisc::transport::reason;

/// A drive in the kernel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Described {
    path: Option<String>,
    sg_path: Option<String>,
    /// The process that serves it.
    server: Option<u32>,
}

/// An event, or the body of a result, about one drive.
#[derive(Debug, Serialize)]
struct OfDrive<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    drive: &'a Described,
    /// What the drive saw of its host, once it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<Value>,
}

/// What was taken away.
#[derive(Debug, Serialize)]
struct Taken {
    status: &'static str,
    drives: Vec<Described>,
}

/// How a program ended.
#[derive(Debug, Serialize)]
struct Ran {
    status: &'static str,
    at: String,
    exit: u8,
}

impl Described {
    fn new(nodes: &Nodes, server: Option<u32>) -> Described {
        let path = |path: &Path| path.display().to_string();
        Described { path: Some(path(&nodes.sr)), sg_path: nodes.sg.as_deref().map(path), server }
    }

    /// `/dev/sr1 /dev/sg2`.
    fn nodes(&self) -> String {
        let nodes: Vec<&str> =
            [&self.path, &self.sg_path].into_iter().flatten().map(String::as_str).collect();
        nodes.join(" ")
    }
}

/// The result about one drive.
fn result(app: &App, status: &'static str, drive: &Described) {
    let host = app.testimony().map(|Testimony { findings, stats }| {
        json!({
            "writes": stats.writes,
            "bytes": stats.bytes_taken,
            "long_writes": stats.long_writes,
            "underruns": stats.underruns,
            "longest_gap_ms": stats.longest_gap.as_secs_f64() * 1000.0,
            "findings": findings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    });
    let body = OfDrive { event: None, status: Some(status), drive, host };
    app.printer.json(&json::result(app.schema, body));
}

/// Does what was asked.
pub fn run(command: &VirtualCommand, app: &App) -> Result<Exit, CliError> {
    match command {
        VirtualCommand::Create(args) => create(args, app),
        VirtualCommand::Attach(args) if args.daemon => attach_daemon(args, app),
        VirtualCommand::Attach(args) => attach(args, app),
        VirtualCommand::Detach(args) => detach(args, app),
        VirtualCommand::Run(args) => run_program(args, app),
        VirtualCommand::Guard(args) => guard(args),
    }
}

fn create(args: &VirtualCreateArgs, app: &App) -> Result<Exit, CliError> {
    let file = args.file.display();
    if args.file.symlink_metadata().is_ok() {
        return Err(CliError::failed(format!("{file} exists already"))
            .hint("choose another name, or delete it"));
    }
    let sectors = args.size.map(|bytes| u32::try_from(bytes / 2048).unwrap_or(u32::MAX));
    sim::create(&args.file, &args.medium, args.layers, sectors).map_err(|error| {
        let of_file = matches!(error, BlankError::File { .. });
        let exit = if of_file { Exit::Failed } else { Exit::Usage };
        let told = CliError::new(exit, error.to_string());
        error.hint().into_iter().fold(told, CliError::hint)
    })?;
    app.printer
        .note(&format!("{file} is a blank {}; try: oxidisc -d sim:{file} info", args.medium));
    let body = json!({"status": "created", "path": file.to_string(), "medium": args.medium});
    app.printer.json(&json::result(app.schema, body));
    Ok(Exit::Done)
}

fn attach(args: &VirtualAttachArgs, app: &App) -> Result<Exit, CliError> {
    if args.background {
        // A terminal that closes must not take the drive along. Fails where it is done already.
        let _ = nix::unistd::setsid();
    }
    let transport = app.open_spec(&args.spec)?;
    // From here on a signal must not leave the drive behind in the kernel.
    let interrupt = Interrupt::install()?;
    let options = AttachOptions { guardian: Some(this_program(&["virtual", "guard"])?) };
    let server = Server::attach(transport, &options)?;
    let drive = Described::new(server.nodes(), Some(std::process::id()));
    app.printer.data(&format!("{}\n", drive.nodes()));
    if args.background {
        // The last word: whoever started this reads no further.
        result(app, "attached", &drive);
        server.serve(interrupt.flag())?;
        return Ok(Exit::Done);
    }
    app.printer.json(&OfDrive { event: Some("attached"), status: None, drive: &drive, host: None });
    app.printer.note("serving it until interrupted (Ctrl-C) or detached");
    let status = match server.serve(interrupt.flag())? {
        Ended::Stopped => "stopped",
        Ended::Unplugged => {
            app.printer.note("the drive was unplugged");
            "unplugged"
        }
    };
    result(app, status, &drive);
    Ok(Exit::Done)
}

/// Starts a server in a session of its own and returns when that has said what became of it.
fn attach_daemon(args: &VirtualAttachArgs, app: &App) -> Result<Exit, CliError> {
    let failed =
        |error: io::Error| CliError::failed(format!("cannot start a server: {}", reason(&error)));
    let mut arguments = this_program(&["virtual", "attach", "--background", "--json"])?;
    let program = arguments.remove(0);
    if let Some(path) = &app.global.record {
        arguments.extend(["--record".into(), path.into()]);
    }
    if app.global.redact {
        arguments.push("--redact".into());
    }
    arguments.extend(["--".into(), OsString::from(&args.spec)]);
    let mut server = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(failed)?;
    let mut said = String::new();
    if let Some(stdout) = server.stdout.take() {
        BufReader::new(stdout).read_line(&mut said).map_err(failed)?;
    }
    let said: Value = serde_json::from_str(&said)
        .map_err(|_| CliError::failed("the server ended without a word"))?;
    if said["status"] != "attached" {
        return Err(told(&said));
    }
    let drive: Described = Described::deserialize(&said["drive"])
        .map_err(|_| CliError::failed("the server does not say what became of the drive"))?;
    app.printer.data(&format!("{}\n", drive.nodes()));
    result(app, "attached", &drive);
    Ok(Exit::Done)
}

/// The failure that another oxidisc told in JSON.
fn told(said: &Value) -> CliError {
    let exit = match said["exit"].as_u64() {
        Some(2) => Exit::Usage,
        Some(3) => Exit::Unusable,
        _ => Exit::Failed,
    };
    let failure = CliError::new(exit, said["error"]["message"].as_str().unwrap_or("no reason"));
    match said["error"]["hint"].as_str() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Program and arguments that start this very program.
fn this_program(arguments: &[&str]) -> Result<Vec<OsString>, CliError> {
    let program = std::env::current_exe().map_err(|error| {
        CliError::failed(format!("cannot find this program's own file: {}", reason(&error)))
    })?;
    Ok(std::iter::once(program.into()).chain(arguments.iter().map(OsString::from)).collect())
}

fn detach(args: &VirtualDetachArgs, app: &App) -> Result<Exit, CliError> {
    let which = match &args.node {
        Some(node) => Which::Node(node.clone()),
        None if args.all => Which::All,
        None => only(&tcmu::attached())?,
    };
    let gone = tcmu::detach(&which)?;
    if gone.is_empty() {
        app.printer.note("no simulated drive is attached");
    }
    let drives = gone.iter().map(|drive| detached(drive, app)).collect();
    app.printer.json(&json::result(app.schema, Taken { status: "detached", drives }));
    Ok(Exit::Done)
}

fn detached(drive: &Attached, app: &App) -> Described {
    match &drive.nodes {
        Some(nodes) => {
            let drive = Described::new(nodes, drive.server);
            app.printer.note(&format!("detached {}", drive.nodes()));
            drive
        }
        None => {
            app.printer.note("cleaned up after a server that was killed");
            Described { server: drive.server, ..Described::default() }
        }
    }
}

/// The drive that is meant when none is named.
fn only(attached: &[Attached]) -> Result<Which, CliError> {
    let nodes: Vec<&Nodes> = attached.iter().filter_map(|drive| drive.nodes.as_ref()).collect();
    match nodes.as_slice() {
        [] => Ok(Which::All),
        [only] => Ok(Which::Node(only.sr.clone())),
        several => {
            let name = |nodes: &&Nodes| format!("\n  {}", Described::new(nodes, None).nodes());
            let list: String = several.iter().map(name).collect();
            Err(CliError::usage(format!("{} drives are attached:{list}", several.len()))
                .hint("name one of them, or detach all with --all"))
        }
    }
}

/// Runs beside a server and outlives it.
fn guard(args: &VirtualGuardArgs) -> Result<Exit, CliError> {
    tcmu::guard(&args.word)?;
    Ok(Exit::Done)
}

fn run_program(args: &VirtualRunArgs, app: &App) -> Result<Exit, CliError> {
    let transport = app.open_spec(&args.spec)?;
    let options = RunOptions { at: args.at.clone(), command: args.program.clone() };
    let status = notify::run(transport, &options)?;
    let code = notify::exit_code(status);
    let at = args.at.display().to_string();
    app.printer.json(&json::result(app.schema, Ran { status: "ended", at, exit: code }));
    Ok(Exit::Program(code))
}

impl From<AttachError> for CliError {
    fn from(error: AttachError) -> CliError {
        let exit = match &error {
            AttachError::NotRoot | AttachError::NotOurs(_) => Exit::Unusable,
            _ => Exit::Failed,
        };
        let failure = CliError::new(exit, error.to_string());
        match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}

impl From<NotifyError> for CliError {
    fn from(error: NotifyError) -> CliError {
        match &error {
            NotifyError::Start { program, source } => CliError::failed(format!(
                "cannot start {}: {}",
                program.to_string_lossy(),
                reason(source)
            ))
            .hint("is it installed, and in your PATH?"),
            _ => CliError::failed(error.to_string()),
        }
    }
}
