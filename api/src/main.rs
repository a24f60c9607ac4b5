//! The server: reads the options, starts telemetry, then runs the [`App`] until it is told
//! to stop.

use std::error::Error;
use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use api::app::App;
use api::health_check::check_health;
use api::options::{Errand, Options};
use api::telemetry::Telemetry;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};

fn main() -> ExitCode {
    let options = Options::parse();
    if options.openapi {
        return print(&api::http::openapi());
    }
    if options.errand == Some(Errand::Health) {
        return check(&options);
    }
    let telemetry = match Telemetry::start(&options.telemetry) {
        Ok(telemetry) => telemetry,
        Err(error) => return fail(&error),
    };
    let result = run(&options);
    if let Err(error) = &result {
        tracing::error!(error = error.as_ref() as &dyn Error, "the server did not start");
    }
    // Sends what Sentry still holds.
    drop(telemetry);
    result.map_or_else(|error| fail(error.as_ref()), |()| ExitCode::SUCCESS)
}

fn check(options: &Options) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let checked = runtime.block_on(check_health(options.network.listen));
    checked.map_or_else(|error| fail(error.as_ref()), |()| ExitCode::SUCCESS)
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    raise_open_files();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut terminated = signal(SignalKind::terminate())?;
        let mut interrupted = signal(SignalKind::interrupt())?;
        let app = App::start(options).await?;
        print(&format!("Movie Together is at {}\n", app.public_url()));
        tokio::select! {
            _ = terminated.recv() => {}
            _ = interrupted.recv() => {}
        }
        tracing::info!("stopping");
        app.stop().await;
        Ok(())
    })
}

/// Every connection is a file; many systems allow a thousand unless asked for more.
fn raise_open_files() {
    if let Err(error) = rlimit::increase_nofile_limit(u64::MAX) {
        tracing::warn!(error = &error as &dyn Error, "few connections can be served");
    }
}

fn print(text: &str) -> ExitCode {
    let written = stdout().write_all(text.as_bytes());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// One line with all causes, for whoever started us.
fn fail(error: &(dyn Error + 'static)) -> ExitCode {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    let mut texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.dedup();
    drop(writeln!(stderr(), "error: {}", texts.join(": ")));
    ExitCode::FAILURE
}
