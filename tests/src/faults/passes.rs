//! Archive passes, one after the other, whatever becomes of each; and bytes in the log that
//! they must set aside.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use schemas::archive::QuarantineReason;
use schemas::ids::RoomId;
use schemas::record::{CloseReason, Entry, Record, RoomClosed};
use serde_json::Value;
use storage::log::Log;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::counts::{Counts, count};
use super::program::{PAUSE, Program};
use super::world::{WorldError, tail};
use crate::checker::Planted;

/// Longest pause between two passes of one loop.
const PASS_PAUSE_MAX: Duration = Duration::from_millis(1500);
/// Longest pass; one that takes longer is killed.
const PASS_MAX: Duration = Duration::from_mins(5);
/// Longest pause between two poison records.
const POISON_PAUSE_MAX: Duration = Duration::from_secs(4);
const POISON_BYTES_MAX: usize = 200;

/// Why passes failed, and how often.
pub(super) type Failures = Mutex<BTreeMap<String, u64>>;

/// Passes for ever.
pub(super) async fn pass_on(pass: Arc<Program>, seed: u64, counts: &Counts, failures: &Failures) {
    let mut dice = StdRng::seed_from_u64(seed);
    loop {
        sleep(dice.random_range(Duration::ZERO..=PASS_PAUSE_MAX)).await;
        if pass.start().is_ok() {
            ended(&pass).await;
            note(&pass, counts, failures);
        }
    }
}

/// One pass that nobody disturbs; its report.
pub(super) async fn pass_once(pass: &Program) -> Result<Value, WorldError> {
    pass.start()?;
    ended(pass).await;
    report(pass).ok_or_else(|| WorldError::Mute {
        name: "the archive pass".to_owned(),
        tail: tail(pass.log()),
    })
}

async fn ended(pass: &Program) {
    let deadline = Instant::now() + PASS_MAX;
    while pass.runs() {
        if Instant::now() >= deadline {
            pass.kill();
        }
        sleep(PAUSE).await;
    }
}

fn report(pass: &Program) -> Option<Value> {
    let said = fs::read_to_string(pass.output()).ok()?;
    serde_json::from_str(said.lines().last()?).ok()
}

fn note(pass: &Program, counts: &Counts, failures: &Failures) {
    if pass.succeeded() == Some(true) {
        count(&counts.passes);
    }
    let report = report(pass).unwrap_or_default();
    let mut failures = failures.lock().unwrap_or_else(PoisonError::into_inner);
    for failure in report["failures"].as_array().into_iter().flatten() {
        let reason = failure["reason"].as_str().unwrap_or_default();
        // The first two causes tell what kind it is; what follows differs each time.
        let kind: Vec<&str> = reason.split(": ").take(2).collect();
        *failures.entry(kind.join(": ")).or_default() += 1;
    }
}

/// Bytes that are no record, for ever.
pub(super) async fn poison(log: &dyn Log, seed: u64, planted: &Mutex<Vec<Planted>>) {
    let mut dice = StdRng::seed_from_u64(seed);
    loop {
        sleep(dice.random_range(Duration::ZERO..=POISON_PAUSE_MAX)).await;
        let length = dice.random_range(0..=POISON_BYTES_MAX);
        let raw: Vec<u8> = (0..length).map(|_| dice.random()).collect();
        let partition = dice.random_range(0..log.partitions());
        let key = RoomId(Uuid::new_v4());
        let poison = plant(log, partition, key, raw, QuarantineReason::Undecodable).await;
        planted.lock().unwrap_or_else(PoisonError::into_inner).push(poison);
    }
}

/// A good record of a room that no row knows.
pub(super) async fn plant_unknown_room(log: &dyn Log) -> Planted {
    let room = RoomId(Uuid::now_v7());
    let closed = Entry::RoomClosed(RoomClosed { reason: CloseReason::Empty });
    let raw = Record::of_node(room, None, closed).encode().expect("a record is JSON");
    plant(log, 0, room, raw, QuarantineReason::UnknownRoom).await
}

async fn plant(
    log: &dyn Log,
    partition: u32,
    key: RoomId,
    raw: Vec<u8>,
    reason: QuarantineReason,
) -> Planted {
    let appended = log.append(partition, key, Bytes::from(raw.clone())).await;
    let offset = appended.ok().map(|appended| appended.offset);
    Planted { partition, offset, raw, reason }
}
