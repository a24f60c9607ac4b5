//! What a sender hears when there is no verdict to wait for.

use std::sync::atomic::AtomicI64;

use async_trait::async_trait;
use bytes::Bytes;
use schemas::frame::{MovieChosen, Said};
use schemas::ids::RoomId;
use serde_json::{Value, json};
use storage::log::{Appended, BoxError, ReadBatch, ReadError, ReadRange, Tail, Watermarks};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::*;
use crate::relay::no_films::NoFilms;

/// A log that answers nothing.
struct MuteLog;

fn mute() -> ReadError {
    ReadError::Away("mute".into())
}

#[async_trait]
impl Log for MuteLog {
    fn epoch(&self) -> &'static str {
        "mute"
    }
    fn partitions(&self) -> u32 {
        1
    }
    fn now_ms(&self) -> i64 {
        0
    }
    async fn append(&self, _: u32, _: RoomId, _: Bytes) -> Result<Appended, AppendError> {
        Err(AppendError::Unknown("mute".into()))
    }
    async fn watermarks(&self, _: u32) -> Result<Watermarks, ReadError> {
        Err(mute())
    }
    async fn read(&self, _: ReadRange) -> Result<ReadBatch, ReadError> {
        Err(mute())
    }
    async fn tail(&self, _: u32, _: u64) -> Result<Tail, ReadError> {
        Err(mute())
    }
    async fn truncate(&self, _: u32, _: u64) -> Result<(), ReadError> {
        Err(mute())
    }
    async fn flush(&self) -> Result<(), BoxError> {
        Ok(())
    }
}

async fn answer_to(action: Action, is_away: bool) -> Value {
    let (inbox, _room) = mpsc::channel(1);
    let room = RoomHandle::new(RoomId(Uuid::nil()), 0, inbox, Arc::new(AtomicI64::new(100)));
    let sender = Sender {
        log: Arc::new(MuteLog),
        movie: Arc::new(NoFilms { is_away }),
        room,
        user: UserId(Uuid::nil()),
        session: SessionId(Uuid::nil()),
    };
    let frame = sender.send(Command { client_seq: 7, action }).await.unwrap();
    serde_json::from_slice(&frame.parts().1).unwrap()
}

#[tokio::test]
async fn a_log_that_does_not_answer_makes_the_outcome_unknown() {
    let said = Said { text: "hello".to_owned(), reply_to: None };
    let answer = answer_to(Action::Chat(said), false).await;
    assert_eq!(answer, json!({ "type": "unknown", "client_seq": 7 }));
}

#[tokio::test]
async fn a_film_that_is_not_there_is_refused_for_good() {
    let chosen = MovieChosen { movie_id: MovieId(Uuid::nil()) };
    let answer = answer_to(Action::MovieChanged(chosen), false).await;
    assert_eq!(answer["type"], "reject");
    assert_eq!(answer["client_seq"], 7);
    assert_eq!(answer["code"], "no_such_movie");
}

#[tokio::test]
async fn a_catalogue_that_is_away_makes_the_outcome_unknown() {
    let chosen = MovieChosen { movie_id: MovieId(Uuid::nil()) };
    let answer = answer_to(Action::MovieChanged(chosen), true).await;
    assert_eq!(answer, json!({ "type": "unknown", "client_seq": 7 }));
}
