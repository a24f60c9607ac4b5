//! The bars, one file each.

mod archive;
mod drain;
mod growth;
mod idle;
mod join;
mod kafka;
mod matches;
mod relay;
mod room;
mod spoken;
mod start;

use crate::Result;
use crate::figure::Figure;
use crate::options::{
    AllOptions, ArchiveOptions, DrainOptions, GrowthOptions, IdleOptions, JoinOptions,
    KafkaOptions, MatchesOptions, RelayOptions, RoomOptions, StartOptions, What,
};
use crate::place::Place;

/// One bar with its sizes.
#[derive(Clone, Debug)]
pub(crate) enum Bar {
    Idle(IdleOptions),
    Room(RoomOptions),
    Join(JoinOptions),
    Matches(MatchesOptions),
    Start(StartOptions),
    Kafka(KafkaOptions),
    Drain(DrainOptions),
    Archive(ArchiveOptions),
    Relay(RelayOptions),
    Growth(GrowthOptions),
}

impl Bar {
    /// The bars that were asked for.
    pub(crate) fn wanted(what: &What) -> Vec<Self> {
        match what {
            What::Idle(options) => vec![Self::Idle(options.clone())],
            What::Room(options) => vec![Self::Room(options.clone())],
            What::Join(options) => vec![Self::Join(options.clone())],
            What::Matches(options) => vec![Self::Matches(options.clone())],
            What::Start(options) => vec![Self::Start(options.clone())],
            What::Kafka(options) => vec![Self::Kafka(options.clone())],
            What::Drain(options) => vec![Self::Drain(options.clone())],
            What::Archive(options) => vec![Self::Archive(options.clone())],
            What::Relay(options) => vec![Self::Relay(options.clone())],
            What::Growth(options) => vec![Self::Growth(options.clone())],
            What::All(all) => Self::all(all),
        }
    }

    /// The least busy first, so that none begins on a disk that another has filled with work.
    fn all(all: &AllOptions) -> Vec<Self> {
        vec![
            Self::Start(all.start.clone()),
            Self::Idle(all.idle.clone()),
            Self::Room(all.room.clone()),
            Self::Join(all.join.clone()),
            Self::Matches(all.matches.clone()),
            Self::Kafka(all.kafka.clone()),
            Self::Relay(all.relay.clone()),
            Self::Growth(all.growth.clone()),
            Self::Drain(all.drain.clone()),
            Self::Archive(all.archive.clone()),
        ]
    }

    /// Measures once, on a fresh server.
    pub(crate) async fn run(&self, place: Place<'_>) -> Result<Vec<Figure>> {
        match self {
            Self::Idle(options) => idle::run(options, place).await,
            Self::Room(options) => room::run(options, place).await,
            Self::Join(options) => join::run(options, place).await,
            Self::Matches(options) => matches::run(options, place).await,
            Self::Start(options) => start::run(options, place).await,
            Self::Kafka(options) => kafka::run(options, place).await,
            Self::Drain(options) => drain::run(options, place).await,
            Self::Archive(options) => archive::run(options, place).await,
            Self::Relay(options) => relay::run(options, place).await,
            Self::Growth(options) => growth::run(options, place).await,
        }
    }

    /// The word of the command line.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Idle(_) => "idle",
            Self::Room(_) => "room",
            Self::Join(_) => "join",
            Self::Matches(_) => "matches",
            Self::Start(_) => "start",
            Self::Kafka(_) => "kafka",
            Self::Drain(_) => "drain",
            Self::Archive(_) => "archive",
            Self::Relay(_) => "relay",
            Self::Growth(_) => "growth",
        }
    }

    /// How it is measured, for the document.
    pub(crate) fn method(&self) -> String {
        match self {
            Self::Idle(options) => idle::method(options),
            Self::Room(options) => room::method(options),
            Self::Join(options) => join::method(options),
            Self::Matches(options) => matches::method(options),
            Self::Start(options) => start::method(options),
            Self::Kafka(options) => kafka::method(options),
            Self::Drain(options) => drain::method(options),
            Self::Archive(options) => archive::method(options),
            Self::Relay(options) => relay::method(options),
            Self::Growth(options) => growth::method(options),
        }
    }
}
