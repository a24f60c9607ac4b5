//! Messages of the library as records of the port.

use bytes::Bytes;
use rdkafka::Message;
use rdkafka::message::BorrowedMessage;
use schemas::ids::RoomId;
use uuid::Uuid;

use crate::log::StoredRecord;

/// The message's place in its partition.
pub(super) fn offset(message: &BorrowedMessage<'_>) -> u64 {
    // The brokers give none below zero.
    u64::try_from(message.offset()).unwrap_or_default()
}

/// Its room; the nil id if another program wrote a key that is none.
pub(super) fn key(message: &BorrowedMessage<'_>) -> RoomId {
    RoomId(message.key().and_then(|key| Uuid::try_parse_ascii(key).ok()).unwrap_or_default())
}

/// All of it, copied out of the library's memory.
pub(super) fn stored(message: &BorrowedMessage<'_>) -> StoredRecord {
    StoredRecord {
        partition: u32::try_from(message.partition()).unwrap_or_default(),
        offset: offset(message),
        at_ms: message.timestamp().to_millis().unwrap_or_default(),
        key: key(message),
        value: message.payload().map(Bytes::copy_from_slice).unwrap_or_default(),
    }
}
