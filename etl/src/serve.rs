//! Runs passes, once or on the schedule, until told to stop.

use std::io::Write;
use std::sync::Arc;

use storage::clock::{Clock, SystemClock};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::check_in::CheckIn;
use crate::open::{OpenError, open};
use crate::options::Options;
use crate::pass;
use crate::progress::Terminal;
use crate::report::{PassReport, chain_of};
use crate::schedule::STOP_WAIT_MAX;

/// Runs what the options ask for; tells whether all went well. SIGTERM and SIGINT end it
/// within ten seconds.
pub async fn serve(options: Options, terminal: Terminal) -> bool {
    let stop = CancellationToken::new();
    if let Err(error) = stop_on_signals(&stop) {
        tracing::error!(%error, "could not listen for signals");
        return false;
    }
    let etl = Arc::new(Etl { options, terminal, stop });
    if etl.options.once { once(etl).await } else { on_schedule(etl).await }
}

struct Etl {
    options: Options,
    terminal: Terminal,
    stop: CancellationToken,
}

async fn once(etl: Arc<Etl>) -> bool {
    let stop = etl.stop.clone();
    let pass = async move {
        match etl.pass().await {
            Ok(report) => report.is_complete(),
            Err(error) => {
                tracing::error!(error = chain_of(&error), "could not run");
                false
            }
        }
    };
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(STOP_WAIT_MAX).await;
    };
    tokio::select! {
        complete = pass => complete,
        () = overdue => {
            tracing::warn!("the pass did not stop in time and is left; the next one repairs it");
            false
        }
    }
}

async fn on_schedule(etl: Arc<Etl>) -> bool {
    let schedule = etl.options.schedule.clone();
    let stop = etl.stop.clone();
    tracing::info!(%schedule, "waiting for the schedule");
    let passes = schedule.run(&stop, move || {
        let etl = Arc::clone(&etl);
        async move {
            match etl.pass().await {
                Ok(_) => {}
                Err(error @ OpenError::NoFile { .. }) => {
                    tracing::warn!(error = chain_of(&error), "waiting for the file to appear");
                }
                Err(error) => tracing::error!(error = chain_of(&error), "could not run"),
            }
        }
    });
    match passes.await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(%error, "the schedule cannot be run");
            false
        }
    }
}

impl Etl {
    /// Opens the storage, runs one pass, tells everyone. The storage is opened for each pass,
    /// so that a server that was away or a file that was replaced needs no restart.
    async fn pass(&self) -> Result<PassReport, OpenError> {
        let clock = Arc::new(SystemClock);
        let opened = open(&self.options.storage, Arc::clone(&clock) as Arc<dyn Clock>).await;
        if let Err(error @ OpenError::NoFile { .. }) = opened {
            return Err(error);
        }
        let schedule = (!self.options.once).then_some(&self.options.schedule);
        let check_in = CheckIn::begin(schedule);
        let ports = match opened {
            Ok(ports) => ports,
            Err(error) => {
                check_in.fail(&chain_of(&error));
                return Err(error);
            }
        };
        let limits = self.options.limits.pass_limits();
        let report = pass::run(ports, clock, limits, self.stop.clone(), &self.terminal).await;
        check_in.end(&report);
        print(&report);
        Ok(report)
    }
}

fn print(report: &PassReport) {
    let written = serde_json::to_string(report)
        .map_err(std::io::Error::from)
        .and_then(|line| writeln!(std::io::stdout(), "{line}"));
    if let Err(error) = written {
        tracing::error!(%error, "could not write the report");
    }
}

fn stop_on_signals(stop: &CancellationToken) -> std::io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let stop = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("told to stop");
        stop.cancel();
    });
    Ok(())
}
