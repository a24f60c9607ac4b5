//! What the producer says of each record: it is in the log and where, or it may not be.

use std::sync::Arc;

use bytes::Bytes;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::message::BorrowedMessage;
use rdkafka::producer::{DeliveryResult, ProducerContext};
use rdkafka::statistics::Statistics;
use rdkafka::{ClientContext, Message};
use schemas::ids::RoomId;
use tokio::sync::oneshot;

use super::super::outage::Context;
use super::super::tails::Followers;
use super::super::time::LogTime;
use crate::log::{Appended, BoxError, StoredRecord};

/// The brokers have the record, but do not say where: an earlier attempt had brought it.
#[derive(Debug, thiserror::Error)]
#[error("the brokers do not say where the record is")]
struct PlaceUnknown;

/// A record on its way.
pub(super) struct Sent {
    pub(super) key: RoomId,
    pub(super) value: Bytes,
    /// When it was sent, by our own clock.
    pub(super) at_ms: i64,
    pub(super) reply: oneshot::Sender<Result<Appended, BoxError>>,
}

/// To whom the producer reports.
pub(super) struct Reports {
    pub(super) context: Context,
    pub(super) time: Arc<LogTime>,
    pub(super) followers: Arc<Followers>,
}

impl Reports {
    fn delivered(&self, message: &BorrowedMessage<'_>, sent: &mut Sent) -> Option<Appended> {
        self.context.0.is_over();
        let offset = u64::try_from(message.offset()).ok()?;
        let at_ms = message.timestamp().to_millis()?;
        self.time.compare(sent.at_ms, self.time.local_ms(), at_ms);
        let record = StoredRecord {
            partition: u32::try_from(message.partition()).ok()?,
            offset,
            at_ms,
            key: sent.key,
            value: std::mem::take(&mut sent.value),
        };
        self.followers.report(message.partition(), &record);
        Some(Appended { offset, at_ms })
    }
}

impl ClientContext for Reports {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        self.context.log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.context.error(error, reason);
    }

    fn stats(&self, statistics: Statistics) {
        self.context.stats(statistics);
    }
}

impl ProducerContext for Reports {
    type DeliveryOpaque = Box<Sent>;

    fn delivery(&self, result: &DeliveryResult<'_>, mut sent: Box<Sent>) {
        let appended = match result {
            Ok(message) => self.delivered(message, &mut sent).ok_or_else(|| PlaceUnknown.into()),
            Err((error, _message)) => Err(error.clone().into()),
        };
        // Whoever asked may have given up.
        drop(sent.reply.send(appended));
    }
}
