//! One socket, in one task: frames of the client in, frames of the room out, pings, and one
//! command on its way to the log at a time, so that a session's commands stay in order.

mod command;
mod pulse;

use std::collections::VecDeque;
use std::io;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use governor::clock::MonotonicClock;
use governor::middleware::NoOpMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use schemas::frame::{ClientFrame, Command, FrameError, ServerFrame};
use schemas::limits::FRAME_BYTES_MAX;
use schemas::reject::RejectCode;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub(crate) use command::Sender;

use super::chatter::Chatter;
use super::end::End;
use super::outlet::{Due, Outlet, encode};
use super::room::Message;
use super::socket::{Frame, Incoming, Socket};
use crate::select::select;
use pulse::Pulse;

/// Commands a second that a session may send, and how many at once.
const COMMANDS_PER_S: NonZeroU32 = NonZeroU32::new(10).unwrap();
const COMMANDS_BURST: NonZeroU32 = NonZeroU32::new(20).unwrap();
/// Frames of any kind a second, and at once; beyond it the socket is closed.
const FRAMES_PER_S: NonZeroU32 = NonZeroU32::new(40).unwrap();
const FRAMES_BURST: NonZeroU32 = NonZeroU32::new(80).unwrap();
/// Commands that may wait for the one on its way.
const COMMANDS_WAITING_MAX: usize = 64;
/// How long one write may take.
const WRITE_PATIENCE: Duration = Duration::from_secs(10);
/// How long a goodbye may take.
const CLOSE_PATIENCE: Duration = Duration::from_secs(2);

/// One socket of a session.
pub(crate) struct Connection<S> {
    pub(crate) socket: S,
    pub(crate) sender: Sender,
    pub(crate) outlet: Arc<Outlet>,
    pub(crate) shutdown: CancellationToken,
}

/// By the clock of the standard library: the default one asks the processor what it is each time
/// it is made, which traps in a virtual machine.
type Limiter = RateLimiter<NotKeyed, InMemoryState, MonotonicClock, NoOpMiddleware<Instant>>;

struct Limits {
    commands: Limiter,
    frames: Limiter,
}

impl<S: Socket> Connection<S> {
    /// Serves the socket to its end and says goodbye.
    pub(crate) async fn run(&mut self) -> End {
        let end = self.serve().await;
        // Whoever does not take the goodbye in time is gone all the same.
        drop(timeout(CLOSE_PATIENCE, self.say_goodbye(end)).await);
        end
    }

    async fn serve(&mut self) -> End {
        let limits = Limits {
            commands: limiter(COMMANDS_PER_S, COMMANDS_BURST),
            frames: limiter(FRAMES_PER_S, FRAMES_BURST),
        };
        let shutdown = self.shutdown.clone();
        let mut shutdown = pin!(shutdown.cancelled());
        let mut pulse = Pulse::new();
        let mut waiting: VecDeque<Command> = VecDeque::new();
        let mut on_its_way: Option<BoxFuture<'static, Option<Frame>>> = None;
        loop {
            if on_its_way.is_none() {
                on_its_way = waiting.pop_front().map(|command| self.sender.send(command));
            }
            select! {
                () = &mut shutdown => return End::Shutdown,
                due = self.outlet.due() => match due {
                    Due::Frames(frames) => if let Err(end) = self.write(&frames).await { return end },
                    Due::End(end) => return end,
                },
                answer = finished(&mut on_its_way) => {
                    on_its_way = None;
                    if let Some(frame) = answer {
                        self.outlet.push(frame);
                    }
                }
                beat = pulse.beat() => match beat {
                    Ok(ping) => if let Err(end) = self.write_one(Frame::ping(ping)).await { return end },
                    Err(end) => return end,
                },
                message = self.socket.read(), if waiting.len() < COMMANDS_WAITING_MAX => {
                    match self.read(message, &limits, &mut pulse).await {
                        Ok(Some(command)) => waiting.push_back(command),
                        Ok(None) => {}
                        Err(end) => return end,
                    }
                }
            }
        }
    }

    async fn write(&mut self, frames: &[Frame]) -> Result<(), End> {
        match timeout(WRITE_PATIENCE, self.socket.write(frames)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Broken),
            Err(_) => Err(End::Slow),
        }
    }

    async fn write_one(&mut self, frame: io::Result<Frame>) -> Result<(), End> {
        self.write(&[frame.map_err(|_unfit| End::Broken)?]).await
    }

    async fn read(
        &mut self,
        message: Incoming,
        limits: &Limits,
        pulse: &mut Pulse,
    ) -> Result<Option<Command>, End> {
        match message {
            Incoming::Text(text) => {
                limits.frames.check().map_err(|_too_soon| End::TooMany)?;
                Ok(self.take_frame(&text, limits).await)
            }
            Incoming::Pong(payload) => {
                if let Some(rtt_ms) = pulse.pong(&payload) {
                    let session = self.sender.session;
                    self.sender.room.tell(Message::RoundTrip { session, rtt_ms }).await;
                }
                Ok(None)
            }
            Incoming::Ping(payload) => {
                limits.frames.check().map_err(|_too_soon| End::TooMany)?;
                self.write_one(Frame::pong(payload)).await.map(|()| None)
            }
            Incoming::Close => Err(End::ClientLeft),
            Incoming::Unfit => Err(End::BadFrame),
            Incoming::Broken => Err(End::Broken),
        }
    }

    /// Answers what can be answered here; gives back what the log has to decide.
    async fn take_frame(&mut self, text: &str, limits: &Limits) -> Option<Command> {
        if text.len() > FRAME_BYTES_MAX {
            let message = format!("a frame may have at most {FRAME_BYTES_MAX} bytes");
            self.push(&ServerFrame::Error { code: "too_large", message });
            return None;
        }
        let session = self.sender.session;
        match ClientFrame::parse(text) {
            Ok(ClientFrame::Command(command)) => {
                if limits.commands.check().is_ok() {
                    return Some(command);
                }
                self.reject(command.client_seq, RejectCode::TooMany, None);
            }
            Ok(ClientFrame::Typing) => {
                self.sender.room.tell(Message::Chatter { session, chatter: Chatter::Typing }).await;
            }
            Ok(ClientFrame::Status(status)) => {
                metrics::histogram!("playback_drift_ms").record(status.drift_ms.abs());
                let chatter = Chatter::Status(status);
                self.sender.room.tell(Message::Chatter { session, chatter }).await;
            }
            Ok(ClientFrame::Ping { t }) => {
                self.push(&ServerFrame::Pong { t, server_time: self.sender.now_ms() });
            }
            Err(FrameError { code, message, client_seq }) => match client_seq {
                Some(client_seq) => self.reject(client_seq, RejectCode::Invalid, Some(message)),
                None => self.push(&ServerFrame::Error { code, message }),
            },
        }
        None
    }

    fn reject(&self, client_seq: u64, code: RejectCode, message: Option<String>) {
        let message = message.unwrap_or_else(|| code.message().to_owned());
        self.push(&ServerFrame::Reject { client_seq, code, message });
    }

    fn push(&self, frame: &ServerFrame<'_>) {
        if let Some(frame) = encode(frame) {
            self.outlet.push(frame);
        }
    }

    /// Waits for the client's own close where it is owed, so that the goodbye is not lost to a
    /// reset.
    async fn say_goodbye(&mut self, end: End) -> io::Result<()> {
        let Some((code, reason)) = end.close() else { return Ok(()) };
        self.socket.write(&[Frame::close(code, reason)?]).await?;
        if end == End::ClientLeft {
            return Ok(());
        }
        while !matches!(self.socket.read().await, Incoming::Close | Incoming::Broken) {}
        Ok(())
    }
}

fn limiter(per_second: NonZeroU32, burst: NonZeroU32) -> Limiter {
    let quota = Quota::per_second(per_second).allow_burst(burst);
    RateLimiter::direct_with_clock(quota, MonotonicClock)
}

async fn finished(on_its_way: &mut Option<BoxFuture<'static, Option<Frame>>>) -> Option<Frame> {
    match on_its_way {
        Some(future) => future.await,
        None => std::future::pending().await,
    }
}
