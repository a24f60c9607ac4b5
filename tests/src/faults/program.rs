//! One of our own processes: started, held, continued, ended and killed at will.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use crate::server::binary;

/// Pause between two looks at a process.
pub(super) const PAUSE: Duration = Duration::from_millis(20);
/// How long a process may take to end when asked.
const END_WAIT_MAX: Duration = Duration::from_secs(20);

/// What to run, and the process while it runs. It is killed with the value.
pub(super) struct Program {
    name: &'static str,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
    log: PathBuf,
    output: PathBuf,
    child: Mutex<Option<Child>>,
}

impl Program {
    /// A binary of ours; its logs and its output are kept in files.
    pub(super) fn new(
        name: &'static str,
        arguments: &[&str],
        variables: Vec<(String, String)>,
        log: PathBuf,
    ) -> Self {
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let output = log.with_extension("out");
        Self { name, arguments, variables, log, output, child: Mutex::default() }
    }

    /// Where it logs.
    pub(super) fn log(&self) -> &PathBuf {
        &self.log
    }

    /// Where its output of the last run is.
    pub(super) fn output(&self) -> &PathBuf {
        &self.output
    }

    /// Starts it, unless it runs.
    pub(super) fn start(&self) -> io::Result<()> {
        let mut child = self.child();
        if running(&mut child).is_some() {
            return Ok(());
        }
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let spawned = Command::new(binary(self.name))
            .args(&self.arguments)
            .env_clear()
            .envs(self.variables.iter().cloned())
            .stdin(Stdio::null())
            .stdout(File::create(&self.output)?)
            .stderr(log)
            .spawn()?;
        *child = Some(spawned);
        Ok(())
    }

    /// Its process; none while it is down.
    pub(super) fn pid(&self) -> Option<u32> {
        running(&mut self.child()).map(|child| child.id())
    }

    /// Whether it is up.
    pub(super) fn runs(&self) -> bool {
        self.pid().is_some()
    }

    /// Whether it ended well; none while it runs or if it never ran.
    pub(super) fn succeeded(&self) -> Option<bool> {
        let status = self.child().as_mut()?.try_wait().ok()??;
        Some(status.success())
    }

    /// Whether it ended by itself, and badly.
    pub(super) fn gave_up(&self) -> bool {
        let mut child = self.child();
        let status = child.as_mut().and_then(|child| child.try_wait().ok()?);
        status.and_then(|status| status.code()).is_some_and(|code| code != 0)
    }

    /// Ends it as a power cut would; whether it was running.
    pub(super) fn kill(&self) -> bool {
        let mut child = self.child();
        let Some(child) = running(&mut child) else { return false };
        child.kill().is_ok() && child.wait().is_ok()
    }

    /// Asks it to end, and kills it if it does not; whether it ended by itself in time.
    pub(super) async fn terminate(&self) -> bool {
        self.signal(Signal::SIGTERM);
        let deadline = Instant::now() + END_WAIT_MAX;
        while self.runs() && Instant::now() < deadline {
            sleep(PAUSE).await;
        }
        !self.kill()
    }

    /// Holds it where it stands.
    pub(super) fn hold(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it go on.
    pub(super) fn go_on(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        // Waited for under the lock only, so the number is never another process's.
        let mut child = self.child();
        if let Some(child) = running(&mut child) {
            let pid = Pid::from_raw(child.id().cast_signed());
            kill(pid, signal).expect("our own child can be signalled");
        }
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}

fn running(child: &mut Option<Child>) -> Option<&mut Child> {
    let child = child.as_mut()?;
    matches!(child.try_wait(), Ok(None)).then_some(child)
}
