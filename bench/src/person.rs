//! Who uses the server.

use schemas::ids::UserId;

/// Someone with an account and a token.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: UserId,
    pub(crate) token: String,
}
