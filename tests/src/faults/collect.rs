//! Follows the log during the run, because the archive pass cuts it behind us, and looks at
//! what must hold at every moment.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use schemas::ids::{RoomId, UserId};
use schemas::record::{Entry, Record};
use storage::Storage;
use storage::archive::ArchiveError;
use storage::log::{Log, ReadError, ReadRange, StoredRecord};
use tokio::time::{interval, sleep};

use super::harvest::patiently;
use crate::checker::{CollectedLog, Sample, Unsealed};

/// Pause before a tail that broke is opened again.
const REOPEN_PAUSE: Duration = Duration::from_millis(200);
/// Pause between two looks.
const SAMPLE_PAUSE: Duration = Duration::from_secs(1);
/// Most records and bytes of one read at the end.
const READ_RECORDS_MAX: usize = 1000;
const READ_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What the log told, for as long as it is followed.
#[derive(Clone, Default)]
pub(super) struct Collector(Arc<Mutex<Collected>>);

#[derive(Default)]
struct Collected {
    log: CollectedLog,
    rooms: BTreeMap<RoomId, Begun>,
    samples: Vec<Sample>,
}

/// A room that began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Begun {
    pub(super) partition: u32,
    pub(super) owner: UserId,
    first_offset: u64,
    is_sealed: bool,
}

impl Collector {
    /// Follows a partition for ever.
    pub(super) async fn follow(&self, log: Arc<dyn Log>, partition: u32) {
        let mut next = 0;
        loop {
            match log.tail(partition, next).await {
                Ok(mut tail) => {
                    while let Some(Ok(record)) = tail.next().await {
                        next = record.offset + 1;
                        self.take(record);
                    }
                }
                // What was missed shows as a hole.
                Err(ReadError::OutOfRange { low }) => next = low,
                Err(ReadError::Away(_)) => {}
            }
            sleep(REOPEN_PAUSE).await;
        }
    }

    /// Looks at low watermarks, and at rooms that are not sealed, for ever.
    pub(super) async fn sample(&self, storage: &Storage) {
        let mut pace = interval(SAMPLE_PAUSE);
        loop {
            pace.tick().await;
            for partition in 0..storage.log.partitions() {
                // Whoever is away is asked again by the next look.
                if let Some(sample) = self.look(storage, partition).await {
                    self.lock().samples.push(sample);
                }
            }
        }
    }

    /// Takes in what is left, once nobody writes any more.
    pub(super) async fn finish(&self, log: &dyn Log) -> Result<(), ReadError> {
        for partition in 0..log.partitions() {
            let watermarks = patiently(is_away, async || log.watermarks(partition).await).await?;
            let mut from = watermarks.low;
            while from < watermarks.high {
                let range = ReadRange {
                    partition,
                    from,
                    until: watermarks.high,
                    key: None,
                    records_max: READ_RECORDS_MAX,
                    bytes_max: READ_BYTES_MAX,
                };
                let batch = patiently(is_away, async || log.read(range).await).await?;
                from = batch.next;
                batch.records.into_iter().for_each(|record| self.take(record));
            }
            let mut collected = self.lock();
            if let Some(known) = collected.log.partitions.get_mut(partition as usize) {
                known.high = known.high.max(watermarks.high);
            }
        }
        Ok(())
    }

    /// Everything taken in.
    pub(super) fn collected(&self) -> (CollectedLog, Vec<Sample>) {
        let collected = self.lock();
        (collected.log.clone(), collected.samples.clone())
    }

    /// How many records there are.
    pub(super) fn records(&self) -> usize {
        self.lock().log.records().count()
    }

    /// Every room that began.
    pub(super) fn rooms(&self) -> BTreeMap<RoomId, Begun> {
        self.lock().rooms.clone()
    }

    fn take(&self, record: StoredRecord) {
        let mut collected = self.lock();
        if let Ok(Record { room, entry: Entry::RoomCreated(created), .. }) =
            Record::decode(&record.value)
        {
            let begun = Begun {
                partition: record.partition,
                owner: created.owner,
                first_offset: record.offset,
                is_sealed: false,
            };
            collected.rooms.entry(room).or_insert(begun);
        }
        collected.log.take(record);
    }

    /// The watermark is read first: what was not sealed afterwards was not sealed then. Asked
    /// for are the rooms that the log was cut beyond, and one after the other of those that
    /// are still whole: asking for all of them would keep the archive from its work.
    async fn look(&self, storage: &Storage, partition: u32) -> Option<Sample> {
        let low = storage.log.watermarks(partition).await.ok()?.low;
        let rooms = self.rooms().into_iter();
        let here = rooms.filter(|(_, begun)| begun.partition == partition && !begun.is_sealed);
        let (cut, whole): (Vec<_>, Vec<_>) = here.partition(|(_, begun)| begun.first_offset < low);
        let turn = self.lock().samples.len().checked_rem(whole.len()).unwrap_or_default();
        let mut unsealed = vec![];
        for (room, begun) in cut.into_iter().chain(whole.into_iter().skip(turn).take(1)) {
            match visible_unsealed(storage, room, begun.owner).await {
                Ok(Some(visible)) => unsealed.push(Unsealed { room, visible }),
                Ok(None) => self.sealed(room),
                Err(_away) => {}
            }
        }
        Some(Sample { partition, low, unsealed })
    }

    fn sealed(&self, room: RoomId) {
        if let Some(begun) = self.lock().rooms.get_mut(&room) {
            begun.is_sealed = true;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Collected> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_away(error: &ReadError) -> bool {
    matches!(error, ReadError::Away(_))
}

/// Whether readers see a room that is not sealed; none if it is. Read before the seal is asked
/// for, so that a room that is sealed in between is no finding.
async fn visible_unsealed(
    storage: &Storage,
    room: RoomId,
    owner: UserId,
) -> Result<Option<bool>, ArchiveError> {
    let visible = storage.archive.events(room, owner, None, 1).await?.is_some();
    let sealed = storage.archive.seal_of(room).await?.is_some();
    Ok((!sealed).then_some(visible))
}
