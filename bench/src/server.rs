//! The server under measurement: the real binary, in a process and a data folder of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::ChildStdout;
use tokio::time::timeout;

use crate::Result;
use crate::process::{Process, START_TIMEOUT};

/// What precedes the address in the line that a server prints once it stands.
const STARTED: &str = "Movie Together is at ";
/// Limits that one tool at one address would run into, which no person does. The rest of the
/// server runs on its defaults.
pub(crate) const RAISED: [&str; 8] = [
    "--user-rate",
    "1000000",
    "--user-burst",
    "1000000",
    "--address-rate",
    "1000000",
    "--address-burst",
    "1000000",
];

/// A server that runs.
pub(crate) struct Server {
    process: Process,
    address: SocketAddr,
    public_url: String,
    _output: ChildStdout,
}

/// A data folder that goes when it is dropped.
pub(crate) fn scratch(folder: &Path) -> Result<TempDir> {
    std::fs::create_dir_all(folder)?;
    Ok(tempfile::Builder::new().prefix("data-").tempdir_in(folder)?)
}

/// The embedded default's file in a data folder.
pub(crate) fn database(data: &Path) -> PathBuf {
    data.join("movie-together.db")
}

impl Server {
    /// Starts a server on a data folder and waits for its word that it stands.
    pub(crate) async fn start(binary: &Path, data: &Path, extra: &[&str]) -> Result<Self> {
        let data_dir = data.to_string_lossy();
        let place = ["--listen", "127.0.0.1:0", "--data-dir", &data_dir];
        let arguments: Vec<String> =
            place.iter().chain(&RAISED).chain(extra).map(|text| (*text).to_owned()).collect();
        let mut process = Process::start(binary, data, &arguments)?;
        let mut lines = BufReader::new(process.output()?).lines();
        let line = timeout(START_TIMEOUT, lines.next_line()).await;
        let line = line.map_err(|_elapsed| process.failed("did not start in time"))??;
        let Some(public_url) = line.as_deref().and_then(|line| line.strip_prefix(STARTED)) else {
            return Err(process.failed("did not start"));
        };
        let port = public_url.rsplit(':').next().unwrap_or_default().parse()?;
        Ok(Self {
            process,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            public_url: public_url.to_owned(),
            _output: lines.into_inner().into_inner(),
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its links and the issuer of its tokens begin with.
    pub(crate) fn public_url(&self) -> &str {
        &self.public_url
    }

    /// When its process was started.
    pub(crate) fn started_at(&self) -> Instant {
        self.process.started_at()
    }

    /// Number of its process.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.process.pid()
    }

    /// Resident memory, in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        self.process.resident_bytes()
    }

    /// Asks it to stop and waits until it has; how long that took.
    pub(crate) async fn stop(self) -> Result<Duration> {
        self.process.stop().await
    }
}
