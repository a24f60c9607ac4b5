//! Several nodes on one Postgres and one Kafka serve the same rooms.

mod outages;
mod placement;

use end_to_end::{Cluster, Person, Server, Tab, until};
use schemas::ids::RoomId;
use schemas::record::{Entry, LeaveReason};
use serde_json::json;

use crate::scene::assert_agree;

/// Long enough that a slow machine reconnects in time, short enough to wait for.
const SHORT_GRACE: (&str, &str) = ("SESSION_GRACE", "3s");

/// Vasily's room, where he is by one node, and Petr by another.
struct Apart {
    cluster: Cluster,
    room: RoomId,
    vasily: Tab,
    petr: Tab,
}

impl Apart {
    async fn set(variables: &[(&str, &str)]) -> Self {
        Self::of(Cluster::of(2, variables).await).await
    }

    async fn of(cluster: Cluster) -> Self {
        let vasily = cluster.sign_up("Vasily", 0).await;
        let petr = cluster.sign_up("Petr", 1).await;
        let (room, _link) = vasily.create_room().await;
        let vasily = vasily.open_tab(room).await;
        let petr = petr.join(room).await;
        let mut apart = Self { cluster, room, vasily, petr };
        apart.vasily.event(2).await;
        apart.petr.event(2).await;
        apart
    }

    /// Waits until tickets lead to a node: what it sees reaches the others a moment later.
    async fn ticket_leads_to(&self, node: usize) {
        let begin = sockets(&self.cluster.nodes[node]);
        until("tickets lead to the node", async || {
            let opening = self.vasily.person.ticket(self.room, None).await;
            opening.url.starts_with(&begin).then_some(())
        })
        .await;
    }

    /// Moves a tab to another node: the next connection goes there.
    fn moved(&self, person: &Person, node: usize) -> Person {
        self.cluster.moved(person, node)
    }
}

/// What addresses of a node's sockets begin with.
fn sockets(node: &Server) -> String {
    format!("{}/", node.public_url().replacen("http", "ws", 1))
}

/// Talks until the log's time has moved on, and lets the others hear it.
async fn lets_pass(tab: &mut Tab, ms: i64) -> u64 {
    let first = tab.surely_says("a while").await;
    let since_ms = tab.event(first).await.at_ms;
    until("some time is over", async || {
        let seq = tab.surely_says("a while later").await;
        (tab.event(seq).await.at_ms - since_ms > ms).then_some(seq)
    })
    .await
}

fn kinds_but_chat(tab: &mut Tab) -> Vec<String> {
    let kinds = tab.history().kinds().into_iter().filter(|kind| *kind != "chat");
    kinds.map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn two_nodes_show_one_room_in_one_order() {
    let mut apart = Apart::set(&[]).await;
    let mut last = 0;
    for number in 0..20 {
        let one = apart.vasily.send(json!({"type": "chat", "text": number.to_string()})).await;
        let other = apart.petr.send(json!({"type": "chat", "text": number.to_string()})).await;
        let seqs = [
            apart.vasily.answer(one).await.expect("accepted"),
            apart.petr.answer(other).await.expect("accepted"),
        ];
        last = last.max(seqs[0]).max(seqs[1]);
    }
    apart.vasily.event(last).await;
    apart.petr.event(last).await;
    assert_eq!(last, 2 + 40);
    assert_agree(&mut apart.vasily, &mut apart.petr);
}

#[tokio::test]
async fn typing_and_status_reach_members_on_another_node() {
    let mut apart = Apart::set(&[]).await;
    let mut second = apart.moved(&apart.petr.person, 0).open_tab(apart.room).await;
    let petr = apart.petr.person.id;
    let status = json!({
        "type": "status", "position_ms": 1500, "paused": false, "buffering": true, "drift_ms": -12.5,
    });
    let heard = |tab: &Tab, kind: &str| {
        tab.socket.frames(0).into_iter().find(|frame| frame["type"] == kind)
    };
    // A node is told within a second that it is not alone.
    let (typing, told) = until("the other node tells", async || {
        apart.petr.socket.send(&json!({"type": "typing"})).await;
        apart.petr.socket.send(&status).await;
        heard(&apart.vasily, "typing").zip(heard(&apart.vasily, "status"))
    })
    .await;
    assert_eq!(typing, json!({"type": "typing", "user": petr}));
    let mut expected = status.clone();
    expected["user"] = json!(petr);
    assert_eq!(told, expected);
    let seq = apart.vasily.chat("I see you").await;
    second.event(seq).await;
    assert_eq!(heard(&second, "typing").or(heard(&second, "status")), None, "of oneself");
}

#[tokio::test]
async fn a_command_sent_again_by_another_node_counts_once() {
    let mut apart = Apart::set(&[]).await;
    for number in 0..5 {
        let command = json!({"type": "chat", "text": format!("once {number}")});
        let client_seq = apart.petr.send(command.clone()).await;
        let node = number % 2;
        apart.petr.person = apart.moved(&apart.petr.person, node);
        // Whether the first try arrived or not, the second gets the one answer.
        apart.petr.reconnect().await;
        apart.petr.send_numbered(command, client_seq).await;
        let seq = apart.petr.answer(client_seq).await.expect("accepted");
        apart.vasily.event(seq).await;
    }
    assert_eq!(apart.vasily.history().texts().len(), 5);
    assert_eq!(kinds_but_chat(&mut apart.vasily), ["room_created", "member_joined"]);
    assert_agree(&mut apart.vasily, &mut apart.petr);
}

#[tokio::test]
async fn what_one_node_acknowledged_another_knows_at_once() {
    let mut apart = Apart::set(&[]).await;
    for number in 0..10 {
        let text = format!("word {number}");
        let seq = apart.vasily.chat(&text).await;
        let page = apart.petr.person.get_of_room(apart.room, "messages?limit=1").await.ok();
        assert_eq!(page["items"][0]["seq"], seq, "{page}");
        assert_eq!(page["items"][0]["body"]["text"], text.as_str());
    }
    for round in 0..3 {
        // Becomes a member by one node, and opens the socket at the other.
        let anna = apart.cluster.sign_up("Anna", round % 2).await;
        let opening = anna.join_only(apart.room).await;
        let elsewhere = apart.moved(&anna, (round + 1) % 2);
        let mut socket = elsewhere.open(&opening.url).await.expect("the ticket opens the socket");
        socket.frame_of("welcome").await;
        elsewhere.post_to_room(apart.room, "disconnect").await.ok();
        anna.get_of_room(apart.room, "join").await.ok();
    }
}

#[tokio::test]
async fn a_tab_on_each_node_is_one_member() {
    let mut apart = Apart::set(&[SHORT_GRACE]).await;
    let second = apart.moved(&apart.petr.person, 0).open_tab(apart.room).await;
    let first = std::mem::replace(&mut apart.petr, second);
    first.socket.close().await;
    // Longer than a new node takes before it ends anybody, and the grace after it.
    let seq = lets_pass(&mut apart.vasily, 15_000).await;
    apart.petr.event(seq).await;
    assert_eq!(kinds_but_chat(&mut apart.vasily), ["room_created", "member_joined"]);

    let last = apart.petr.history().seq();
    let petr = apart.petr.person.id;
    apart.petr.socket.close().await;
    let left = apart.vasily.event_of("member_left", last).await;
    assert_eq!(left.user, Some(petr));
    assert!(matches!(left.entry, Entry::MemberLeft(body) if body.reason == LeaveReason::Gone));
}

#[tokio::test]
async fn a_close_on_one_node_closes_the_room_on_all() {
    let mut apart = Apart::set(&[]).await;
    let owner = apart.vasily.person.clone();
    owner.post_to_room(apart.room, "close").await.ok();
    apart.petr.socket.closed_with(4410).await;
    let late = apart.petr.person.try_ticket(apart.room, None).await.expect("an answer");
    late.refused(410, "closed");
    // Who closed a room may open another by any node at once.
    apart.moved(&owner, 1).create_room().await;
}
