//! Every way in which the Auth service says no, by meaning.

use schemas::upstream::FieldFault;

use crate::refusal::Refusal;

/// Most people that one person may ask for friendship.
pub(crate) const FRIENDS_MAX: u32 = 5_000;

#[derive(Debug, thiserror::Error)]
pub(crate) enum AuthError {
    #[error("another account has this e-mail address")]
    EmailTaken,
    #[error("no account has this e-mail address and password")]
    WrongCredentials,
    #[error("the refresh token is not valid")]
    RefreshTokenRefused,
    #[error("there is no such person")]
    NoSuchUser,
    #[error("a person cannot be their own friend")]
    OwnFriend,
    #[error("the person has asked too many people already")]
    TooManyFriends,
    #[error("too many passwords wait to be checked")]
    Busy,
    #[error("a password could not be hashed")]
    Hash(#[source] argon2::password_hash::Error),
    #[error("the task that hashes a password ended early")]
    HashTask(#[from] tokio::task::JoinError),
    #[error("an access token could not be signed")]
    Sign(#[from] jsonwebtoken::errors::Error),
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        let text = error.to_string();
        match error {
            AuthError::EmailTaken => Self::conflict("email_taken", &text),
            AuthError::WrongCredentials => Self::unauthorized("wrong_credentials", &text),
            AuthError::RefreshTokenRefused => Self::unauthorized("invalid_refresh_token", &text),
            AuthError::NoSuchUser => Self::not_found(&text),
            AuthError::OwnFriend => {
                Self::invalid(vec![FieldFault { field: "id".to_owned(), message: text }])
            }
            AuthError::TooManyFriends => Self::conflict("too_many_friends", &text),
            AuthError::Busy => Self::too_many(1),
            AuthError::Hash(_)
            | AuthError::HashTask(_)
            | AuthError::Sign(_)
            | AuthError::Database(_) => Self::internal(&error),
        }
    }
}
