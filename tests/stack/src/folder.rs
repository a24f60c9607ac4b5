//! An engine's folder, and the watchdog that empties it when we are gone.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use nix::sys::signal::Signal;
use nix::unistd::Pid;

/// Reads by which signal to end which process group, until nobody can tell any more: then the
/// writer is gone, in order or not. What does not end by its signal is killed; it may still
/// hold its files for a moment.
const SCRIPT: &str = r#"
while read -r line; do last=$line; done
set -- "$1" $last
if [ "$#" -eq 3 ]; then
    kill -s "$2" -- "-$3"
    for _ in 1 2 3; do kill -s 0 -- "-$3" || break; sleep 1; done
    kill -s KILL -- "-$3"
fi
for _ in 1 2 3; do rm -rf -- "$1" && break; sleep 1; done
"#;
/// An engine that runs as another user must be able to pass through.
const MODE: u32 = 0o755;
const LOG: &str = "log";

/// The folder; it is removed with the value, and if this process dies.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    watchdog: Child,
    /// Absent only while the value is dropped.
    line: Option<ChildStdin>,
}

impl Folder {
    pub(crate) fn new(name: &str) -> io::Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix(&format!("movie-together-{name}-"))
            .permissions(Permissions::from_mode(MODE))
            .tempdir()?;
        let mut watchdog = Command::new("sh")
            .args(["-c", SCRIPT, "watchdog"])
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .current_dir("/")
            // What ends our group, such as Ctrl-C, must not end the watchdog.
            .process_group(0)
            .spawn()?;
        let line = watchdog.stdin.take();
        Ok(Self { path: folder.keep(), watchdog, line })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Where everything that works in this folder writes what it has to say.
    pub(crate) fn log(&self) -> PathBuf {
        self.path.join(LOG)
    }

    /// Says which process group must not outlive us, and the signal that ends it.
    pub(crate) fn guard(&self, leader: Pid, signal: Signal) -> io::Result<()> {
        let name = signal.as_str().trim_start_matches("SIG");
        self.tell(&format!("{name} {leader}\n"))
    }

    /// Says that no process is left; its number may soon be another's.
    pub(crate) fn release(&self) -> io::Result<()> {
        self.tell("\n")
    }

    fn tell(&self, line: &str) -> io::Result<()> {
        let mut watchdog = self.line.as_ref().ok_or(io::ErrorKind::BrokenPipe)?;
        watchdog.write_all(line.as_bytes())
    }

    /// Whether any process still works here.
    pub(crate) fn is_in_use(&self) -> bool {
        let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
        processes
            .map(|process| process.path().join("cwd"))
            .any(|link| fs::read_link(link).is_ok_and(|folder| folder.starts_with(&self.path)))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.line.take());
        if let Err(error) = self.watchdog.wait() {
            tracing::warn!(%error, folder = %self.path.display(), "the folder may stay");
        }
    }
}
