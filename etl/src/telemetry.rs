//! Log lines on stderr and errors to Sentry.

use std::io::{IsTerminal, stderr};

use sentry::{ClientInitGuard, ClientOptions};
use tracing_subscriber::EnvFilter;

use crate::options::{LogFormat, Options};
use crate::progress::Terminal;

/// Starts Sentry, if it is wanted. To be called before the async runtime starts; the guard's
/// drop sends what is left.
pub fn sentry(options: &Options) -> Option<ClientInitGuard> {
    let dsn = options.sentry_dsn.0.clone()?;
    let mut client =
        ClientOptions::new().maybe_release(sentry::release_name!()).send_default_pii(false);
    client.dsn = Some(dsn);
    Some(sentry::init(client))
}

/// The scheduler tells of its inner life, which is nobody's here.
const QUIET: &str = "tokio_cron_scheduler=warn";

/// Starts the log, above the progress bar.
pub fn log(options: &Options, terminal: &Terminal) {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!("{QUIET},{}", options.rust_log)))
        .with_ansi(stderr().is_terminal())
        .with_writer(terminal.clone());
    match options.log_format {
        LogFormat::Text => builder.init(),
        LogFormat::Json => builder.json().flatten_event(true).init(),
    }
}
