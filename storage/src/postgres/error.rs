//! Which failures pass, and which are for the operator.

use std::io::ErrorKind;

use sqlx::migrate::MigrateError;

use crate::log::BoxError;

/// Codes of Postgres after which the same statement may well succeed: the server is stopping
/// or starting, or two transactions stood in each other's way.
const PASSING_CODES: [&str; 6] = [
    "40001", // serialization_failure
    "40P01", // deadlock_detected
    "53300", // too_many_connections
    "57P01", // admin_shutdown
    "57P02", // crash_shutdown
    "57P03", // cannot_connect_now
];
/// The class of errors of the connection itself.
const CONNECTION_CLASS: &str = "08";
/// `lock_not_available`: the wait for a lock took longer than `lock_timeout`.
const LOCK_TIMEOUT: &str = "55P03";

/// Why Postgres was not opened. Never shows the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum PostgresOpenError {
    /// The URL cannot be read.
    #[error("the URL cannot be read: postgres://user:password@host:port/database is wanted")]
    BadUrl(#[source] BoxError),
    /// The URL has a parameter that nobody reads, or reads otherwise.
    #[error("the URL's parameter `{name}` {reason}")]
    BadParameter {
        /// Its name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The server cannot be reached yet or any more; it may come.
    #[error("Postgres does not answer")]
    Away(#[source] BoxError),
    /// The server does not let us in.
    #[error("Postgres refuses the connection")]
    Refused(#[source] BoxError),
    /// Somebody else holds a lock that the change of the tables needs.
    #[error("the tables are in use and cannot be brought up to date")]
    Locked(#[source] BoxError),
    /// The tables could not be brought up to date.
    #[error("the tables cannot be brought up to date")]
    Migration(#[source] BoxError),
}

impl PostgresOpenError {
    /// Whether the same call may succeed a little later.
    pub fn is_away(&self) -> bool {
        matches!(self, Self::Away(_) | Self::Locked(_))
    }

    pub(super) fn is_locked(&self) -> bool {
        matches!(self, Self::Locked(_))
    }

    pub(super) fn of_connecting(error: sqlx::Error) -> Self {
        if is_passing(&error) || matches!(error, sqlx::Error::Io(_)) {
            Self::Away(error.into())
        } else {
            Self::Refused(error.into())
        }
    }

    pub(super) fn of_migrating(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(cause) | MigrateError::ExecuteMigration(cause, _) => {
                if is_lock_timeout(&cause) {
                    Self::Locked(cause.into())
                } else if is_passing(&cause) {
                    Self::Away(cause.into())
                } else {
                    Self::Migration(cause.into())
                }
            }
            other => Self::Migration(other.into()),
        }
    }
}

/// Whether a repeat at once may help.
pub(super) fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() != ErrorKind::TimedOut,
        sqlx::Error::Database(error) => error.code().is_some_and(|code| {
            code.starts_with(CONNECTION_CLASS) || PASSING_CODES.contains(&code.as_ref())
        }),
        _ => false,
    }
}

fn is_lock_timeout(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
    code.is_some_and(|code| code == LOCK_TIMEOUT)
}
