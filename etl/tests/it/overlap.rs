//! Several passes at once, a pass that is overtaken, and records that reappear.

use std::collections::BTreeMap;
use std::process::Child;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use etl::crash_point::{CrashPoint, VARIABLE};
use etl::pass::{OVERTAKEN_TIMES_MAX, PassLimits};
use schemas::ids::RoomId;
use storage::Storage;
use storage::log::{
    AppendError, Appended, BoxError, Log, ReadBatch, ReadError, ReadRange, StoredRecord, Tail,
    Watermarks,
};

use crate::binary::{etl_on, once_on};
use crate::seed::{Planted, Seed};
use crate::world::{HOUR_MS, Place, World, at_places, small};

at_places! {
    two_and_three_passes_at_once_come_to_the_same: file, mongo, engines;
    passes_at_once_of_which_some_are_killed_come_to_the_same: file, mongo, engines;
    a_pass_that_is_overtaken_at_any_read_begins_again_and_ends_well: file, mongo;
    a_pass_that_is_always_overtaken_gives_up_until_next_time: file, mongo, engines;
    one_place_holds_the_records_of_one_partition_at_a_time: file, mongo;
    records_that_reappear_change_nothing_and_are_deleted_again: file, mongo, engines;
}

async fn two_and_three_passes_at_once_come_to_the_same(place: Place) {
    let seed = Seed::new(place);
    let undisturbed = seed.undisturbed().await;
    for passes in [2, 3, 3] {
        let planted = seed.plant().await;
        let world = &planted.world;
        let start = |_| etl_on(world).arg("--once").spawn().unwrap();
        let children: Vec<Child> = (0..passes).map(start).collect();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{output:?}");
        }
        assert_eq!(world.rest(&seed.rooms).await, undisturbed);
    }
}

async fn passes_at_once_of_which_some_are_killed_come_to_the_same(place: Place) {
    let seed = Seed::new(place);
    let undisturbed = seed.undisturbed().await;
    for (first, second) in [
        (CrashPoint::InsertBatch, CrashPoint::Seal),
        (CrashPoint::ScanBatch, CrashPoint::MarkArchived),
        (CrashPoint::ReadBack, CrashPoint::Truncate),
    ] {
        let planted = seed.plant().await;
        let world = &planted.world;
        let start = |armed: Option<CrashPoint>| {
            let mut command = etl_on(world);
            command.arg("--once").envs(armed.map(|point| (VARIABLE, point.name())));
            command.spawn().unwrap()
        };
        for child in [start(Some(first)), start(Some(second)), start(None)] {
            child.wait_with_output().unwrap();
        }
        seed.check(&planted, &undisturbed).await;
        assert!(once_on(world).status.success());
        assert_eq!(world.rest(&seed.rooms).await, undisturbed);
    }
}

/// A log on which, before a given read, another pass runs from beginning to end.
struct Overtaken {
    world: Arc<World>,
    reads_left: AtomicU64,
    /// Reads that find their offset gone.
    refusals_left: AtomicU64,
    /// The partition of each read.
    read: Mutex<Vec<u32>>,
}

impl Overtaken {
    fn new(world: Arc<World>, reads_left: u64, refusals_left: u64) -> Arc<Self> {
        let (reads_left, refusals_left) = (reads_left.into(), refusals_left.into());
        Arc::new(Self { world, reads_left, refusals_left, read: Mutex::default() })
    }

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
        self.read.lock().unwrap().push(range.partition);
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

async fn a_pass_that_is_overtaken_at_any_read_begins_again_and_ends_well(place: Place) {
    let seed = Seed::new(place);
    let undisturbed = seed.undisturbed().await;
    for read in 1..=TURNS_MAX {
        let world = Arc::new(seed.plant().await.world);
        let log = Overtaken::new(Arc::clone(&world), read, 0);
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

async fn a_pass_that_is_always_overtaken_gives_up_until_next_time(place: Place) {
    for (refusals, failures) in [(OVERTAKEN_TIMES_MAX, 0), (OVERTAKEN_TIMES_MAX + 1, 1)] {
        let world = Arc::new(World::new(place).await);
        let room = world.open_room(0).await;
        world.close(&room).await;
        let log = Overtaken::new(Arc::clone(&world), 0, refusals.into());
        let report = world.pass_on(log.ports(), small()).await;
        assert_eq!(report.failures_total, failures);
        assert_eq!(report.counts.rooms_sealed, 1 - failures);
    }
}

async fn one_place_holds_the_records_of_one_partition_at_a_time(place: Place) {
    let world = Arc::new(World::new(place).await);
    for partition in 0..world.storage.log.partitions() {
        let room = world.open_room(partition).await;
        for client_seq in 1..=10 {
            world.say(&room, client_seq, "a line").await;
        }
        world.close(&room).await;
    }
    let log = Overtaken::new(Arc::clone(&world), 0, 0);
    // A room that did not fit would be read again, after others.
    let limits = PassLimits { workers_max: 1, group_records_max: 100, ..small() };
    let report = world.pass_on(log.ports(), limits).await;
    assert!(report.is_complete(), "{report:?}");
    let read = log.read.lock().unwrap();
    assert!(read.len() > 2 * report.partitions as usize, "{read:?}");
    let stays = read.chunk_by(|one, next| one == next).count();
    assert_eq!(stays, report.partitions as usize, "{read:?}");
}

/// More reads than a pass does on the seed.
const TURNS_MAX: u64 = 200;

async fn records_that_reappear_change_nothing_and_are_deleted_again(place: Place) {
    let seed = Seed::new(place);
    let undisturbed = seed.undisturbed().await;
    let Planted { world, records } = seed.plant().await;
    assert!(once_on(&world).status.success());
    // This world's clock stands behind that of the process, and the seals have to be older.
    world.clock.advance(2 * HOUR_MS);
    for copies in [1, 2] {
        let log = Arc::new(Reappeared {
            log: Arc::clone(&world.storage.log),
            records: records.clone(),
            lows: Mutex::default(),
        });
        assert_eq!(log.watermarks(0).await.unwrap().low, 0, "{copies}");
        let ports = Storage { log: Arc::clone(&log) as Arc<dyn Log>, ..world.storage.clone() };
        let limits = PassLimits { unknown_room_hold_ms: hold_ms(place), ..small() };
        let report = world.pass_on(ports, limits).await;
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(world.rest(&seed.rooms).await, undisturbed);
        for (partition, watermarks) in (0..).zip(&undisturbed.watermarks) {
            assert_eq!(log.watermarks(partition).await.unwrap(), *watermarks);
        }
    }
}

/// As long as the binary holds them.
fn hold_ms(place: Place) -> i64 {
    if place.has_own_time() { 0 } else { PassLimits::default().unknown_room_hold_ms }
}

/// A log whose deleted records are there again, as after a broker that lost how far it had
/// deleted; until they are deleted once more.
struct Reappeared {
    log: Arc<dyn Log>,
    /// All that ever was in it.
    records: Vec<StoredRecord>,
    /// Low watermarks since.
    lows: Mutex<BTreeMap<u32, u64>>,
}

#[async_trait]
impl Log for Reappeared {
    fn epoch(&self) -> &str {
        self.log.epoch()
    }

    fn partitions(&self) -> u32 {
        self.log.partitions()
    }

    fn now_ms(&self) -> i64 {
        self.log.now_ms()
    }

    async fn append(&self, p: u32, key: RoomId, value: Bytes) -> Result<Appended, AppendError> {
        self.log.append(p, key, value).await
    }

    async fn watermarks(&self, partition: u32) -> Result<Watermarks, ReadError> {
        let high = self.log.watermarks(partition).await?.high;
        let low = self.lows.lock().unwrap().get(&partition).copied().unwrap_or_default();
        Ok(Watermarks { low, high })
    }

    async fn read(&self, range: ReadRange) -> Result<ReadBatch, ReadError> {
        let wanted = |record: &&StoredRecord| {
            record.partition == range.partition
                && (range.from..range.until).contains(&record.offset)
                && range.key.is_none_or(|key| key == record.key)
        };
        let records: Vec<StoredRecord> = self.records.iter().filter(wanted).cloned().collect();
        Ok(ReadBatch { records, next: range.until })
    }

    async fn tail(&self, partition: u32, from: u64) -> Result<Tail, ReadError> {
        self.log.tail(partition, from).await
    }

    async fn truncate(&self, partition: u32, before: u64) -> Result<(), ReadError> {
        self.lows.lock().unwrap().insert(partition, before);
        self.log.truncate(partition, before).await
    }

    async fn flush(&self) -> Result<(), BoxError> {
        self.log.flush().await
    }
}
