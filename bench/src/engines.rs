//! Engines and a cinema that servers share, each server in a data folder of its own.

use stack::{Engine, Stack};
use tempfile::TempDir;
use uuid::Uuid;

use crate::Result;
use crate::cinema::Cinema;
use crate::place::Place;
use crate::server::{Server, scratch};

/// What a server keeps its records in.
pub(crate) const TOPIC: &str = "watch_together";

/// Postgres, Kafka and a cinema; all end with the value.
pub(crate) struct Engines {
    stack: Stack,
    cinema: Cinema,
    ticket_secret: String,
}

/// A server in a data folder of its own; several may share engines.
pub(crate) struct Node {
    pub(crate) server: Server,
    pub(crate) data: TempDir,
}

impl Engines {
    /// Starts Postgres, Kafka and a cinema.
    pub(crate) async fn start(place: Place<'_>) -> Result<Self> {
        let stack = Stack::start(&[Engine::Postgres, Engine::Kafka]).await?;
        let cinema = Cinema::start(&place.cinema(), place.scratch).await?;
        let ticket_secret = format!("{}{}", Uuid::new_v4(), Uuid::new_v4());
        Ok(Self { stack, cinema, ticket_secret })
    }

    /// The cinema.
    pub(crate) fn cinema(&self) -> &Cinema {
        &self.cinema
    }

    /// Numbers of the engines' processes.
    pub(crate) fn pids(&self) -> Vec<u32> {
        self.stack.servers().iter().filter_map(stack::Server::pid).collect()
    }

    /// `kafka://host:port`, without a topic.
    pub(crate) fn kafka_url(&self) -> Result<String> {
        Ok(self.stack.log_url().ok_or("no Kafka runs")?)
    }

    /// `postgres://…`.
    pub(crate) fn rooms_url(&self) -> Result<String> {
        Ok(self.stack.rooms_url().ok_or("no Postgres runs")?)
    }

    /// Starts a server on them.
    pub(crate) async fn node(&self, place: Place<'_>) -> Result<Node> {
        let data = scratch(place.scratch)?;
        let rooms_url = self.rooms_url()?;
        let log_url = format!("{}/{TOPIC}", self.kafka_url()?);
        let cinema_url = self.cinema.url();
        let extra = [
            ["--rooms-url", &rooms_url],
            ["--log-url", &log_url],
            ["--auth-url", &cinema_url],
            ["--ugc-url", &cinema_url],
            ["--movie-url", &cinema_url],
            ["--ticket-secret", &self.ticket_secret],
        ];
        let server = Server::start(&place.server(), data.path(), extra.as_flattened()).await?;
        Ok(Node { server, data })
    }

    /// Ends the engines in order.
    pub(crate) async fn stop(self) {
        self.stack.stop().await;
    }
}
