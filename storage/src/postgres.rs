//! The room rows in Postgres, shared by any number of nodes.
//!
//! A call makes one [`Statement`](statement::Statement), hands it to the
//! [`Server`], and reads rows from the answer. Every statement is a transaction
//! of its own: nothing is held on the server while a node thinks, so a node that is stopped in
//! the middle harms nobody. What must be unique is unique in the tables; time is the server's.
//!
//! To change a table: add the next file under `migrations/postgres/`, by the rule in its first
//! one.

mod error;
mod migrations;
mod options;
mod rooms;
mod server;
mod sessions;
mod statement;
mod whispers;

pub use error::PostgresOpenError;

use server::Server;

/// The room rows in a Postgres database.
#[derive(Clone, Debug)]
pub struct PostgresRooms {
    server: Server,
}

impl PostgresRooms {
    /// Connects to `postgres://user:password@host:port/database` and brings its tables up to
    /// date. Parameters of the URL: `connections_max` (1–100, 16 unless given), `sslmode`,
    /// `sslrootcert`, `sslcert`, `sslkey`, `options`, `application_name`, and
    /// `statement-cache-capacity`, which has to be 0 behind a `PgBouncer` that pools transactions;
    /// [whispers](crate::rooms::whispers) do not get through such a one.
    pub async fn open(url: &str) -> Result<Self, PostgresOpenError> {
        Ok(Self { server: Server::open(url).await? })
    }
}
