//! A command on its way to the log.

use std::sync::Arc;
use std::time::Duration;

use clients::{Deadline, Failure, MovieApi};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use schemas::frame::{Action, Command, ServerFrame};
use schemas::ids::{MovieId, SessionId, UserId};
use schemas::limits::HOLD_MS_MAX;
use schemas::record::{Chat, Empty, Entry, HoldAsked, MovieChanged, Play, Record, Redacted};
use schemas::reject::RejectCode;
use storage::log::{AppendError, Log};

use crate::relay::append::append_record;
use crate::relay::outlet::encode;
use crate::relay::room::RoomHandle;
use crate::relay::socket::Frame;

/// How long a film may take to be looked up.
const LOOK_UP_PATIENCE: Duration = Duration::from_secs(3);

/// Turns commands of one session into records.
#[derive(Clone)]
pub(crate) struct Sender {
    pub(crate) log: Arc<dyn Log>,
    pub(crate) movie: Arc<dyn MovieApi>,
    pub(crate) room: RoomHandle,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}

impl Sender {
    /// The log's time.
    pub(crate) fn now_ms(&self) -> i64 {
        self.log.now_ms()
    }

    /// Appends a command. The fold's verdict comes to the session through its room; the
    /// frame given back, if any, says that there will be none.
    pub(crate) fn send(&self, command: Command) -> BoxFuture<'static, Option<Frame>> {
        let sender = self.clone();
        async move {
            let client_seq = command.client_seq;
            let answer = sender.append(command).await.err()?;
            let frame = match answer {
                Unsent::Never(code) => {
                    ServerFrame::Reject { client_seq, code, message: code.message().to_owned() }
                }
                Unsent::Unknown => ServerFrame::Unknown { client_seq },
            };
            encode(&frame)
        }
        .boxed()
    }

    async fn append(&self, command: Command) -> Result<(), Unsent> {
        let record = Record {
            room: self.room.id,
            user: Some(self.user),
            session: Some(self.session),
            client_seq: Some(command.client_seq),
            entry: self.entry(command.action).await?,
        };
        match append_record(self.log.as_ref(), self.room.partition, &record).await {
            Ok(_) => Ok(()),
            Err(AppendError::TooLarge) => Err(Unsent::Never(RejectCode::Invalid)),
            Err(error @ AppendError::Unknown(_)) => {
                tracing::warn!(
                    room.id = %record.room,
                    error = &error as &dyn std::error::Error,
                    "the log did not answer"
                );
                Err(Unsent::Unknown)
            }
        }
    }

    /// The record that a wish becomes, with what only a node may set.
    async fn entry(&self, action: Action) -> Result<Entry, Unsent> {
        Ok(match action {
            Action::Chat(said) => Entry::Chat(Chat {
                text: said.text.trim().to_owned(),
                reply_to: said.reply_to,
                redacted: false,
            }),
            Action::Play(play) => {
                Entry::Play(Play { position_ms: play.position_ms, lead_ms: self.room.lead_ms() })
            }
            Action::Pause(pause) => Entry::Pause(pause),
            Action::Seek(seek) => Entry::Seek(seek),
            Action::Rate(rate) => Entry::Rate(rate),
            Action::MovieChanged(chosen) => self.film(chosen.movie_id).await?,
            Action::Hold(wait) => Entry::Hold(HoldAsked {
                reason: wait.reason,
                until_ms: self.log.now_ms().saturating_add(HOLD_MS_MAX),
            }),
            Action::Release => Entry::Release(Empty {}),
            Action::Ended => Entry::Ended(Empty {}),
            Action::Redact(Redacted { seq }) => Entry::Redacted(Redacted { seq }),
        })
    }

    async fn film(&self, movie_id: MovieId) -> Result<Entry, Unsent> {
        let film = self.movie.film(None, movie_id, Deadline::after(LOOK_UP_PATIENCE)).await;
        match film {
            Ok(film) => Ok(Entry::MovieChanged(MovieChanged::to(&film))),
            Err(Failure::NotFound { .. }) => Err(Unsent::Never(RejectCode::NoSuchMovie)),
            Err(failure) => {
                tracing::warn!(error = &failure as &dyn std::error::Error, "film not looked up");
                Err(Unsent::Unknown)
            }
        }
    }
}

/// Why a command got no verdict.
enum Unsent {
    /// It was not appended and never will be.
    Never(RejectCode),
    /// It may or may not appear.
    Unknown,
}

#[cfg(test)]
mod tests;
