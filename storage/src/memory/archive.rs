//! The archive in memory.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use schemas::archive::{ArchivedEvent, Hash, HashChain, Quarantined, Seal};
use schemas::event::Event;
use schemas::ids::{RoomId, UserId};

use super::{Lie, Lost, Process, Shared, Store};
use crate::archive::{Archive, ArchiveError, EventPage, same_proof};

/// What the archive holds.
#[derive(Default)]
pub(super) struct Content {
    /// By room, then by epoch and offset.
    events: BTreeMap<RoomId, BTreeMap<(String, u64), Resting>>,
    seals: BTreeMap<RoomId, Seal>,
    /// By partition, offset and epoch.
    quarantined: BTreeMap<(u32, u64, String), Quarantined>,
    erased: BTreeMap<UserId, i64>,
    erased_messages: BTreeMap<RoomId, BTreeSet<u64>>,
}

/// One event at rest.
struct Resting {
    event: Event,
    /// Of the event as it was inserted.
    hash: Hash,
    /// Whether a broken archive pretends to hold it.
    pretended: bool,
}

/// The archive as one process sees it.
pub(super) struct MemoryArchive(pub(super) Process);

/// Where the archive lies.
const STORE: fn(&Shared) -> &Store<Content> = |world| &world.archive;

impl MemoryArchive {
    /// Some of the events, if the insert is to be cut short.
    fn some_of(&self, events: &[ArchivedEvent]) -> Option<Vec<ArchivedEvent>> {
        let world = self.0.world();
        if self.0.is_spared() || !world.dice().chance(world.faults().partial) {
            return None;
        }
        let kept = events.iter().filter(|_| world.dice().chance(0.5));
        Some(kept.cloned().collect())
    }
}

#[async_trait]
impl Archive for MemoryArchive {
    async fn insert(&self, events: &[ArchivedEvent]) -> Result<u64, ArchiveError> {
        let world = self.0.world().clone();
        let some = self.some_of(events);
        let is_partial = some.is_some();
        let events = some.unwrap_or_else(|| events.to_vec());
        let inserting = self.0.call("insert", STORE, move |archive| {
            let mut new = 0;
            for event in events {
                let forgets = event.event().seq.is_multiple_of(2);
                if forgets && world.lies(Lie::InsertForgotten) {
                    continue;
                }
                let pretends = forgets && world.lies(Lie::InsertForgottenAndProven);
                let room = event.room;
                new += u64::from(archive.insert(event, pretends)?);
                archive.blank_messages(room);
            }
            Ok(new)
        });
        let new = inserting.await?;
        if is_partial { Err(Lost.into()) } else { new }
    }

    async fn read_back(&self, rooms: &[RoomId]) -> Result<Vec<HashChain>, ArchiveError> {
        let rooms = rooms.to_vec();
        let reading = self.0.call("read_back", STORE, move |archive| {
            rooms.iter().map(|room| archive.chain_of(*room)).collect()
        });
        Ok(reading.await?)
    }

    async fn seal(&self, seal: &Seal) -> Result<bool, ArchiveError> {
        let seal = seal.clone();
        self.0.call("seal", STORE, move |archive| archive.seal(seal)).await?
    }

    async fn seal_of(&self, room: RoomId) -> Result<Option<Seal>, ArchiveError> {
        Ok(self.0.call("seal_of", STORE, move |archive| archive.seals.get(&room).cloned()).await?)
    }

    async fn events(
        &self,
        room: RoomId,
        reader: UserId,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Option<EventPage>, ArchiveError> {
        let reading = self.0.call("events", STORE, move |archive| {
            archive.page(room, reader, before.unwrap_or(u64::MAX), limit)
        });
        Ok(reading.await?)
    }

    async fn quarantine(&self, quarantined: &[Quarantined]) -> Result<(), ArchiveError> {
        let cuts = self.0.world().lies(Lie::QuarantineCut);
        let forgets = self.0.world().lies(Lie::EraseInQuarantineForgotten);
        let quarantined = quarantined.to_vec();
        let setting_aside = self.0.call("quarantine", STORE, move |archive| {
            let people = archive.erased.keys().copied().collect();
            for mut bytes in quarantined {
                if cuts {
                    bytes.raw.pop();
                }
                if let Some(erased) = bytes.erased(&people)?.filter(|_| !forgets) {
                    bytes = erased;
                }
                let key = (bytes.partition, bytes.offset, bytes.epoch.clone());
                archive.quarantined.entry(key).or_insert(bytes);
            }
            Ok(())
        });
        setting_aside.await?
    }

    async fn quarantined(
        &self,
        partition: u32,
        limit: usize,
    ) -> Result<Vec<Quarantined>, ArchiveError> {
        let reading = self.0.call("quarantined", STORE, move |archive| {
            let of_partition = archive.quarantined().filter(|bytes| bytes.partition == partition);
            of_partition.take(limit).cloned().collect()
        });
        Ok(reading.await?)
    }

    async fn remember_erasure(&self, user: UserId, at_ms: i64) -> Result<bool, ArchiveError> {
        let remembering = self.0.call("remember_erasure", STORE, move |archive| {
            let is_first = !archive.erased.contains_key(&user);
            archive.erased.entry(user).or_insert(at_ms);
            is_first
        });
        Ok(remembering.await?)
    }

    async fn erased_among(&self, users: &[UserId]) -> Result<BTreeSet<UserId>, ArchiveError> {
        let users = users.to_vec();
        let asking = self.0.call("erased_among", STORE, move |archive| {
            users.into_iter().filter(|user| archive.erased.contains_key(user)).collect()
        });
        Ok(asking.await?)
    }

    async fn rooms_with(&self, user: UserId) -> Result<Vec<RoomId>, ArchiveError> {
        let asking = self.0.call("rooms_with", STORE, move |archive| {
            let has_user = |resting: &Resting| resting.event.user == Some(user);
            let rooms = archive.events.iter();
            rooms
                .filter(|(_, events)| events.values().any(has_user))
                .map(|(room, _)| *room)
                .collect()
        });
        Ok(asking.await?)
    }

    async fn erase_in(&self, room: RoomId, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError> {
        let people = people.clone();
        let forgets = self.0.world().lies(Lie::EraseForgotten);
        let erasing =
            self.0.call(
                "erase_in",
                STORE,
                move |archive| {
                    if forgets { 0 } else { archive.erase(room, &people) }
                },
            );
        Ok(erasing.await?)
    }

    async fn erase_in_quarantine(&self, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError> {
        let people = people.clone();
        let forgets = self.0.world().lies(Lie::EraseInQuarantineForgotten);
        let erasing = self.0.call("erase_in_quarantine", STORE, move |archive| {
            if forgets { Ok(0) } else { archive.erase_in_quarantine(&people) }
        });
        erasing.await?
    }

    async fn erase_message(&self, room: RoomId, seq: u64) -> Result<(), ArchiveError> {
        let erasing = self.0.call("erase_message", STORE, move |archive| {
            archive.erased_messages.entry(room).or_default().insert(seq);
            archive.blank_messages(room);
        });
        Ok(erasing.await?)
    }

    async fn erased_messages(&self, room: RoomId) -> Result<BTreeSet<u64>, ArchiveError> {
        let asking = self.0.call("erased_messages", STORE, move |archive| {
            archive.erased_messages.get(&room).cloned().unwrap_or_default()
        });
        Ok(asking.await?)
    }

    async fn ping(&self) -> Result<(), ArchiveError> {
        Ok(self.0.call("ping", STORE, |_| ()).await?)
    }
}

impl Content {
    pub(super) fn seals(&self) -> &BTreeMap<RoomId, Seal> {
        &self.seals
    }

    pub(super) fn quarantined(&self) -> impl Iterator<Item = &Quarantined> {
        self.quarantined.values()
    }

    /// In seq order; doubled ones too, pretended ones not.
    pub(super) fn events_of(&self, room: RoomId) -> Vec<Event> {
        let mut events: Vec<Event> = self
            .resting(room)
            .filter(|resting| !resting.pretended)
            .map(|resting| resting.event.clone())
            .collect();
        events.sort_by_key(|event| event.seq);
        events
    }

    pub(super) fn chain_of(&self, room: RoomId) -> HashChain {
        let mut hashes: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
        for resting in self.resting(room) {
            hashes.entry(resting.event.seq).or_default().push(resting.hash);
        }
        let mut chain = HashChain::default();
        for (seq, hashes) in hashes {
            match hashes.as_slice() {
                [hash] if seq == chain.count + 1 => chain.add(hash),
                _ => break,
            }
        }
        chain
    }

    fn resting(&self, room: RoomId) -> impl Iterator<Item = &Resting> {
        self.events.get(&room).into_iter().flat_map(BTreeMap::values)
    }

    /// Answers whether the event was new.
    fn insert(&mut self, archived: ArchivedEvent, pretended: bool) -> Result<bool, ArchiveError> {
        let (room, offset, hash) = (archived.room, archived.offset, *archived.hash());
        let epoch = archived.epoch.to_string();
        let events = self.events.entry(room).or_default();
        match events.get(&(epoch.clone(), offset)) {
            Some(there) if there.hash == hash => Ok(false),
            Some(_) => Err(ArchiveError::Conflict { room, offset }),
            None => {
                let event = archived.into_event();
                events.insert((epoch, offset), Resting { event, hash, pretended });
                Ok(true)
            }
        }
    }

    fn seal(&mut self, seal: Seal) -> Result<bool, ArchiveError> {
        match self.seals.get(&seal.room) {
            Some(first) if same_proof(first, &seal) => Ok(false),
            Some(_) => Err(ArchiveError::SealConflict { room: seal.room }),
            None => {
                self.seals.insert(seal.room, seal);
                Ok(true)
            }
        }
    }

    fn page(&self, room: RoomId, reader: UserId, before: u64, limit: usize) -> Option<EventPage> {
        self.seals.get(&room).filter(|seal| seal.members.contains(&reader))?;
        let mut events = self.events_of(room);
        events.retain(|event| event.seq < before);
        events.reverse();
        let has_more = events.len() > limit;
        events.truncate(limit);
        Some(EventPage { events, has_more })
    }

    fn erase(&mut self, room: RoomId, people: &BTreeSet<UserId>) -> u64 {
        let mut changed = 0;
        let events = self.events.get_mut(&room).into_iter().flat_map(BTreeMap::values_mut);
        for resting in events {
            if let Some(erased) = resting.event.erased(people) {
                resting.event = erased;
                changed += 1;
            }
        }
        changed
    }

    fn erase_in_quarantine(&mut self, people: &BTreeSet<UserId>) -> Result<u64, ArchiveError> {
        let mut changed = 0;
        for bytes in self.quarantined.values_mut() {
            if let Some(erased) = bytes.erased(people)? {
                *bytes = erased;
                changed += 1;
            }
        }
        Ok(changed)
    }

    fn blank_messages(&mut self, room: RoomId) {
        let Some(seqs) = self.erased_messages.get(&room) else { return };
        let events = self.events.get_mut(&room).into_iter().flat_map(BTreeMap::values_mut);
        for resting in events.filter(|resting| seqs.contains(&resting.event.seq)) {
            if let Some(erased) = resting.event.without_message() {
                resting.event = erased;
            }
        }
    }
}

impl From<Lost> for ArchiveError {
    fn from(lost: Lost) -> Self {
        Self::Away(lost.into())
    }
}
