//! What the kernel says of processes, and waiting for it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop there")]

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Longest wait for anything.
const PATIENCE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(20);

/// Whether a process exists; one that ended and was not asked after does not.
pub(crate) fn is_alive(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| !state.starts_with('Z'))
}

/// A process and those it started.
pub(crate) fn family(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
    let children = children.split_whitespace().map(|child| child.parse().unwrap());
    [pid].into_iter().chain(children).collect()
}

/// The folder that an engine works in or below, which is made for it alone.
pub(crate) fn folder(pid: u32) -> PathBuf {
    let works_in = fs::read_link(format!("/proc/{pid}/cwd")).unwrap();
    let mut above = works_in.ancestors();
    above.find(|folder| folder.parent() == Some(&std::env::temp_dir())).unwrap().to_owned()
}

/// Waits for what another process does.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(PAUSE);
    }
}
