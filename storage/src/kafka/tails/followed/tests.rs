use bytes::Bytes;
use proptest::prelude::*;
use schemas::ids::RoomId;
use uuid::Uuid;

use super::*;

fn record(offset: u64, bytes: usize) -> StoredRecord {
    let value = Bytes::from(vec![b'x'; bytes]);
    StoredRecord { partition: 0, offset, at_ms: 0, key: RoomId(Uuid::nil()), value }
}

/// A partition that is being fetched, and its reader's queue.
fn followed(queue_max: usize) -> (Followed, mpsc::Receiver<Item>) {
    let (reader, queue) = mpsc::channel(queue_max);
    let mut followed = Followed::new(0, reader);
    followed.pick_up();
    (followed, queue)
}

fn fetch(followed: &mut Followed, offset: u64) -> bool {
    followed.fetch(offset, || record(offset, 1))
}

fn given(queue: &mut mpsc::Receiver<Item>) -> Vec<u64> {
    std::iter::from_fn(|| queue.try_recv().ok()).map(|item| item.unwrap().offset).collect()
}

#[test]
fn it_is_parked_at_its_limit_of_records_and_goes_on_when_read() {
    let (mut followed, mut queue) = followed(1);
    for offset in 0..KEPT_RECORDS_MAX as u64 {
        fetch(&mut followed, offset);
    }
    assert_eq!(followed.state(), State::Fetched);
    fetch(&mut followed, KEPT_RECORDS_MAX as u64);
    assert_eq!(followed.state(), State::Parked);
    for offset in 0..=KEPT_RECORDS_MAX as u64 {
        assert_eq!(queue.try_recv().unwrap().unwrap().offset, offset);
        followed.hand_over();
    }
    assert!(followed.is_handed_over());
    assert_eq!(followed.kept_bytes, 0);
    assert_eq!(followed.pick_up(), KEPT_RECORDS_MAX as u64 + 1);
}

#[test]
fn it_is_parked_at_its_limit_of_bytes() {
    let (mut followed, _queue) = followed(1);
    fetch(&mut followed, 0);
    followed.fetch(1, || record(1, KEPT_BYTES_MAX - 1));
    assert_eq!(followed.state(), State::Fetched);
    fetch(&mut followed, 2);
    assert_eq!(followed.state(), State::Parked);
}

#[test]
fn a_reader_that_is_behind_gets_no_reports() {
    let (mut followed, mut queue) = followed(1);
    for offset in 0..=KEPT_RECORDS_MAX as u64 {
        assert!(followed.report(&record(offset, 1)));
    }
    let next = followed.next();
    assert!(!followed.report(&record(next, 1)));
    assert_eq!(followed.next(), next);
    given(&mut queue);
    followed.hand_over();
    assert!(followed.report(&record(next, 1)));
}

#[test]
fn a_report_waits_for_what_comes_before_it() {
    let (mut followed, mut queue) = followed(8);
    assert!(!followed.report(&record(2, 1)));
    assert!(!followed.report(&record(1, 1)));
    assert!(given(&mut queue).is_empty());
    assert!(fetch(&mut followed, 0));
    assert_eq!(given(&mut queue), [0, 1, 2]);
    assert!(!fetch(&mut followed, 1));
    assert!(!fetch(&mut followed, 2));
    assert!(fetch(&mut followed, 3));
    assert_eq!(given(&mut queue), [3]);
}

#[test]
fn only_so_many_reports_wait() {
    let (mut followed, mut queue) = followed(1024);
    for offset in 1..=AHEAD_RECORDS_MAX as u64 + 1 {
        followed.report(&record(offset, 1));
    }
    fetch(&mut followed, 0);
    let given = given(&mut queue);
    assert_eq!(given, (0..=AHEAD_RECORDS_MAX as u64).collect::<Vec<_>>());
}

#[test]
fn a_hole_ends_it_whatever_was_reported() {
    let (mut followed, mut queue) = followed(8);
    followed.report(&record(0, 1));
    followed.report(&record(1, 1));
    assert!(!fetch(&mut followed, 1));
    assert_eq!(followed.state(), State::Ended);
    assert_eq!(queue.try_recv().unwrap().unwrap().offset, 0);
    assert_eq!(queue.try_recv().unwrap().unwrap().offset, 1);
    assert!(matches!(queue.try_recv().unwrap(), Err(ReadError::Away(_))));
    assert!(!followed.report(&record(2, 1)));
    assert!(followed.is_over());
}

#[test]
fn an_error_comes_last() {
    let (mut followed, mut queue) = followed(1);
    fetch(&mut followed, 0);
    fetch(&mut followed, 1);
    followed.end(ReadError::OutOfRange { low: 5 });
    assert!(!followed.is_over());
    for offset in 0..2 {
        assert_eq!(queue.try_recv().unwrap().unwrap().offset, offset);
        followed.hand_over();
    }
    assert!(matches!(queue.try_recv().unwrap(), Err(ReadError::OutOfRange { low: 5 })));
    assert!(followed.is_over());
}

#[test]
fn it_is_over_when_nobody_reads() {
    let (mut followed, queue) = followed(1);
    fetch(&mut followed, 0);
    assert!(!followed.is_over());
    drop(queue);
    assert!(followed.is_over());
}

/// What may happen to a partition that is followed.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// The consumer brings its next record.
    Fetch,
    /// The producer reports the record at an offset.
    Report(u64),
    /// The consumer brings records again from somewhere before.
    FetchAgain(u64),
    /// The partition is put down and picked up.
    PickUp,
    /// The reader takes what is there.
    Read,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => Just(Step::Fetch),
        4 => (0..400_u64).prop_map(Step::Report),
        1 => (0..400_u64).prop_map(Step::FetchAgain),
        1 => Just(Step::PickUp),
        2 => Just(Step::Read),
    ];
    prop::collection::vec(step, 0..1500)
}

proptest! {
    #[test]
    fn the_reader_gets_every_record_once_and_in_order(steps in steps()) {
        let (mut followed, mut queue) = followed(16);
        let mut at = 0;
        let mut read = Vec::new();
        for step in steps {
            match step {
                Step::Fetch => {
                    fetch(&mut followed, at);
                    at += 1;
                }
                Step::Report(offset) => {
                    followed.report(&record(offset, 1));
                }
                Step::FetchAgain(offset) if offset < at => {
                    prop_assert!(!fetch(&mut followed, offset));
                }
                Step::FetchAgain(_) => {}
                Step::PickUp => at = followed.pick_up(),
                Step::Read => {
                    read.extend(given(&mut queue));
                    followed.hand_over();
                }
            }
        }
        while !followed.is_handed_over() {
            read.extend(given(&mut queue));
            followed.hand_over();
        }
        read.extend(given(&mut queue));
        prop_assert_eq!(followed.next(), read.len() as u64);
        prop_assert!(read.iter().copied().eq(0..followed.next()));
    }
}
