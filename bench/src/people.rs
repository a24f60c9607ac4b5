//! People, friends and wishes, put straight into a cinema's tables.
//!
//! Signing thousands up would take minutes of password hashing and measure nothing that is
//! wanted here. Their tokens are signed with the cinema's own key, so the server cannot tell.

use std::path::Path;
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use schemas::ids::{MovieId, UserId};
use serde::Serialize;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use storage::clock::{Clock, SystemClock};
use uuid::Uuid;

use crate::Result;
use crate::api::Api;
use crate::person::Person;
use crate::server::{Server, database};

/// Whom the tokens are for.
const AUDIENCE: &str = "movie-together";
/// Seconds that a token is good for: longer than any measurement.
const TOKEN_LIFE_S: i64 = 24 * 3600;
/// How long a write waits for the server's own.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
const SECOND_MS: i64 = 1000;

/// A cinema's tables and signing key.
pub(crate) struct People {
    pool: SqlitePool,
    issuer: String,
    key: EncodingKey,
    key_id: String,
    now_ms: i64,
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: UserId,
    name: &'a str,
    iss: &'a str,
    aud: &'a str,
    iat: i64,
    exp: i64,
}

impl People {
    /// Opens the tables of a server's embedded cinema.
    pub(crate) async fn embedded(server: &Server, data: &Path) -> Result<Self> {
        let issuer = server.public_url().to_owned();
        Self::open(&database(data), issuer, &Api::new(server.address())?).await
    }

    /// Opens the tables of a cinema that runs, which has made them and its key.
    pub(crate) async fn open(database: &Path, issuer: String, cinema: &Api) -> Result<Self> {
        let options = SqliteConnectOptions::new().filename(database).busy_timeout(BUSY_TIMEOUT);
        let pool = SqlitePool::connect_with(options).await?;
        let pkcs8: Vec<u8> =
            sqlx::query_scalar("SELECT pkcs8 FROM cinema_signing_key").fetch_one(&pool).await?;
        Ok(Self {
            pool,
            issuer,
            key: EncodingKey::from_ed_der(&pkcs8),
            key_id: cinema.key_id().await?,
            now_ms: SystemClock.now_ms(),
        })
    }

    /// Makes accounts. Nobody can sign in to them: they have no password.
    pub(crate) async fn add(&self, count: usize) -> Result<Vec<Person>> {
        let mut transaction = self.pool.begin().await?;
        let mut people = Vec::with_capacity(count);
        for number in 0..count {
            let id = UserId(Uuid::new_v4());
            let name = format!("Person {number}");
            sqlx::query(
                "INSERT INTO cinema_user (id, email, name, name_folded, password_hash, created_at_ms)
                 VALUES (?, ?, ?, ?, '', ?)",
            )
            .bind(id.0)
            .bind(format!("{id}@bench.example"))
            .bind(&name)
            .bind(name.to_lowercase())
            .bind(self.now_ms)
            .execute(&mut *transaction)
            .await?;
            let token = self.token(id, &name)?;
            people.push(Person { id, token });
        }
        transaction.commit().await?;
        Ok(people)
    }

    /// Makes everyone of the one a friend of everyone of the others.
    pub(crate) async fn befriend(&self, ones: &[Person], others: &[Person]) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        let pairs = ones.iter().flat_map(|one| {
            let both_ways = |other: &Person| [(one.id, other.id), (other.id, one.id)];
            others.iter().flat_map(both_ways).collect::<Vec<_>>()
        });
        for (asker, asked) in pairs {
            sqlx::query(
                "INSERT INTO cinema_friend_ask (asker_id, asked_id, created_at_ms)
                 VALUES (?, ?, ?)",
            )
            .bind(asker.0)
            .bind(asked.0)
            .bind(self.now_ms)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Gives everyone wishes; `wishes` says whose.
    pub(crate) async fn wish(
        &self,
        people: &[Person],
        mut wishes: impl FnMut() -> Vec<MovieId>,
    ) -> Result<()> {
        let mut transaction = self.pool.begin().await?;
        for person in people {
            for movie in wishes() {
                sqlx::query(
                    "INSERT INTO cinema_wish (user_id, movie_id, created_at_ms) VALUES (?, ?, ?)",
                )
                .bind(person.id.0)
                .bind(movie.0)
                .bind(self.now_ms)
                .execute(&mut *transaction)
                .await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// Lets go of the file.
    pub(crate) async fn close(self) {
        self.pool.close().await;
    }

    fn token(&self, id: UserId, name: &str) -> Result<String> {
        let now_s = self.now_ms / SECOND_MS;
        let claims = Claims {
            sub: id,
            name,
            iss: &self.issuer,
            aud: AUDIENCE,
            iat: now_s,
            exp: now_s.saturating_add(TOKEN_LIFE_S),
        };
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(Algorithm::EdDSA) };
        Ok(jsonwebtoken::encode(&header, &claims, &self.key)?)
    }
}
