//! The Auth service: people, friends, and the keys its tokens are signed with.

use async_trait::async_trait;
use schemas::ids::UserId;
use schemas::upstream::{User, UserPage};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tracing::instrument;

use crate::http::{Call, HttpFactory, Service, json};
use crate::{BaseUrl, Bearer, Deadline, Failure, batches, pages};

/// Most friends that are looked at; the rest of a longer list is left out.
pub const FRIENDS_MAX: usize = 5_000;

/// What is asked of the Auth service.
#[async_trait]
pub trait AuthApi: Send + Sync {
    /// The friends of `user`, in the service's order; at most [`FRIENDS_MAX`].
    async fn friends(
        &self,
        caller: &Bearer,
        user: UserId,
        deadline: Deadline,
    ) -> Result<Vec<User>, Failure>;

    /// Those of `ids` who exist. The order is not promised.
    async fn users(
        &self,
        caller: &Bearer,
        ids: &[UserId],
        deadline: Deadline,
    ) -> Result<Vec<User>, Failure>;

    /// The key set (JWKS, JSON text) that access tokens are checked against.
    async fn keys(&self, deadline: Deadline) -> Result<String, Failure>;
}

/// [`AuthApi`] by HTTP.
#[derive(Debug)]
pub struct HttpAuth {
    service: Service,
}

impl HttpAuth {
    /// The Auth service at `base_url`; its paths (`/auth/v1/…`) are appended.
    pub fn new(base_url: BaseUrl, http: &HttpFactory) -> Self {
        Self { service: http.service("auth", base_url) }
    }
}

#[async_trait]
impl AuthApi for HttpAuth {
    #[instrument(name = "clients.auth.friends", skip_all, fields(user.id = %user))]
    async fn friends(
        &self,
        caller: &Bearer,
        user: UserId,
        deadline: Deadline,
    ) -> Result<Vec<User>, Failure> {
        let path = ["auth", "v1", "users", &user.to_string(), "friends"];
        let call = Call::get("friends", &path, deadline).caller(caller);
        pages::all::<UserPage>(&self.service, &call, FRIENDS_MAX).await
    }

    #[instrument(name = "clients.auth.users", skip_all, fields(users = ids.len()))]
    async fn users(
        &self,
        caller: &Bearer,
        ids: &[UserId],
        deadline: Deadline,
    ) -> Result<Vec<User>, Failure> {
        let call = Call::get("users", &["auth", "v1", "users"], deadline).caller(caller);
        batches::by_ids::<UserPage, _>(&self.service, &call, ids).await
    }

    #[instrument(name = "clients.auth.keys", skip_all)]
    async fn keys(&self, deadline: Deadline) -> Result<String, Failure> {
        let call = Call::get("keys", &["auth", ".well-known", "jwks.json"], deadline);
        let read = |body: &[u8]| {
            json::<KeySet>(body)?;
            // JSON that was read is UTF-8, so nothing is lost here.
            Ok(String::from_utf8_lossy(body).into_owned())
        };
        self.service.call(&call, read).await
    }
}

/// Just enough of a key set to tell it from an error page.
#[derive(Deserialize)]
struct KeySet {
    #[expect(dead_code, reason = "that it can be read is all that is asked")]
    keys: Vec<IgnoredAny>,
}
