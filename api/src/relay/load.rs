//! Bringing a room into memory: read what the log has of it, then follow.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use schemas::fold::{Outcome, fold};
use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::limits::LEAD_MS_MIN;
use schemas::record::Record;
use schemas::state::RoomState;
use storage::log::{ReadError, ReadRange, StoredRecord};
use storage::rooms::{Closed, RoomRow};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tokio::sync::mpsc;

use super::Relay;
use super::lane::Delivery;
use super::room::{INBOX_MAX, RoomHandle, RoomSetup, RoomTask};
use crate::refusal::Refusal;
use crate::select::select;

/// Records read at once.
const READ_RECORDS_MAX: usize = 5000;
/// Bytes read at once.
const READ_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Records that may come while a room is read; beyond it the lane waits.
const BACKLOG_MAX: usize = 10_000;

/// A room as the log knows it up to some offset.
struct Folded {
    state: Option<RoomState>,
    first_offset: u64,
    close_offset: Option<u64>,
}

/// A room that exists.
struct Found {
    state: RoomState,
    first_offset: u64,
    link: Option<String>,
}

impl Relay {
    /// Loads in a task of its own: whoever asked may give up, others wait for the same room.
    pub(super) async fn load_apart(&self, id: RoomId) -> Result<RoomHandle, Refusal> {
        let relay = self.clone();
        let loading = self.0.tasks.spawn(async move { relay.load(id).await });
        loading.await.unwrap_or_else(|error| Err(Refusal::Internal(error.into())))
    }

    /// Reads the room and starts its task.
    async fn load(&self, id: RoomId) -> Result<RoomHandle, Refusal> {
        let row = self.0.rooms.get(id).await?.ok_or(Refusal::NoSuchRoom(id))?;
        match row.status {
            RoomStatus::Creating | RoomStatus::Open | RoomStatus::Closed => {}
            RoomStatus::Archived => return Err(Refusal::Closed),
            RoomStatus::Aborted => return Err(Refusal::NoSuchRoom(id)),
        }
        let lane = self.lane(row.partition);
        let mut subscription = lane.subscribe(id).await?;
        let reading = self.read(&row, subscription.low, subscription.from);
        let (read, backlog) = buffer_while(&mut subscription.deliveries, reading).await;
        let Found { state, first_offset, link } = match read {
            Ok(found) => found,
            Err(refusal) => {
                drop(subscription);
                lane.unsubscribe(id).await;
                return Err(refusal);
            }
        };
        let (sender, inbox) = mpsc::channel(INBOX_MAX);
        let lead_ms = Arc::new(AtomicI64::new(LEAD_MS_MIN));
        let mut task = RoomTask::new(RoomSetup {
            state,
            partition: row.partition,
            first_offset,
            next: subscription.from,
            backlog,
            deliveries: subscription.deliveries,
            lane: lane.clone(),
            inbox,
            lead_ms: Arc::clone(&lead_ms),
            created_at: rfc3339(row.created_at_ms),
            link,
            log: Arc::clone(&self.0.log),
            rooms: Arc::clone(&self.0.rooms),
            nodes: Arc::clone(&self.0.nodes),
            attendance: Arc::clone(&self.0.attendance),
            elsewhere: self.0.elsewhere.clone(),
            tracker: self.0.tasks.clone(),
            options: Arc::clone(&self.0.options),
        });
        let relay = self.clone();
        self.spawn(async move {
            task.run().await;
            lane.unsubscribe(id).await;
            relay.drop_gone(id);
        });
        Ok(RoomHandle::new(id, row.partition, sender, lead_ms))
    }

    /// Reads a room from one offset to another, and repairs its row where that lags the log.
    async fn read(&self, row: &RoomRow, low: u64, until: u64) -> Result<Found, Refusal> {
        let Folded { state, first_offset, close_offset } = self.fold(row, low, until).await?;
        let state = state.ok_or(Refusal::NoSuchRoom(row.id))?;
        self.repair_row(row, &state, first_offset, close_offset).await?;
        let link = self.0.links.newest(row.id).await?;
        Ok(Found { state, first_offset, link })
    }

    /// Folds what the log has of a room, from its oldest record to an offset.
    async fn fold(&self, row: &RoomRow, low: u64, until: u64) -> Result<Folded, ReadError> {
        let mut folded = Folded { state: None, first_offset: 0, close_offset: None };
        let mut from = row.first_offset.unwrap_or(low).max(low);
        while from < until {
            let range = ReadRange {
                partition: row.partition,
                from,
                until,
                key: Some(row.id),
                records_max: READ_RECORDS_MAX,
                bytes_max: READ_BYTES_MAX,
            };
            let batch = self.0.log.read(range).await?;
            for stored in &batch.records {
                let Some(record) = record_of(row.id, stored) else { continue };
                let was_open = folded.state.as_ref().is_some_and(|state| state.closed().is_none());
                let outcome = fold(&mut folded.state, &record, stored.at_ms);
                if outcome == (Outcome::Accepted { seq: 1 }) {
                    folded.first_offset = stored.offset;
                }
                let is_closed = folded.state.as_ref().is_some_and(|state| state.closed().is_some());
                if was_open && is_closed {
                    folded.close_offset = Some(stored.offset);
                }
            }
            from = batch.next;
        }
        Ok(folded)
    }

    /// Lets a row that lags its log catch up.
    async fn repair_row(
        &self,
        row: &RoomRow,
        state: &RoomState,
        first_offset: u64,
        close_offset: Option<u64>,
    ) -> Result<(), Refusal> {
        if row.status == RoomStatus::Creating {
            self.0.rooms.mark_open(row.id, first_offset).await?;
        }
        if let (Some(reason), Some(close_offset)) = (state.closed(), close_offset)
            && row.status != RoomStatus::Closed
        {
            let closed = Closed { first_offset, close_offset, reason, at_ms: state.at_ms() };
            self.0.rooms.mark_closed(row.id, &closed).await?;
        }
        Ok(())
    }

    fn drop_gone(&self, id: RoomId) {
        let cell = {
            let loaded = self.0.loaded.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            loaded
                .get(&id)
                .filter(|cell| cell.get().is_some_and(RoomHandle::is_gone))
                .map(Arc::clone)
        };
        if let Some(cell) = cell {
            self.forget(id, &cell);
            self.count_rooms();
        }
    }
}

/// Takes what comes while a room is read, so that its queue does not fill up and stop the
/// lane's other rooms.
async fn buffer_while<T>(
    deliveries: &mut mpsc::Receiver<Delivery>,
    reading: impl Future<Output = T>,
) -> (T, Vec<Delivery>) {
    tokio::pin!(reading);
    let mut backlog = Vec::new();
    loop {
        select! {
            read = &mut reading => return (read, backlog),
            Some(delivery) = deliveries.recv(), if backlog.len() < BACKLOG_MAX => {
                backlog.push(delivery);
            }
        }
    }
}

/// The record that is stored, unless it is none of this room. The archive pass sets such
/// bytes aside; here they simply change nothing.
pub(super) fn record_of(room: RoomId, stored: &StoredRecord) -> Option<Record> {
    let record = Record::decode(&stored.value).ok().filter(|record| record.room == room);
    if record.is_none() {
        metrics::counter!("relay_poison_records_total").increment(1);
        tracing::error!(
            partition = stored.partition,
            offset = stored.offset,
            "the log holds bytes that are no record of their room"
        );
    }
    record
}

/// A moment as HTTP shows it, by RFC 3339; always of the same length, so that moments sort as
/// texts.
pub(crate) fn rfc3339(at_ms: i64) -> String {
    const FORMAT: &[BorrowedFormatItem<'_>] =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    let moment = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(FORMAT).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use schemas::record::{Entry, LeaveReason, MemberLeft};
    use uuid::Uuid;

    use super::*;

    /// Records read at load were once folded whatever room they spoke of.
    #[test]
    fn a_record_under_another_rooms_key_is_not_folded() {
        let (room, other) = (RoomId(Uuid::from_u128(1)), RoomId(Uuid::from_u128(2)));
        let left = Entry::MemberLeft(MemberLeft { reason: LeaveReason::Left });
        let record = Record::of_node(room, None, left);
        let stored = |value: Vec<u8>| StoredRecord {
            partition: 0,
            offset: 0,
            at_ms: 0,
            key: room,
            value: value.into(),
        };
        let encoded = stored(record.encode().unwrap());
        assert_eq!(record_of(room, &encoded), Some(record));
        assert_eq!(record_of(other, &encoded), None);
        assert_eq!(record_of(room, &stored(b"no record".to_vec())), None);
    }

    /// A moment whose last digits were zeros was once shorter, and so later as a text.
    #[test]
    fn moments_sort_as_texts() {
        let moments = [0, 1, 10, 999, 1000, 1_700_000_000_680, 1_700_000_000_689];
        let texts: Vec<String> = moments.into_iter().map(rfc3339).collect();
        assert!(texts.is_sorted(), "{texts:?}");
        assert_eq!(texts[2], "1970-01-01T00:00:00.010Z");
    }
}
