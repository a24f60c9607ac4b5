//! What the archive in MongoDB promises beyond the contract.

use std::collections::BTreeSet;
use std::error::Error;
use std::net::TcpListener;

use futures_util::future::{join_all, try_join};
use schemas::archive::{ArchivedEvent, HashChain};
use schemas::event::Event;
use schemas::ids::{RoomId, UserId};
use serde_json::json;
use storage::mongo::{MongoArchive, MongoOpenError};
use uuid::Uuid;

use crate::mongo_databases::Databases;

/// More than one command takes.
const MANY: u64 = 1200;

fn user(number: u128) -> UserId {
    UserId(Uuid::from_u128(number))
}

/// An event of one person while the room waits for another.
fn event(room: RoomId, seq: u64) -> ArchivedEvent {
    let event: Event = serde_json::from_value(json!({
        "type": "event", "seq": seq, "at": 1_800_000_000_000_i64, "user": user(1),
        "event": "chat", "body": {"text": format!("line {seq}"), "reply_to": null},
        "playback": {
            "movie_id": Uuid::nil(), "paused": true, "position_ms": 0, "rate": 1.0,
            "since_ms": 0, "holds": [{"user": user(2), "reason": "my phone", "until_ms": 1}],
        },
    }))
    .unwrap();
    ArchivedEvent::new(room, "an epoch".into(), seq, event).unwrap()
}

fn chain(events: &[ArchivedEvent]) -> HashChain {
    let mut chain = HashChain::default();
    for event in events {
        chain.add(event.hash());
    }
    chain
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_insert_the_same_at_once_insert_it_once() {
    let databases = Databases::new();
    let archive = databases.make().await;
    let room = RoomId(Uuid::now_v7());
    let events: Vec<_> = (1..=MANY).map(|seq| event(room, seq)).collect();
    let inserts = join_all((0..4).map(|_| archive.insert(&events))).await;
    let new: u64 = inserts.into_iter().map(Result::unwrap).sum();
    assert_eq!(new, MANY);
    assert_eq!(archive.read_back(&[room]).await.unwrap(), [chain(&events)]);
}

/// MongoDB leaves nothing to the repeat; FerretDB 1, whose updates are not atomic, may.
#[tokio::test(flavor = "multi_thread")]
async fn two_erasures_of_the_same_events_at_once_and_again_leave_nothing() {
    let databases = Databases::new();
    let archive = databases.make().await;
    let room = RoomId(Uuid::now_v7());
    let events: Vec<_> = (1..=60).map(|seq| event(room, seq)).collect();
    archive.insert(&events).await.unwrap();
    let [author, waiting] = [1, 2].map(|number| BTreeSet::from([user(number)]));
    let erasing = try_join(archive.erase_in(room, &author), archive.erase_in(room, &waiting));
    erasing.await.unwrap();
    for people in [&author, &waiting] {
        archive.erase_in(room, people).await.unwrap();
    }
    let both = author.union(&waiting).copied().collect();
    assert_eq!(archive.erase_in(room, &both).await.unwrap(), 0, "something is left");
    assert_eq!(archive.read_back(&[room]).await.unwrap(), [chain(&events)]);
}

/// An error with its causes.
fn told(error: &MongoOpenError) -> String {
    let causes = std::iter::successors(Some(error as &dyn Error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

#[tokio::test]
async fn a_url_that_cannot_be_read_is_refused_without_its_password() {
    for url in [
        "mongodb://",
        "mongodb://petr:se@cret@host",
        "mongodb://petr:secret@host:port",
        "mongodb://petr:secret@host/?connectTimeoutMS=soon",
    ] {
        let error = MongoArchive::open(url).await.unwrap_err();
        assert!(matches!(error, MongoOpenError::BadUrl(_)), "{url}: {error:?}");
        assert!(!error.is_away());
        assert!(!told(&error).contains("cret"), "{}", told(&error));
    }
}

#[tokio::test]
async fn a_server_that_is_away_or_mute_is_told_in_time() {
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [mute.local_addr().unwrap(), nobody] {
        let limits = "serverSelectionTimeoutMS=300&connectTimeoutMS=300";
        let url = format!("mongodb://petr:secret@{address}/?{limits}");
        let error = MongoArchive::open(&url).await.unwrap_err();
        assert!(error.is_away(), "{error:?}");
        assert!(!told(&error).contains("secret"), "{}", told(&error));
    }
}
