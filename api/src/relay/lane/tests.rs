//! The lane on a real log.

use storage::clock::SystemClock;
use storage::{StorageUrls, open};
use uuid::Uuid;

use super::*;

async fn log_in(folder: &tempfile::TempDir) -> Arc<dyn Log> {
    let url = format!("sqlite://{}", folder.path().join("log.db").display());
    let urls = StorageUrls { rooms: url.clone(), log: url.clone(), archive: url };
    open(&urls, Arc::new(SystemClock)).await.unwrap().log
}

#[tokio::test]
async fn a_subscription_never_begins_before_what_was_appended() {
    let folder = tempfile::tempdir().unwrap();
    let log = log_in(&folder).await;
    let (lane, task) = Lane::new(Arc::clone(&log), 0, CancellationToken::new());
    let task = tokio::spawn(task);
    let mut kept = Vec::new();
    for _ in 0..50 {
        let room = RoomId(Uuid::now_v7());
        let appended = log.append(0, room, "record".into()).await.unwrap();
        let subscription = lane.subscribe(room).await.unwrap();
        assert!(subscription.from > appended.offset, "the record would be overlooked");
        kept.push(subscription);
    }
    task.abort();
}

#[tokio::test]
async fn a_mark_comes_after_everything_that_was_in_the_log() {
    let folder = tempfile::tempdir().unwrap();
    let log = log_in(&folder).await;
    let (lane, task) = Lane::new(Arc::clone(&log), 0, CancellationToken::new());
    let task = tokio::spawn(task);
    let room = RoomId(Uuid::now_v7());
    let mut subscription = lane.subscribe(room).await.unwrap();
    let mut appended = 0;
    for round in 1..=50 {
        // Another room's records, too, have to be waited out.
        for key in [room, RoomId(Uuid::now_v7())] {
            log.append(0, key, "record".into()).await.unwrap();
        }
        let mark = tokio::spawn({
            let lane = lane.clone();
            async move { lane.catch_up(room).await }
        });
        loop {
            match subscription.deliveries.recv().await.unwrap() {
                Delivery::Record(_) => appended += 1,
                Delivery::Mark(reply) => {
                    assert_eq!(appended, round);
                    reply.send(()).unwrap();
                    break;
                }
            }
        }
        mark.await.unwrap().unwrap();
    }
    task.abort();
}

#[tokio::test]
async fn there_is_no_catching_up_for_a_room_that_is_not_followed() {
    let folder = tempfile::tempdir().unwrap();
    let (lane, task) = Lane::new(log_in(&folder).await, 0, CancellationToken::new());
    let task = tokio::spawn(task);
    assert!(lane.catch_up(RoomId(Uuid::now_v7())).await.is_err());
    task.abort();
}

#[tokio::test]
async fn rooms_of_a_lane_that_slept_through_a_truncation_end() {
    let folder = tempfile::tempdir().unwrap();
    let log = log_in(&folder).await;
    let room = RoomId(Uuid::now_v7());
    let (sender, mut deliveries) = mpsc::channel(1);
    for _ in 0..3 {
        log.append(0, room, "record".into()).await.unwrap();
    }
    log.truncate(0, 2).await.unwrap();
    let mut slept = LaneTask::new(log, 0);
    slept.rooms.insert(room, sender);
    slept.next = 1;
    slept.reopen().await;
    assert!(deliveries.recv().await.is_none());
    assert!(slept.tail.is_none() && !slept.is_interrupted());
}
