//! A process with all that it started.

use std::fs::{self, OpenOptions};
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

/// Pause between two looks at a process.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);
/// How long an engine may take to end at once.
const ABORT_WAIT_MAX: Duration = Duration::from_secs(5);

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
        drop(signal_tree(self.pid, signal));
    }

    /// Ends it as a power cut would; afterwards it is gone.
    pub(crate) fn kill(&mut self) {
        if self.has_ended() {
            return;
        }
        let tree = signal_tree(self.pid, Signal::SIGKILL);
        if let Err(error) = self.child.wait() {
            tracing::warn!(%error, pid = %self.pid, "could not wait for its end");
        }
        let deadline = Instant::now() + ABORT_WAIT_MAX;
        while tree.iter().any(|process| is_alive(*process)) && Instant::now() < deadline {
            thread::sleep(PAUSE);
        }
    }

    /// Asks it to end, and kills it if it has not after the wait.
    pub(crate) async fn end(&mut self, signal: Signal, wait: Duration) {
        let deadline = Instant::now() + wait;
        self.tell(signal);
        while !self.has_ended() && Instant::now() < deadline {
            sleep(PAUSE).await;
        }
        self.kill();
    }

    /// Ends it by a signal that works at once, or by a kill.
    pub(crate) fn abort(&mut self, signal: Signal) {
        self.tell(signal);
        let deadline = Instant::now() + ABORT_WAIT_MAX;
        while !self.has_ended() && Instant::now() < deadline {
            thread::sleep(PAUSE);
        }
        self.kill();
    }

    /// Whoever is held must go on to hear of it.
    fn tell(&mut self, signal: Signal) {
        self.signal_all(Signal::SIGCONT);
        if !self.has_ended() {
            send(self.pid, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ends a child of ours and all below it: first by asking, then by killing. The child must not
/// have been waited for yet.
pub async fn end_tree(child: u32, wait: Duration) {
    let tree = signal_tree(pid(child), Signal::SIGTERM);
    let deadline = Instant::now() + wait;
    while tree.iter().any(|process| is_alive(*process)) && Instant::now() < deadline {
        sleep(PAUSE).await;
    }
    for process in tree.into_iter().filter(|process| is_alive(*process)) {
        send(process, Signal::SIGKILL);
    }
}

/// All are held until all have their signal, so that nobody starts anyone unseen.
fn signal_tree(root: Pid, signal: Signal) -> Vec<Pid> {
    let mut tree = Vec::new();
    let mut found = vec![root];
    while !found.is_empty() {
        for process in &found {
            send(*process, Signal::SIGSTOP);
        }
        tree.append(&mut found);
        found = descendants(root);
        found.retain(|process| !tree.contains(process));
    }
    for process in &tree {
        send(*process, signal);
        if signal != Signal::SIGSTOP {
            send(*process, Signal::SIGCONT);
        }
    }
    tree
}

fn send(process: Pid, signal: Signal) {
    match kill(process, signal) {
        Ok(()) | Err(Errno::ESRCH) => {}
        Err(error) => tracing::warn!(%error, %process, %signal, "a signal was not delivered"),
    }
}

fn descendants(root: Pid) -> Vec<Pid> {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|process| process.file_name().to_str()?.parse().ok());
    let parents: Vec<(Pid, Pid)> = numbers
        .map(Pid::from_raw)
        .filter_map(|process| Some((process, state_and_parent(process)?.1)))
        .collect();
    let mut found = vec![root];
    let mut looked_at = 0;
    while let Some(&above) = found.get(looked_at) {
        found.extend(parents.iter().filter(|(_, parent)| *parent == above).map(|(pid, _)| *pid));
        looked_at += 1;
    }
    found.split_off(1)
}

/// A zombie only waits to be asked after.
fn is_alive(process: Pid) -> bool {
    state_and_parent(process).is_some_and(|(state, _)| state != 'Z')
}

/// From `/proc/PID/stat`, whose second field, a name in brackets, may hold anything.
fn state_and_parent(process: Pid) -> Option<(char, Pid)> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?.chars().next()?;
    Some((state, Pid::from_raw(fields.next()?.parse().ok()?)))
}

fn pid(id: u32) -> Pid {
    // Linux has no higher ones than 2^22.
    Pid::from_raw(id.cast_signed())
}
