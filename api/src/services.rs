//! The use cases, one file each, with no HTTP in them.
//!
//! To add one: a file under `services/` with one `impl Services` method that takes the
//! [`Caller`] and answers with a body of `schemas::http` or a [`Refusal`]; then a handler
//! under `http/` that only parses, calls and renders.

mod close_room;
mod create_room;
mod delete_message;
mod follow_invite;
mod invite;
mod issue_ticket;
mod join_room;
mod known_films;
mod leave_room;
mod matches;
mod messages;
mod movies;
mod my_rooms;
mod past;
mod people;
mod remove_member;
mod view_room;

use std::sync::Arc;
use std::time::Duration;

use clients::{AuthApi, Bearer, MovieApi, Shortener, UgcApi};
use schemas::ids::{RoomId, UserId};
use secrecy::SecretString;
use storage::archive::Archive;
use storage::clock::Clock;
use storage::log::{BoxError, Log};
use storage::rooms::Rooms;
use storage::rooms::sessions::{Node, NodeId};
use tokio::sync::Semaphore;
use uuid::Uuid;

pub use self::messages::MessagesAsk;
pub use crate::refusal::Refusal;
pub use crate::relay::{Admission, Position, RelayOptions};

use crate::janitor::Janitor;
use crate::link::Links;
use crate::relay::Relay;
use crate::ticket::Tickets;

/// What a call may take, with everything behind it.
const CALL_PATIENCE: Duration = Duration::from_secs(5);
/// New rooms that are brought into memory at a time, ahead of whoever enters them.
const LOADS_AHEAD_MAX: usize = 8;

/// Who calls: a person the Auth service vouches for.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who.
    pub user: UserId,
    /// Name to show, 1 to 64 characters.
    pub name: String,
    /// The token, to be handed on to the services behind.
    pub bearer: Bearer,
}

/// Everything outside that the use cases stand on.
pub struct Ports {
    /// The room rows.
    pub rooms: Arc<dyn Rooms>,
    /// The ordered records.
    pub log: Arc<dyn Log>,
    /// The closed rooms.
    pub archive: Arc<dyn Archive>,
    /// Accounts and friends.
    pub auth: Arc<dyn AuthApi>,
    /// Wishes.
    pub ugc: Arc<dyn UgcApi>,
    /// The catalogue.
    pub movie: Arc<dyn MovieApi>,
    /// An outside shortener, where one is chosen.
    pub shortener: Option<Arc<dyn Shortener>>,
}

/// Settings of the use cases.
pub struct ServicesOptions {
    /// What links begin with.
    pub public_url: String,
    /// What addresses of this node's sockets begin with.
    pub node_url: String,
    /// Signs tickets and derives invite codes; the same on every node.
    pub ticket_secret: SecretString,
    /// Settings of the relay.
    pub relay: RelayOptions,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// The use cases with all they need.
pub struct Services {
    rooms: Arc<dyn Rooms>,
    log: Arc<dyn Log>,
    archive: Arc<dyn Archive>,
    ugc: Arc<dyn UgcApi>,
    movie: Arc<dyn MovieApi>,
    people: people::People,
    known_films: known_films::KnownFilms,
    links: Arc<Links>,
    tickets: Tickets,
    relay: Relay,
    loads_ahead: Arc<Semaphore>,
    clock: Arc<dyn Clock>,
}

impl Services {
    /// Starts the relay and the janitor.
    pub async fn start(ports: Ports, options: ServicesOptions) -> Result<Arc<Self>, BoxError> {
        let links = Arc::new(Links::new(
            &options.public_url,
            &options.ticket_secret,
            Arc::clone(&ports.rooms),
            ports.shortener,
        )?);
        let id = NodeId(Uuid::now_v7());
        let relay = Relay::start(
            Arc::clone(&ports.log),
            Arc::clone(&ports.rooms),
            Arc::clone(&ports.movie),
            Arc::clone(&links),
            Node { id, socket_url: socket_url(&options.node_url) },
            options.relay,
        );
        let janitor = Janitor {
            relay: relay.clone(),
            rooms: Arc::clone(&ports.rooms),
            clock: Arc::clone(&options.clock),
            partitions: ports.log.partitions(),
        };
        janitor.start();
        Ok(Arc::new(Self {
            rooms: ports.rooms,
            log: ports.log,
            archive: ports.archive,
            people: people::People::new(ports.auth, Arc::clone(&ports.ugc)),
            known_films: known_films::KnownFilms::new(),
            ugc: ports.ugc,
            movie: ports.movie,
            links,
            tickets: Tickets::new(&options.ticket_secret),
            relay,
            loads_ahead: Arc::new(Semaphore::new(LOADS_AHEAD_MAX)),
            clock: options.clock,
        }))
    }

    /// Closes every socket with 4000, then waits for what is under way; bounded in time.
    pub async fn stop(&self) {
        self.relay.stop().await;
        if let Err(error) = self.log.flush().await {
            tracing::error!(error, "the log could not be flushed");
        }
    }

    /// Whether a request could be served now; names the part that cannot.
    pub async fn ready(&self) -> Result<(), &'static str> {
        let not_ready = |part: &'static str, error: &dyn std::error::Error| {
            tracing::warn!(part, error = %error, "not ready");
            part
        };
        self.rooms.ping().await.map_err(|error| not_ready("rooms", &error))?;
        self.log.watermarks(0).await.map_err(|error| not_ready("log", &error))?;
        Ok(())
    }

    /// Checks a ticket and everything else that can be refused before the upgrade.
    pub async fn admit(
        &self,
        room: RoomId,
        ticket: &str,
        position: Option<Position>,
    ) -> Result<Admission, Refusal> {
        let ticket = self
            .tickets
            .check(ticket, self.clock.now_ms())
            .filter(|ticket| ticket.room == room)
            .ok_or(Refusal::BadTicket)?;
        self.relay.admit(ticket, position).await
    }
}

/// `http://host` becomes `ws://host`, `https://host` becomes `wss://host`.
fn socket_url(node_url: &str) -> String {
    let node_url = node_url.trim_end_matches('/');
    node_url.strip_prefix("http").map_or_else(|| node_url.to_owned(), |rest| format!("ws{rest}"))
}
