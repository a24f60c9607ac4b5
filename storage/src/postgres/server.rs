//! The way to the server: a bounded pool, bounded waits, and one repeat where it is harmless.

use std::io::ErrorKind;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgListener, PgPool};
use sqlx::{Connection, Postgres};

use super::error::{PostgresOpenError, is_passing};
use super::migrations::migrate;
use super::options::Options;
use super::statement::{Answer, Statement};

/// Longest wait for an answer. The server's own limit of 5 s comes first, unless the server
/// itself stands still or the line is cut.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(7);
/// Longest wait for the answer by which a connection shows that it is alive.
const TRIAL_TIMEOUT: Duration = Duration::from_secs(2);

/// A Postgres server.
#[derive(Clone, Debug)]
pub(super) struct Server {
    pool: PgPool,
    options: Options,
}

impl Server {
    pub(super) async fn open(url: &str) -> Result<Self, PostgresOpenError> {
        let options = Options::parse(url)?;
        migrate(&options).await?;
        Ok(Self { pool: options.open_pool().await, options })
    }

    /// Sends a statement. A restart of the server, or whoever stood in its way, is met by
    /// sending it again, once, if it may be repeated.
    pub(super) async fn call(&self, statement: Statement) -> Result<Answer, sqlx::Error> {
        if !statement.is_repeatable() {
            return self.attempt(statement, Lent::Tried).await;
        }
        match self.attempt(statement.clone(), Lent::Any).await {
            Err(error) if is_passing(&error) => {
                tracing::debug!(%error, "sending a statement to Postgres again");
                self.attempt(statement, Lent::Tried).await
            }
            answer => answer,
        }
    }

    /// Listens on a channel, over a connection beside those for the calls.
    pub(super) async fn listen(&self, channel: &str) -> Result<PgListener, sqlx::Error> {
        let mut listener = PgListener::connect_with(&self.options.single()).await?;
        listener.eager_reconnect(false);
        listener.listen(channel).await?;
        Ok(listener)
    }

    /// Runs in a task of its own: a caller that gives up leaves no half-read connection behind.
    async fn attempt(&self, statement: Statement, lent: Lent) -> Result<Answer, sqlx::Error> {
        let attempt = tokio::spawn(attempt(self.pool.clone(), statement, lent));
        attempt.await.unwrap_or(Err(sqlx::Error::WorkerCrashed))
    }
}

/// What a statement is sent over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lent {
    /// Whatever the pool lends; it may be dead if the server was restarted a moment ago.
    Any,
    /// One that has answered a round trip just before.
    Tried,
}

async fn attempt(pool: PgPool, statement: Statement, lent: Lent) -> Result<Answer, sqlx::Error> {
    let mut connection = match lent {
        Lent::Any => pool.acquire().await?,
        Lent::Tried => acquire_tried(&pool).await?,
    };
    match tokio::time::timeout(ANSWER_TIMEOUT, statement.send(&mut connection)).await {
        Ok(answer) => answer,
        Err(_elapsed) => {
            // The pool would wait for the answer before it lends the connection again.
            drop(connection.detach());
            Err(sqlx::Error::Io(ErrorKind::TimedOut.into()))
        }
    }
}

/// Gives up what is dead until there is one that answers, or none can be opened. All that the
/// pool has may be dead; the one after them is new.
async fn acquire_tried(pool: &PgPool) -> Result<PoolConnection<Postgres>, sqlx::Error> {
    for _ in 0..=pool.options().get_max_connections() {
        let mut connection = pool.acquire().await?;
        match tokio::time::timeout(TRIAL_TIMEOUT, connection.ping()).await {
            Ok(Ok(())) => return Ok(connection),
            Ok(Err(_)) => drop(connection.detach()),
            Err(_elapsed) => {
                drop(connection.detach());
                return Err(sqlx::Error::PoolTimedOut);
            }
        }
    }
    Err(sqlx::Error::PoolTimedOut)
}
