//! A WebSocket after its upgrade, on the server's side (RFC 6455), made for many people who are
//! quiet: it keeps no buffer between two messages. What goes out is a [`Frame`], header and
//! all, made once for everybody; what comes in passes over the stack, and only the part of a
//! message that is not whole yet is kept.

mod frame;
mod reading;

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

pub(crate) use frame::Frame;
use reading::Reading;

/// Most bytes that one call to the system reads.
const READ_BYTES_MAX: usize = 4 * 1024;

/// A socket as the server has it, or a pair of channels in a test.
pub(crate) trait Socket: Send {
    /// What comes next; nothing is lost where the future is dropped.
    fn read(&mut self) -> impl Future<Output = Incoming> + Send;

    /// Sends frames in their order, and waits until the system has them. Where the future is
    /// dropped, what is left of them goes before the next.
    fn write(&mut self, frames: &[Frame]) -> impl Future<Output = io::Result<()>> + Send;
}

/// What comes over a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incoming {
    /// A whole message.
    Text(String),
    /// To be answered with a pong of the same payload.
    Ping(Vec<u8>),
    /// Answers a ping.
    Pong(Vec<u8>),
    /// The client ends the socket, or has ended the connection.
    Close,
    /// Too large, binary, or against the protocol: nothing after it can be read.
    Unfit,
    /// The network broke.
    Broken,
}

/// A WebSocket over an upgraded connection.
pub(crate) struct WebSocket<C> {
    connection: C,
    reading: Reading,
    /// The rest of a write that was given up.
    unsent: Bytes,
}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> WebSocket<C> {
    pub(crate) fn new(connection: C) -> Self {
        Self { connection, reading: Reading::default(), unsent: Bytes::new() }
    }

    fn poll_fill(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let mut space = [MaybeUninit::uninit(); READ_BYTES_MAX];
        let mut space = ReadBuf::uninit(&mut space);
        ready!(Pin::new(&mut self.connection).poll_read(context, &mut space))?;
        self.reading.add(space.filled());
        Poll::Ready(Ok(space.filled().len()))
    }
}

impl<C: AsyncRead + AsyncWrite + Send + Unpin> Socket for WebSocket<C> {
    async fn read(&mut self) -> Incoming {
        loop {
            if let Some(message) = self.reading.next_message() {
                return message;
            }
            match poll_fn(|context| self.poll_fill(context)).await {
                Ok(0) => return Incoming::Close,
                Ok(_) => {}
                Err(_) => return Incoming::Broken,
            }
        }
    }

    async fn write(&mut self, frames: &[Frame]) -> io::Result<()> {
        self.unsent = match frames {
            [frame] if self.unsent.is_empty() => frame.bytes().clone(),
            // One call to the system, as a rule.
            frames => frame::joined(&self.unsent, frames),
        };
        self.connection.write_all_buf(&mut self.unsent).await?;
        // Even an empty end of a frame would keep all of it.
        self.unsent = Bytes::new();
        self.connection.flush().await
    }
}

#[cfg(test)]
mod tests;
