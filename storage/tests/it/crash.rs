//! A killed process loses nothing that it acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bytes::Bytes;
use schemas::ids::RoomId;
use storage::lock_node;
use storage::log::ReadRange;
use uuid::Uuid;

use crate::files::{self, Files, urls};

/// Tells a copy of this program which file to write to.
const FILE_VARIABLE: &str = "STORAGE_CRASH_FILE";
const ACKS_BEFORE_THE_KILL: usize = 300;
const ROUNDS: usize = 3;
const CALLERS: u32 = 8;
/// Before each line of the child's own, to tell it from the test harness's.
const ACK: &str = "ack ";

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_a_kill() {
    if let Some(path) = std::env::var_os(FILE_VARIABLE) {
        append_until_killed(&PathBuf::from(path)).await;
        return;
    }
    let files = Files::new();
    let path = files.path();
    let mut acked = BTreeMap::new();
    for _ in 0..ROUNDS {
        acked.extend(acks_of_a_killed_child(&path));
        let lock = lock_node(&urls(&path)).unwrap();
        check(&path, &acked).await;
        drop(lock);
    }
    assert!(acked.len() >= ROUNDS * ACKS_BEFORE_THE_KILL);
}

/// Runs in the child: several callers append, and tell each offset once it is answered.
async fn append_until_killed(path: &Path) {
    let _lock = lock_node(&urls(path)).unwrap();
    let log = files::open(path).await.log;
    let callers = (0..CALLERS).map(|caller| {
        let log = std::sync::Arc::clone(&log);
        tokio::spawn(async move {
            let partition = caller % log.partitions();
            loop {
                let value = Uuid::now_v7().to_string();
                let key = RoomId(Uuid::now_v7());
                let appended = log.append(partition, key, Bytes::from(value.clone())).await;
                let offset = appended.unwrap().offset;
                tell(&format!("\n{ACK}{partition} {offset} {value}\n"));
            }
        })
    });
    futures_util::future::join_all(callers).await;
}

/// Writes past the test harness, which would keep it, and at once.
fn tell(line: &str) {
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}

/// Starts a child, kills it in the middle of its work, and answers what it had told.
fn acks_of_a_killed_child(path: &Path) -> BTreeMap<(u32, u64), String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::what_was_acknowledged_survives_a_kill", "--nocapture"])
        .env(FILE_VARIABLE, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let acks = read_acks_and_kill(&mut child, path);
    child.wait().unwrap();
    acks
}

fn read_acks_and_kill(child: &mut Child, path: &Path) -> BTreeMap<(u32, u64), String> {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut acks = BTreeMap::new();
    let mut line = String::new();
    let mut killed = false;
    // The last line may be torn; only whole ones count.
    while lines.read_line(&mut line).unwrap() > 0 && line.ends_with('\n') {
        if let Some(ack) = line.trim_end().strip_prefix(ACK) {
            let (partition, ack) = ack.split_once(' ').unwrap();
            let (offset, value) = ack.split_once(' ').unwrap();
            let place = (partition.parse().unwrap(), offset.parse().unwrap());
            assert_eq!(acks.insert(place, value.to_owned()), None, "{place:?} told twice");
        }
        line.clear();
        if acks.len() == ACKS_BEFORE_THE_KILL && !killed {
            lock_node(&urls(path)).unwrap_err();
            child.kill().unwrap();
            killed = true;
        }
    }
    assert!(killed, "the child ended by itself");
    acks
}

/// Every acknowledged record is where it was told to be; offsets are dense, values single.
async fn check(path: &Path, acked: &BTreeMap<(u32, u64), String>) {
    let log = files::open(path).await.log;
    let mut found = BTreeMap::new();
    for partition in 0..log.partitions() {
        let watermarks = log.watermarks(partition).await.unwrap();
        let mut range = ReadRange {
            partition,
            from: watermarks.low,
            until: watermarks.high,
            key: None,
            records_max: 1000,
            bytes_max: 1024 * 1024,
        };
        while range.from < range.until {
            let batch = log.read(range).await.unwrap();
            let offsets: Vec<u64> = batch.records.iter().map(|record| record.offset).collect();
            assert!(offsets.into_iter().eq(range.from..batch.next), "offsets are not dense");
            range.from = batch.next;
            found.extend(batch.records.into_iter().map(|record| {
                let value = String::from_utf8(record.value.to_vec()).unwrap();
                ((partition, record.offset), value)
            }));
        }
    }
    let values: BTreeSet<&String> = found.values().collect();
    assert_eq!(values.len(), found.len(), "a record is there twice");
    for (place, value) in acked {
        assert_eq!(found.get(place), Some(value), "{place:?} was acknowledged");
    }
}
