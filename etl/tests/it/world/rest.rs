//! What a world comes to, comparable with what another comes to.

use std::collections::BTreeMap;

use schemas::archive::{HashChain, Quarantined, Seal};
use schemas::event::Event;
use schemas::ids::RoomId;
use storage::log::{StoredRecord, Watermarks};
use storage::rooms::RoomRow;

use super::{Room, World};

/// Everything that must be the same after any run of passes, in any world that was planted the
/// same. Left out are when a room was sealed, the log's epoch and, where no test can set them,
/// the log's times.
#[derive(Debug, PartialEq)]
pub(crate) struct Rest {
    pub(crate) watermarks: Vec<Watermarks>,
    pub(crate) records: Vec<StoredRecord>,
    pub(crate) rows: BTreeMap<RoomId, Option<RoomRow>>,
    pub(crate) seals: BTreeMap<RoomId, Option<Seal>>,
    pub(crate) events: BTreeMap<RoomId, Option<Vec<Event>>>,
    pub(crate) quarantined: Vec<Quarantined>,
}

impl World {
    pub(crate) async fn rest(&self, rooms: &[Room]) -> Rest {
        let mut rest = Rest {
            watermarks: vec![],
            records: self.records().await,
            rows: BTreeMap::new(),
            seals: BTreeMap::new(),
            events: BTreeMap::new(),
            quarantined: vec![],
        };
        for partition in 0..self.storage.log.partitions() {
            rest.watermarks.push(self.watermarks(partition).await);
            rest.quarantined.extend(self.quarantined(partition).await);
        }
        for room in rooms {
            let row = self.storage.rooms.get(room.id).await.expect("rows");
            let seal = self.proven_seal(room).await;
            rest.rows.insert(room.id, row);
            rest.seals.insert(room.id, seal.map(|seal| Seal { sealed_at_ms: 0, ..seal }));
            rest.events.insert(room.id, self.archived(room).await);
        }
        let rest = rest.without_epoch();
        if self.place.has_own_time() { rest.without_time() } else { rest }
    }

    /// The seal of a room, which has to be true.
    async fn proven_seal(&self, room: &Room) -> Option<Seal> {
        let seal = self.seal_of(room).await?;
        let chains = self.storage.archive.read_back(&[room.id]).await.expect("chains");
        assert_eq!(chains, [HashChain { count: seal.count, hash: seal.hash }]);
        Some(seal)
    }
}

impl Rest {
    fn without_epoch(mut self) -> Self {
        for row in self.rows.values_mut().flatten() {
            row.epoch.clear();
        }
        for seal in self.seals.values_mut().flatten() {
            seal.epoch.clear();
        }
        for quarantined in &mut self.quarantined {
            quarantined.epoch.clear();
        }
        self
    }

    fn without_time(mut self) -> Self {
        for record in &mut self.records {
            record.at_ms = 0;
        }
        for row in self.rows.values_mut().flatten() {
            row.created_at_ms = 0;
            row.closed_at_ms = row.closed_at_ms.map(|_| 0);
        }
        for seal in self.seals.values_mut().flatten() {
            // Proven by itself.
            seal.hash = [0; 32];
        }
        for event in self.events.values_mut().flatten().flatten() {
            event.at_ms = 0;
            if let Some(playback) = &mut event.playback {
                playback.since_ms = 0;
            }
        }
        for quarantined in &mut self.quarantined {
            quarantined.at_ms = 0;
        }
        self
    }
}
