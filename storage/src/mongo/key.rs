//! Keys of fixed width whose bytes sort as the log does.
//!
//! An event's is `room (16) · epoch (8) · offset (8)`, a participant's is `user (16) ·
//! room (16)`, a quarantined record's is `partition (4) · offset (8) · epoch (8)`, numbers with
//! their highest byte first. The epoch stands in by the first bytes of its SHA-256.

use mongodb::bson::spec::BinarySubtype;
use mongodb::bson::{Binary, Document, Uuid, doc};
use schemas::archive::Quarantined;
use schemas::ids::{RoomId, UserId};
use sha2::{Digest, Sha256};

/// Bytes that stand in for an epoch.
const EPOCH_BYTES: usize = 8;
const ID_BYTES: usize = 16;

/// Key of an event.
pub(super) fn of_event(room: RoomId, epoch: &str, offset: u64) -> Binary {
    binary(&[room.0.as_bytes(), &epoch_bytes(epoch), &offset.to_be_bytes()])
}

/// Key of bytes that were set aside.
pub(super) fn of_quarantined(bytes: &Quarantined) -> Binary {
    binary(&[
        &bytes.partition.to_be_bytes(),
        &bytes.offset.to_be_bytes(),
        &epoch_bytes(&bytes.epoch),
    ])
}

/// Key of somebody who did something in a room.
pub(super) fn of_participant(user: UserId, room: RoomId) -> Binary {
    binary(&[user.0.as_bytes(), room.0.as_bytes()])
}

/// The room of such a key.
pub(super) fn room_of_participant(key: &Binary) -> Option<RoomId> {
    let room = key.bytes.get(ID_BYTES..)?;
    uuid::Uuid::from_slice(room).ok().map(RoomId)
}

/// The keys of a person's rooms.
pub(super) fn range_of_user(user: UserId) -> Document {
    let user = user.0.as_bytes();
    between(binary(&[user, &[0; ID_BYTES]]), binary(&[user, &[0xFF; ID_BYTES]]))
}

/// The keys of a room's events, of whichever epoch.
pub(super) fn range_of_room(room: RoomId) -> Document {
    let room = room.0.as_bytes();
    between(
        binary(&[room, &[0; EPOCH_BYTES], &u64::MIN.to_be_bytes()]),
        binary(&[room, &[0xFF; EPOCH_BYTES], &u64::MAX.to_be_bytes()]),
    )
}

/// The keys of a room's events of one epoch.
pub(super) fn range_of_epoch(room: RoomId, epoch: &str) -> Document {
    between(of_event(room, epoch, u64::MIN), of_event(room, epoch, u64::MAX))
}

/// The keys of what was set aside in a partition.
pub(super) fn range_of_partition(partition: u32) -> Document {
    let partition = partition.to_be_bytes();
    between(
        binary(&[&partition, &u64::MIN.to_be_bytes(), &[0; EPOCH_BYTES]]),
        binary(&[&partition, &u64::MAX.to_be_bytes(), &[0xFF; EPOCH_BYTES]]),
    )
}

/// Bytes as they are.
pub(super) fn binary(parts: &[&[u8]]) -> Binary {
    Binary { subtype: BinarySubtype::Generic, bytes: parts.concat() }
}

/// An id as servers know ids.
pub(super) fn uuid(id: uuid::Uuid) -> Uuid {
    Uuid::from_bytes(id.into_bytes())
}

fn between(first: Binary, last: Binary) -> Document {
    doc! { "$gte": first, "$lte": last }
}

fn epoch_bytes(epoch: &str) -> [u8; EPOCH_BYTES] {
    let hash: [u8; 32] = Sha256::digest(epoch).into();
    std::array::from_fn(|index| hash.get(index).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(number: u128) -> RoomId {
        RoomId(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn keys_of_events_sort_by_room_and_then_by_offset() {
        let last = u64::MAX;
        let keys = [(1, 0), (1, 1), (1, 255), (1, 256), (1, last), (2, 0), (u128::MAX, last)]
            .map(|(number, offset)| of_event(room(number), "epoch", offset).bytes);
        assert!(keys.is_sorted_by(|before, after| before < after));
        assert!(keys.iter().all(|key| key.len() == 32));
    }

    #[test]
    fn epochs_are_told_apart() {
        assert_ne!(of_event(room(1), "one", 5), of_event(room(1), "other", 5));
    }

    #[test]
    fn a_range_holds_its_own_and_nothing_else() {
        let holds = |range: &Document, key: &Binary| {
            let first = range.get_binary_generic("$gte").unwrap();
            let last = range.get_binary_generic("$lte").unwrap();
            (first..=last).contains(&&key.bytes)
        };
        let user = |number| UserId(uuid::Uuid::from_u128(number));
        for of in [0, u128::MAX] {
            let key = of_participant(user(7), room(of));
            assert!(holds(&range_of_user(user(7)), &key));
            assert!(!holds(&range_of_user(user(8)), &key));
            assert_eq!(room_of_participant(&key), Some(room(of)));
        }
        let range = range_of_room(room(7));
        for offset in [0, 1, u64::MAX] {
            assert!(holds(&range, &of_event(room(7), "any", offset)));
            assert!(holds(&range_of_epoch(room(7), "any"), &of_event(room(7), "any", offset)));
            assert!(!holds(&range_of_epoch(room(7), "any"), &of_event(room(7), "other", offset)));
            assert!(!holds(&range, &of_event(room(6), "any", offset)));
            assert!(!holds(&range, &of_event(room(8), "any", offset)));
        }
    }
}
