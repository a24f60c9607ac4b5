//! Asks a server of this machine whether it is ready, for containers that hold no other
//! program that could.

use std::net::SocketAddr;
use std::time::Duration;

use clients::http::Call;
use clients::{Deadline, HttpFactory, HttpOptions};
use serde::de::IgnoredAny;
use storage::log::BoxError;

use crate::app::own_url;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Fails unless the server that listens there answers that it is ready.
pub async fn check_health(listen: SocketAddr) -> Result<(), BoxError> {
    let server =
        HttpFactory::new(HttpOptions::default())?.service("node", own_url(listen).parse()?);
    let call = &Call::get("ready", &["health", "ready"], Deadline::after(PATIENCE));
    server.json::<IgnoredAny>(call).await?;
    Ok(())
}
