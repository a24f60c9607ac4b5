//! The binary `movie-together-etl`.

use std::process::ExitCode;

use clap::Parser;
use etl::options::Options;
use etl::progress::Terminal;
use etl::{serve, telemetry};
use tikv_jemallocator::Jemalloc;

/// The clients allocate on many threads what others free. The allocator of the C library keeps
/// what is left of that for each of them; one that shares it stays small (`.cargo/config.toml`).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    let options = Options::parse();
    let terminal = Terminal::stderr();
    telemetry::log(&options, &terminal);
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        tracing::warn!("another TLS provider is in place");
    }
    let _sentry = telemetry::sentry(&options);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "could not start");
            return ExitCode::FAILURE;
        }
    };
    if runtime.block_on(serve::serve(options, terminal)) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
