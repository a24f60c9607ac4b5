//! What everyone who plays a part in the load shares.

use std::net::SocketAddr;
use std::sync::Arc;

use schemas::ids::MovieId;
use tokio::sync::watch;

use super::account::Account;
use super::counts::Counts;
use super::world::World;
use super::{Load, RunOptions};

/// Shared by all rooms.
pub(super) struct Stage {
    pub(super) public_url: String,
    pub(super) nodes: Vec<SocketAddr>,
    pub(super) film: MovieId,
    pub(super) seed: u64,
    pub(super) load: Load,
    pub(super) counts: Arc<Counts>,
    /// True once no new room is wanted.
    pub(super) stop: watch::Receiver<bool>,
    http: reqwest::Client,
    cinema_url: String,
}

impl Stage {
    pub(super) fn of(
        world: &World,
        options: &RunOptions,
        counts: Arc<Counts>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        Self {
            public_url: world.public_url(),
            nodes: world.node_addresses.clone(),
            film: world.film,
            seed: options.seed,
            load: options.load,
            counts,
            stop,
            http: world.http.clone(),
            cinema_url: world.cinema_url.clone(),
        }
    }

    /// A new account.
    pub(super) async fn sign_up(&self, name: &str) -> Option<Account> {
        Account::sign_up(&self.http, &self.cinema_url, &self.public_url, name).await
    }
}
