//! The way to the server: a bounded pool, bounded waits, and one repeat where it is harmless.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::postgres::PgPool;

use super::error::{PostgresOpenError, is_passing};
use super::migrations::migrate;
use super::options::Options;
use super::statement::{Answer, Statement};

/// Longest wait for an answer. The server's own limit of 5 s comes first, unless the server
/// itself stands still or the line is cut.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(7);

/// A Postgres server.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pool: PgPool,
}

impl Server {
    pub(super) async fn open(url: &str) -> Result<Self, PostgresOpenError> {
        let options = Options::parse(url)?;
        migrate(&options).await?;
        Ok(Self { pool: options.pool() })
    }

    /// Sends a statement. A restart of the server, or whoever stood in its way, is met by
    /// sending it again, once, if it may be repeated.
    pub(super) async fn call(&self, statement: Statement) -> Result<Answer, sqlx::Error> {
        if !statement.is_repeatable() {
            return self.attempt(statement).await;
        }
        match self.attempt(statement.clone()).await {
            Err(error) if is_passing(&error) => {
                tracing::debug!(%error, "sending a statement to Postgres again");
                self.attempt(statement).await
            }
            answer => answer,
        }
    }

    /// Runs in a task of its own: a caller that gives up leaves no half-read connection behind.
    async fn attempt(&self, statement: Statement) -> Result<Answer, sqlx::Error> {
        let attempt = tokio::spawn(attempt(self.pool.clone(), statement));
        attempt.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }
}

async fn attempt(pool: PgPool, statement: Statement) -> Result<Answer, sqlx::Error> {
    let mut connection = pool.acquire().await?;
    match tokio::time::timeout(ANSWER_TIMEOUT, statement.send(&mut connection)).await {
        Ok(answer) => answer,
        Err(_elapsed) => {
            // The pool would wait for the answer before it lends the connection again.
            drop(connection.detach());
            Err(sqlx::Error::Io(ErrorKind::TimedOut.into()))
        }
    }
}
