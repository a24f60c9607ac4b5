//! A line that misbehaves on order: it stands between clients and servers on loopback, and
//! delays, slows, stalls or cuts what passes, each direction for itself, while it runs.
//!
//! A connection is accepted, given to the next upstream that takes it, and then carried by
//! two pumps, one a direction: read → bounded queue of dated chunks → write. A pump that is
//! stalled stops reading, so that the sender feels it as it would feel a client that has
//! stopped reading. Over several upstreams it is a small balancer too: one address for all.

mod pump;

use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::timeout;

use self::pump::pump;

/// Most connections at a time; more wait to be accepted.
pub const CONNECTIONS_MAX: usize = 4096;
/// Longest wait for an upstream to accept.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Small, so that a sender soon feels a line that stands still.
const RECEIVE_BUFFER_BYTES: u32 = 32 * 1024;

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From clients to servers.
    ToServer,
    /// From servers to clients.
    ToClient,
}

/// How one direction of every connection behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// How much later everything arrives.
    pub delay: Duration,
    /// How much the delay differs, up or down; the order of bytes never changes.
    pub jitter: Duration,
    /// Most bytes a second; no bound if none.
    pub bytes_per_second: Option<NonZeroU32>,
    /// Nothing is read any more.
    pub is_stalled: bool,
}

impl Line {
    /// A line that only delays.
    pub fn delayed(delay: Duration, jitter: Duration) -> Self {
        Self { delay, jitter, ..Self::default() }
    }

    /// A line that stands still.
    pub fn stalled() -> Self {
        Self { is_stalled: true, ..Self::default() }
    }

    /// A narrow line.
    pub fn slow(bytes_per_second: NonZeroU32) -> Self {
        Self { bytes_per_second: Some(bytes_per_second), ..Self::default() }
    }
}

/// The layer; it ends, and breaks what it carries, with the value.
pub struct FaultLayer {
    address: SocketAddr,
    to_server: watch::Sender<Line>,
    to_client: watch::Sender<Line>,
    cuts: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl FaultLayer {
    /// Stands before these upstreams, on a free port.
    pub async fn before(upstreams: Vec<SocketAddr>) -> io::Result<Self> {
        Self::listening(SocketAddr::from(([127, 0, 0, 1], 0)), upstreams).await
    }

    /// Stands before these upstreams, on a port of one's choice.
    pub async fn listening(listen: SocketAddr, upstreams: Vec<SocketAddr>) -> io::Result<Self> {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let (to_server, to_client) = (watch::Sender::default(), watch::Sender::default());
        let cuts = watch::Sender::new(0);
        let carrier = Arc::new(Carrier {
            upstreams,
            next: AtomicUsize::new(0),
            to_server: to_server.subscribe(),
            to_client: to_client.subscribe(),
            cuts: cuts.subscribe(),
        });
        let task = tokio::spawn(accept(listener, carrier));
        Ok(Self { address, to_server, to_client, cuts, task })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes a direction of all connections, those to come as well.
    pub fn set(&self, direction: Direction, line: Line) {
        let sender = match direction {
            Direction::ToServer => &self.to_server,
            Direction::ToClient => &self.to_client,
        };
        sender.send_replace(line);
    }

    /// Everything passes again.
    pub fn heal(&self) {
        self.set(Direction::ToServer, Line::default());
        self.set(Direction::ToClient, Line::default());
    }

    /// Resets every connection there is.
    pub fn cut(&self) {
        self.cuts.send_modify(|cuts| *cuts += 1);
    }
}

impl Drop for FaultLayer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What every connection needs.
struct Carrier {
    upstreams: Vec<SocketAddr>,
    next: AtomicUsize,
    to_server: watch::Receiver<Line>,
    to_client: watch::Receiver<Line>,
    cuts: watch::Receiver<u64>,
}

/// Ends with the layer, and every connection with it.
async fn accept(listener: TcpListener, carrier: Arc<Carrier>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Ok((client, _)) = listener.accept().await else { break };
        while connections.try_join_next().is_some() {}
        let carrier = Arc::clone(&carrier);
        connections.spawn(async move {
            carrier.carry(client).await;
            drop(place);
        });
    }
}

impl Carrier {
    async fn carry(&self, mut client: TcpStream) {
        let mut cuts = self.cuts.clone();
        cuts.mark_unchanged();
        // Nobody takes it: it breaks, as it would before a dead server.
        let Some(mut server) = self.connect().await else { return reset(&client) };
        let broken = {
            let (client_reads, client_writes) = client.split();
            let (server_reads, server_writes) = server.split();
            let up = pump(client_reads, server_writes, self.to_server.clone());
            let down = pump(server_reads, client_writes, self.to_client.clone());
            tokio::select! {
                done = async { tokio::try_join!(up, down) } => done.is_err(),
                _ = cuts.changed() => true,
            }
        };
        if broken {
            reset(&client);
            reset(&server);
        }
    }

    /// The next upstream that accepts.
    async fn connect(&self) -> Option<TcpStream> {
        for _ in &self.upstreams {
            let place = self.next.fetch_add(1, Ordering::Relaxed) % self.upstreams.len();
            let address = *self.upstreams.get(place)?;
            let socket = TcpSocket::new_v4().ok()?;
            socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES).ok()?;
            if let Ok(Ok(stream)) = timeout(CONNECT_TIMEOUT, socket.connect(address)).await {
                stream.set_nodelay(true).ok()?;
                return Some(stream);
            }
        }
        None
    }
}

/// Lets the stream end with a reset instead of a goodbye.
fn reset(stream: &TcpStream) {
    // A stream that is gone already needs no reset.
    drop(SockRef::from(stream).set_linger(Some(Duration::ZERO)));
}
