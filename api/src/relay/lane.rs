//! One partition of the log, followed while this node has rooms in it. The lane hands each
//! record to its room in offset order; it never waits for a client, only for room tasks,
//! which never wait for anything but it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use crate::select::select;
use futures_util::StreamExt;
use schemas::ids::RoomId;
use storage::log::{Log, ReadError, StoredRecord, Tail, Watermarks};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

/// Records that may wait for one room task.
const ROOM_QUEUE_RECORDS_MAX: usize = 256;
/// Orders that may wait for one lane.
const ORDERS_MAX: usize = 64;
/// Marks that may be under way to the rooms of one lane.
const MARKS_MAX: usize = 4096;
/// Pause before the log is asked again after it failed.
const RETRY_PAUSE: Duration = Duration::from_millis(200);
/// How long the tail may take to reach what is in the log already.
const CATCH_UP_PATIENCE: Duration = Duration::from_secs(3);

/// Where a room's live records begin.
pub(crate) struct Subscription {
    /// Offset of the first record that will come by `deliveries`; older ones are to be read.
    pub(crate) from: u64,
    /// The room's records from there on, and the marks between them.
    pub(crate) deliveries: mpsc::Receiver<Delivery>,
}

/// What a lane hands to a room.
pub(crate) enum Delivery {
    /// The room's next record.
    Record(StoredRecord),
    /// Everything before an offset that somebody named was handed out.
    Mark(oneshot::Sender<()>),
}

enum Order {
    Subscribe(RoomId, oneshot::Sender<Result<Subscription, ReadError>>),
    Unsubscribe(RoomId),
    /// Goes to the room once everything before an offset went to it.
    Mark {
        room: RoomId,
        high: u64,
        reply: oneshot::Sender<()>,
    },
}

/// Handle of a lane.
#[derive(Clone)]
pub(crate) struct Lane {
    log: Arc<dyn Log>,
    partition: u32,
    orders: mpsc::Sender<Order>,
}

impl Lane {
    /// The lane's task runs until `stop`.
    pub(crate) fn new(
        log: Arc<dyn Log>,
        partition: u32,
        stop: CancellationToken,
    ) -> (Self, impl Future<Output = ()> + Send) {
        let (sender, orders) = mpsc::channel(ORDERS_MAX);
        let task = LaneTask {
            log: Arc::clone(&log),
            partition,
            rooms: HashMap::new(),
            marks: BTreeMap::new(),
            tail: None,
            reopen_at: Instant::now(),
            next: 0,
        };
        (Self { log, partition, orders: sender }, async move {
            stop.run_until_cancelled(task.run(orders)).await;
        })
    }

    /// Begins to follow a room.
    pub(crate) async fn subscribe(&self, room: RoomId) -> Result<Subscription, ReadError> {
        let (reply, answer) = oneshot::channel();
        let order = Order::Subscribe(room, reply);
        self.orders.send(order).await.map_err(|_closed| stopped())?;
        answer.await.map_err(|_closed| stopped())?
    }

    /// Stops following a room.
    pub(crate) async fn unsubscribe(&self, room: RoomId) {
        // A lane that has stopped follows nothing anyway.
        drop(self.orders.send(Order::Unsubscribe(room)).await);
    }

    /// Waits until a room has folded everything that is in the log now, whichever node
    /// appended it. The mark travels among the records, so it cannot overtake one.
    pub(crate) async fn catch_up(&self, room: RoomId) -> Result<(), ReadError> {
        let caught_up = async {
            let Watermarks { high, .. } = self.log.watermarks(self.partition).await?;
            let (reply, answer) = oneshot::channel();
            let order = Order::Mark { room, high, reply };
            self.orders.send(order).await.map_err(|_closed| stopped())?;
            answer.await.map_err(|_closed| ReadError::Away("the room is not followed".into()))
        };
        let answered = timeout(CATCH_UP_PATIENCE, caught_up).await;
        answered.map_err(|elapsed| ReadError::Away(elapsed.into()))?
    }
}

fn stopped() -> ReadError {
    ReadError::Away("the lane has stopped".into())
}

struct LaneTask {
    log: Arc<dyn Log>,
    partition: u32,
    rooms: HashMap<RoomId, mpsc::Sender<Delivery>>,
    /// By the offset that must be reached.
    marks: BTreeMap<u64, Vec<(RoomId, oneshot::Sender<()>)>>,
    /// None while there is no room to follow, or while the log is away.
    tail: Option<Tail>,
    /// When the log is asked again after the tail broke.
    reopen_at: Instant,
    /// Offset of the next record to hand out.
    next: u64,
}

impl LaneTask {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order).await,
                    None => return,
                },
                record = next_record(&mut self.tail) => self.follow(record).await,
                () = sleep_until(self.reopen_at), if self.is_interrupted() => {
                    self.reopen().await;
                }
            }
        }
    }

    fn is_interrupted(&self) -> bool {
        self.tail.is_none() && !self.rooms.is_empty()
    }

    async fn obey(&mut self, order: Order) {
        match order {
            Order::Subscribe(room, reply) => {
                // Whoever asked may have given up; the room then counts as unfollowed.
                drop(reply.send(self.subscribe(room).await));
            }
            Order::Unsubscribe(room) => self.unsubscribe(room),
            Order::Mark { room, high, reply } => {
                self.marks.retain(|_, marks| {
                    marks.retain(|(_, reply)| !reply.is_closed());
                    !marks.is_empty()
                });
                // One too many is dropped, and so answered.
                if self.marks.values().map(Vec::len).sum::<usize>() < MARKS_MAX {
                    self.marks.entry(high).or_default().push((room, reply));
                }
                self.hand_out_marks().await;
            }
        }
    }

    async fn subscribe(&mut self, room: RoomId) -> Result<Subscription, ReadError> {
        let Watermarks { high, .. } = self.log.watermarks(self.partition).await?;
        if self.rooms.is_empty() {
            self.tail = Some(self.log.tail(self.partition, high).await?);
            self.next = high;
        }
        self.catch_up(high).await?;
        let (sender, deliveries) = mpsc::channel(ROOM_QUEUE_RECORDS_MAX);
        self.rooms.insert(room, sender);
        Ok(Subscription { from: self.next, deliveries })
    }

    /// Whoever asks for a room may have appended to it a moment ago, ahead of the tail, and
    /// would miss that in what lies before `from`.
    async fn catch_up(&mut self, high: u64) -> Result<(), ReadError> {
        let deadline = Instant::now() + CATCH_UP_PATIENCE;
        while self.next < high {
            if self.tail.is_none() {
                return Err(ReadError::Away("the tail broke".into()));
            }
            let record = timeout_at(deadline, next_record(&mut self.tail)).await;
            self.follow(record.map_err(|elapsed| ReadError::Away(elapsed.into()))?).await;
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
                self.hand_out(record.key, Delivery::Record(record)).await;
                self.hand_out_marks().await;
            }
            Some(Err(error)) => {
                tracing::warn!(
                    partition = self.partition,
                    error = &error as &dyn std::error::Error,
                    "the log's tail broke; following again"
                );
                self.interrupt();
            }
            None => self.interrupt(),
        }
    }

    async fn hand_out(&mut self, room: RoomId, delivery: Delivery) {
        if let Some(queue) = self.rooms.get(&room)
            && queue.send(delivery).await.is_err()
        {
            self.rooms.remove(&room);
        }
    }

    async fn hand_out_marks(&mut self) {
        while let Some(reached) = self.marks.first_entry()
            && *reached.key() <= self.next
        {
            for (room, reply) in reached.remove() {
                self.hand_out(room, Delivery::Mark(reply)).await;
            }
        }
    }

    fn interrupt(&mut self) {
        self.tail = None;
        self.reopen_at = Instant::now() + RETRY_PAUSE;
    }

    /// Goes on where the tail broke.
    async fn reopen(&mut self) {
        match self.log.tail(self.partition, self.next).await {
            Ok(tail) => self.tail = Some(tail),
            Err(ReadError::OutOfRange { low }) => {
                // Only records of sealed rooms are ever truncated, so this node slept through
                // the end of rooms that it has open. It cannot tell which: all are loaded anew.
                tracing::warn!(
                    partition = self.partition,
                    next = self.next,
                    low,
                    "the log moved on without this node; its rooms are loaded anew"
                );
                self.rooms.clear();
            }
            Err(error) => {
                self.reopen_at = Instant::now() + RETRY_PAUSE;
                tracing::debug!(
                    partition = self.partition,
                    error = &error as &dyn std::error::Error,
                    "the log is still away"
                );
            }
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

    async fn log_in(folder: &tempfile::TempDir) -> Arc<dyn Log> {
        let url = format!("sqlite://{}", folder.path().join("log.db").display());
        let urls = StorageUrls { rooms: url.clone(), log: url.clone(), archive: url };
        open(&urls, Arc::new(SystemClock)).await.unwrap().log
    }

    #[tokio::test]
    async fn a_subscription_never_begins_before_what_was_appended() {
        let folder = tempfile::tempdir().unwrap();
        let log = log_in(&folder).await;
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

    #[tokio::test]
    async fn a_mark_comes_after_everything_that_was_in_the_log() {
        let folder = tempfile::tempdir().unwrap();
        let log = log_in(&folder).await;
        let (lane, task) = Lane::new(Arc::clone(&log), 0, CancellationToken::new());
        let task = tokio::spawn(task);
        let room = RoomId(Uuid::now_v7());
        let mut subscription = lane.subscribe(room).await.unwrap();
        let mut appended = 0;
        for round in 1..=50 {
            // Another room's records, too, have to be waited out.
            for key in [room, RoomId(Uuid::now_v7())] {
                log.append(0, key, "record".into()).await.unwrap();
            }
            let mark = tokio::spawn({
                let lane = lane.clone();
                async move { lane.catch_up(room).await }
            });
            loop {
                match subscription.deliveries.recv().await.unwrap() {
                    Delivery::Record(_) => appended += 1,
                    Delivery::Mark(reply) => {
                        assert_eq!(appended, round);
                        reply.send(()).unwrap();
                        break;
                    }
                }
            }
            mark.await.unwrap().unwrap();
        }
        task.abort();
    }

    #[tokio::test]
    async fn there_is_no_catching_up_for_a_room_that_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (lane, task) = Lane::new(log_in(&folder).await, 0, CancellationToken::new());
        let task = tokio::spawn(task);
        assert!(lane.catch_up(RoomId(Uuid::now_v7())).await.is_err());
        task.abort();
    }

    #[tokio::test]
    async fn rooms_of_a_lane_that_slept_through_a_truncation_end() {
        let folder = tempfile::tempdir().unwrap();
        let log = log_in(&folder).await;
        let room = RoomId(Uuid::now_v7());
        let (sender, mut deliveries) = mpsc::channel(1);
        for _ in 0..3 {
            log.append(0, room, "record".into()).await.unwrap();
        }
        log.truncate(0, 2).await.unwrap();
        let mut slept = LaneTask {
            log,
            partition: 0,
            rooms: HashMap::from([(room, sender)]),
            marks: BTreeMap::new(),
            tail: None,
            reopen_at: Instant::now(),
            next: 1,
        };
        slept.reopen().await;
        assert!(deliveries.recv().await.is_none());
        assert!(slept.tail.is_none() && !slept.is_interrupted());
    }
}
