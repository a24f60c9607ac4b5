//! A line to a server that can be cut and frozen.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

/// Of a URL that names none.
const POSTGRES_PORT: u16 = 5432;

#[derive(Clone, Copy, Default)]
struct State {
    /// How often all connections were ended.
    cuts: u32,
    /// New connections end at once.
    refuses: bool,
    /// Connections stay, and nothing goes through.
    is_frozen: bool,
}

/// Passes connections on to a server.
pub(crate) struct Line {
    port: u16,
    state: watch::Sender<State>,
    refused: watch::Receiver<u32>,
    accepting: JoinHandle<()>,
}

impl Line {
    /// A line to the server of a database, and the URL of the database that leads through it.
    pub(crate) async fn to_database(url: &Url) -> (Self, Url) {
        let server = url.socket_addrs(|| Some(POSTGRES_PORT)).unwrap();
        let line = Self::to(*server.first().unwrap()).await;
        let mut through = url.clone();
        through.set_host(Some("127.0.0.1")).unwrap();
        through.set_port(Some(line.port)).unwrap();
        (line, through)
    }

    async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, _) = watch::channel(State::default());
        let (refusals, refused) = watch::channel(0);
        let states = state.clone();
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if states.borrow().refuses {
                    refusals.send_modify(|count| *count += 1);
                } else {
                    tokio::spawn(pass(client, server, states.subscribe()));
                }
            }
        });
        Self { port, state, refused, accepting }
    }

    pub(crate) fn cut(&self) {
        self.state.send_modify(|state| {
            state.cuts += 1;
            state.refuses = true;
        });
    }

    /// Stops all connections there are without ending them.
    pub(crate) fn freeze(&self) {
        self.state.send_modify(|state| state.is_frozen = true);
    }

    /// New connections go through again.
    pub(crate) fn restore(&self) {
        self.state.send_modify(|state| (state.refuses, state.is_frozen) = (false, false));
    }

    /// Waits until a connection was refused since the line was made.
    pub(crate) async fn refused(&self) {
        self.refused.clone().wait_for(|count| *count > 0).await.unwrap();
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn pass(mut client: TcpStream, server: SocketAddr, mut states: watch::Receiver<State>) {
    let cuts = states.borrow().cuts;
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    tokio::select! {
        _ended = copy_bidirectional(&mut client, &mut server) => return,
        _changed = states.wait_for(|state| state.cuts != cuts || state.is_frozen) => {}
    }
    // Whoever waits on a frozen connection waits until it is cut.
    drop(states.wait_for(|state| state.cuts != cuts).await);
}
