//! One partition of the log, followed while this node has rooms in it. The lane hands each
//! record to its room in offset order; it never waits for a client, only for room tasks,
//! which never wait for anything but it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use schemas::ids::RoomId;
use storage::log::{Log, ReadError, StoredRecord, Tail, Watermarks};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Records that may wait for one room task.
const ROOM_QUEUE_RECORDS_MAX: usize = 256;
/// Orders that may wait for one lane.
const ORDERS_MAX: usize = 64;
/// Pause before the log is asked again after it failed.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// Where a room's live records begin.
pub(crate) struct Subscription {
    /// Offset of the first record that will come by `records`; older ones are to be read.
    pub(crate) from: u64,
    /// The room's records from there on.
    pub(crate) records: mpsc::Receiver<StoredRecord>,
}

enum Order {
    Subscribe(RoomId, oneshot::Sender<Result<Subscription, ReadError>>),
    Unsubscribe(RoomId),
}

/// Handle of a lane.
#[derive(Clone)]
pub(crate) struct Lane(mpsc::Sender<Order>);

impl Lane {
    /// The lane's task runs until `stop`.
    pub(crate) fn new(
        log: Arc<dyn Log>,
        partition: u32,
        stop: CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, orders) = mpsc::channel(ORDERS_MAX);
        let task = LaneTask { log, partition, rooms: HashMap::new(), tail: None, next: 0 };
        (Self(sender), async move {
            stop.run_until_cancelled(task.run(orders)).await;
        })
    }

    /// Begins to follow a room.
    pub(crate) async fn subscribe(&self, room: RoomId) -> Result<Subscription, ReadError> {
        let (reply, answer) = oneshot::channel();
        let stopped = || ReadError::Away("the lane has stopped".into());
        self.0.send(Order::Subscribe(room, reply)).await.map_err(|_closed| stopped())?;
        answer.await.map_err(|_closed| stopped())?
    }

    /// Stops following a room.
    pub(crate) async fn unsubscribe(&self, room: RoomId) {
        // A lane that has stopped follows nothing anyway.
        drop(self.0.send(Order::Unsubscribe(room)).await);
    }
}

struct LaneTask {
    log: Arc<dyn Log>,
    partition: u32,
    rooms: HashMap<RoomId, mpsc::Sender<StoredRecord>>,
    /// None while there is no room to follow, or while the log is away.
    tail: Option<Tail>,
    /// Offset of the next record to hand out.
    next: u64,
}

impl LaneTask {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            tokio::select! {
                order = orders.recv() => match order {
                    Some(Order::Subscribe(room, reply)) => {
                        // Whoever asked may have given up; the room then counts as unfollowed.
                        drop(reply.send(self.subscribe(room).await));
                    }
                    Some(Order::Unsubscribe(room)) => self.unsubscribe(room),
                    None => return,
                },
                record = next_record(&mut self.tail) => self.follow(record).await,
                () = tokio::time::sleep(RETRY_PAUSE), if self.is_interrupted() => {
                    self.reopen().await;
                }
            }
        }
    }

    fn is_interrupted(&self) -> bool {
        self.tail.is_none() && !self.rooms.is_empty()
    }

    async fn subscribe(&mut self, room: RoomId) -> Result<Subscription, ReadError> {
        let Watermarks { high, .. } = self.log.watermarks(self.partition).await?;
        if self.rooms.is_empty() {
            self.tail = Some(self.log.tail(self.partition, high).await?);
            self.next = high;
        }
        self.catch_up(high).await?;
        let (sender, records) = mpsc::channel(ROOM_QUEUE_RECORDS_MAX);
        self.rooms.insert(room, sender);
        Ok(Subscription { from: self.next, records })
    }

    /// Whoever asks for a room may have appended to it a moment ago, ahead of the tail, and
    /// would miss that in what lies before `from`.
    async fn catch_up(&mut self, high: u64) -> Result<(), ReadError> {
        while self.next < high {
            if self.tail.is_none() {
                return Err(ReadError::Away("the tail broke".into()));
            }
            let record = next_record(&mut self.tail).await;
            self.follow(record).await;
        }
        Ok(())
    }

    fn unsubscribe(&mut self, room: RoomId) {
        // The room may have been loaded anew since: only a dead subscription goes.
        if self.rooms.get(&room).is_some_and(mpsc::Sender::is_closed) {
            self.rooms.remove(&room);
        }
        if self.rooms.is_empty() {
            self.tail = None;
        }
    }

    async fn follow(&mut self, record: Option<Result<StoredRecord, ReadError>>) {
        match record {
            Some(Ok(record)) => {
                self.next = record.offset + 1;
                if let Some(room) = self.rooms.get(&record.key)
                    && let Err(closed) = room.send(record).await
                {
                    self.rooms.remove(&closed.0.key);
                }
            }
            Some(Err(error)) => {
                tracing::warn!(
                    partition = self.partition,
                    error = &error as &dyn std::error::Error,
                    "the log's tail broke; following again"
                );
                self.tail = None;
            }
            None => self.tail = None,
        }
    }

    async fn reopen(&mut self) {
        // Nothing of a room that is open is ever truncated, so what lies below the low
        // watermark is of no room here.
        let reopened = match self.log.tail(self.partition, self.next).await {
            Err(ReadError::OutOfRange { low }) => {
                self.next = low;
                self.log.tail(self.partition, low).await
            }
            other => other,
        };
        match reopened {
            Ok(tail) => self.tail = Some(tail),
            Err(error) => tracing::debug!(
                partition = self.partition,
                error = &error as &dyn std::error::Error,
                "the log is still away"
            ),
        }
    }
}

async fn next_record(tail: &mut Option<Tail>) -> Option<Result<StoredRecord, ReadError>> {
    match tail {
        Some(tail) => tail.next().await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use storage::clock::SystemClock;
    use storage::{StorageUrls, open};
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_subscription_never_begins_before_what_was_appended() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("log.db").display());
        let urls = StorageUrls { rooms: url.clone(), log: url.clone(), archive: url };
        let log = open(&urls, Arc::new(SystemClock)).await.unwrap().log;
        let (lane, task) = Lane::new(Arc::clone(&log), 0, CancellationToken::new());
        let task = tokio::spawn(task);
        let mut kept = Vec::new();
        for _ in 0..50 {
            let room = RoomId(Uuid::now_v7());
            let appended = log.append(0, room, "record".into()).await.unwrap();
            let subscription = lane.subscribe(room).await.unwrap();
            assert!(subscription.from > appended.offset, "the record would be overlooked");
            kept.push(subscription);
        }
        task.abort();
    }
}
