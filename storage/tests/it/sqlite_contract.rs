use std::sync::Arc;

use bytes::Bytes;
use futures_util::StreamExt;
use schemas::ids::RoomId;
use storage::clock::SystemClock;
use storage::{StorageUrls, open};
use uuid::Uuid;

#[tokio::test]
async fn smoke() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/a/b.db", dir.path().display());
    let urls = StorageUrls {
        rooms: url.clone(),
        log: url.clone(),
        archive: url,
    };
    let storage = open(&urls, Arc::new(SystemClock)).await.unwrap();
    let room = RoomId(Uuid::now_v7());
    let mut tail = storage.log.tail(1, 0).await.unwrap();
    let a = storage
        .log
        .append(1, room, Bytes::from_static(b"x"))
        .await
        .unwrap();
    assert_eq!(a.offset, 0);
    let got = tail.next().await.unwrap().unwrap();
    assert_eq!(got.at_ms, a.at_ms);
    storage.log.truncate(1, 9).await.unwrap();
    let w = storage.log.watermarks(1).await.unwrap();
    assert_eq!((w.low, w.high), (1, 1));
    storage.log.flush().await.unwrap();
}
