//! One partition of the log, followed while this node has rooms in it. The lane hands each
//! record to its room in offset order; it never waits for a client, only for room tasks,
//! which never wait for anything but it.

mod marks;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::select::select;
use futures_util::{FutureExt, StreamExt};
use marks::{Mark, Marks, Reply};
use schemas::ids::RoomId;
use storage::log::{Log, ReadError, StoredRecord, Tail};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::future::FutureExt as _;
use tokio_util::sync::CancellationToken;

/// Records that may wait for one room task.
const ROOM_QUEUE_RECORDS_MAX: usize = 256;
/// Orders that may wait for one lane.
const ORDERS_MAX: usize = 64;
/// Pause before the log is asked again after it failed.
const RETRY_PAUSE: Duration = Duration::from_millis(200);
/// How long it may take to learn how far the log reaches, and for the tail to come that far.
const MARK_PATIENCE: Duration = Duration::from_secs(5);

/// Where a room's live records begin.
pub(crate) struct Subscription {
    /// Offset of the oldest record that the log still has.
    pub(crate) low: u64,
    /// Offset of the first record that will come by `deliveries`; older ones are to be read.
    pub(crate) from: u64,
    /// The room's records from there on, and the marks between them.
    pub(crate) deliveries: mpsc::Receiver<Delivery>,
}

/// What a lane hands to a room.
pub(crate) enum Delivery {
    /// The room's next record; in a box, since a queue keeps room for many even while it is empty.
    Record(Box<StoredRecord>),
    /// Everything before an offset that somebody named was handed out.
    Mark(oneshot::Sender<()>),
}

enum Order {
    Mark(Mark),
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
        let task = LaneTask::new(log, partition);
        (Self(sender), task.run(orders).with_cancellation_token_owned(stop).map(drop))
    }

    /// Begins to follow a room.
    pub(crate) async fn subscribe(&self, room: RoomId) -> Result<Subscription, ReadError> {
        let (reply, answer) = oneshot::channel();
        self.reach(Mark { room, reply: Reply::Subscription(reply) }, answer).await
    }

    /// Stops following a room.
    pub(crate) async fn unsubscribe(&self, room: RoomId) {
        // A lane that has stopped follows nothing anyway.
        drop(self.0.send(Order::Unsubscribe(room)).await);
    }

    /// Waits until a room has folded everything that is in the log now, whichever node
    /// appended it. The mark travels among the records, so it cannot overtake one.
    pub(crate) async fn catch_up(&self, room: RoomId) -> Result<(), ReadError> {
        let (reply, answer) = oneshot::channel();
        self.reach(Mark { room, reply: Reply::CaughtUp(reply) }, answer).await
    }

    async fn reach<T>(&self, mark: Mark, answer: oneshot::Receiver<T>) -> Result<T, ReadError> {
        let reached = async {
            self.0.send(Order::Mark(mark)).await.map_err(|_closed| stopped())?;
            let away = || ReadError::Away("the log is away, or the room is not followed".into());
            answer.await.map_err(|_closed| away())
        };
        let answered = timeout(MARK_PATIENCE, reached).await;
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
    marks: Marks,
    /// None while there is no room to follow, or while the log is away.
    tail: Option<Tail>,
    /// When the log is asked again after the tail broke.
    reopen_at: Instant,
    /// Offset of the next record to hand out.
    next: u64,
}

impl LaneTask {
    fn new(log: Arc<dyn Log>, partition: u32) -> Self {
        Self {
            marks: Marks::new(Arc::clone(&log), partition),
            log,
            partition,
            rooms: HashMap::new(),
            tail: None,
            reopen_at: Instant::now(),
            next: 0,
        }
    }

    async fn run(mut self, mut orders: mpsc::Receiver<Order>) {
        loop {
            select! {
                order = orders.recv() => match order {
                    Some(order) => self.obey(order),
                    None => return,
                },
                record = next_record(&mut self.tail) => self.follow(record).await,
                high = self.marks.placed() => self.come_to(high).await,
                () = sleep_until(self.reopen_at), if self.is_interrupted() => {
                    self.reopen().await;
                }
            }
        }
    }

    fn is_interrupted(&self) -> bool {
        self.tail.is_none() && !self.rooms.is_empty()
    }

    fn obey(&mut self, order: Order) {
        match order {
            // Dropped, and so answered.
            Order::Mark(Mark { room, reply: Reply::CaughtUp(_) })
                if !self.rooms.contains_key(&room) => {}
            Order::Mark(mark) => self.marks.add(mark),
            Order::Unsubscribe(room) => self.unsubscribe(room),
        }
    }

    /// Marks wait for the lane to come to an offset that the log has. A lane without rooms begins
    /// there.
    async fn come_to(&mut self, high: u64) {
        if self.rooms.is_empty() {
            self.tail = None;
            self.next = high;
            self.reopen_at = Instant::now();
        }
        self.hand_out_marks().await;
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
                self.hand_out(record.key, Delivery::Record(Box::new(record))).await;
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
        for Mark { room, reply } in self.marks.reached(self.next) {
            match reply {
                Reply::Subscription(reply) => self.begin(room, reply),
                Reply::CaughtUp(reply) => self.hand_out(room, Delivery::Mark(reply)).await,
            }
        }
    }

    fn begin(&mut self, room: RoomId, reply: oneshot::Sender<Subscription>) {
        let (sender, deliveries) = mpsc::channel(ROOM_QUEUE_RECORDS_MAX);
        let subscription = Subscription { low: self.marks.low(), from: self.next, deliveries };
        // Whoever asked may have given up.
        if reply.send(subscription).is_ok() {
            self.rooms.insert(room, sender);
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
mod tests;
