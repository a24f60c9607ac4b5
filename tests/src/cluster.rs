//! Several nodes on one Postgres and one Kafka, with a cinema of their own.

mod engines;

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::process::{Child, Command};

use crate::answer::Answer;
use crate::person::Person;
use crate::server::{Server, binary, http_client};
use crate::wait_for::until;
use engines::OwnState;

pub use engines::rooms_server;

/// Where the page comes from, whichever node is behind it.
const ORIGIN: &str = "http://watch.test";
/// Signs the tickets of all nodes.
const SECRET: &str = "a secret that all nodes of a test share";
/// Everyone comes from one address, which must not be taken for an attacker.
const MANY: &str = "100000";

/// Nodes that share their state; all of it ends with the value.
pub struct Cluster {
    /// The nodes.
    pub nodes: Vec<Server>,
    cinema: String,
    _cinema: Child,
    _state: OwnState,
    _folder: TempDir,
}

impl Cluster {
    /// Nodes with other environment variables, on the engines that `TEST_ROOMS_URL` and
    /// `TEST_LOG_URL` name.
    pub async fn of(count: usize, variables: &[(&str, &str)]) -> Self {
        Self::on(&rooms_server(), count, variables).await
    }

    /// [`Self::of`], with the room rows on another Postgres.
    pub async fn on(rooms: &str, count: usize, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the cinema");
        let state = OwnState::make(rooms).await;
        let (child, cinema) = start_cinema(folder.path()).await;
        let shared = [
            ("ROOMS_URL", state.rooms_url()),
            ("LOG_URL", state.log_url()),
            ("AUTH_URL", &cinema),
            ("UGC_URL", &cinema),
            ("MOVIE_URL", &cinema),
            ("TICKET_SECRET", SECRET),
            ("ALLOWED_ORIGINS", ORIGIN),
        ];
        let variables: Vec<_> = shared.into_iter().chain(variables.iter().copied()).collect();
        let mut nodes = Vec::with_capacity(count);
        for _ in 0..count {
            nodes.push(Server::with(&variables).await);
        }
        Self { nodes, cinema, _cinema: child, _state: state, _folder: folder }
    }

    /// A new account, of somebody who calls and opens sockets at one node.
    pub async fn sign_up(&self, name: &str, node: usize) -> Person {
        let person = Person::sign_up_with(&self.cinema, &self.nodes[node], name).await;
        person.at(&self.nodes[node], ORIGIN).pinned()
    }

    /// The same person at another node.
    pub fn moved(&self, person: &Person, node: usize) -> Person {
        person.at(&self.nodes[node], ORIGIN)
    }
}

async fn start_cinema(folder: &Path) -> (Child, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    drop(listener);
    let log = File::create(folder.join("cinema.log")).expect("the cinema's log can be written");
    let child = Command::new(binary("movie-together-cinema"))
        .env_clear()
        .env("DATA_DIR", folder)
        .env("LISTEN", address.to_string())
        .env("SIGN_IN_BURST", MANY)
        .env("SIGN_IN_PER_SECOND", MANY)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("the cinema should start");
    let url = format!("http://{address}");
    let http = http_client();
    until("the cinema is ready", async || {
        let keys = http.get(format!("{url}/auth/.well-known/jwks.json"));
        Answer::try_of(keys).await.filter(|answer| answer.status == 200)
    })
    .await;
    (child, url)
}
