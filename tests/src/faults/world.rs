//! Everything that runs: the engines, the cinema, the nodes, and the one address before them.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::try_join_all;
use schemas::ids::MovieId;
use stack::{Engine, Server, Settings, Stack, StackError};
use storage::clock::SystemClock;
use storage::{OpenError, Storage, StorageUrls};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::program::Program;
use super::{ETLS, RunOptions};
use crate::fault_layer::FaultLayer;
use crate::server::http_client;

/// Few, so that many rooms share one.
pub(super) const PARTITIONS: u32 = 4;
/// How long a room stays in the log once it is sealed: short, so that the log is cut all the
/// time, and longer than the run's own tail ever lags.
const SOAK: &str = "4s";
/// Everyone comes from one address, which must not be taken for an attacker.
const MANY: &str = "100000";
/// Longest wait for a process of ours to answer.
const READY_WAIT_MAX: Duration = Duration::from_mins(1);
const READY_PAUSE: Duration = Duration::from_millis(50);

/// Why the run could not go on.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// An engine.
    #[error("the engines did not start")]
    Stack(#[from] StackError),
    /// The storage.
    #[error("the storage could not be opened")]
    Storage(#[from] OpenError),
    /// The machine.
    #[error("a process, port or folder could not be had")]
    Machine(#[from] io::Error),
    /// One of our processes.
    #[error("{name} does not answer; its log ends:\n{tail}")]
    Mute {
        /// Which.
        name: String,
        /// The end of its log.
        tail: String,
    },
}

/// Everything that runs; it ends with the value.
pub(super) struct World {
    pub(super) nodes: Vec<Arc<Program>>,
    pub(super) etls: Vec<Arc<Program>>,
    pub(super) node_addresses: Vec<SocketAddr>,
    pub(super) layer: FaultLayer,
    pub(super) cinema_url: String,
    pub(super) http: reqwest::Client,
    pub(super) storage: Storage,
    pub(super) film: MovieId,
    _cinema: Program,
    pub(super) stack: Arc<Stack>,
    folder: TempDir,
}

impl World {
    /// Starts it all; everything answers when this returns.
    pub(super) async fn start(options: &RunOptions) -> Result<Self, WorldError> {
        let RunOptions { nodes, brokers, .. } = *options;
        let settings = Settings { kafka_brokers: brokers, ..Settings::default() };
        let stack = Arc::new(Stack::start_with(&Engine::ALL, &settings).await?);
        let folder = tempfile::tempdir()?;
        let urls = urls(&stack, brokers.get());
        // Makes tables and topic before two nodes do so at once.
        let storage = storage::open(&urls, Arc::new(SystemClock)).await?;
        let http = http_client();
        let (cinema, cinema_url) = start_cinema(folder.path(), &http).await?;
        let node_addresses = (0..nodes).map(|_| free_address()).collect::<io::Result<Vec<_>>>()?;
        let layer = FaultLayer::before(node_addresses.clone()).await?;
        let shared = shared_variables(&urls, &cinema_url, &layer);
        let log = |name: String| folder.path().join(name).with_extension("log");
        let node = |(number, address): (usize, &SocketAddr)| {
            let mut variables = shared.clone();
            variables.push(("LISTEN".to_owned(), address.to_string()));
            variables.push(("NODE_URL".to_owned(), format!("http://{address}")));
            let data = folder.path().join(format!("node-{number}"));
            variables.push(("DATA_DIR".to_owned(), data.display().to_string()));
            let log = log(format!("node-{number}"));
            Arc::new(Program::new("movie-together", &[], variables, log))
        };
        let nodes: Vec<_> = node_addresses.iter().enumerate().map(node).collect();
        let etl = |number: usize| {
            let log = log(format!("etl-{number}"));
            Arc::new(Program::new("movie-together-etl", &["--once"], etl_variables(&urls), log))
        };
        let etls = (0..ETLS).map(etl).collect();
        for (node, address) in nodes.iter().zip(&node_addresses) {
            node.start()?;
            answers(&http, node, &format!("http://{address}/health/ready")).await?;
        }
        let film = some_film(&http, &cinema_url).await?;
        Ok(Self {
            nodes,
            etls,
            node_addresses,
            layer,
            cinema_url,
            http,
            storage,
            film,
            _cinema: cinema,
            stack,
            folder,
        })
    }

    /// Where logs are.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What links begin with.
    pub(super) fn public_url(&self) -> String {
        format!("http://{}", self.layer.address())
    }

    /// Starts and continues all that is down or held, and waits until it answers.
    pub(super) async fn heal(&self) -> Result<(), WorldError> {
        for server in self.stack.servers() {
            server.cont();
        }
        // Together, since brokers need each other.
        try_join_all(self.stack.servers().iter().map(Server::start)).await?;
        for (node, address) in self.nodes.iter().zip(&self.node_addresses) {
            node.go_on();
            node.start()?;
            answers(&self.http, node, &format!("http://{address}/health/ready")).await?;
        }
        for etl in &self.etls {
            etl.go_on();
        }
        Ok(())
    }
}

fn urls(stack: &Stack, brokers: usize) -> StorageUrls {
    let log = stack.log_url().unwrap_or_default();
    // What is acked outlives any broker but the last that has it.
    let in_sync = brokers.min(2);
    StorageUrls {
        rooms: stack.rooms_url().unwrap_or_default(),
        log: format!(
            "{log}/watch_together?partitions={PARTITIONS}&replication_factor={brokers}\
             &min_insync_replicas={in_sync}"
        ),
        archive: format!("{}/movie_together", stack.archive_url().unwrap_or_default()),
    }
}

fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    variables.iter().map(owned).collect()
}

fn shared_variables(
    urls: &StorageUrls,
    cinema_url: &str,
    layer: &FaultLayer,
) -> Vec<(String, String)> {
    let public_url = format!("http://{}", layer.address());
    owned(&[
        ("ROOMS_URL", &urls.rooms),
        ("LOG_URL", &urls.log),
        ("ARCHIVE_URL", &urls.archive),
        ("AUTH_URL", cinema_url),
        ("UGC_URL", cinema_url),
        ("MOVIE_URL", cinema_url),
        ("PUBLIC_URL", &public_url),
        ("TICKET_SECRET", "a secret that all nodes of this run share"),
        ("ADDRESS_RATE", MANY),
        ("ADDRESS_BURST", MANY),
        ("USER_RATE", MANY),
        ("USER_BURST", MANY),
    ])
}

fn etl_variables(urls: &StorageUrls) -> Vec<(String, String)> {
    owned(&[
        ("ROOMS_URL", &urls.rooms),
        ("LOG_URL", &urls.log),
        ("ARCHIVE_URL", &urls.archive),
        ("ETL_SOAK", SOAK),
    ])
}

async fn start_cinema(
    folder: &Path,
    http: &reqwest::Client,
) -> Result<(Program, String), WorldError> {
    let (address, data) = (free_address()?, folder.join("cinema"));
    let variables = owned(&[
        ("LISTEN", &address.to_string()),
        ("DATA_DIR", &data.display().to_string()),
        ("SIGN_IN_BURST", MANY),
        ("SIGN_IN_PER_SECOND", MANY),
        ("RUST_LOG", "warn"),
    ]);
    let cinema = Program::new("movie-together-cinema", &[], variables, folder.join("cinema.log"));
    cinema.start()?;
    let url = format!("http://{address}");
    answers(http, &cinema, &format!("{url}/auth/.well-known/jwks.json")).await?;
    Ok((cinema, url))
}

async fn some_film(http: &reqwest::Client, cinema_url: &str) -> Result<MovieId, WorldError> {
    let answer = http.get(format!("{cinema_url}/movie/v1/films")).send().await;
    let text = match answer {
        Ok(answer) => answer.text().await.unwrap_or_default(),
        Err(error) => error.to_string(),
    };
    let page: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let id = page["items"][0]["id"].as_str().and_then(|id| id.parse().ok());
    id.ok_or_else(|| WorldError::Mute { name: "the catalogue".to_owned(), tail: text })
}

async fn answers(http: &reqwest::Client, program: &Program, url: &str) -> Result<(), WorldError> {
    let deadline = Instant::now() + READY_WAIT_MAX;
    loop {
        let answer = http.get(url).timeout(Duration::from_secs(2)).send().await;
        if answer.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        if Instant::now() >= deadline {
            let (name, tail) = (url.to_owned(), tail(program.log()));
            return Err(WorldError::Mute { name, tail });
        }
        // It may have given up on an engine that was away for too long.
        program.start()?;
        sleep(READY_PAUSE).await;
    }
}

/// The end of a log.
pub(super) fn tail(log: &PathBuf) -> String {
    const LINES: usize = 20;
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join("\n")
}

fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind("127.0.0.1:0")?.local_addr()
}
