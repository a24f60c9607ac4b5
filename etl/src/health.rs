//! Asks the three ports whether they answer, for whoever watches over the process.

use std::time::Duration;

use storage::Storage;

use crate::report::chain_of;

/// Longest wait for all answers, opening included.
pub const HEALTH_TIMEOUT: Duration = Duration::from_secs(10);

/// Whether rooms, log and archive answer; what does not is told in the log.
pub(crate) async fn check(ports: &Storage) -> bool {
    let rooms = ports.rooms.ping().await;
    let log = ports.log.watermarks(0).await;
    let archive = ports.archive.ping().await;
    let failures = [
        ("rooms", rooms.err().map(|error| chain_of(&error))),
        ("log", log.err().map(|error| chain_of(&error))),
        ("archive", archive.err().map(|error| chain_of(&error))),
    ];
    for (port, error) in &failures {
        if let Some(error) = error {
            tracing::error!(port, error, "does not answer");
        }
    }
    failures.iter().all(|(_, error)| error.is_none())
}
