//! What an error of a consumer is about. The library does not say which partition it means.

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Some partition has no record at the offset it was read from, and is not read any more.
    OffsetGone,
    /// Some partition cannot be read at all.
    Partition,
    /// A connection: the library makes a new one and goes on where it was.
    Connection,
}

impl Fault {
    pub(super) fn of(error: &KafkaError) -> Self {
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::AutoOffsetReset) => Self::OffsetGone,
            Some(
                RDKafkaErrorCode::UnknownTopicOrPartition
                | RDKafkaErrorCode::UnknownTopic
                | RDKafkaErrorCode::UnknownPartition
                | RDKafkaErrorCode::TopicAuthorizationFailed
                | RDKafkaErrorCode::MessageSizeTooLarge
                | RDKafkaErrorCode::InvalidMessage
                | RDKafkaErrorCode::BadMessage,
            ) => Self::Partition,
            _ => Self::Connection,
        }
    }
}

/// Offsets of a partition are dense, so something was lost or skipped.
#[derive(Debug, thiserror::Error)]
#[error("record {expected} was expected, {found} came")]
pub(super) struct Hole {
    pub(super) expected: u64,
    pub(super) found: u64,
}
