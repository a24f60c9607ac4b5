//! Where the state lies.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use secrecy::{ExposeSecret, SecretString};
use storage::StorageUrls;

use super::{BadOption, ticket_secret};

/// The file of the embedded default.
const DATABASE: &str = "movie-together.db";

/// Where the state lies.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "State")]
pub struct StateOptions {
    /// Folder of everything that the embedded default keeps.
    #[arg(long, env = "DATA_DIR", default_value = "data")]
    pub data_dir: PathBuf,
    /// The room rows; `sqlite://{DATA_DIR}/movie-together.db` unless given.
    #[arg(long, env = "ROOMS_URL")]
    pub rooms_url: Option<StorageUrl>,
    /// The ordered records; the same file unless given.
    #[arg(long, env = "LOG_URL")]
    pub log_url: Option<StorageUrl>,
    /// The closed rooms; the same file unless given.
    #[arg(long, env = "ARCHIVE_URL")]
    pub archive_url: Option<StorageUrl>,
    /// Signs tickets; at least 32 bytes. Made and kept in `DATA_DIR` unless given; must be given,
    /// and the same on every node, where `ROOMS_URL` and `LOG_URL` can be shared by nodes.
    #[arg(long, env = "TICKET_SECRET", hide_env_values = true)]
    pub ticket_secret: Option<SecretString>,
}

impl StateOptions {
    /// The embedded default's file.
    pub(super) fn database_path(&self) -> PathBuf {
        self.data_dir.join(DATABASE)
    }

    /// The given secret, or the kept one where this can be the only node.
    pub(super) fn ticket_secret(&self, storage: &StorageUrls) -> Result<SecretString, BadOption> {
        let given = self.ticket_secret.as_ref();
        let is_given = given.is_some_and(|secret| !secret.expose_secret().is_empty());
        if storage.is_shared() && !is_given {
            let reason = "must be set, and the same on every node, because other nodes may share \
                          ROOMS_URL and LOG_URL with this one";
            return Err(BadOption::new(ticket_secret::VARIABLE, reason));
        }
        ticket_secret::find(given, &self.data_dir)
    }

    pub(super) fn urls(&self) -> StorageUrls {
        let embedded = format!("sqlite://{}", self.database_path().display());
        let or_embedded = |url: &Option<StorageUrl>| {
            let url = url.as_ref().map(|url| url.0.clone());
            url.filter(|url| !url.is_empty()).unwrap_or_else(|| embedded.clone())
        };
        StorageUrls {
            rooms: or_embedded(&self.rooms_url),
            log: or_embedded(&self.log_url),
            archive: or_embedded(&self.archive_url),
        }
    }
}

/// A URL that may hold a password, and never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct StorageUrl(String);

impl FromStr for StorageUrl {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for StorageUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&shown(&self.0))
    }
}

/// The URL without what stands before an `@` and after a `?`.
pub(super) fn shown(url: &str) -> String {
    let (address, _parameters) = url.split_once('?').unwrap_or((url, ""));
    match (address.split_once("://"), address.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => address.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(shown("postgres://me:p@w@host/db?sslkey=k"), "postgres://…@host/db");
        assert_eq!(shown("sqlite://data/a.db?synchronous=full"), "sqlite://data/a.db");
    }
}
