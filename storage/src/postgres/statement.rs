//! A statement with its values, kept so that it can be sent a second time.

use futures_util::TryStreamExt;
use sqlx::postgres::{PgArguments, PgConnection, PgRow};
use sqlx::{Arguments, Either, Encode, Executor, Postgres, Type, query_with};

/// One statement.
#[derive(Clone)]
pub(super) struct Statement {
    sql: &'static str,
    /// Or why one of them cannot be sent.
    values: Result<PgArguments, String>,
    repeatable: bool,
}

/// What a statement came to.
#[derive(Default)]
pub(super) struct Answer {
    /// What it answered.
    pub(super) rows: Vec<PgRow>,
    /// How many rows it read or changed.
    pub(super) count: u64,
}

impl Statement {
    /// A statement whose second run changes nothing more.
    pub(super) fn repeatable(sql: &'static str) -> Self {
        Self { sql, values: Ok(PgArguments::default()), repeatable: true }
    }

    /// A statement whose second run would take the first for somebody else's.
    pub(super) fn once(sql: &'static str) -> Self {
        Self { repeatable: false, ..Self::repeatable(sql) }
    }

    /// Adds the next value: `$1`, `$2` …
    pub(super) fn bind<T>(mut self, value: T) -> Self
    where
        T: for<'value> Encode<'value, Postgres> + Type<Postgres>,
    {
        self.values = self.values.and_then(|mut values| {
            values.add(value).map_err(|error| error.to_string())?;
            Ok(values)
        });
        self
    }

    pub(super) fn is_repeatable(&self) -> bool {
        self.repeatable
    }

    /// Sends it and reads the whole answer.
    pub(super) async fn send(self, connection: &mut PgConnection) -> Result<Answer, sqlx::Error> {
        let values = self.values.map_err(|error| sqlx::Error::Encode(error.into()))?;
        let mut stream = connection.fetch_many(query_with(self.sql, values));
        let mut answer = Answer::default();
        while let Some(part) = stream.try_next().await? {
            match part {
                Either::Left(done) => answer.count += done.rows_affected(),
                Either::Right(row) => answer.rows.push(row),
            }
        }
        Ok(answer)
    }
}
