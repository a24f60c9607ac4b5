//! The engines for a shell: `run` a command against them, or keep them `up`.

mod options;

use std::error::Error;
use std::ffi::OsString;
use std::io::{Write as _, stderr, stdout};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use clap::Parser;
use stack::{Engine, Stack, end_tree};
use tokio::process::Command;
use tokio::signal::unix::{Signal, SignalKind, signal};

use options::{Engines, Options, What};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How long a command that was told to end may take before it is killed.
const COMMAND_END_WAIT_MAX: Duration = Duration::from_secs(10);
/// What a shell adds to a signal's number.
const SIGNAL_EXIT_BASE: i32 = 128;

#[tokio::main]
async fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .without_time()
        .with_target(false)
        .with_level(false)
        .with_writer(stderr)
        .init();
    let done = match Options::parse().what {
        What::Run { engines, command } => run(&engines, &command).await,
        What::Up { engines } => up(&engines).await,
    };
    done.unwrap_or_else(|error| {
        let causes = std::iter::successors(Some(&*error), |error| (*error).source());
        let texts: Vec<String> = causes.map(ToString::to_string).collect();
        drop(writeln!(stderr(), "error: {}", texts.join(": ")));
        ExitCode::FAILURE
    })
}

async fn run(engines: &Engines, command: &[OsString]) -> Result<ExitCode> {
    let mut ends = Ends::listen()?;
    let stack = tokio::select! {
        stack = start(engines) => stack?,
        code = ends.told() => return Ok(code),
    };
    let (program, arguments) = command.split_first().ok_or("no command")?;
    let child = Command::new(program).args(arguments).envs(urls(&stack)).kill_on_drop(true).spawn();
    let mut child = child.map_err(|error| format!("{}: {error}", program.display()))?;
    let code = tokio::select! {
        status = child.wait() => exit_code(status?),
        code = ends.told() => {
            if let Some(pid) = child.id() {
                end_tree(pid, COMMAND_END_WAIT_MAX).await;
            }
            code
        }
    };
    stack.stop().await;
    Ok(code)
}

async fn up(engines: &Engines) -> Result<ExitCode> {
    let mut ends = Ends::listen()?;
    let stack = tokio::select! {
        stack = start(engines) => stack?,
        code = ends.told() => return Ok(code),
    };
    for (variable, url) in urls(&stack) {
        writeln!(stdout(), "export {variable}={url}")?;
    }
    tracing::info!("Ctrl-C ends them");
    ends.told().await;
    stack.stop().await;
    Ok(ExitCode::SUCCESS)
}

async fn start(engines: &Engines) -> Result<Stack> {
    Ok(Stack::start_with(&engines.missing(), &engines.settings()).await?)
}

/// The variables by which the engines are found.
fn urls(stack: &Stack) -> impl Iterator<Item = (&'static str, String)> {
    let url = |engine: Engine| Some((engine.variable(), stack.server(engine)?.url()));
    Engine::ALL.into_iter().filter_map(url)
}

fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| Some(SIGNAL_EXIT_BASE + status.signal()?));
    let code = code.and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// The signals that end us.
struct Ends {
    interrupt: Signal,
    terminate: Signal,
}

impl Ends {
    fn listen() -> Result<Self> {
        let interrupt = signal(SignalKind::interrupt())?;
        Ok(Self { interrupt, terminate: signal(SignalKind::terminate())? })
    }

    /// Returns the exit code once there is a signal.
    async fn told(&mut self) -> ExitCode {
        let kind = tokio::select! {
            _ = self.interrupt.recv() => SignalKind::interrupt(),
            _ = self.terminate.recv() => SignalKind::terminate(),
        };
        let code = u8::try_from(SIGNAL_EXIT_BASE + kind.as_raw_value());
        code.map_or(ExitCode::FAILURE, ExitCode::from)
    }
}
