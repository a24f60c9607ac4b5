//! The way out to one session: a bounded queue that the room fills without ever waiting and
//! the connection empties in one go. Over the bound the session is cut, never the room.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use super::end::End;
use super::socket::Frame;

/// Most frames that may wait for one session.
pub(crate) const QUEUE_FRAMES_MAX: usize = 4096;
/// Most bytes that may wait for one session.
pub(crate) const QUEUE_BYTES_MAX: usize = 1024 * 1024;

/// Encodes a frame, once for everyone; none only if it could not be JSON, which is logged.
pub(crate) fn encode(frame: &impl serde::Serialize) -> Option<Frame> {
    let encoded = serde_json::to_vec(frame).map_err(std::io::Error::from).and_then(Frame::text);
    encoded.inspect_err(|error| tracing::error!(%error, "a frame could not be encoded")).ok()
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
    end: Option<End>,
    /// The connection, where it waits.
    waiting: Option<Waker>,
}

/// The queue; shared by the room and the connection.
#[derive(Default)]
pub(crate) struct Outlet(Mutex<Queue>);

/// What a connection has to do next.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// Write these, in order.
    Frames(Vec<Frame>),
    /// Say goodbye.
    End(End),
}

impl Outlet {
    /// Queues a frame, or ends the session as too slow.
    pub(crate) fn push(&self, frame: Frame) {
        self.change(|queue| {
            let full = queue.frames.len() >= QUEUE_FRAMES_MAX
                || queue.bytes.saturating_add(frame.bytes().len()) > QUEUE_BYTES_MAX;
            if full {
                queue.end.get_or_insert(End::Slow);
                queue.frames = VecDeque::new();
            } else if queue.end.is_none() {
                queue.bytes += frame.bytes().len();
                queue.frames.push_back(frame);
            }
        });
    }

    /// Queues the first frame, which may be as large as it must.
    pub(crate) fn push_first(&self, frame: Frame) {
        self.change(|queue| queue.frames.push_back(frame));
    }

    /// Ends the session once what is queued is written; the first reason stays.
    pub(crate) fn end(&self, end: End) {
        self.change(|queue| {
            queue.end.get_or_insert(end);
        });
    }

    /// Waits for something to do; cancel-safe. Only the connection waits.
    pub(crate) async fn due(&self) -> Due {
        poll_fn(|context| self.poll_due(context)).await
    }

    fn change(&self, change: impl FnOnce(&mut Queue)) {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut queue);
        let waiting = queue.waiting.take();
        drop(queue);
        if let Some(connection) = waiting {
            connection.wake();
        }
    }

    fn poll_due(&self, context: &mut Context<'_>) -> Poll<Due> {
        let mut queue = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !queue.frames.is_empty() {
            queue.bytes = 0;
            // A new, empty deque: a quiet session keeps no buffer.
            return Poll::Ready(Due::Frames(std::mem::take(&mut queue.frames).into()));
        }
        if let Some(end) = queue.end {
            return Poll::Ready(Due::End(end));
        }
        queue.waiting = Some(context.waker().clone());
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &'static str) -> Frame {
        Frame::text(text).unwrap()
    }

    /// A frame of this size, with its header.
    fn frame(bytes: usize) -> Frame {
        let frame = Frame::text("x".repeat(bytes)).unwrap();
        let header_bytes = frame.bytes().len() - bytes;
        Frame::text("x".repeat(bytes - header_bytes)).unwrap()
    }

    #[tokio::test]
    async fn gives_frames_in_order_and_then_the_end() {
        let outlet = Outlet::default();
        outlet.push(text("a"));
        outlet.push(text("b"));
        outlet.end(End::RoomClosed);
        outlet.push(text("after the end"));
        assert_eq!(outlet.due().await, Due::Frames(vec![text("a"), text("b")]));
        assert_eq!(outlet.due().await, Due::End(End::RoomClosed));
    }

    #[tokio::test]
    async fn holds_its_limit_of_bytes_and_ends_as_slow_one_past_it() {
        let outlet = Outlet::default();
        outlet.push(frame(QUEUE_BYTES_MAX));
        assert!(matches!(outlet.due().await, Due::Frames(frames) if frames.len() == 1));
        outlet.push(frame(QUEUE_BYTES_MAX));
        outlet.push(frame(8));
        assert_eq!(outlet.due().await, Due::End(End::Slow));
    }

    #[tokio::test]
    async fn holds_its_limit_of_frames_and_ends_as_slow_one_past_it() {
        let outlet = Outlet::default();
        for _ in 0..QUEUE_FRAMES_MAX {
            outlet.push(frame(8));
        }
        assert!(
            matches!(outlet.due().await, Due::Frames(frames) if frames.len() == QUEUE_FRAMES_MAX)
        );
        for _ in 0..=QUEUE_FRAMES_MAX {
            outlet.push(frame(8));
        }
        assert_eq!(outlet.due().await, Due::End(End::Slow));
    }

    #[tokio::test]
    async fn keeps_the_first_reason() {
        let outlet = Outlet::default();
        outlet.end(End::Removed);
        outlet.end(End::Shutdown);
        assert_eq!(outlet.due().await, Due::End(End::Removed));
    }
}
