//! The engines by name.

use std::fmt;

use clap::ValueEnum;

/// A server that the system stores its state in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The room store.
    Postgres,
    /// The log.
    Kafka,
    /// The archive.
    Mongodb,
}

impl Engine {
    /// Every engine.
    pub const ALL: [Self; 3] = [Self::Postgres, Self::Kafka, Self::Mongodb];

    /// The environment variable by which tests find the engine.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Postgres => "TEST_ROOMS_URL",
            Self::Kafka => "TEST_LOG_URL",
            Self::Mongodb => "TEST_ARCHIVE_URL",
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Postgres => "postgres",
            Self::Kafka => "kafka",
            Self::Mongodb => "mongodb",
        })
    }
}
