//! What differs from engine to engine.

mod kafka;
mod mongodb;
mod postgres;

use std::error::Error;
use std::io;
use std::process::Command;

use async_trait::async_trait;
use nix::sys::signal::Signal;

use crate::engine::Engine;
use crate::error::StackError;
use crate::folder::Folder;
use crate::stack::Settings;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// An engine that is laid out in a folder and can be started there.
#[async_trait]
pub(crate) trait Program: Send + Sync {
    /// Where it listens.
    fn port(&self) -> u16;

    /// Where clients find the engine.
    fn url(&self) -> String;

    /// What to start; it works inside its folder.
    fn command(&self) -> Command;

    /// The signal on which it ends at once and in order.
    fn end_signal(&self) -> Signal {
        Signal::SIGTERM
    }

    /// The signal on which it ends at once, whatever comes of its data.
    fn abort_signal(&self) -> Signal {
        Signal::SIGKILL
    }

    /// Removes what would keep it from starting after it was killed.
    fn clean(&self) -> io::Result<()> {
        Ok(())
    }

    /// One request as a client makes it.
    async fn ask(&self) -> Result<(), BoxError>;
}

/// What one server of an engine is.
pub(crate) enum Member {
    Postgres,
    Kafka(kafka::Broker),
    Mongodb,
}

/// The servers that an engine is made of.
pub(crate) fn members(engine: Engine, settings: &Settings) -> Result<Vec<Member>, StackError> {
    Ok(match engine {
        Engine::Postgres => vec![Member::Postgres],
        Engine::Kafka => kafka::brokers(settings)?.into_iter().map(Member::Kafka).collect(),
        Engine::Mongodb => vec![Member::Mongodb],
    })
}

/// Fetches or finds the engine, and lays out a server's data.
pub(crate) async fn lay_out(
    member: Member,
    folder: &Folder,
) -> Result<Box<dyn Program>, StackError> {
    Ok(match member {
        Member::Postgres => Box::new(postgres::Postgres::lay_out(folder).await?),
        Member::Kafka(broker) => Box::new(kafka::Kafka::lay_out(folder, broker).await?),
        Member::Mongodb => Box::new(mongodb::Mongodb::lay_out(folder).await?),
    })
}
