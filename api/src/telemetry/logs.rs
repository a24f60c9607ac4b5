//! Where log lines go: to standard error, as text for people or as JSON for machines, and
//! as errors and breadcrumbs to Sentry.

use std::io::IsTerminal;

use sentry::integrations::tracing::{BreadcrumbLayer, ErrorLayer, SpanLayer};
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, LevelFilter, filter_fn};
use tracing_subscriber::prelude::*;

use crate::options::{BadOption, LogFormat, TelemetryOptions};

pub(super) fn start(options: &TelemetryOptions) -> Result<(), BadOption> {
    let filter = EnvFilter::try_new(&options.rust_log);
    let filter = filter.map_err(|error| BadOption::new("RUST_LOG", error.to_string()))?;
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match options.log_format {
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
    };
    let is_crumb = |line: &Metadata<'_>| matches!(*line.level(), Level::WARN | Level::INFO);
    let spans =
        (options.sentry_traces_rate > 0.0).then(|| SpanLayer::new().with_filter(LevelFilter::INFO));
    let subscriber = tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .with(BreadcrumbLayer::new().with_filter(filter_fn(is_crumb)))
        .with(ErrorLayer::new().with_filter(LevelFilter::ERROR))
        .with(spans);
    let started = subscriber.try_init();
    started.map_err(|error| BadOption::new("RUST_LOG", error.to_string()))
}
