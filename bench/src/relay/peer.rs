//! What would be used in the place of ours: a small program of its own under `bench/peers`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use stack::{Engine, Server, Stack};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::ChildStdout;
use tokio::time::timeout;
use uuid::Uuid;

use super::kind::Relay;
use super::redis::Redis;
use crate::Result;
use crate::line::{Dialect, Line, centrifuge, fastapi, socketio};
use crate::place::Place;
use crate::process::{Process, START_TIMEOUT};
use crate::server::scratch;

/// What precedes the address in the line that every peer prints once it stands.
const STARTED: &str = "listening on ";
/// Rooms that fill at a time.
const ROOMS_AT_ONCE: usize = 8;

/// A peer that runs; it ends with the value.
pub(crate) struct Peer {
    process: Process,
    address: SocketAddr,
    dialect: Dialect,
    engines: Engines,
    _output: ChildStdout,
    _data: TempDir,
}

/// What a peer shares its rooms by.
enum Engines {
    None,
    Redis(Box<Redis>),
    /// Kafka, and a server that speaks MongoDB's protocol.
    Stack(Stack),
}

/// What is run, and with which arguments.
struct Program {
    binary: PathBuf,
    arguments: Vec<String>,
    dialect: Dialect,
}

impl Peer {
    /// Starts what it needs, and the peer itself.
    pub(super) async fn start(relay: Relay, place: Place<'_>) -> Result<Self> {
        let engines = match relay {
            Relay::CentrifugeRedis | Relay::SocketioRedis => {
                Engines::Redis(Box::new(Redis::start(place).await?))
            }
            Relay::Fastapi => {
                Engines::Stack(Stack::start(&[Engine::Kafka, Engine::Mongodb]).await?)
            }
            _ => Engines::None,
        };
        let program = Program::of(relay, &engines, place)?;
        let data = scratch(place.scratch)?;
        let mut process = Process::start(&program.binary, data.path(), &program.arguments)?;
        let mut lines = BufReader::new(process.output()?).lines();
        let line = timeout(START_TIMEOUT, lines.next_line()).await;
        let line = line.map_err(|_elapsed| process.failed("did not start in time"))??;
        let Some(address) = line.as_deref().and_then(|line| line.strip_prefix(STARTED)) else {
            return Err(process.failed("did not start"));
        };
        let (address, dialect) = (address.parse()?, program.dialect);
        let output = lines.into_inner().into_inner();
        Ok(Self { process, address, dialect, engines, _output: output, _data: data })
    }

    pub(super) async fn open(&self, rooms: usize, members: usize) -> Result<Vec<Vec<Line>>> {
        let opening = (0..rooms).map(|_| async move {
            let room: Arc<str> = Uuid::now_v7().to_string().into();
            let mut lines = Vec::with_capacity(members);
            for _ in 0..members {
                lines.push(self.enter(&room).await?);
            }
            Ok(lines)
        });
        stream::iter(opening).buffered(ROOMS_AT_ONCE).try_collect().await
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn pid(&self) -> Result<u32> {
        self.process.pid()
    }

    pub(super) fn engine_pids(&self) -> Vec<u32> {
        match &self.engines {
            Engines::None => Vec::new(),
            Engines::Redis(redis) => redis.pid().into_iter().collect(),
            Engines::Stack(stack) => stack.servers().iter().filter_map(Server::pid).collect(),
        }
    }

    pub(super) async fn stop(self) -> Result<()> {
        self.process.stop().await?;
        match self.engines {
            Engines::None => {}
            Engines::Redis(redis) => redis.stop().await?,
            Engines::Stack(stack) => stack.stop().await,
        }
        Ok(())
    }

    async fn enter(&self, room: &Arc<str>) -> Result<Line> {
        let user = Uuid::new_v4().to_string();
        let halves = match self.dialect {
            Dialect::Centrifuge => centrifuge::enter(self.address, room, &user).await?,
            Dialect::Socketio => socketio::enter(self.address, room, &user).await?,
            Dialect::Fastapi => fastapi::enter(self.address, room).await?,
            Dialect::Ours => return Err("ours is no peer".into()),
        };
        Ok(Line::new(halves, self.dialect, Arc::clone(room), 0))
    }
}

impl Program {
    fn of(relay: Relay, engines: &Engines, place: Place<'_>) -> Result<Self> {
        let peers = place.peers().canonicalize().map_err(|error| {
            format!("{} ({error}); has bench/peers/prepare.sh run?", place.peers().display())
        })?;
        let path = |path: &str| peers.join(path).to_string_lossy().into_owned();
        let arguments = engines.arguments(relay)?;
        Ok(match relay {
            Relay::CentrifugeMemory | Relay::CentrifugeRedis => {
                Self { binary: peers.join("centrifuge"), arguments, dialect: Dialect::Centrifuge }
            }
            Relay::SocketioMemory | Relay::SocketioRedis => Self {
                binary: peers.join("node"),
                arguments: [vec![path("socketio/server.mjs")], arguments].concat(),
                dialect: Dialect::Socketio,
            },
            Relay::Fastapi => Self {
                binary: peers.join("fastapi/bin/python"),
                arguments: [vec![path("fastapi/relay.py")], arguments].concat(),
                dialect: Dialect::Fastapi,
            },
            Relay::OursSqlite | Relay::OursKafka => return Err("ours is no peer".into()),
        })
    }
}

impl Engines {
    /// How the peer is told of them.
    fn arguments(&self, relay: Relay) -> Result<Vec<String>> {
        Ok(match self {
            Self::None => Vec::new(),
            Self::Redis(redis) if relay == Relay::SocketioRedis => {
                vec![format!("redis://{}", redis.address())]
            }
            Self::Redis(redis) => vec!["-redis".to_owned(), redis.address()],
            Self::Stack(stack) => {
                let kafka = stack.log_url().ok_or("no Kafka runs")?;
                let kafka = kafka.trim_start_matches("kafka://").to_owned();
                let mongo = stack.archive_url().ok_or("no MongoDB runs")?;
                vec!["--kafka".to_owned(), kafka, "--mongo".to_owned(), mongo]
            }
        })
    }
}
