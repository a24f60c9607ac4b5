//! Which node looks after which partition. Every node reckons it alone, from the list of
//! living nodes, and comes to the same answer; where two lists differ for a moment, a room is
//! looked after twice or served elsewhere, which costs speed and nothing else.

use sha2::{Digest, Sha256};
use storage::rooms::sessions::{Node, NodeId};

/// The node that keeps a partition: the one with the highest score, so that a node's death
/// moves its own partitions and no other. None only if no node lives.
pub(super) fn keeper<'a>(
    nodes: impl IntoIterator<Item = &'a Node>,
    partition: u32,
) -> Option<&'a Node> {
    nodes.into_iter().max_by_key(|node| (score(node.id, partition), node.id))
}

fn score(node: NodeId, partition: u32) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(node.0.as_bytes());
    hash.update(partition.to_be_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use uuid::Uuid;

    use super::*;

    const PARTITIONS: u32 = 512;

    fn nodes(count: u128) -> Vec<Node> {
        let node = |number| Node {
            id: NodeId(Uuid::from_u128(number)),
            socket_url: format!("ws://node-{number}"),
        };
        (1..=count).map(node).collect()
    }

    fn keepers(nodes: &[Node]) -> Vec<NodeId> {
        (0..PARTITIONS).map(|partition| keeper(nodes, partition).unwrap().id).collect()
    }

    #[test]
    fn without_nodes_there_is_no_keeper() {
        assert_eq!(keeper(&[], 0), None);
    }

    #[test]
    fn the_order_of_the_list_changes_nothing() {
        let mut nodes = nodes(5);
        let before = keepers(&nodes);
        nodes.reverse();
        assert_eq!(keepers(&nodes), before);
    }

    #[test]
    fn a_death_moves_the_partitions_of_the_dead_alone() {
        let all = nodes(5);
        let before = keepers(&all);
        for dead in &all {
            let living: Vec<_> = all.iter().filter(|node| node.id != dead.id).cloned().collect();
            for (was, is) in before.iter().zip(keepers(&living)) {
                assert_ne!(is, dead.id);
                assert!(*was == dead.id || *was == is, "moved though its keeper lives");
            }
        }
    }

    #[test]
    fn partitions_are_spread_evenly() {
        let mut shares: HashMap<NodeId, u32> = HashMap::new();
        for keeper in keepers(&nodes(4)) {
            *shares.entry(keeper).or_default() += 1;
        }
        let even = PARTITIONS / 4;
        assert!(shares.len() == 4 && shares.values().all(|share| share.abs_diff(even) < even / 3));
    }
}
