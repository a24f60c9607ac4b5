//! The server under measurement: the real binary, in a process and a data folder of its own.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::Result;

/// What precedes the address in the line that a server prints once it stands.
const STARTED: &str = "Movie Together is at ";
/// How long a start may take.
const START_TIMEOUT: Duration = Duration::from_mins(1);
/// How long a stop may take; the server itself promises less than 10 s.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// Where a server's log lines go, within its data folder.
const LOG_FILE: &str = "server.log";
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

/// Bytes of a kilobyte as `/proc` counts them.
const KIB: u64 = 1024;

/// A server that runs.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
    public_url: String,
    started_at: Instant,
    /// Kept open: a closed pipe would be an error of the server's.
    _stdout: ChildStdout,
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
        let log = data.join(LOG_FILE);
        let mut command = Command::new(binary);
        command
            .env_clear()
            .args(["--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data)
            .args(RAISED)
            .args(extra)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .kill_on_drop(true);
        let started_at = Instant::now();
        let mut child = command
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", binary.display()))?;
        let stdout = child.stdout.take().ok_or("the server has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let line = timeout(START_TIMEOUT, lines.next_line()).await;
        let line = line.map_err(|_elapsed| "the server did not start in time")??;
        let Some(public_url) = line.as_deref().and_then(|line| line.strip_prefix(STARTED)) else {
            let said = std::fs::read_to_string(&log).unwrap_or_default();
            return Err(format!("the server did not start: {said}").into());
        };
        let port = public_url.rsplit(':').next().unwrap_or_default().parse()?;
        Ok(Self {
            child,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            public_url: public_url.to_owned(),
            started_at,
            _stdout: lines.into_inner().into_inner(),
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
        self.started_at
    }

    /// Resident memory, in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        let pid = self.child.id().ok_or("the server has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        Ok(kibibytes(&status, "VmRSS:").ok_or("no VmRSS in /proc")? * KIB)
    }

    /// Asks it to stop and waits until it has.
    pub(crate) async fn stop(mut self) -> Result<()> {
        let pid = self.child.id().ok_or("the server has ended by itself")?;
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
        let ended = timeout(STOP_TIMEOUT, self.child.wait()).await;
        let status = ended.map_err(|_elapsed| "the server did not stop in time")??;
        if status.success() {
            Ok(())
        } else {
            Err(format!("the server ended with {status}").into())
        }
    }
}

/// Kernel memory that the machine's slabs hold, in bytes: sockets, files and the like.
pub(crate) fn slab_bytes() -> Result<u64> {
    let memory = std::fs::read_to_string("/proc/meminfo")?;
    Ok(kibibytes(&memory, "Slab:").ok_or("no Slab in /proc")? * KIB)
}

/// A line such as `VmRSS:   1234 kB`.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_by_its_name() {
        let status = "VmHWM:\t  20 kB\nVmRSS:\t   12 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), Some(12));
        assert_eq!(kibibytes(status, "VmSwap:"), None);
    }
}
