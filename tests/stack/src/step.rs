//! Programs that run to their end before an engine can start.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::error::StackError;

/// Longest step: a first download over a slow line.
const STEP_WAIT_MAX: Duration = Duration::from_mins(15);
/// How much of a log an error shows.
const TAIL_LINES: usize = 25;

/// Runs a program to its end; its output goes to the log.
pub(crate) async fn run(
    step: &str,
    command: std::process::Command,
    log: &Path,
) -> Result<(), StackError> {
    let io = || StackError::machine(step);
    let output = OpenOptions::new().create(true).append(true).open(log).map_err(io())?;
    let mut child = Command::from(command)
        .stdin(Stdio::null())
        .stdout(output.try_clone().map_err(io())?)
        .stderr(output)
        .kill_on_drop(true)
        .spawn()
        .map_err(io())?;
    let failed = |tail| StackError::Step { step: step.to_owned(), tail };
    match timeout(STEP_WAIT_MAX, child.wait()).await {
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(_)) => Err(failed(tail(log))),
        Ok(Err(error)) => Err(io()(error)),
        Err(_late) => Err(failed(format!("nothing after {STEP_WAIT_MAX:?}"))),
    }
}

/// Last lines of a log.
pub(crate) fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    let skipped = lines.len().saturating_sub(TAIL_LINES);
    let last: Vec<&str> = lines.into_iter().skip(skipped).collect();
    last.join("\n")
}

/// A file of this crate.
pub(crate) fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Where what was fetched and built is kept from run to run, for one preparation at a time:
/// it belongs to whoever holds the lock.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
    _lock: File,
}

impl Cache {
    /// Waits until nobody else prepares the same.
    pub(crate) async fn open(name: &str) -> Result<Self, StackError> {
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| source("../../target"), PathBuf::from);
        let folder = target.join("stack").join(name);
        let opened = tokio::task::spawn_blocking(move || {
            fs::create_dir_all(&folder)?;
            let lock = File::create(folder.join(".lock"))?;
            lock.lock()?;
            Ok(Self { folder, _lock: lock })
        });
        let opened = opened.await.unwrap_or_else(|error| Err(error.into()));
        opened.map_err(StackError::machine("the folder of what was fetched cannot be used"))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }
}
