//! `/auth/v1` and the published keys, as HTTP.

use std::sync::Arc;

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use schemas::ids::UserId;
use schemas::limits::NAME_CHARS_MAX;
use schemas::upstream::{
    EMAIL_CHARACTERS, Friendship, LogIn, PASSWORD_CHARACTERS, QUERY_CHARACTERS_MAX, RefreshToken,
    SignUp, Tokens, User, UserPage,
};

use super::Auth;
use super::keys::{JsonWebKeySet, Keys};
use crate::http::{Caller, PageAsk, SignInPermit, ids};
use crate::refusal::{Faults, Refusal};

#[derive(ApiResponse)]
enum SignedUp {
    /// The account is there and its owner signed in.
    #[oai(status = 201)]
    Created(Json<Tokens>),
}

#[derive(ApiResponse)]
enum Done {
    /// Done, or there was nothing to do.
    #[oai(status = 204)]
    NoContent,
}

/// Accounts, people and friendship.
pub(crate) struct AuthApi(pub(crate) Auth);

#[OpenApi(prefix_path = "/auth/v1")]
impl AuthApi {
    /// Makes an account and signs its owner in.
    #[oai(path = "/signup", method = "post", operation_id = "sign_up")]
    async fn sign_up(
        &self,
        _permit: SignInPermit,
        body: Json<SignUp>,
    ) -> Result<SignedUp, Refusal> {
        check_sign_up(&body)?;
        Ok(SignedUp::Created(Json(self.0.accounts.sign_up(body.0).await?)))
    }

    /// Signs a person in.
    #[oai(path = "/login", method = "post", operation_id = "log_in")]
    async fn log_in(
        &self,
        _permit: SignInPermit,
        body: Json<LogIn>,
    ) -> Result<Json<Tokens>, Refusal> {
        check_log_in(&body)?;
        Ok(Json(self.0.accounts.log_in(body.0).await?))
    }

    /// Trades a refresh token in for new tokens. Each works once.
    #[oai(path = "/refresh", method = "post", operation_id = "refresh")]
    async fn refresh(
        &self,
        _permit: SignInPermit,
        body: Json<RefreshToken>,
    ) -> Result<Json<Tokens>, Refusal> {
        Ok(Json(self.0.accounts.sessions.refresh(&body.refresh_token).await?))
    }

    /// Ends the sign-in that the refresh token belongs to.
    #[oai(path = "/logout", method = "post", operation_id = "log_out")]
    async fn log_out(&self, body: Json<RefreshToken>) -> Result<Done, Refusal> {
        self.0.accounts.sessions.end(&body.refresh_token).await?;
        Ok(Done::NoContent)
    }

    /// The caller.
    #[oai(path = "/users/me", method = "get", operation_id = "me")]
    async fn me(&self, caller: Caller) -> Result<Json<User>, Refusal> {
        Ok(Json(self.0.people.by_id(caller.0.id).await?))
    }

    /// People by id (all in one page, unknown ids left out), or by name.
    #[oai(path = "/users", method = "get", operation_id = "users")]
    async fn users(
        &self,
        _caller: Caller,
        /// Up to 1000 ids, separated by commas.
        ids: Query<Option<String>>,
        /// Part of a name, 1 to 64 characters; case does not matter.
        query: Query<Option<String>>,
        /// From 1.
        page: Query<Option<u32>>,
        /// 1 to 100; 20 when absent.
        size: Query<Option<u32>>,
    ) -> Result<Json<UserPage>, Refusal> {
        if let Some(list) = ids.0 {
            let ids = self::ids(&list)?;
            return Ok(Json(self.0.people.by_ids(&ids).await?));
        }
        let query = query.0.unwrap_or_default();
        let mut faults = Faults::default();
        faults.expect(
            (1..=QUERY_CHARACTERS_MAX).contains(&query.trim().chars().count()),
            "query",
            format!("give ids, or a text of 1 to {QUERY_CHARACTERS_MAX} characters"),
        );
        faults.finish()?;
        Ok(Json(self.0.people.by_name(&query, PageAsk::new(page.0, size.0)?).await?))
    }

    /// The caller's friends, by name. Those of others are not shown.
    #[oai(path = "/users/:id/friends", method = "get", operation_id = "friends")]
    async fn friends(
        &self,
        caller: Caller,
        /// The caller's own id.
        id: Path<UserId>,
        /// From 1.
        page: Query<Option<u32>>,
        /// 1 to 100; 20 when absent.
        size: Query<Option<u32>>,
    ) -> Result<Json<UserPage>, Refusal> {
        if caller.0.id != id.0 {
            return Err(Refusal::forbidden("the friends of others are not shown"));
        }
        Ok(Json(self.0.friends.list(id.0, PageAsk::new(page.0, size.0)?).await?))
    }

    /// Asks a person for friendship, or consents if they asked first.
    #[oai(path = "/friends/:id", method = "post", operation_id = "ask_friend")]
    async fn ask_friend(
        &self,
        caller: Caller,
        /// Whom.
        id: Path<UserId>,
    ) -> Result<Json<Friendship>, Refusal> {
        let status = self.0.friends.ask(caller.0.id, id.0).await?;
        Ok(Json(Friendship { status }))
    }

    /// Ends a friendship, takes a request back, or declines one.
    #[oai(path = "/friends/:id", method = "delete", operation_id = "end_friend")]
    async fn end_friend(
        &self,
        caller: Caller,
        /// With whom.
        id: Path<UserId>,
    ) -> Result<Done, Refusal> {
        self.0.friends.end(caller.0.id, id.0).await?;
        Ok(Done::NoContent)
    }

    /// People who ask the caller for friendship, the longest waiting first.
    #[oai(path = "/friend-requests", method = "get", operation_id = "friend_requests")]
    async fn friend_requests(
        &self,
        caller: Caller,
        /// From 1.
        page: Query<Option<u32>>,
        /// 1 to 100; 20 when absent.
        size: Query<Option<u32>>,
    ) -> Result<Json<UserPage>, Refusal> {
        let ask = PageAsk::new(page.0, size.0)?;
        Ok(Json(self.0.friends.requests(caller.0.id, ask).await?))
    }
}

/// The public keys of access tokens.
pub(crate) struct KeysApi(pub(crate) Arc<Keys>);

#[OpenApi(prefix_path = "/auth/.well-known")]
impl KeysApi {
    /// The public keys of access tokens.
    #[oai(path = "/jwks.json", method = "get", operation_id = "jwks")]
    async fn jwks(&self) -> Json<JsonWebKeySet> {
        Json(self.0.published())
    }
}

fn check_sign_up(body: &SignUp) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    faults.expect(
        is_address(body.email.trim()),
        "email",
        format!(
            "an e-mail address of {} to {} characters",
            EMAIL_CHARACTERS.start(),
            EMAIL_CHARACTERS.end()
        ),
    );
    faults.expect(
        PASSWORD_CHARACTERS.contains(&body.password.chars().count()),
        "password",
        format!("{} to {} characters", PASSWORD_CHARACTERS.start(), PASSWORD_CHARACTERS.end()),
    );
    let name = body.name.trim();
    faults.expect(
        (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control),
        "name",
        format!("1 to {NAME_CHARS_MAX} characters that can be seen"),
    );
    faults.finish()
}

/// Bounds only: whether the values are right is for the account to say.
fn check_log_in(body: &LogIn) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    faults.expect(
        body.email.trim().chars().count() <= *EMAIL_CHARACTERS.end(),
        "email",
        format!("at most {} characters", EMAIL_CHARACTERS.end()),
    );
    faults.expect(
        body.password.chars().count() <= *PASSWORD_CHARACTERS.end(),
        "password",
        format!("at most {} characters", PASSWORD_CHARACTERS.end()),
    );
    faults.finish()
}

/// Something before the one `@` and something after it. Whether mail arrives, only mail tells.
fn is_address(email: &str) -> bool {
    let unwanted = |character: char| character.is_whitespace() || character.is_control();
    EMAIL_CHARACTERS.contains(&email.chars().count())
        && !email.contains(unwanted)
        && email
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}
