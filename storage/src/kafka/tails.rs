//! Tails: one thread with one consumer follows every partition that is read here, as long as
//! it is read, and hands records to bounded queues. A second tail of a partition gets a
//! further thread, since a consumer is at one place of a partition.
//!
//! What this process appends reaches its tails by the producer's report, and need not be
//! fetched first; the consumer, which is in no hurry then, brings what others append, and
//! shows where that stands between our own.
//!
//! While no broker answers, tails wait; the client library connects anew by itself and goes
//! on where it was. [`reader`] is the thread, [`followed`] one partition on it; [`followers`]
//! is where threads and producer meet.

mod followed;
mod followers;
mod reader;

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::stream;
use metrics::gauge;
use tokio::sync::mpsc;

use self::followed::Followed;
pub(super) use self::followers::Followers;
use self::reader::Reader;
use super::cluster::{Cluster, away};
use crate::log::{BoxError, ReadError, StoredRecord, Tail};

/// Records that wait for the reader of a tail, outside of what the thread keeps for it.
const QUEUE_RECORDS_MAX: usize = 256;
/// Most threads, and so most tails of one partition in this process.
const READERS_MAX: usize = 8;

/// What a tail gives.
type Item = Result<StoredRecord, ReadError>;

/// The threads that follow.
pub(super) struct Tails {
    cluster: Arc<Cluster>,
    followers: Arc<Followers>,
    threads: Mutex<usize>,
}

impl Tails {
    /// Starts the first thread, so that its consumer knows the brokers before it is needed.
    pub(super) fn start(
        cluster: Arc<Cluster>,
        followers: Arc<Followers>,
    ) -> Result<Self, BoxError> {
        Reader::start(Arc::clone(&cluster), Arc::clone(&followers), 0)?;
        Ok(Self { cluster, followers, threads: Mutex::new(1) })
    }

    pub(super) async fn follow(&self, partition: u32, from: u64) -> Result<Tail, ReadError> {
        let low = self.cluster.watermarks(partition).await?.low;
        if from < low {
            return Err(ReadError::OutOfRange { low });
        }
        let (items, queue) = mpsc::channel(QUEUE_RECORDS_MAX);
        self.order(self.cluster.partition(partition)?, Followed::new(from, items)).map_err(away)?;
        Ok(Box::pin(stream::unfold(Some(queue), |queue| async {
            let mut queue = queue?;
            let item = queue.recv().await?;
            let goes_on = item.is_ok().then_some(queue);
            Some((item, goes_on))
        })))
    }

    /// Has the first thread follow that is free for the partition, or a new one.
    fn order(&self, partition: i32, order: Followed) -> Result<(), BoxError> {
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        let mut followed = self.followers.lock();
        let is_free =
            |thread: &usize| followed.get(&(partition, *thread)).is_none_or(Followed::is_over);
        let free = (0..READERS_MAX).find(is_free);
        let thread = free.ok_or("there are too many tails of one partition")?;
        if thread == *threads {
            Reader::start(Arc::clone(&self.cluster), Arc::clone(&self.followers), thread)?;
            *threads += 1;
        }
        if followed.insert((partition, thread), order).is_none() {
            gauge!("log_tails").increment(1);
        }
        Ok(())
    }
}

impl Drop for Tails {
    fn drop(&mut self) {
        self.followers.end();
    }
}
