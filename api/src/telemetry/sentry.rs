//! Errors and traces to Sentry, with nothing in them that opens a door.

use secrecy::ExposeSecret;
use sentry::protocol::Event;
use sentry::types::Dsn;
use sentry::{ClientInitGuard, ClientOptions};

use super::scrub::scrub;
use crate::options::{BadOption, TelemetryOptions};

pub(super) fn start(options: &TelemetryOptions) -> Result<Option<ClientInitGuard>, BadOption> {
    let address = options.sentry_dsn.as_ref().map(ExposeSecret::expose_secret);
    let Some(address) = address.filter(|address| !address.is_empty()) else {
        return Ok(None);
    };
    // Its own words would show the address, which holds a key.
    if address.parse::<Dsn>().is_err() {
        return Err(BadOption::new("SENTRY_DSN", "is no Sentry address"));
    }
    let settings = ClientOptions::new()
        .dsn(address)
        .release(concat!("movie-together@", env!("CARGO_PKG_VERSION")))
        .environment(options.sentry_environment.clone())
        .traces_sample_rate(options.sentry_traces_rate)
        .send_default_pii(false)
        .before_send(scrubbed);
    Ok(Some(sentry::init(settings)))
}

/// Takes secrets out of every text of an event. One that cannot be cleaned is not sent.
fn scrubbed(event: Event<'static>) -> Option<Event<'static>> {
    let mut value = serde_json::to_value(event).ok()?;
    scrub(&mut value);
    serde_json::from_value(value).ok()
}
