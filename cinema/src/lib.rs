//! Reference Auth, UGC and Movie services: what an online cinema has already, so that Movie
//! Together can be tried, tested and used without one.
//!
//! [`Cinema::open`] prepares everything (tables, keys, catalogue) and [`Cinema::route`] gives
//! the endpoints, which the API mounts at its root and the binary serves alone:
//!
//! | path | module | |
//! |---|---|---|
//! | `/auth/v1/*`, `/auth/.well-known/jwks.json` | `auth` | accounts, sign-ins, friends |
//! | `/ugc/v1/*` | `ugc` | want-to-watch lists |
//! | `/movie/v1/*` | `movie` | catalogue |
//! | `/media/*` | `movie::media` | pictures and video, by `Range` |
//!
//! A request passes `http` (body limit, refusals as JSON, the caller's token), then the `api`
//! module of its service, which checks values and delegates. The three services share nothing
//! but the file and the key that verifies tokens, as if they ran apart.
//!
//! To add a call: a method in the service's `api`, its bodies in `schemas::upstream`, a test in
//! `tests/it`; then write the documents anew with `movie-together-cinema --openapi
//! schemas/upstream`.

mod auth;
mod clock;
mod database;
mod http;
mod movie;
mod openapi;
mod refusal;
mod ugc;

use std::path::PathBuf;
use std::sync::Arc;

use poem::{EndpointExt as _, Route};

pub use clock::Clock;
pub use http::{NodelayAcceptor, SignInLimit, refuse};
pub use openapi::openapi_documents;

use auth::{Auth, AuthApi, AuthError, Keys, KeysApi};
use database::Database;
use http::{BodyLimit, Throttle};
use movie::{Catalogue, MovieApi};
use ugc::{UgcApi, Wishes};

/// What every address of the cinema begins with; nothing else is served.
pub const PREFIXES: [&str; 4] = ["/auth", "/ugc", "/movie", "/media"];
/// Most bytes of a body.
pub const BODY_BYTES_MAX: usize = 64 * 1024;
/// Most bytes of a body of the UGC service: a search may name 1000 people and 1000 films.
pub const UGC_BODY_BYTES_MAX: usize = 128 * 1024;

/// What a cinema needs to know.
#[derive(Clone, Debug)]
pub struct CinemaOptions {
    /// The SQLite file. May be shared: all tables begin with `cinema_`.
    pub database_path: PathBuf,
    /// Folder whose playable files become films; links in it are not followed.
    pub media_dir: Option<PathBuf>,
    /// What addresses of media, and the tokens' `iss`, begin with.
    pub public_url: String,
    /// How often one address may try to sign up, log in or refresh.
    pub sign_in_limit: SignInLimit,
    /// What time it is.
    pub clock: Clock,
}

impl CinemaOptions {
    /// Options with no media folder, the usual limits and the system's time.
    pub fn new(database_path: impl Into<PathBuf>, public_url: impl Into<String>) -> Self {
        Self {
            database_path: database_path.into(),
            media_dir: None,
            public_url: public_url.into(),
            sign_in_limit: SignInLimit::default(),
            clock: Clock::default(),
        }
    }
}

/// Why a cinema could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum CinemaError {
    /// The folder of the database cannot be made.
    #[error("the folder {path} could not be made")]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The media folder is not a folder that can be read.
    #[error("MEDIA_DIR: the folder {path} could not be read")]
    MediaDir {
        /// Which folder.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database cannot be opened, read or written.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
    /// The tables cannot be brought up to date.
    #[error("the tables could not be brought up to date")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The kept signing key is damaged, or none could be made.
    #[error("the signing key could not be read or made")]
    SigningKey(#[source] ed25519_dalek::pkcs8::Error),
    /// The preparation of the Auth service failed.
    #[error("the Auth service could not be prepared")]
    Auth(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The task that reads the media folder ended early.
    #[error("the media folder could not be scanned")]
    Scan(#[source] tokio::task::JoinError),
}

impl From<AuthError> for CinemaError {
    fn from(error: AuthError) -> Self {
        Self::Auth(Box::new(error))
    }
}

/// The three services, ready to be served. Cheap to clone.
#[derive(Clone)]
pub struct Cinema {
    auth: Auth,
    wishes: Wishes,
    catalogue: Arc<Catalogue>,
    media_dir: Option<PathBuf>,
    throttle: Arc<Throttle>,
}

impl Cinema {
    /// Brings the tables up to date, makes or reads the signing key, fills the catalogue.
    pub async fn open(options: CinemaOptions) -> Result<Self, CinemaError> {
        let public_url = options.public_url.trim_end_matches('/');
        if let Some(path) = &options.media_dir {
            let read = tokio::fs::read_dir(path).await;
            drop(read.map_err(|source| CinemaError::MediaDir { path: path.clone(), source })?);
        }
        let database = Database::open(&options.database_path).await?;
        let catalogue = Catalogue::open(options.media_dir.clone(), public_url).await?;
        Ok(Self {
            auth: Auth::open(&database, &options.clock, public_url).await?,
            wishes: Wishes::new(database, options.clock),
            catalogue: Arc::new(catalogue),
            media_dir: options.media_dir,
            throttle: Arc::new(Throttle::new(options.sign_in_limit)),
        })
    }

    /// The endpoints below [`PREFIXES`], to be mounted at the root. Their refusals are JSON
    /// already; an address under none of the prefixes is the host's to refuse.
    pub fn route(&self) -> Route {
        let keys: Arc<Keys> = self.auth.keys();
        let apis = (AuthApi(self.auth.clone()), KeysApi(Arc::clone(&keys)));
        let limit = BodyLimit { bytes_max: BODY_BYTES_MAX };
        let ugc_limit = BodyLimit { bytes_max: UGC_BODY_BYTES_MAX };
        Route::new()
            .nest_no_strip(
                "/auth",
                openapi::service(apis, openapi::AUTH_TITLE)
                    .data(Arc::clone(&keys))
                    .data(Arc::clone(&self.throttle))
                    .with(limit)
                    .catch_all_error(refuse),
            )
            .nest_no_strip(
                "/ugc",
                openapi::service(UgcApi(self.wishes.clone()), openapi::UGC_TITLE)
                    .data(keys)
                    .with(ugc_limit)
                    .catch_all_error(refuse),
            )
            .nest_no_strip(
                "/movie",
                openapi::service(MovieApi(Arc::clone(&self.catalogue)), openapi::MOVIE_TITLE)
                    .with(limit)
                    .catch_all_error(refuse),
            )
            .nest("/media", movie::media(self.media_dir.clone()).catch_all_error(refuse))
    }
}
