//! What would be used in the place of ours: a small program of its own under `bench/peers`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::ChildStdout;
use tokio::time::timeout;
use uuid::Uuid;

use super::redis::Redis;
use super::{Dialect, Line, centrifuge};
use crate::Result;
use crate::bars::Place;
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
    redis: Option<Redis>,
    _output: ChildStdout,
    _data: TempDir,
}

impl Peer {
    pub(super) async fn centrifuge(place: Place<'_>, shared: bool) -> Result<Self> {
        let redis = if shared { Some(Redis::start(place).await?) } else { None };
        let arguments = redis.iter().flat_map(|redis| ["-redis".to_owned(), redis.address()]);
        let binary = place.peers().join("centrifuge");
        Self::start(place, &binary, arguments.collect(), Dialect::Centrifuge, redis).await
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

    pub(super) fn pid(&self) -> Result<u32> {
        self.process.pid()
    }

    pub(super) fn engine_pids(&self) -> Result<Vec<u32>> {
        self.redis.iter().map(Redis::pid).collect()
    }

    pub(super) async fn stop(self) -> Result<()> {
        self.process.stop().await?;
        if let Some(redis) = self.redis {
            redis.stop().await?;
        }
        Ok(())
    }

    async fn start(
        place: Place<'_>,
        binary: &Path,
        arguments: Vec<String>,
        dialect: Dialect,
        redis: Option<Redis>,
    ) -> Result<Self> {
        let data = scratch(place.scratch)?;
        let mut process = Process::start(binary, data.path(), &arguments)?;
        let mut lines = BufReader::new(process.output()?).lines();
        let line = timeout(START_TIMEOUT, lines.next_line()).await;
        let line = line.map_err(|_elapsed| process.failed("did not start in time"))??;
        let Some(address) = line.as_deref().and_then(|line| line.strip_prefix(STARTED)) else {
            return Err(process.failed("did not start"));
        };
        let address = address.parse()?;
        let output = lines.into_inner().into_inner();
        Ok(Self { process, address, dialect, redis, _output: output, _data: data })
    }

    async fn enter(&self, room: &Arc<str>) -> Result<Line> {
        let user = Uuid::new_v4().to_string();
        let halves = match self.dialect {
            Dialect::Centrifuge => centrifuge::enter(self.address, room, &user).await?,
            Dialect::Ours => return Err("ours is no peer".into()),
        };
        Ok(Line::new(halves, self.dialect, Arc::clone(room), 0))
    }
}
