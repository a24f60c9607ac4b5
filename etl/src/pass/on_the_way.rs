//! Step 4 for most rooms: a room whose row is closed is folded while the scan goes by, and
//! archived once its close has come by, so that the log is read once.
//!
//! Rooms lie interleaved, so what has begun and not yet closed waits in memory. The limits of
//! a group bound that: a room that does not fit is left to [`gather`](super::gather), which
//! reads again.

use std::collections::BTreeMap;

use schemas::http::RoomStatus;
use schemas::ids::RoomId;
use schemas::record::Record;
use storage::log::StoredRecord;

use super::PassLimits;
use super::closed_room::{ClosedRoom, RoomFold};
use super::facts::RoomFacts;

/// The share of a group that is worth archiving before the scan goes on: so much of the memory
/// is for rooms that have closed, the rest for those that have not.
const WORTH_ARCHIVING: u64 = 6;

/// Rooms that are folded on the way.
pub(super) struct OnTheWay {
    records_max: u64,
    bytes_max: u64,
    folding: BTreeMap<RoomId, Folding>,
    closed: Vec<ClosedRoom>,
    held: Size,
    held_closed: Size,
}

/// A room between its first record and its close.
#[derive(Default)]
struct Folding {
    fold: RoomFold,
    size: Size,
}

/// What rooms take of the limits.
#[derive(Clone, Copy, Default)]
struct Size {
    records: u64,
    bytes: u64,
}

impl OnTheWay {
    pub(super) fn new(limits: &PassLimits) -> Self {
        Self {
            records_max: limits.group_records_max,
            bytes_max: limits.group_bytes_max,
            folding: BTreeMap::new(),
            closed: vec![],
            held: Size::default(),
            held_closed: Size::default(),
        }
    }

    /// Folds a record that `facts` have taken in; answers whether it closed its room.
    pub(super) fn take_in(
        &mut self,
        facts: &RoomFacts,
        stored: &StoredRecord,
        record: &Record,
    ) -> bool {
        let room = record.room;
        // An open room's close is not in sight, as a rule; folding it would be for nothing.
        let begins =
            facts.status == Some(RoomStatus::Closed) && facts.created == Some(stored.offset);
        if begins {
            self.folding.entry(room).or_default();
        }
        let Some(folding) = self.folding.get_mut(&room) else {
            return false;
        };
        let size = Size { records: 1, bytes: stored.value.len() as u64 };
        folding.size.add(size);
        self.held.add(size);
        folding.fold.take_in(stored, record);
        if !folding.fold.is_closed() {
            if !self.fits() {
                self.leave(room);
            }
            return false;
        }
        self.close(room, facts);
        true
    }

    /// Closed rooms, if they are enough to be archived together.
    pub(super) fn enough(&mut self) -> Vec<ClosedRoom> {
        let is_enough = self.held_closed.records * WORTH_ARCHIVING >= self.records_max
            || self.held_closed.bytes * WORTH_ARCHIVING >= self.bytes_max;
        if is_enough { self.closed() } else { vec![] }
    }

    /// Closed rooms, however few.
    pub(super) fn closed(&mut self) -> Vec<ClosedRoom> {
        self.held.subtract(std::mem::take(&mut self.held_closed));
        std::mem::take(&mut self.closed)
    }

    fn fits(&self) -> bool {
        self.held.records <= self.records_max && self.held.bytes <= self.bytes_max
    }

    fn close(&mut self, room: RoomId, facts: &RoomFacts) {
        if let Some(Folding { fold, size }) = self.folding.remove(&room) {
            self.closed.extend(fold.into_closed(room, facts.status));
            self.held_closed.add(size);
        }
    }

    fn leave(&mut self, room: RoomId) {
        if let Some(left) = self.folding.remove(&room) {
            self.held.subtract(left.size);
        }
    }
}

impl Size {
    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.bytes += other.bytes;
    }

    fn subtract(&mut self, other: Self) {
        self.records -= other.records;
        self.bytes -= other.bytes;
    }
}

#[cfg(test)]
mod tests {
    use schemas::ids::{MovieId, UserId};
    use schemas::record::{CloseReason, Control, Entry, MemberJoined, RoomClosed, RoomCreated};
    use uuid::Uuid;

    use super::*;

    const OWNER: UserId = UserId(Uuid::nil());

    /// A partition as the scan goes over it.
    struct Scanned {
        on_the_way: OnTheWay,
        facts: BTreeMap<RoomId, RoomFacts>,
        offset: u64,
    }

    impl Scanned {
        fn within(group_records_max: u64, group_bytes_max: u64) -> Self {
            let limits = PassLimits { group_records_max, group_bytes_max, ..PassLimits::default() };
            Self { on_the_way: OnTheWay::new(&limits), facts: BTreeMap::new(), offset: 0 }
        }

        fn meets(&mut self, room: RoomId, entry: Entry, status: RoomStatus) -> bool {
            let user = match entry {
                Entry::MemberJoined(_) => UserId(Uuid::new_v4()),
                _ => OWNER,
            };
            let record = Record::of_node(room, Some(user), entry);
            let value = record.encode().unwrap().into();
            let (offset, at_ms) = (self.offset, 1_800_000_000_000);
            self.offset += 1;
            let stored = StoredRecord { partition: 0, offset, at_ms, key: room, value };
            let facts = self.facts.entry(room).or_insert(RoomFacts {
                status: Some(status),
                sealed_at_ms: None,
                first_seen: offset,
                first_seen_at_ms: at_ms,
                created: Some(offset),
                last_close: None,
                records: 0,
                bytes: 0,
                is_folded: false,
            });
            self.on_the_way.take_in(facts, &stored, &record)
        }

        fn begins(&mut self, status: RoomStatus) -> RoomId {
            let room = RoomId(Uuid::new_v4());
            let created = Entry::RoomCreated(Box::new(RoomCreated {
                owner: OWNER,
                owner_name: "Owner".to_owned(),
                movie_id: MovieId(Uuid::nil()),
                title: "Film".to_owned(),
                duration_ms: 0,
                control: Control::Everyone,
            }));
            assert!(!self.meets(room, created, status));
            room
        }

        fn goes_on(&mut self, room: RoomId, records: usize) {
            for _ in 0..records {
                let joined = Entry::MemberJoined(MemberJoined { name: "Member".to_owned() });
                assert!(!self.meets(room, joined, RoomStatus::Closed));
            }
        }

        /// Answers whether the room was folded to here.
        fn closes(&mut self, room: RoomId) -> bool {
            let closed = Entry::RoomClosed(RoomClosed { reason: CloseReason::Owner });
            self.meets(room, closed, RoomStatus::Closed)
        }

        fn closed(&mut self) -> Vec<RoomId> {
            self.on_the_way.closed().iter().map(|closed| closed.room).collect()
        }
    }

    #[test]
    fn interleaved_rooms_are_folded_to_their_closes_once() {
        let mut scanned = Scanned::within(100, u64::MAX);
        let (one, other) = (scanned.begins(RoomStatus::Closed), scanned.begins(RoomStatus::Closed));
        scanned.goes_on(one, 2);
        scanned.goes_on(other, 3);
        assert!(scanned.closes(other) && scanned.closes(one));
        // What comes after a close is void and belongs to no fold.
        assert!(!scanned.closes(one));
        assert_eq!(scanned.closed(), [other, one]);
        assert_eq!(scanned.closed(), []);
        assert_eq!((scanned.on_the_way.held.records, scanned.on_the_way.held.bytes), (0, 0));
    }

    #[test]
    fn a_room_whose_row_is_open_is_left() {
        let mut scanned = Scanned::within(100, u64::MAX);
        let open = scanned.begins(RoomStatus::Open);
        assert!(!scanned.closes(open));
        assert_eq!(scanned.closed(), []);
        assert_eq!(scanned.on_the_way.held.records, 0);
    }

    #[test]
    fn a_room_that_does_not_fit_is_left_and_gives_its_place_back() {
        let mut scanned = Scanned::within(6, u64::MAX);
        let (small, large) =
            (scanned.begins(RoomStatus::Closed), scanned.begins(RoomStatus::Closed));
        scanned.goes_on(large, 4);
        assert_eq!(scanned.on_the_way.held.records, 6);
        scanned.goes_on(large, 1);
        assert_eq!(scanned.on_the_way.held.records, 1);
        assert!(!scanned.closes(large) && scanned.closes(small));
        assert_eq!(scanned.closed(), [small]);
    }

    #[test]
    fn bytes_bound_as_records_do() {
        let mut scanned = Scanned::within(u64::MAX, 1);
        let room = scanned.begins(RoomStatus::Closed);
        assert_eq!(scanned.on_the_way.held.records, 0);
        assert!(!scanned.closes(room));
    }

    #[test]
    fn closed_rooms_wait_until_they_are_a_sixth_of_a_group() {
        let mut scanned = Scanned::within(18, u64::MAX);
        let room = scanned.begins(RoomStatus::Closed);
        assert!(scanned.closes(room));
        assert!(scanned.on_the_way.enough().is_empty());
        let next = scanned.begins(RoomStatus::Closed);
        assert!(scanned.closes(next));
        assert_eq!(scanned.on_the_way.enough().len(), 2);
    }
}
