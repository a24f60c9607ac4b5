//! TCP connections as a server of small answers needs them.

use std::io;
use std::time::Duration;

use poem::Addr;
use poem::http::uri::Scheme;
use poem::listener::{Acceptor, TcpAcceptor};
use poem::web::{LocalAddr, RemoteAddr};
use tokio::net::TcpStream;

/// Pause after a failed accept; without it a lack of file descriptors spins the loop.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(50);

/// Accepts connections with Nagle's algorithm off, because it holds a small answer back for
/// up to 40 ms.
pub struct NodelayAcceptor(TcpAcceptor);

impl NodelayAcceptor {
    /// Wraps a bound socket.
    pub fn new(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        TcpAcceptor::from_std(listener).map(Self)
    }
}

impl Acceptor for NodelayAcceptor {
    type Io = TcpStream;

    fn local_addr(&self) -> Vec<LocalAddr> {
        self.0.local_addr()
    }

    async fn accept(&mut self) -> io::Result<(Self::Io, LocalAddr, RemoteAddr, Scheme)> {
        match self.0.accept().await {
            Ok((stream, local, remote, scheme)) => {
                stream.set_nodelay(true)?;
                Ok((stream, local, remote, scheme))
            }
            Err(error) => {
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
                Err(error)
            }
        }
    }
}

/// The peer's address when it came by TCP.
pub(crate) fn peer_ip(remote: &RemoteAddr) -> Option<std::net::IpAddr> {
    match &remote.0 {
        Addr::SocketAddr(address) => Some(address.ip()),
        Addr::Unix(_) | Addr::Custom(..) => None,
    }
}
