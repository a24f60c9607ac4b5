//! A line that misbehaves, between anything and anything: for looking at a page over it.

use std::error::Error;
use std::io::{Write, stdout};
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::time::Duration;

use clap::Parser;
use end_to_end::fault_layer::{Direction, FaultLayer, Line};

/// Carries connections to one or several servers in turn, late or slowly as told, until Ctrl-C.
/// Each direction is delayed alike, so a round trip takes twice the delay.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Address to listen on; the one it got is printed, so port 0 takes any that is free.
    #[arg(long, default_value = "127.0.0.1:8800")]
    listen: SocketAddr,

    /// Server to lead to; may be given several times.
    #[arg(long, required = true)]
    upstream: Vec<SocketAddr>,

    /// How much later everything arrives, in ms.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,

    /// How much the delay differs, in ms.
    #[arg(long, default_value_t = 0)]
    jitter_ms: u64,

    /// Most bytes a second; no bound unless given.
    #[arg(long)]
    bytes_per_second: Option<NonZeroU32>,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let layer = FaultLayer::listening(arguments.listen, arguments.upstream).await?;
    let line = Line {
        delay: Duration::from_millis(arguments.delay_ms),
        jitter: Duration::from_millis(arguments.jitter_ms),
        bytes_per_second: arguments.bytes_per_second,
        is_stalled: false,
    };
    layer.set(Direction::ToServer, line);
    layer.set(Direction::ToClient, line);
    writeln!(stdout(), "The line begins at {}", layer.address())?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}
