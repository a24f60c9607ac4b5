//! The faults of a world in memory do what they are called.

use std::time::Duration;

use futures_util::StreamExt;
use schemas::ids::RoomId;
use storage::log::{AppendError, ReadError};
use storage::memory::faults::Faults;
use storage::memory::{Moment, Process, World};
use tokio::time::{sleep, timeout};
use uuid::Uuid;

const LATE_MS: u64 = 1000;
const NEVER: Duration = Duration::from_hours(1);

fn world(faults: Faults) -> World {
    World::new(1, 1, faults)
}

async fn append(process: &Process) -> Result<u64, AppendError> {
    let appended = process.storage().log.append(0, RoomId(Uuid::nil()), "record".into()).await;
    appended.map(|appended| appended.offset)
}

#[tokio::test(start_paused = true)]
async fn a_call_may_be_lost_before_or_after_it_takes_effect() {
    for (faults, records) in [
        (Faults { lost_before: 1.0, ..Faults::NONE }, 0),
        (Faults { lost_after: 1.0, ..Faults::NONE }, 1),
    ] {
        let world = world(faults);
        assert!(matches!(append(&world.process()).await, Err(AppendError::Unknown(_))));
        assert_eq!(world.history(0).len(), records);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_may_take_effect_after_its_caller_was_told_that_it_failed() {
    let world = world(Faults { late: 1.0, late_ms_max: LATE_MS, ..Faults::NONE });
    assert!(append(&world.process()).await.is_err());
    assert_eq!(world.history(0).len(), 0);
    sleep(Duration::from_millis(LATE_MS + 1)).await;
    assert_eq!(world.history(0).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_append_may_be_doubled() {
    let world = world(Faults { doubled: 1.0, ..Faults::NONE });
    assert_eq!(append(&world.process()).await.unwrap(), 0);
    assert_eq!(world.history(0).len(), 2);
    assert_eq!(append(&world.spared_process()).await.unwrap(), 2);
    assert_eq!(world.history(0).len(), 3, "faults spare who is to be spared");
}

#[tokio::test(start_paused = true)]
async fn a_store_may_be_away_for_a_while() {
    let world = world(Faults { outage: 1.0, outage_ms_max: LATE_MS, ..Faults::NONE });
    assert!(append(&world.process()).await.is_err());
    world.set_faults(Faults::NONE);
    assert!(append(&world.process()).await.is_ok(), "it is back when the faults end");
}

#[tokio::test(start_paused = true)]
async fn a_process_dies_on_either_side_of_its_nth_call() {
    for (moment, records) in [(Moment::Before, 1), (Moment::After, 2)] {
        let world = world(Faults::NONE);
        let process = world.process();
        process.kill_at_call(1, moment);
        append(&process).await.unwrap();
        assert!(timeout(NEVER, append(&process)).await.is_err(), "the dead hear nothing");
        process.died().await;
        process.go_on();
        assert!(timeout(NEVER, append(&process)).await.is_err(), "the dead do not come back");
        assert_eq!(world.history(0).len(), records);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stopped_process_hears_its_answer_when_it_goes_on() {
    let world = world(Faults { delay_ms_max: 50, ..Faults::NONE });
    let process = world.process();
    let appending = append(&process);
    let stopping = async {
        sleep(Duration::from_millis(1)).await;
        process.stop();
        sleep(Duration::from_secs(5)).await;
        assert_eq!(world.history(0).len(), 1, "what is in flight arrives");
        process.go_on();
        world.now_ms()
    };
    let heard = async {
        appending.await.unwrap();
        world.now_ms()
    };
    let (went_on_ms, heard_ms) = tokio::join!(stopping, heard);
    assert!(heard_ms >= went_on_ms);
}

#[tokio::test(start_paused = true)]
async fn a_tail_breaks_and_goes_on_where_it_was() {
    let world = world(Faults { tail_break: 0.3, ..Faults::NONE });
    for _ in 0..100 {
        append(&world.spared_process()).await.unwrap();
    }
    let log = world.process().storage().log;
    let (mut next, mut breaks) = (0, 0);
    while next < 100 {
        let mut tail = log.tail(0, next).await.unwrap();
        while next < 100 {
            match tail.next().await.unwrap() {
                Ok(record) => {
                    assert_eq!(record.offset, next);
                    next += 1;
                }
                Err(error) => {
                    assert!(matches!(error, ReadError::Away(_)));
                    breaks += 1;
                    break;
                }
            }
        }
    }
    assert!(breaks > 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_truncated_is_there_again_when_the_low_watermark_moves_back() {
    let world = world(Faults::NONE);
    let process = world.process();
    for _ in 0..5 {
        append(&process).await.unwrap();
    }
    process.storage().log.truncate(0, 4).await.unwrap();
    assert_eq!(world.watermarks(0).low, 4);
    world.move_low_back(0, 1);
    assert_eq!(process.storage().log.watermarks(0).await.unwrap().low, 1);
    assert_eq!(world.history(0).len(), 5);
}
