//! A log full of rooms that have closed.

use futures_util::{TryStreamExt, stream};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use schemas::record::{CloseReason, Record};
use storage::Storage;
use storage::log::Appended;
use storage::rooms::Closed;

use crate::Result;
use crate::history::History;

/// What [`fill`] makes, for the document.
pub(super) const ROOMS: &str =
    "rooms of 200 to 2000 records by 4 members, 128 open at a time, chat lines of 2 to 157 bytes";
/// Records of a room; the last may have more.
const ROOM_RECORDS_MIN: usize = 200;
const ROOM_RECORDS_MAX: usize = 2000;
const MEMBERS: usize = 4;
/// Rooms that are open at a time.
const ROOMS_AT_ONCE: usize = 128;
/// The same rooms in every run.
const SEED: u64 = 20_261;
/// What people say.
const LINES: [&str; 8] = [
    "ok",
    "Ha!",
    "Wait, who is that?",
    "I have seen this one before, but do not let me spoil it for you.",
    "Did you see the hat in the corner? It was not there a minute ago.",
    "Давайте остановим на минуту, я за чаем.",
    "That shot of the harbour at night is the best thing in the whole film.",
    "If she takes the train now she cannot be at the station before noon, so the letter must \
     have been written by someone else, or else he has lied from the start!",
];

/// Appends rooms with this many records in all, and their rows.
pub(super) async fn fill(storage: &Storage, records: usize) -> Result<()> {
    let partitions = storage.log.partitions();
    let rooms = sizes(records).into_iter().zip((0..partitions).cycle());
    let rooms = stream::iter(rooms.map(Ok));
    rooms
        .try_for_each_concurrent(ROOMS_AT_ONCE, async |(size, partition)| {
            play(storage, &History::new(partition, MEMBERS), size).await
        })
        .await
}

/// Sizes of rooms that have so many records together.
fn sizes(records: usize) -> Vec<usize> {
    let mut random = StdRng::seed_from_u64(SEED);
    let mut sizes = Vec::new();
    let mut left = records;
    while left > 0 {
        let size = random.random_range(ROOM_RECORDS_MIN..=ROOM_RECORDS_MAX).min(left);
        let is_last = left - size < ROOM_RECORDS_MIN;
        sizes.push(if is_last { left } else { size });
        left -= if is_last { left } else { size };
    }
    sizes
}

/// A room from its creation to its end.
async fn play(storage: &Storage, room: &History, size: usize) -> Result<()> {
    storage.rooms.create(&room.row(storage.log.epoch())?).await?;
    let mut first = None;
    let opening = room.opening()?;
    let chats = size - opening.len() - 1;
    for record in opening {
        let appended = append(storage, room, &record).await?;
        first.get_or_insert(appended.offset);
    }
    let first_offset = first.ok_or("a room without records")?;
    storage.rooms.mark_open(room.room, first_offset).await?;
    for (number, line) in LINES.iter().cycle().enumerate().take(chats) {
        let client_seq = u64::try_from(number / MEMBERS)?.saturating_add(1);
        append(storage, room, &room.chat(number % MEMBERS, client_seq, line)?).await?;
    }
    let last = append(storage, room, &room.closing()?).await?;
    let closed = Closed {
        first_offset,
        close_offset: last.offset,
        reason: CloseReason::Owner,
        at_ms: last.at_ms,
    };
    storage.rooms.mark_closed(room.room, &closed).await?;
    Ok(())
}

async fn append(storage: &Storage, room: &History, record: &Record) -> Result<Appended> {
    let value = record.encode()?.into();
    Ok(storage.log.append(room.partition, room.room, value).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rooms_have_all_records_together() {
        for records in [ROOM_RECORDS_MIN, 10_000, 123_456] {
            let sizes = sizes(records);
            assert_eq!(sizes.iter().sum::<usize>(), records);
            assert!(sizes.iter().all(|size| *size >= ROOM_RECORDS_MIN));
            assert!(sizes.iter().all(|size| *size < ROOM_RECORDS_MAX + ROOM_RECORDS_MIN));
        }
    }
}
