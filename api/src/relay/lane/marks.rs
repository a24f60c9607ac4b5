//! Marks on their way into a lane: first the log is asked how far it reaches now, once for all
//! who ask at the same moment, then the mark waits for the lane to come that far. So begins a
//! room that the lane is to follow, and so catches up one that it follows.

use std::collections::BTreeMap;
use std::mem::take;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use schemas::ids::RoomId;
use storage::log::{Log, ReadError, Watermarks};
use tokio::sync::oneshot;

use super::Subscription;

/// Marks that may be under way in one lane.
const MARKS_MAX: usize = 4096;

/// Somebody waits until the lane has everything that was in the log when they asked. Dropping
/// it tells them that it cannot be known.
pub(super) struct Mark {
    pub(super) room: RoomId,
    pub(super) reply: Reply,
}

/// What they get then.
pub(super) enum Reply {
    /// The room's records from there on.
    Subscription(oneshot::Sender<Subscription>),
    /// Word, behind the room's records up to there.
    CaughtUp(oneshot::Sender<()>),
}

impl Reply {
    fn is_closed(&self) -> bool {
        match self {
            Self::Subscription(reply) => reply.is_closed(),
            Self::CaughtUp(reply) => reply.is_closed(),
        }
    }
}

/// The marks of one lane.
pub(super) struct Marks {
    log: Arc<dyn Log>,
    partition: u32,
    /// Came while the log was being asked: its answer may be too old for them.
    new: Vec<Mark>,
    asking: Option<BoxFuture<'static, Result<Watermarks, ReadError>>>,
    asked: Vec<Mark>,
    /// By the offset that the lane has to reach.
    placed: BTreeMap<u64, Vec<Mark>>,
    /// Where the log began when it was asked last.
    low: u64,
}

impl Marks {
    pub(super) fn new(log: Arc<dyn Log>, partition: u32) -> Self {
        let (new, asked, placed) = (vec![], vec![], BTreeMap::new());
        Self { log, partition, new, asking: None, asked, placed, low: 0 }
    }

    /// Takes a mark in; one too many is dropped.
    pub(super) fn add(&mut self, mark: Mark) {
        if self.count() >= MARKS_MAX {
            self.forget_abandoned();
        }
        if self.count() < MARKS_MAX {
            self.new.push(mark);
        }
        self.ask();
    }

    /// Waits until marks were placed, and answers where; never ends while there are none to place.
    pub(super) async fn placed(&mut self) -> u64 {
        loop {
            let Some(asking) = &mut self.asking else { return std::future::pending().await };
            let answer = asking.await;
            self.asking = None;
            let asked = take(&mut self.asked);
            self.ask();
            match answer {
                Ok(Watermarks { low, high }) => {
                    self.low = low;
                    self.placed.entry(high).or_default().extend(asked);
                    return high;
                }
                Err(error) => tracing::debug!(
                    partition = self.partition,
                    error = &error as &dyn std::error::Error,
                    "nobody can tell how far the log reaches"
                ),
            }
        }
    }

    /// Where the log began when it was asked last.
    pub(super) fn low(&self) -> u64 {
        self.low
    }

    /// The marks whose offset the lane has reached with the next one it hands out.
    pub(super) fn reached(&mut self, next: u64) -> Vec<Mark> {
        let mut reached = Vec::new();
        while let Some(first) = self.placed.first_entry()
            && *first.key() <= next
        {
            reached.append(&mut first.remove());
        }
        reached
    }

    fn ask(&mut self) {
        if self.asking.is_none() && !self.new.is_empty() {
            self.asked = take(&mut self.new);
            let (log, partition) = (Arc::clone(&self.log), self.partition);
            self.asking = Some(Box::pin(async move { log.watermarks(partition).await }));
        }
    }

    fn count(&self) -> usize {
        let placed: usize = self.placed.values().map(Vec::len).sum();
        self.new.len() + self.asked.len() + placed
    }

    fn forget_abandoned(&mut self) {
        let lists = [&mut self.new, &mut self.asked].into_iter().chain(self.placed.values_mut());
        for list in lists {
            list.retain(|mark| !mark.reply.is_closed());
        }
        self.placed.retain(|_, marks| !marks.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use storage::memory::World;
    use storage::memory::faults::Faults;
    use uuid::Uuid;

    use super::*;

    const ROOM: RoomId = RoomId(Uuid::from_u128(1));

    fn marks() -> (Marks, Arc<dyn Log>) {
        let log = World::new(1, 1, Faults::NONE).process().storage().log;
        (Marks::new(Arc::clone(&log), 0), log)
    }

    fn mark() -> (Mark, oneshot::Receiver<()>) {
        let (reply, answer) = oneshot::channel();
        (Mark { room: ROOM, reply: Reply::CaughtUp(reply) }, answer)
    }

    #[tokio::test]
    async fn a_mark_waits_for_what_was_in_the_log_when_it_came() {
        let (mut marks, log) = marks();
        let (first, _first) = mark();
        let (second, _second) = mark();
        marks.add(first);
        log.append(0, ROOM, "record".into()).await.unwrap();
        marks.add(second);
        marks.placed().await;
        marks.placed().await;
        assert_eq!(marks.reached(0).len() + marks.reached(1).len(), 2);
        assert!(marks.asking.is_none(), "nobody is left to ask for");
    }

    #[tokio::test]
    async fn holds_its_limit_and_forgets_who_gave_up() {
        let (mut marks, _log) = marks();
        let mut answers = Vec::new();
        for _ in 0..MARKS_MAX {
            let (one, answer) = mark();
            marks.add(one);
            answers.push(answer);
        }
        let (late, mut dropped) = mark();
        marks.add(late);
        assert!(dropped.try_recv().is_err() && marks.count() == MARKS_MAX);
        answers.clear();
        let (after, _answer) = mark();
        marks.add(after);
        assert_eq!(marks.count(), 1);
    }
}
