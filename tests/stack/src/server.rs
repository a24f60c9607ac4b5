//! One engine: laid out once, started and ended at will.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::sys::signal::Signal;
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use crate::engine::Engine;
use crate::engines::{BoxError, Member, Program, lay_out};
use crate::error::StackError;
use crate::folder::Folder;
use crate::process::{PAUSE, Process};
use crate::step::tail;

/// Longest start; generous, since test machines are slow and shared.
const START_WAIT_MAX: Duration = Duration::from_mins(2);
/// Longest wait for an answer before it counts as none.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(3);
/// How long an engine may take to end in order before it is killed.
const END_WAIT_MAX: Duration = Duration::from_secs(20);

/// One engine, or a part of it, with a port and a folder of its own. Everything ends with the
/// value.
pub struct Server {
    engine: Engine,
    program: Box<dyn Program>,
    process: Mutex<Option<Process>>,
    folder: Folder,
}

impl Server {
    /// Lays the engine out and starts it; it is ready when this returns.
    pub(crate) async fn new(engine: Engine, member: Member) -> Result<Self, StackError> {
        let began = Instant::now();
        let folder = Folder::new(&engine.to_string())
            .map_err(StackError::machine(format!("no folder for {engine}")))?;
        let program = lay_out(member, &folder).await?;
        let server = Self { engine, program, process: Mutex::new(None), folder };
        server.start().await?;
        let port = server.program.port();
        tracing::info!("{engine} is ready on 127.0.0.1:{port} after {:.1?}", began.elapsed());
        Ok(server)
    }

    /// Which engine.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Where clients find its engine; the same over all its lives.
    pub fn url(&self) -> String {
        self.program.url()
    }

    /// Where it keeps what it stores, in whichever form it does.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its process; none while it is down.
    pub fn pid(&self) -> Option<u32> {
        let mut held = self.process();
        let process = held.as_mut()?;
        (!process.has_ended()).then(|| process.pid().as_raw().cast_unsigned())
    }

    /// Starts it on the port and the data it had before, and waits until it is ready. Does
    /// nothing but wait if it runs.
    ///
    /// # Errors
    /// [`StackError::Ended`] and [`StackError::NotReady`], with the end of its log.
    pub async fn start(&self) -> Result<(), StackError> {
        let deadline = Instant::now() + START_WAIT_MAX;
        if self.pid().is_none() {
            self.vacated(deadline).await;
            self.spawn().map_err(StackError::machine(format!("{} did not start", self.engine)))?;
        }
        loop {
            let answer = match self.answer().await {
                Ok(()) => return Ok(()),
                Err(error) => error.to_string(),
            };
            let tail = || tail(&self.folder.log());
            if self.pid().is_none() {
                return Err(StackError::Ended { engine: self.engine, tail: tail() });
            }
            if Instant::now() >= deadline {
                let waited_s = START_WAIT_MAX.as_secs();
                let (engine, tail) = (self.engine, tail());
                return Err(StackError::NotReady { engine, waited_s, answer, tail });
            }
            sleep(PAUSE).await;
        }
    }

    /// Whether a client's request is answered now.
    pub async fn is_ready(&self) -> bool {
        self.answer().await.is_ok()
    }

    /// Ends it as a power cut of its machine would, but for what the kernel holds.
    pub fn kill(&self) {
        if let Some(mut process) = self.take() {
            process.kill();
            self.release();
        }
    }

    /// Ends it in order, as an operator would.
    pub async fn terminate(&self) {
        // Bound first: the lock must not be held while waiting.
        let process = self.take();
        if let Some(mut process) = process {
            process.end(self.program.end_signal(), END_WAIT_MAX).await;
            self.release();
        }
    }

    /// Holds it where it stands: connections stay, and nothing is answered.
    pub fn stop(&self) {
        self.signal(Signal::SIGSTOP);
    }

    /// Lets it go on after [`Server::stop`].
    pub fn cont(&self) {
        self.signal(Signal::SIGCONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(process) = self.process().as_mut() {
            process.signal_all(signal);
        }
    }

    fn process(&self) -> MutexGuard<'_, Option<Process>> {
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Option<Process> {
        self.process().take()
    }

    fn spawn(&self) -> std::io::Result<()> {
        self.program.clean()?;
        let process = Process::spawn(self.program.command(), &self.folder.log())?;
        self.folder.guard(process.pid(), self.program.abort_signal())?;
        *self.process() = Some(process);
        Ok(())
    }

    fn release(&self) {
        if let Err(error) = self.folder.release() {
            tracing::warn!(%error, engine = %self.engine, "its watchdog is gone");
        }
    }

    /// An engine that dies takes a moment to take its helpers with it.
    async fn vacated(&self, deadline: Instant) {
        while self.folder.is_in_use() && Instant::now() < deadline {
            sleep(PAUSE).await;
        }
    }

    /// Asks nothing of a port on which nobody listens: a client would only wait and complain.
    async fn answer(&self) -> Result<(), BoxError> {
        let asked = async {
            TcpStream::connect((Ipv4Addr::LOCALHOST, self.program.port())).await?;
            self.program.ask().await
        };
        timeout(ANSWER_WAIT_MAX, asked).await?
    }
}

impl Drop for Server {
    /// Before its folder, so that nobody works there when that is removed.
    fn drop(&mut self) {
        if let Some(mut process) = self.take() {
            process.abort(self.program.abort_signal());
            self.release();
        }
    }
}
