//! Which URLs a port knows.

use std::path::{Path, PathBuf};

use super::OpenError;
use crate::sqlite::Synchronous;

const SQLITE: &str = "sqlite";

pub(super) const ROOMS: Port =
    Port { variable: "ROOMS_URL", engine_schemes: &["postgres", "postgresql"] };
pub(super) const LOG: Port = Port { variable: "LOG_URL", engine_schemes: &["kafka"] };
pub(super) const ARCHIVE: Port = Port { variable: "ARCHIVE_URL", engine_schemes: &["mongodb"] };

/// A port, the variable that says where it lies, and which engines have an adapter of it.
pub(super) struct Port {
    pub(super) variable: &'static str,
    engine_schemes: &'static [&'static str],
}

/// Where a port lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place<'url> {
    File(File),
    Engine(&'url str),
}

/// A SQLite file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Absolute, so that one file has one name.
    pub(super) path: PathBuf,
    pub(super) synchronous: Synchronous,
}

impl Port {
    pub(super) fn place<'url>(&self, url: &'url str) -> Result<Place<'url>, OpenError> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(self.bad("a URL is wanted, such as sqlite://data/movie-together.db"));
        };
        if scheme == SQLITE {
            self.file(rest).map(Place::File)
        } else if self.engine_schemes.contains(&scheme) {
            Ok(Place::Engine(url))
        } else {
            Err(OpenError::UnknownScheme {
                variable: self.variable,
                scheme: scheme.to_owned(),
                known: [&[SQLITE], self.engine_schemes].concat().join(", "),
            })
        }
    }

    fn file(&self, rest: &str) -> Result<File, OpenError> {
        let (path, parameters) = rest.split_once('?').unwrap_or((rest, ""));
        if path.is_empty() || path.ends_with('/') {
            return Err(self.bad("the path of a file is wanted after sqlite://"));
        }
        let synchronous = match parameters {
            "" | "synchronous=full" => Synchronous::Full,
            "synchronous=normal" => Synchronous::Normal,
            _ => {
                let reason = "the only parameter is synchronous=full or synchronous=normal";
                return Err(self.bad(reason));
            }
        };
        let path = std::path::absolute(Path::new(path)).map_err(|source| OpenError::Failed {
            variable: self.variable,
            source: source.into(),
        })?;
        Ok(File { path, synchronous })
    }

    fn bad(&self, reason: &'static str) -> OpenError {
        OpenError::BadUrl { variable: self.variable, reason }
    }
}

impl Place<'_> {
    /// The file, if it is one.
    pub(super) fn path(self) -> Option<PathBuf> {
        match self {
            Self::File(file) => Some(file.path),
            Self::Engine(_) => None,
        }
    }
}

/// Whether a URL names a file of this machine.
pub(super) fn is_file(url: &str) -> bool {
    url.split_once(':').is_some_and(|(scheme, _)| scheme == SQLITE)
}
