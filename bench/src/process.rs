//! A process of ours: started with a log file, measured by the kernel's counters, ended.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, SysconfVar, sysconf};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::Result;

/// How long a start may take.
pub(crate) const START_TIMEOUT: Duration = Duration::from_mins(1);
/// Pause between two questions whether it stands.
pub(crate) const PAUSE: Duration = Duration::from_millis(20);
/// How long a stop may take; the server itself promises less than 10 s.
const STOP_TIMEOUT: Duration = Duration::from_secs(15);
/// Files that a process needs beside its connections.
const OTHER_FILES: u64 = 200;
/// Bytes of a kilobyte as `/proc` counts them.
const KIB: u64 = 1024;

/// A process; it is killed with the value.
pub(crate) struct Process {
    child: Child,
    name: String,
    log: PathBuf,
    started_at: Instant,
}

impl Process {
    /// Starts a binary without any variables; what it logs goes to a file of its name.
    pub(crate) fn start(binary: &Path, folder: &Path, arguments: &[String]) -> Result<Self> {
        let mut command = Command::new(binary);
        command.env_clear().args(arguments);
        Self::run(command, binary, folder)
    }

    /// Starts a program of somebody else with our variables.
    pub(crate) fn start_other(program: &str, folder: &Path, arguments: &[String]) -> Result<Self> {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::run(command, Path::new(program), folder)
    }

    fn run(mut command: Command, program: &Path, folder: &Path) -> Result<Self> {
        let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = folder.join(format!("{name}.log"));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .kill_on_drop(true);
        let started_at = Instant::now();
        let child = command
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", program.display()))?;
        Ok(Self { child, name, log, started_at })
    }

    /// Its number.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.child.id().ok_or_else(|| self.failed("has ended"))
    }

    /// When it was started.
    pub(crate) fn started_at(&self) -> Instant {
        self.started_at
    }

    /// What it prints; kept open by whoever takes it, since a closed pipe would be an error of
    /// the process.
    pub(crate) fn output(&mut self) -> Result<ChildStdout> {
        Ok(self.child.stdout.take().ok_or("its output is taken")?)
    }

    /// What is wrong with it, with all that it logged.
    pub(crate) fn failed(&self, what: &str) -> crate::BoxError {
        let logged = std::fs::read_to_string(&self.log).unwrap_or_default();
        format!("{} {what}: {logged}", self.name).into()
    }

    /// Resident memory now, in bytes.
    pub(crate) fn resident_bytes(&self) -> Result<u64> {
        self.memory("VmRSS:")?.ok_or_else(|| self.failed("has ended"))
    }

    /// The most resident memory so far, in bytes; none once it has ended.
    pub(crate) fn peak_bytes(&self) -> Result<Option<u64>> {
        self.memory("VmHWM:")
    }

    /// Time of all processors that it has used so far; none once it has ended.
    pub(crate) fn processor_time(&self) -> Result<Option<Duration>> {
        self.child.id().map(|pid| Ok(time(pid)?.0)).transpose()
    }

    fn memory(&self, field: &str) -> Result<Option<u64>> {
        let Some(pid) = self.child.id() else { return Ok(None) };
        let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
        Ok(kibibytes(&status, field).map(|kibibytes| kibibytes * KIB))
    }

    /// Waits until it has ended by itself.
    pub(crate) async fn ended(&mut self) -> Result<ExitStatus> {
        Ok(self.child.wait().await?)
    }

    /// Asks it to stop and waits until it has; how long that took.
    pub(crate) async fn stop(mut self) -> Result<Duration> {
        let pid = self.child.id().ok_or_else(|| self.failed("has ended by itself"))?;
        let asked_at = Instant::now();
        kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
        let ended = timeout(STOP_TIMEOUT, self.child.wait()).await;
        let status = ended.map_err(|_elapsed| self.failed("did not stop in time"))??;
        let took = asked_at.elapsed();
        if status.success() { Ok(took) } else { Err(self.failed(&format!("ended with {status}"))) }
    }
}

/// Resident memory of any process now, in bytes.
pub(crate) fn resident_bytes(pid: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let kibibytes = kibibytes(&status, "VmRSS:").ok_or("a process that has ended")?;
    Ok(kibibytes * KIB)
}

/// Kernel memory that the machine's slabs hold, in bytes: sockets, files and the like.
pub(crate) fn slab_bytes() -> Result<u64> {
    let memory = std::fs::read_to_string("/proc/meminfo")?;
    Ok(kibibytes(&memory, "Slab:").ok_or("no Slab in /proc")? * KIB)
}

/// Each connection is a file here and one in the server, which inherits our limit.
pub(crate) fn allow_files(connections: usize) -> Result<()> {
    let wanted = u64::try_from(connections)?.saturating_add(OTHER_FILES);
    let allowed = rlimit::increase_nofile_limit(wanted)?;
    if allowed >= wanted {
        Ok(())
    } else {
        let text = format!(
            "{connections} connections need {wanted} open files, but this system allows \
             {allowed}; raise the hard limit (`ulimit -Hn`) or ask for fewer"
        );
        Err(text.into())
    }
}

/// A line such as `VmRSS:   1234 kB`.
fn kibibytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor time of a process, and its parent.
pub(crate) fn time(pid: u32) -> Result<(Duration, u32)> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let ticks_a_second = sysconf(SysconfVar::CLK_TCK)?.ok_or("no clock ticks")?;
    let (ticks, parent) = ticks(&stat).ok_or("a /proc/PID/stat of another shape")?;
    Ok((Duration::from_secs(ticks) / u32::try_from(ticks_a_second)?, parent))
}

/// `utime` and `stime` together, and `ppid`. The second field, a name in
/// brackets, may hold anything.
fn ticks(stat: &str) -> Option<(u64, u32)> {
    let (_, after_name) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let parent = fields.get(1)?.parse().ok()?;
    let times: Vec<u64> = fields.get(11..13)?.iter().filter_map(|text| text.parse().ok()).collect();
    Some((times.iter().sum(), parent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_found_behind_any_name() {
        let stat = "7 (a) b) S 3 7 7 0 -1 4194560 1 0 0 0 10 5 2 1 20 0 1 0 100 0 0";
        assert_eq!(ticks(stat), Some((15, 3)));
    }

    #[test]
    fn memory_is_read_by_its_name() {
        let status = "VmHWM:\t  20 kB\nVmRSS:\t   12 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), Some(12));
        assert_eq!(kibibytes(status, "VmSwap:"), None);
    }
}
