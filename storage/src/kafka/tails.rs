//! Tails: one thread with one consumer follows every partition that is read here, as long as
//! it is read, and hands records to bounded queues. A second tail of a partition gets a
//! further thread, since a consumer is at one place of a partition.
//!
//! While no broker answers, tails wait; the client library connects anew by itself and goes
//! on where it was. [`reader`] is the thread, [`followed`] one partition on it.

mod followed;
mod reader;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream;
use tokio::sync::mpsc;

use self::reader::Reader;
use super::cluster::{Cluster, away};
use super::time::LogTime;
use crate::log::{BoxError, ReadError, StoredRecord, Tail};

/// Records that wait for the reader of a tail, outside of what the thread keeps for it.
const QUEUE_RECORDS_MAX: usize = 256;
/// Orders that wait for a thread.
const ORDERS_MAX: usize = 1024;
/// Most threads, and so most tails of one partition in this process.
const READERS_MAX: usize = 8;

/// What a tail gives.
type Item = Result<StoredRecord, ReadError>;

/// Somebody's wish to follow a partition, from an offset on.
struct Follow {
    partition: i32,
    from: u64,
    items: mpsc::Sender<Item>,
}

/// Who reads what a thread follows, by partition. Told here, so that a new tail finds a
/// thread that is free for it.
type Taken = Arc<Mutex<HashMap<i32, mpsc::Sender<Item>>>>;

/// The threads that follow.
pub(super) struct Tails {
    cluster: Arc<Cluster>,
    time: Arc<LogTime>,
    threads: Mutex<Vec<Thread>>,
}

/// Handle of a thread, which ends when this is dropped.
struct Thread {
    orders: mpsc::Sender<Follow>,
    taken: Taken,
}

impl Tails {
    /// Starts the first thread, so that its consumer knows the brokers before it is needed.
    pub(super) fn start(cluster: Arc<Cluster>, time: Arc<LogTime>) -> Result<Self, BoxError> {
        let first = Thread::start(&cluster, &time)?;
        Ok(Self { cluster, time, threads: Mutex::new(vec![first]) })
    }

    pub(super) async fn follow(&self, partition: u32, from: u64) -> Result<Tail, ReadError> {
        let low = self.cluster.watermarks(partition).await?.low;
        if from < low {
            return Err(ReadError::OutOfRange { low });
        }
        let (items, queue) = mpsc::channel(QUEUE_RECORDS_MAX);
        self.order(Follow { partition: self.cluster.partition(partition)?, from, items })
            .map_err(away)?;
        Ok(Box::pin(stream::unfold(Some(queue), |queue| async {
            let mut queue = queue?;
            let item = queue.recv().await?;
            let goes_on = item.is_ok().then_some(queue);
            Some((item, goes_on))
        })))
    }

    /// Gives an order to the first thread that is free for it, or to a new one.
    fn order(&self, order: Follow) -> Result<(), BoxError> {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = threads.iter().find(|thread| thread.take(&order)) {
            return thread.order(order);
        }
        if threads.len() == READERS_MAX {
            return Err("there are too many tails of one partition".into());
        }
        let thread = Thread::start(&self.cluster, &self.time)?;
        thread.take(&order);
        let ordered = thread.order(order);
        threads.push(thread);
        ordered
    }
}

impl Thread {
    fn start(cluster: &Arc<Cluster>, time: &Arc<LogTime>) -> Result<Self, BoxError> {
        let (orders, queue) = mpsc::channel(ORDERS_MAX);
        let taken = Taken::default();
        let reader = Reader::new(Arc::clone(cluster), Arc::clone(time), queue, Arc::clone(&taken))?;
        std::thread::Builder::new().name("log-tails".into()).spawn(move || reader.run())?;
        Ok(Self { orders, taken })
    }

    /// Takes a partition, unless somebody reads it there already.
    fn take(&self, order: &Follow) -> bool {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let is_free = taken.get(&order.partition).is_none_or(mpsc::Sender::is_closed);
        if is_free {
            taken.insert(order.partition, order.items.clone());
        }
        is_free
    }

    fn order(&self, order: Follow) -> Result<(), BoxError> {
        Ok(self.orders.try_send(order)?)
    }
}
