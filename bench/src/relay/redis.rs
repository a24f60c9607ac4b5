//! Redis, for peers that share by it: on a free port, with nothing on the disk.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::time::Instant;

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::sleep;

use crate::Result;
use crate::place::Place;
use crate::process::{PAUSE, Process, START_TIMEOUT};
use crate::server::scratch;

/// Where Debian's package has it.
const BINARY: &str = "/usr/bin/redis-server";

/// A Redis that runs; it ends with the value.
pub(crate) struct Redis {
    process: Process,
    address: SocketAddr,
    _data: TempDir,
}

impl Redis {
    pub(super) async fn start(place: Place<'_>) -> Result<Self> {
        let data = scratch(place.scratch)?;
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        let (port, folder) = (address.port().to_string(), data.path().to_string_lossy());
        let bind = Ipv4Addr::LOCALHOST.to_string();
        let settings = [
            ["--bind", &bind],
            ["--port", &port],
            ["--dir", &folder],
            ["--save", ""],
            ["--appendonly", "no"],
            ["--logfile", "redis.log"],
        ];
        let arguments: Vec<String> =
            settings.as_flattened().iter().map(|text| (*text).to_owned()).collect();
        let process = Process::start(Path::new(BINARY), data.path(), &arguments)?;
        while let Err(error) = TcpStream::connect(address).await {
            if process.started_at() + START_TIMEOUT < Instant::now() {
                return Err(process.failed(&format!("did not start ({error})")));
            }
            sleep(PAUSE).await;
        }
        Ok(Self { process, address, _data: data })
    }

    pub(super) fn address(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn pid(&self) -> Option<u32> {
        self.process.pid().ok()
    }

    pub(super) async fn stop(self) -> Result<()> {
        self.process.stop().await?;
        Ok(())
    }
}
