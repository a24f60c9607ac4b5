//! Carries a plan out.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use stack::{Server, StackError};
use tokio::time::{Instant, sleep};

use super::counts::{Counts, of};
use super::plan::{Deed, Strike, Target};
use super::program::{PAUSE, Program};
use super::world::{World, WorldError};

/// Longest wait for an archive pass to strike.
const PASS_WAIT_MAX: Duration = Duration::from_secs(5);

/// What happened while some were struck.
#[derive(Clone, Debug)]
pub struct Struck {
    /// By what.
    pub strike: Strike,
    /// Commands acked meanwhile.
    pub acked: u64,
    /// Commands of which nobody knew.
    pub unknown: u64,
    /// Sockets opened, most of them anew.
    pub connections: u64,
}

/// Strikes until the plan is done.
pub(super) async fn strike_all(
    world: &World,
    plan: &[Strike],
    counts: &Counts,
) -> Result<Vec<Struck>, WorldError> {
    let mut struck = vec![];
    for strike in plan {
        sleep(strike.after).await;
        let before = (of(&counts.acked), of(&counts.unknown), of(&counts.connections));
        let deeds = strike.deeds.iter().map(|(target, deed)| async {
            if do_to(world, *target, *deed).await? {
                counts.done(*target, *deed);
            }
            Ok::<(), WorldError>(())
        });
        join_all(deeds).await.into_iter().collect::<Result<(), WorldError>>()?;
        struck.push(Struck {
            strike: strike.clone(),
            acked: of(&counts.acked) - before.0,
            unknown: of(&counts.unknown) - before.1,
            connections: of(&counts.connections) - before.2,
        });
    }
    Ok(struck)
}

/// Whether there was anything to strike.
async fn do_to(world: &World, target: Target, deed: Deed) -> Result<bool, WorldError> {
    match target {
        Target::Node(number) => to_node(&world.nodes[number], deed).await?,
        Target::Etl(number) => return Ok(to_pass(&world.etls[number], deed).await),
        Target::Kafka(_) | Target::Postgres | Target::Archive => {
            let server = target.server();
            let server = server.and_then(|(engine, at)| world.stack.servers_of(engine).nth(at));
            if let Some(server) = server {
                to_engine(server, deed).await?;
            }
        }
    }
    Ok(true)
}

async fn to_node(node: &Arc<Program>, deed: Deed) -> io::Result<()> {
    match deed {
        Deed::Kill { down } => {
            node.kill();
            sleep(down).await;
        }
        Deed::Hold { held } => {
            node.hold();
            sleep(held).await;
            node.go_on();
        }
        Deed::Terminate { down } => {
            node.terminate().await;
            sleep(down).await;
        }
    }
    node.start()
}

/// A pass is started anew by its own loop.
async fn to_pass(pass: &Program, deed: Deed) -> bool {
    let deadline = Instant::now() + PASS_WAIT_MAX;
    while !pass.runs() && Instant::now() < deadline {
        sleep(PAUSE).await;
    }
    match deed {
        Deed::Kill { down } => {
            // Anywhere within the pass: most of them take less than this.
            sleep(down / 2).await;
            while Instant::now() < deadline {
                if pass.kill() {
                    return true;
                }
                sleep(PAUSE).await;
            }
            false
        }
        Deed::Hold { held } => {
            pass.hold();
            sleep(held).await;
            pass.go_on();
            true
        }
        Deed::Terminate { .. } => pass.terminate().await,
    }
}

async fn to_engine(server: &Server, deed: Deed) -> Result<(), StackError> {
    match deed {
        Deed::Kill { down } => {
            tokio::task::block_in_place(|| server.kill());
            sleep(down).await;
        }
        Deed::Hold { held } => {
            server.stop();
            sleep(held).await;
            server.cont();
        }
        Deed::Terminate { down } => {
            server.terminate().await;
            sleep(down).await;
        }
    }
    server.start().await
}
