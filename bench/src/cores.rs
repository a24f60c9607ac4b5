//! Cores of their own for the server and for this tool, so that neither waits for the other.

use std::future::Future;

use nix::sched::{CpuSet, sched_setaffinity};
use nix::unistd::Pid;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::Result;

/// The core of servers and of the engines behind them.
pub(crate) const SERVER: usize = 0;
/// The core of this tool.
pub(crate) const TOOL: usize = 1;

/// Keeps this thread, and whatever it starts from now on, to one core.
pub(crate) fn keep_to(core: usize) -> Result<()> {
    let mut cores = CpuSet::new();
    cores.set(core)?;
    let kept = sched_setaffinity(Pid::from_raw(0), &cores);
    kept.map_err(|error| format!("core {core} cannot be kept to ({error})").into())
}

/// Does work on a thread of its own, which keeps to the tool's core.
pub(crate) async fn apart<T: Send + 'static, F: Future<Output = Result<T>>>(
    work: impl FnOnce() -> F + Send + 'static,
) -> Result<T> {
    let (done, result) = oneshot::channel();
    std::thread::spawn(move || {
        let worked = keep_to(TOOL).and_then(|()| {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(work())
        });
        // Whoever has gone away does not want to know.
        drop(done.send(worked));
    });
    result.await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_apart_gives_back_what_came_of_it() {
        let has_two = std::thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        let worked = apart(|| async { Ok(7) }).await;
        assert_eq!(worked.ok(), has_two.then_some(7));
    }
}
