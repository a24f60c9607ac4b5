//! Engines together.

use std::num::NonZeroUsize;

use futures_util::future::try_join_all;

use crate::engine::Engine;
use crate::engines::members;
use crate::error::StackError;
use crate::server::Server;

/// What may differ from one test to another.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Brokers of Kafka. Each is a server of its own, so that one can be struck alone.
    pub kafka_brokers: NonZeroUsize,
    /// Lines of every broker's settings, each `name=value`, that override the usual ones;
    /// `{clients}` and `{voters}` in them stand for the broker's own ports.
    pub kafka_properties: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { kafka_brokers: NonZeroUsize::MIN, kafka_properties: vec![] }
    }
}

/// Engines that run; they end with the value.
pub struct Stack {
    servers: Vec<Server>,
}

impl Stack {
    /// Starts engines side by side; all are ready when this returns.
    ///
    /// # Errors
    /// The first engine that does not start ends all.
    pub async fn start(engines: &[Engine]) -> Result<Self, StackError> {
        Self::start_with(engines, &Settings::default()).await
    }

    /// [`Stack::start`] with other settings.
    pub async fn start_with(engines: &[Engine], settings: &Settings) -> Result<Self, StackError> {
        let mut servers = Vec::new();
        for engine in engines {
            let members = members(*engine, settings)?;
            servers.extend(members.into_iter().map(|member| Server::new(*engine, member)));
        }
        Ok(Self { servers: try_join_all(servers).await? })
    }

    /// An engine, or its first server; none if it is not of this stack.
    pub fn server(&self, engine: Engine) -> Option<&Server> {
        self.servers_of(engine).next()
    }

    /// The servers that an engine is made of.
    pub fn servers_of(&self, engine: Engine) -> impl Iterator<Item = &Server> {
        self.servers.iter().filter(move |server| server.engine() == engine)
    }

    /// Every server of this stack.
    pub fn servers(&self) -> &[Server] {
        &self.servers
    }

    /// `postgres://…`, for `ROOMS_URL`.
    pub fn rooms_url(&self) -> Option<String> {
        self.server(Engine::Postgres).map(Server::url)
    }

    /// `kafka://…`, for `LOG_URL`; without a topic.
    pub fn log_url(&self) -> Option<String> {
        self.server(Engine::Kafka).map(Server::url)
    }

    /// `mongodb://…`, for `ARCHIVE_URL`; without a database.
    pub fn archive_url(&self) -> Option<String> {
        self.server(Engine::Mongodb).map(Server::url)
    }

    /// Ends all in order, which an engine may take seconds for.
    pub async fn stop(self) {
        let ends = self.servers.iter().map(Server::terminate);
        futures_util::future::join_all(ends).await;
    }
}
