//! TCP connections as this server needs them: without Nagle's delay, no more of them than
//! agreed, and none that is held open by someone who never asks for anything.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use poem::http::uri::Scheme;
use poem::listener::{Acceptor, TcpAcceptor};
use poem::web::{LocalAddr, RemoteAddr};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

/// Pause after a failed accept; without it a lack of file descriptors spins the loop.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(50);
/// Longest wait for the first answer on a connection, which a request has to precede.
pub const FIRST_ANSWER_TIMEOUT: Duration = Duration::from_secs(20);
/// Longest silence of ours on a connection. Sockets are pinged more often than this.
pub const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// Longest wait for someone who takes nothing of what is sent, such as a paused player.
pub const STALLED_TIMEOUT: Duration = Duration::from_mins(10);
/// What one connection too many is told.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\n\
    Connection: close\r\nContent-Length: 0\r\n\r\n";

/// Accepts connections for the server.
pub struct NodeAcceptor {
    tcp: TcpAcceptor,
    places: Arc<Semaphore>,
}

impl NodeAcceptor {
    /// Accepts from a bound listener, at most `connections_max` at a time.
    pub fn new(listener: tokio::net::TcpListener, connections_max: usize) -> io::Result<Self> {
        Ok(Self {
            tcp: TcpAcceptor::from_tokio(listener)?,
            places: Arc::new(Semaphore::new(connections_max)),
        })
    }
}

impl Acceptor for NodeAcceptor {
    type Io = Connection;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.tcp.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Connection, LocalAddr, RemoteAddr, Scheme)> {
        loop {
            let (stream, local, remote, scheme) = match self.tcp.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "accept failed");
                    sleep(PAUSE_AFTER_FAILURE).await;
                    continue;
                }
            };
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
                metrics::counter!("connections_refused_total").increment(1);
                // A courtesy; whoever does not take it at once is just dropped.
                drop(stream.try_write(FULL));
                continue;
            };
            if stream.set_nodelay(true).is_ok() {
                return Ok((Connection::new(stream, place), local, remote, scheme));
            }
        }
    }
}

/// A connection that ends itself when nothing has been answered on it for too long.
pub struct Connection {
    stream: TcpStream,
    answered_at: Option<Instant>,
    is_stalled: bool,
    opened_at: Instant,
    alarm: Pin<Box<Sleep>>,
    _place: OwnedSemaphorePermit,
}

impl Connection {
    fn new(stream: TcpStream, place: OwnedSemaphorePermit) -> Self {
        let opened_at = Instant::now();
        Self {
            stream,
            answered_at: None,
            is_stalled: false,
            opened_at,
            alarm: Box::pin(sleep_until(opened_at + FIRST_ANSWER_TIMEOUT)),
            _place: place,
        }
    }

    fn ends_at(&self) -> Instant {
        match self.answered_at {
            None => self.opened_at + FIRST_ANSWER_TIMEOUT,
            Some(at) if self.is_stalled => at + STALLED_TIMEOUT,
            Some(at) => at + IDLE_TIMEOUT,
        }
    }

    /// The alarm is moved only when it rings, which costs nothing per write.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            ready!(self.alarm.as_mut().poll(context));
            let ends_at = self.ends_at();
            if ends_at <= Instant::now() {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
            self.alarm.as_mut().reset(ends_at);
        }
    }

    fn note_write(&mut self, written: &Poll<io::Result<usize>>) {
        self.is_stalled = written.is_pending();
        if matches!(written, Poll::Ready(Ok(_))) || self.answered_at.is_none() {
            self.answered_at = Some(Instant::now());
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Poll::Ready(result) = Pin::new(&mut self.stream).poll_read(context, buffer) {
            return Poll::Ready(result);
        }
        self.poll_end(context).map(Err)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.note_write(&written);
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.note_write(&written);
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;

    /// Our end of a connection, and the other one.
    async fn pair() -> (Connection, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let peer = TcpStream::connect(listener.local_addr().unwrap());
        let (ours, peer) = tokio::join!(listener.accept(), peer);
        let place = Arc::new(Semaphore::new(1)).try_acquire_owned().unwrap();
        (Connection::new(ours.unwrap().0, place), peer.unwrap())
    }

    /// Waits for the end; answers with how long it took by the paused clock.
    async fn end_of(connection: &mut Connection) -> Duration {
        let started = Instant::now();
        let error = connection.read_u8().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        // Timers are as coarse as a millisecond.
        Duration::from_secs(started.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn who_never_asks_is_let_go() {
        let (mut connection, _peer) = pair().await;
        assert_eq!(end_of(&mut connection).await, FIRST_ANSWER_TIMEOUT);
    }

    #[tokio::test(start_paused = true)]
    async fn each_answer_begins_the_silence_anew() {
        let (mut connection, _peer) = pair().await;
        for _ in 0..2 {
            connection.write_all(b"answer").await.unwrap();
            assert_eq!(end_of(&mut connection).await, IDLE_TIMEOUT);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_longer() {
        let (mut connection, _peer) = pair().await;
        let chunk = vec![0; 64 * 1024];
        while connection.write(&chunk).now_or_never().is_some() {}
        assert_eq!(end_of(&mut connection).await, STALLED_TIMEOUT);
    }
}
