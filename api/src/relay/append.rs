//! Appending with a limit on the wait.

use std::time::Duration;

use bytes::Bytes;
use schemas::record::Record;
use storage::log::{AppendError, Appended, Log};

/// How long a sender waits for the log before it is told that the outcome is unknown.
const APPEND_PATIENCE: Duration = Duration::from_secs(10);

/// Appends a record to its room's partition.
pub(crate) async fn append_record(
    log: &dyn Log,
    partition: u32,
    record: &Record,
) -> Result<Appended, AppendError> {
    let bytes = record.encode().map_err(|error| AppendError::Unknown(error.into()))?;
    let append = log.append(partition, record.room, Bytes::from(bytes));
    tokio::time::timeout(APPEND_PATIENCE, append)
        .await
        .map_err(|elapsed| AppendError::Unknown(elapsed.into()))?
}
