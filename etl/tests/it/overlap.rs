//! Several passes at once, a pass that is overtaken, and records that reappear.

use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use etl::crash_point::{CrashPoint, VARIABLE};
use etl::pass::OVERTAKEN_TIMES_MAX;
use schemas::ids::RoomId;
use storage::Storage;
use storage::log::{
    AppendError, Appended, BoxError, Log, ReadBatch, ReadError, ReadRange, Tail, Watermarks,
};

use crate::binary::{etl, once};
use crate::crash_points::Seed;
use crate::world::{FILE, World, small};

#[tokio::test]
async fn two_and_three_passes_at_once_come_to_the_same() {
    let seed = Seed::new().await;
    let undisturbed = seed.undisturbed().await;
    for passes in [2, 3, 3] {
        let world = seed.copy().await;
        let start = |_| etl(world.directory.path()).arg("--once").spawn().unwrap();
        let children: Vec<Child> = (0..passes).map(start).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        assert_eq!(world.rest(&seed.rooms).await, undisturbed);
    }
}

#[tokio::test]
async fn passes_at_once_of_which_some_are_killed_come_to_the_same() {
    let seed = Seed::new().await;
    let undisturbed = seed.undisturbed().await;
    for (first, second) in [
        (CrashPoint::InsertBatch, CrashPoint::Seal),
        (CrashPoint::ScanBatch, CrashPoint::MarkArchived),
        (CrashPoint::ReadBack, CrashPoint::Truncate),
    ] {
        let world = seed.copy().await;
        let start = |armed: Option<CrashPoint>| {
            let mut command = etl(world.directory.path());
            command.arg("--once").envs(armed.map(|point| (VARIABLE, point.name())));
            command.spawn().unwrap()
        };
        for child in [start(Some(first)), start(Some(second)), start(None)] {
            child.wait_with_output().unwrap();
        }
        seed.check(&world, &undisturbed).await;
        assert!(once(world.directory.path()).status.success());
        assert_eq!(world.rest(&seed.rooms).await, undisturbed);
    }
}

/// A log on which, before a given read, another pass runs from beginning to end.
struct Overtaken {
    world: Arc<World>,
    reads_left: AtomicU64,
    /// Reads that find their offset gone.
    refusals_left: AtomicU64,
}

impl Overtaken {
    fn ports(self: &Arc<Self>) -> Storage {
        Storage { log: Arc::clone(self) as Arc<dyn Log>, ..self.world.storage.clone() }
    }
}

#[async_trait]
impl Log for Overtaken {
    fn epoch(&self) -> &str {
        self.world.storage.log.epoch()
    }

    fn partitions(&self) -> u32 {
        self.world.storage.log.partitions()
    }

    fn now_ms(&self) -> i64 {
        self.world.storage.log.now_ms()
    }

    async fn append(&self, p: u32, key: RoomId, value: Bytes) -> Result<Appended, AppendError> {
        self.world.storage.log.append(p, key, value).await
    }

    async fn watermarks(&self, partition: u32) -> Result<Watermarks, ReadError> {
        self.world.storage.log.watermarks(partition).await
    }

    async fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError> {
        if self.reads_left.fetch_sub(1, Ordering::SeqCst) == 1 {
            let faster = self.world.pass(small()).await;
            assert!(faster.is_complete(), "{faster:?}");
        }
        let order = Ordering::SeqCst;
        let refuse = |left: u64| left.checked_sub(1);
        if self.refusals_left.fetch_update(order, order, refuse).is_ok() {
            let low = self.watermarks(range.partition).await?.low;
            return Err(ReadError::OutOfRange { low });
        }
        self.world.storage.log.read(range).await
    }

    async fn tail(&self, partition: u32, from: u64) -> Result<Tail, ReadError> {
        self.world.storage.log.tail(partition, from).await
    }

    async fn truncate(&self, partition: u32, before: u64) -> Result<(), ReadError> {
        self.world.storage.log.truncate(partition, before).await
    }

    async fn flush(&self) -> Result<(), BoxError> {
        self.world.storage.log.flush().await
    }
}

#[tokio::test]
async fn a_pass_that_is_overtaken_at_any_read_begins_again_and_ends_well() {
    let seed = Seed::new().await;
    let undisturbed = seed.undisturbed().await;
    for read in 1..=TURNS_MAX {
        let world = Arc::new(seed.copy().await);
        let log = Arc::new(Overtaken {
            world: Arc::clone(&world),
            reads_left: AtomicU64::new(read),
            refusals_left: AtomicU64::new(0),
        });
        let report = world.pass_on(log.ports(), small()).await;
        assert!(report.is_complete(), "{report:?}");
        // The clock of this world stands an hour behind that of the processes, which only
        // matters to the unknown room that is a day old either way.
        assert_eq!(world.rest(&seed.rooms).await, undisturbed, "read {read}");
        if log.reads_left.load(Ordering::SeqCst) > u64::MAX / 2 {
            continue;
        }
        assert!(read > 10, "the seed has more batches than that");
        return;
    }
    panic!("a pass reads less than that");
}

#[tokio::test]
async fn a_pass_that_is_always_overtaken_gives_up_until_next_time() {
    for (refusals, failures) in [(OVERTAKEN_TIMES_MAX, 0), (OVERTAKEN_TIMES_MAX + 1, 1)] {
        let world = Arc::new(World::new().await);
        let room = world.open_room(0).await;
        world.close(&room).await;
        let log = Arc::new(Overtaken {
            world: Arc::clone(&world),
            reads_left: AtomicU64::new(0),
            refusals_left: AtomicU64::new(refusals.into()),
        });
        let report = world.pass_on(log.ports(), small()).await;
        assert_eq!(report.failures_total, failures);
        assert_eq!(report.counts.rooms_sealed, 1 - failures);
    }
}

/// More reads than a pass does on the seed.
const TURNS_MAX: u64 = 200;

#[tokio::test]
async fn records_that_reappear_change_nothing_and_are_deleted_again() {
    let seed = Seed::new().await;
    let undisturbed = seed.undisturbed().await;
    let world = seed.copy().await;
    assert!(once(world.directory.path()).status.success());
    for copies in [1, 2] {
        bring_log_back(&world, &seed).await;
        let watermarks = world.watermarks(0).await;
        assert_eq!(watermarks.low, 0, "{copies}");
        let output = once(world.directory.path());
        assert!(output.status.success(), "{output:?}");
        assert_eq!(world.rest(&seed.rooms).await, undisturbed);
    }
}

/// Copies the log of the seed over the one of this world, as a broker does that is restored
/// from an older disk.
async fn bring_log_back(world: &World, seed: &Seed) {
    use sqlx::Connection;
    let path = world.directory.path().join(FILE);
    let mut connection = sqlx::SqliteConnection::connect(path.to_str().unwrap()).await.unwrap();
    let old = seed.world.directory.path().join(FILE);
    sqlx::query("ATTACH DATABASE ? AS old")
        .bind(old.to_str())
        .execute(&mut connection)
        .await
        .unwrap();
    for statement in [
        "DELETE FROM main.movie_together_log_record",
        "INSERT INTO main.movie_together_log_record SELECT * FROM old.movie_together_log_record",
        "DELETE FROM main.movie_together_log_partition",
        "INSERT INTO main.movie_together_log_partition
             SELECT * FROM old.movie_together_log_partition",
    ] {
        sqlx::query(statement).execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();
}
