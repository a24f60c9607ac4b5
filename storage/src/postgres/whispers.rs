//! Whispers are notifications: Postgres hands them to all who listen and keeps none.

use std::time::Duration;

use async_trait::async_trait;
use futures_util::stream;
use sqlx::postgres::PgListener;
use sqlx::query;
use tokio::time::timeout;

use super::PostgresRooms;
use super::statement::Statement;
use crate::rooms::RoomsError;
use crate::rooms::whispers::{Whispered, Whispers};

/// Channel of this database.
const CHANNEL: &str = "movie_together_whispers";
/// A line that was quiet for so long is tried by a question: it may have been cut.
const QUIET_MAX: Duration = Duration::from_secs(30);
/// Longest wait for the answer.
const TRIAL_TIMEOUT: Duration = Duration::from_secs(5);

#[async_trait]
impl Whispers for PostgresRooms {
    async fn whisper(&self, words: &str) -> Result<(), RoomsError> {
        // Heard twice is no harm.
        let notify = Statement::repeatable("SELECT pg_notify($1, $2)");
        self.server.call(notify.bind(CHANNEL).bind(words.to_owned())).await?;
        Ok(())
    }

    async fn listen(&self) -> Result<Whispered, RoomsError> {
        let listener = self.server.listen(CHANNEL).await?;
        Ok(Box::pin(stream::unfold(listener, async |mut listener| {
            let words = heard(&mut listener).await?;
            Some((words, listener))
        })))
    }
}

/// The next words; none once the line is lost.
async fn heard(listener: &mut PgListener) -> Option<String> {
    loop {
        match timeout(QUIET_MAX, listener.try_recv()).await {
            Ok(notification) => return Some(notification.ok()??.payload().to_owned()),
            Err(_elapsed) => {
                let trial = timeout(TRIAL_TIMEOUT, query("SELECT 1").execute(&mut *listener));
                trial.await.ok()?.ok()?;
            }
        }
    }
}
