//! One scene: a node loses its lease while a member's socket stays open.

use std::time::Duration;

use schemas::ids::{RoomId, SessionId};
use storage::memory::World;
use storage::memory::faults::Faults;
use tokio::time::{sleep, timeout};

use super::evening::{PARTITIONS, open_room};
use super::node::Node;
use super::socket::connect;

/// Until a node that has just begun takes others for dead.
const CALM_AFTER: Duration = Duration::from_mins(5);
/// Longer than a lease and the round after it.
const LONG_SILENCE: Duration = Duration::from_secs(8);
/// How often is looked.
const LOOK_PAUSE: Duration = Duration::from_millis(100);
/// A few rounds of a lease.
const SOON: Duration = Duration::from_secs(4);

/// Waits until the store says that so many sessions of a room are held.
async fn until_held(world: &World, room: RoomId, wanted: u64) {
    let rooms = world.spared_process().storage().rooms;
    let looking = async {
        loop {
            let nodes = rooms.nodes_of(room).await.unwrap();
            if nodes.iter().map(|of| of.sessions).sum::<u64>() == wanted {
                return;
            }
            sleep(LOOK_PAUSE).await;
        }
    };
    assert!(timeout(SOON, looking).await.is_ok(), "{wanted} held sessions are not noted");
}

/// Sessions were once forgotten for good if the store failed between the renewal of a lease
/// that had run out and the note of what the node still held.
#[tokio::test(start_paused = true)]
async fn held_sessions_are_noted_anew_though_the_store_failed_after_the_renewal() {
    let world = World::new(1, PARTITIONS, Faults::NONE);
    let (node, other) = (Node::start(&world), Node::start(&world));
    sleep(CALM_AFTER).await;
    let place = open_room(&world).await;
    let session = SessionId(world.dice().id());
    let ticket = node.enter(place.room, place.owner, session).await.unwrap();
    let admission = node.relay.admit(ticket, None).await.unwrap();
    let (mut end, node_end) = connect(&node.process);
    let relay = node.relay.clone();
    tokio::spawn(async move { relay.serve(admission, node_end).await });
    end.greeting().await.unwrap();
    until_held(&world, place.room, 1).await;

    node.process.stop();
    sleep(LONG_SILENCE).await;
    until_held(&world, place.room, 0).await;
    node.process.lose_next("nodes");
    node.process.go_on();
    until_held(&world, place.room, 1).await;
    other.kill();
    node.kill();
}
