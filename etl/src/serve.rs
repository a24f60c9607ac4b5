//! Runs passes, once or on the schedule, until told to stop; or one of the other commands.

use std::error::Error;
use std::io::Write;
use std::sync::Arc;

use schemas::ids::UserId;
use serde::Serialize;
use storage::clock::{Clock, SystemClock};
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::check_in::CheckIn;
use crate::erase::erase;
use crate::open::{OpenError, open};
use crate::options::{Command, Options};
use crate::progress::Terminal;
use crate::report::{PassReport, chain_of};
use crate::schedule::STOP_WAIT_MAX;
use crate::{health, metrics, pass};

/// Runs what the options ask for; tells whether all went well. SIGTERM and SIGINT end it
/// within ten seconds.
pub async fn serve(options: Options, terminal: Terminal) -> bool {
    let stop = CancellationToken::new();
    if let Err(error) = stop_on_signals(&stop) {
        tracing::error!(%error, "could not listen for signals");
        return false;
    }
    let etl = Arc::new(Etl { options, terminal, stop: stop.clone() });
    match etl.options.command {
        Some(Command::Erase { user }) => unless_overdue(&stop, etl.erase(user)).await,
        Some(Command::Health) => etl.health().await,
        None if etl.options.once => unless_overdue(&stop, etl.once()).await,
        None => on_schedule(etl).await,
    }
}

struct Etl {
    options: Options,
    terminal: Terminal,
    stop: CancellationToken,
}

/// Leaves work alone that does not end in time once it was told to stop.
async fn unless_overdue(stop: &CancellationToken, work: impl Future<Output = bool>) -> bool {
    let overdue = async {
        stop.cancelled().await;
        tokio::time::sleep(STOP_WAIT_MAX).await;
    };
    tokio::select! {
        is_done = work => is_done,
        () = overdue => {
            tracing::warn!("did not stop in time and is left; the next time repairs it");
            false
        }
    }
}

async fn on_schedule(etl: Arc<Etl>) -> bool {
    let schedule = etl.options.schedule.clone();
    let stop = etl.stop.clone();
    if let Some(address) = etl.options.metrics_listen
        && let Err(error) = metrics::listen(address)
    {
        tracing::error!(error = chain_of(&error), "could not serve metrics");
        return false;
    }
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
        metrics::record(&report);
        print(&report);
        Ok(report)
    }

    async fn once(&self) -> bool {
        match self.pass().await {
            Ok(report) => report.is_complete(),
            Err(error) => could_not("run", &error),
        }
    }

    async fn erase(&self, user: UserId) -> bool {
        let clock = Arc::new(SystemClock);
        let opened = open(&self.options.storage, Arc::clone(&clock) as Arc<dyn Clock>).await;
        let ports = match opened {
            Ok(ports) => ports,
            Err(error) => return could_not("run", &error),
        };
        match erase(&ports, clock.as_ref(), user, &self.stop, &self.terminal).await {
            Ok(report) => {
                print(&report);
                !report.stopped
            }
            Err(error) => could_not("erase", &error),
        }
    }

    async fn health(&self) -> bool {
        let checking = async {
            match open(&self.options.storage, Arc::new(SystemClock)).await {
                Ok(ports) => health::check(&ports).await,
                Err(error) => could_not("open", &error),
            }
        };
        match tokio::time::timeout(health::HEALTH_TIMEOUT, checking).await {
            Ok(is_healthy) => is_healthy,
            Err(elapsed) => could_not("ask in time", &elapsed),
        }
    }
}

/// Tells why something was not done, and that it was not.
fn could_not(what: &str, error: &dyn Error) -> bool {
    tracing::error!(error = chain_of(error), "could not {what}");
    false
}

fn print(report: &impl Serialize) {
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
