//! Which relays there are.

use std::fmt;

use clap::ValueEnum;

/// A relay that can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Relay {
    /// Ours on its embedded default.
    OursSqlite,
    /// Ours on Postgres and Kafka.
    OursKafka,
    CentrifugeMemory,
    CentrifugeRedis,
    SocketioMemory,
    SocketioRedis,
    /// The design that this project replaces.
    Fastapi,
}

impl Relay {
    /// Every relay.
    pub(crate) fn all() -> Vec<Self> {
        Self::value_variants().to_vec()
    }

    /// Whether rooms are created before anybody can enter them.
    pub(crate) fn has_rooms(self) -> bool {
        self.is_ours() || self == Self::Fastapi
    }

    /// Whether each of its sockets has a limit of its own.
    pub(crate) fn is_ours(self) -> bool {
        matches!(self, Self::OursSqlite | Self::OursKafka)
    }
}

impl fmt::Display for Relay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        formatter.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}
