//! A process with all that it started.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

/// Pause between two looks at a process.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);

/// A running process; killed with the value.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    pid: Pid,
}

impl Process {
    /// Starts a process at the head of a group of its own; what it says goes to the log.
    pub(crate) fn spawn(mut command: Command, log: &Path) -> io::Result<Self> {
        let log = OpenOptions::new().create(true).append(true).open(log)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0)
            .spawn()?;
        let pid = pid(child.id());
        Ok(Self { child, pid })
    }

    pub(crate) fn pid(&self) -> Pid {
        self.pid
    }

    pub(crate) fn has_ended(&mut self) -> bool {
        // A child that cannot be asked about is no child any more.
        self.child.try_wait().map_or(true, |status| status.is_some())
    }

    /// Sends a signal to the process and to all below it.
    pub(crate) fn signal_all(&mut self, signal: Signal) {
        if self.has_ended() {
            return;
        }
        signal_tree(self.pid, signal);
    }

    /// Ends it as a power cut would; afterwards it is gone.
    pub(crate) fn kill(&mut self) {
        if self.has_ended() {
            return;
        }
        signal_tree(self.pid, Signal::SIGKILL);
        if let Err(error) = self.child.wait() {
            tracing::warn!(%error, pid = %self.pid, "could not wait for its end");
        }
    }

    /// Asks it to end, and kills it if it has not after the wait.
    pub(crate) async fn end(&mut self, signal: Signal, wait: Duration) {
        let deadline = Instant::now() + wait;
        send(self.pid, signal);
        while !self.has_ended() && Instant::now() < deadline {
            sleep(PAUSE).await;
        }
        self.kill();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Kills a child of ours that was not waited for yet, and all below it.
pub fn kill_tree(child: u32) {
    signal_tree(pid(child), Signal::SIGKILL);
}

/// Asks a child of ours that was not waited for yet, and all below it, to end.
pub fn terminate_tree(child: u32) {
    signal_tree(pid(child), Signal::SIGTERM);
}

fn signal_tree(root: Pid, signal: Signal) {
    if matches!(signal, Signal::SIGKILL | Signal::SIGSTOP) {
        // Whoever is held starts nobody while the others are counted.
        send(root, Signal::SIGSTOP);
    }
    for process in descendants(root) {
        send(process, signal);
    }
    send(root, signal);
}

fn send(process: Pid, signal: Signal) {
    match kill(process, signal) {
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => tracing::warn!(%error, %process, %signal, "a signal was not delivered"),
    }
}

fn descendants(root: Pid) -> Vec<Pid> {
    let parents: Vec<(Pid, Pid)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|process| {
            let process: i32 = process.file_name().to_str()?.parse().ok()?;
            Some((Pid::from_raw(process), parent(process)?))
        })
        .collect();
    let mut found = vec![root];
    let mut looked_at = 0;
    while let Some(&above) = found.get(looked_at) {
        found.extend(parents.iter().filter(|(_, parent)| *parent == above).map(|(pid, _)| *pid));
        looked_at += 1;
    }
    found.split_off(1)
}

/// The fourth field of `/proc/PID/stat`; the second, a name in brackets, may hold anything.
fn parent(process: i32) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    after_name.split_whitespace().nth(1)?.parse().ok().map(Pid::from_raw)
}

fn pid(id: u32) -> Pid {
    // Linux has no higher ones than 2^22.
    Pid::from_raw(id.cast_signed())
}
