//! Appends, through one idempotent producer. Its report of a record goes to whoever follows
//! the partition here, before it goes to whoever appended.
//!
//! A producer that has lost track of what it sent refuses everything from then on; it is
//! replaced, and only what was under way is unknown.

mod reports;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use metrics::counter;
use rdkafka::ClientConfig;
use rdkafka::error::KafkaError;
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};
use schemas::ids::RoomId;
use tokio::sync::oneshot;
use uuid::fmt::Hyphenated;

use self::reports::{Reports, Sent};
use super::outage::{Context, Outage};
use super::tails::Followers;
use super::time::LogTime;
use crate::log::{Appended, BoxError};

/// Longest wait for an append's answer; the producer itself gives up a little earlier.
const APPEND_TIMEOUT: Duration = Duration::from_secs(7);
/// Longest wait until everything appended is durable, or has failed and said so.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(6);

type Client = ThreadedProducer<Reports>;

pub(super) struct Writer {
    config: ClientConfig,
    topic: String,
    outage: Arc<Outage>,
    time: Arc<LogTime>,
    followers: Arc<Followers>,
    /// None until a new one is made.
    client: Mutex<Option<Client>>,
}

impl Writer {
    pub(super) fn new(
        config: ClientConfig,
        topic: String,
        outage: Arc<Outage>,
        time: Arc<LogTime>,
        followers: Arc<Followers>,
    ) -> Result<Self, KafkaError> {
        let writer = Self { config, topic, outage, time, followers, client: Mutex::new(None) };
        drop(writer.client()?);
        Ok(writer)
    }

    pub(super) async fn append(
        &self,
        partition: i32,
        key: RoomId,
        value: Bytes,
    ) -> Result<Appended, BoxError> {
        let client = self.client()?;
        let (reply, answer) = oneshot::channel();
        let at_ms = self.time.local_ms();
        let sent = Sent { key, value: value.clone(), at_ms, reply };
        let name = key.0.as_hyphenated().encode_lower(&mut [0; Hyphenated::LENGTH]).to_owned();
        let record = BaseRecord::with_opaque_to(&self.topic, Box::new(sent));
        let record = record.partition(partition).key(&name).payload(value.as_ref());
        // There is no wait for a place in the queue: whoever finds it full is told at once.
        let sent = client.send(record).map_err(|(error, _record)| error);
        let appended = match sent {
            Ok(()) => tokio::time::timeout(APPEND_TIMEOUT, answer).await??,
            Err(error) => Err(error.into()),
        };
        if appended.is_err() {
            counter!("log_append_failures_total").increment(1);
            self.replace_if_fatal(&client);
        }
        appended
    }

    /// Waits until all that was appended before has its answer; on a thread that may wait.
    pub(super) fn flush(&self) -> Result<(), KafkaError> {
        self.client()?.flush(FLUSH_TIMEOUT)
    }

    /// The producer, a new one if there is none.
    fn client(&self) -> Result<Client, KafkaError> {
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = &*client {
            return Ok(client.clone());
        }
        let reports = Reports {
            context: Context(Arc::clone(&self.outage)),
            time: Arc::clone(&self.time),
            followers: Arc::clone(&self.followers),
        };
        let new: Client = self.config.create_with_context(reports)?;
        *client = Some(new.clone());
        Ok(new)
    }

    fn replace_if_fatal(&self, failed: &Client) {
        let Some((code, reason)) = failed.client().fatal_error() else { return };
        let mut client = self.client.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = client
            .as_ref()
            .is_some_and(|client| client.client().native_ptr() == failed.client().native_ptr());
        if is_current {
            tracing::error!(%code, reason, "the log's producer lost track and is replaced");
            client.take().into_iter().for_each(end);
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let client = self.client.get_mut().unwrap_or_else(PoisonError::into_inner);
        client.take().into_iter().for_each(end);
    }
}

/// Lets a producer send what it still has, then ends it: aside, since both wait.
fn end(client: Client) {
    let ending = move || {
        if client.flush(FLUSH_TIMEOUT).is_err() {
            let records = client.in_flight_count();
            tracing::warn!(records, "records were given up that no broker took");
        }
    };
    if let Err(error) = std::thread::Builder::new().name("log-writer-end".into()).spawn(ending) {
        tracing::warn!(%error, "the log's producer was ended in haste");
    }
}

#[cfg(test)]
mod tests;
