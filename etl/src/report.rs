//! What a pass did, as one line of JSON for programs and one log line for people. A pass
//! that found nothing to do reports that; silence means that none ran.

use std::error::Error;

use schemas::ids::RoomId;
use serde::Serialize;
use time::OffsetDateTime;

/// Most failures that a report spells out; the rest are only counted.
pub const FAILURES_LISTED_MAX: usize = 100;

/// What one pass over all partitions did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PassReport {
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// How long it took.
    pub duration_ms: i64,
    /// Partitions it went over.
    pub partitions: u32,
    /// What it did there.
    #[serde(flatten)]
    pub counts: Counts,
    /// Age of the oldest room that holds records back because it is not sealed.
    pub oldest_open_age_s: Option<i64>,
    /// Whether it was told to stop before it was done.
    pub stopped: bool,
    /// How many rooms and partitions failed.
    pub failures_total: u64,
    /// What failed; at most [`FAILURES_LISTED_MAX`].
    pub failures: Vec<Failure>,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Records scanned.
    pub records_read: u64,
    /// Rooms that this pass archived and sealed.
    pub rooms_sealed: u64,
    /// Rooms whose records are still in the log although their seal stands.
    pub rooms_already_sealed: u64,
    /// Events of the rooms that this pass sealed.
    pub events_archived: u64,
    /// Records that were found in no known room and set aside, again if they were already.
    pub records_quarantined: u64,
    /// Records deleted from the log.
    pub records_truncated: u64,
}

/// One room or partition that the pass could not finish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Where; none if the worker itself crashed.
    pub partition: Option<u32>,
    /// Which room, if it concerns only one.
    pub room: Option<RoomId>,
    /// Why, with all causes.
    pub reason: String,
}

impl PassReport {
    /// A report of a pass that has done nothing yet.
    pub(crate) fn begin(now_ms: i64, partitions: u32) -> Self {
        let started_at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(now_ms) * 1_000_000);
        Self {
            started_at: started_at.unwrap_or(OffsetDateTime::UNIX_EPOCH),
            duration_ms: 0,
            partitions,
            counts: Counts::default(),
            oldest_open_age_s: None,
            stopped: false,
            failures_total: 0,
            failures: vec![],
        }
    }

    /// Whether every room and partition was done.
    pub fn is_complete(&self) -> bool {
        self.failures_total == 0 && !self.stopped
    }

    /// Adds what was done in one partition.
    pub(crate) fn add(&mut self, done: PartitionReport, now_ms: i64) {
        self.counts.records_read += done.counts.records_read;
        self.counts.rooms_sealed += done.counts.rooms_sealed;
        self.counts.rooms_already_sealed += done.counts.rooms_already_sealed;
        self.counts.events_archived += done.counts.events_archived;
        self.counts.records_quarantined += done.counts.records_quarantined;
        self.counts.records_truncated += done.counts.records_truncated;
        let age_s = done.oldest_open_at_ms.map(|at_ms| (now_ms - at_ms) / 1000);
        self.oldest_open_age_s = self.oldest_open_age_s.max(age_s);
        self.stopped |= done.stopped;
        for failure in done.failures {
            self.fail(failure);
        }
    }

    /// Notes a failure.
    pub(crate) fn fail(&mut self, failure: Failure) {
        self.failures_total += 1;
        if self.failures.len() < FAILURES_LISTED_MAX {
            self.failures.push(failure);
        }
    }

    /// Ends the report and writes its log line.
    pub(crate) fn finish(&mut self, now_ms: i64, started_at_ms: i64) {
        self.duration_ms = now_ms - started_at_ms;
        tracing::info!(
            duration_ms = self.duration_ms,
            partitions = self.partitions,
            records_read = self.counts.records_read,
            rooms_sealed = self.counts.rooms_sealed,
            rooms_already_sealed = self.counts.rooms_already_sealed,
            events_archived = self.counts.events_archived,
            records_quarantined = self.counts.records_quarantined,
            records_truncated = self.counts.records_truncated,
            oldest_open_age_s = self.oldest_open_age_s,
            stopped = self.stopped,
            failures = self.failures_total,
            "pass over"
        );
    }
}

/// What was done in one partition.
#[derive(Debug, Default)]
pub(crate) struct PartitionReport {
    pub(crate) counts: Counts,
    pub(crate) oldest_open_at_ms: Option<i64>,
    pub(crate) stopped: bool,
    pub(crate) failures: Vec<Failure>,
}

impl PartitionReport {
    /// Notes that a room, or the whole partition, could not be done.
    pub(crate) fn fail(&mut self, partition: u32, room: Option<RoomId>, error: &dyn Error) {
        let reason = chain_of(error);
        tracing::error!(
            partition,
            room.id = room.map(tracing::field::display),
            reason,
            "could not finish"
        );
        self.failures.push(Failure { partition: Some(partition), room, reason });
    }
}

/// An error with its causes: `could not read the log: the log is away: …`.
pub(crate) fn chain_of(error: &dyn Error) -> String {
    let mut chain = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        chain = format!("{chain}: {error}");
        cause = error.source();
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_past_the_limit_are_only_counted() {
        let failure = Failure { partition: Some(0), room: None, reason: "why".to_owned() };
        let mut report = PassReport::begin(0, 1);
        for number in 1..=FAILURES_LISTED_MAX + 1 {
            report.fail(failure.clone());
            assert_eq!(report.failures.len(), number.min(FAILURES_LISTED_MAX));
            assert_eq!(report.failures_total, number as u64);
        }
    }

    #[test]
    fn the_oldest_open_room_of_all_partitions_counts() {
        let mut report = PassReport::begin(0, 2);
        for oldest_open_at_ms in [Some(8_000), None, Some(3_000)] {
            let done = PartitionReport { oldest_open_at_ms, ..PartitionReport::default() };
            report.add(done, 10_000);
        }
        assert_eq!(report.oldest_open_age_s, Some(7));
    }

    #[test]
    fn a_reason_tells_all_causes_once() {
        let away = std::io::Error::other("no route");
        let error = crate::pass::PassError::Log(storage::log::ReadError::Away(away.into()));
        let chain = chain_of(&error);
        assert_eq!(chain, "could not read or truncate the log: the log is away: no route");
    }
}
