//! Friends and wishes of a caller, fetched side by side and kept for seconds, so that a page
//! that asks twice costs the services behind it once.

use std::sync::Arc;
use std::time::Duration;

use clients::{AuthApi, Deadline, Failure, UgcApi};
use moka::future::Cache;
use schemas::ids::{MovieId, UserId};
use schemas::upstream::User;

use super::{CALL_PATIENCE, Caller, Refusal};

/// How long friends and wishes are believed.
const LIFE: Duration = Duration::from_secs(3);
/// People whose friends and wishes are kept.
const KEPT_MAX: u64 = 10_000;

/// Friends and wishes by person.
pub(super) struct People {
    auth: Arc<dyn AuthApi>,
    ugc: Arc<dyn UgcApi>,
    friends: Cache<UserId, Arc<Vec<User>>>,
    wishes: Cache<UserId, Arc<Vec<MovieId>>>,
}

impl People {
    pub(super) fn new(auth: Arc<dyn AuthApi>, ugc: Arc<dyn UgcApi>) -> Self {
        Self {
            auth,
            ugc,
            friends: Cache::builder().max_capacity(KEPT_MAX).time_to_live(LIFE).build(),
            wishes: Cache::builder().max_capacity(KEPT_MAX).time_to_live(LIFE).build(),
        }
    }

    /// The caller's friends and wishes.
    pub(super) async fn of(
        &self,
        caller: &Caller,
    ) -> Result<(Arc<Vec<User>>, Arc<Vec<MovieId>>), Refusal> {
        let deadline = Deadline::after(CALL_PATIENCE);
        let friends = self.friends.try_get_with(caller.user, async {
            self.auth.friends(&caller.bearer, caller.user, deadline).await.map(Arc::new)
        });
        let wishes = self.wishes.try_get_with(caller.user, async {
            self.ugc.wishes(&caller.bearer, caller.user, deadline).await.map(Arc::new)
        });
        let (friends, wishes) = tokio::join!(friends, wishes);
        let told_once = |failure: Arc<Failure>| Refusal::from(failure.as_ref());
        Ok((friends.map_err(told_once)?, wishes.map_err(told_once)?))
    }

    /// The caller's wishes changed.
    pub(super) async fn forget_wishes(&self, user: UserId) {
        self.wishes.invalidate(&user).await;
    }
}
