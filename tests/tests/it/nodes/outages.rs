//! Nodes that die, sleep and stop, and a Postgres that sleeps.

use end_to_end::{Cluster, rooms_server, until};
use schemas::record::{Entry, LeaveReason};
use serde_json::json;
use stack::{Engine, Stack};

use super::{Apart, SHORT_GRACE, kinds_but_chat, lets_pass, sockets};
use crate::scene::assert_agree;

#[tokio::test]
async fn ghosts_of_a_killed_node_go_and_who_came_back_leaves_no_trace() {
    let mut apart = Apart::set(&[SHORT_GRACE]).await;
    let anna = apart.cluster.sign_up("Anna", 1).await;
    let _mute = anna.join(apart.room).await;
    apart.vasily.event(3).await;
    // The second node has told of her by now: most of the room is there.
    apart.ticket_leads_to(1).await;

    apart.cluster.nodes[1].kill().await;
    apart.petr.person = apart.moved(&apart.petr.person, 0);
    apart.petr.reconnect().await;
    let left = apart.vasily.event_of("member_left", 3).await;
    assert_eq!(left.user, Some(anna.id));
    assert!(matches!(left.entry, Entry::MemberLeft(body) if body.reason == LeaveReason::Gone));

    let seq = lets_pass(&mut apart.vasily, 10_000).await;
    apart.petr.event(seq).await;
    let expected = ["room_created", "member_joined", "member_joined", "member_left"];
    assert_eq!(kinds_but_chat(&mut apart.petr), expected);
    assert_eq!((apart.petr.history().welcomes, apart.petr.history().resumes), (1, 1));
    assert_agree(&mut apart.vasily, &mut apart.petr);
}

#[tokio::test]
async fn a_node_that_slept_harms_nobody() {
    let empty_close = ("EMPTY_CLOSE", "10s");
    let mut apart = Apart::set(&[SHORT_GRACE, empty_close]).await;
    let node = &apart.cluster.nodes[0];
    // Another room, which the sleeper knows as empty.
    let boris = apart.cluster.sign_up("Boris", 0).await;
    let (other, _link) = boris.create_room().await;
    boris.post_to_room(other, "disconnect").await.ok();
    // Anna has no tab elsewhere, and does not come back.
    let anna = apart.cluster.sign_up("Anna", 0).await;
    let mut annas = anna.join(apart.room).await;
    apart.petr.event(3).await;

    node.hold().await;
    apart.vasily.person = apart.moved(&apart.vasily.person, 1);
    apart.vasily.reconnect().await;
    let mut boris = apart.cluster.moved(&boris, 1).join(other).await;
    lets_pass(&mut apart.petr, 16_000).await;
    let left = apart.petr.event_of("member_left", 3).await;
    assert_eq!(left.user, Some(anna.id));

    apart.cluster.nodes[0].go_on().await;
    annas.socket.closed_with(4000).await;
    // Whoever comes to the sleeper with more than it had read gets what came since.
    apart.petr.person = apart.moved(&apart.petr.person, 0);
    apart.petr.reconnect().await;
    let seq = lets_pass(&mut apart.petr, 16_000).await;
    apart.vasily.event(seq).await;
    let expected = ["room_created", "member_joined", "member_joined", "member_left"];
    assert_eq!(kinds_but_chat(&mut apart.vasily), expected);
    assert_eq!((apart.vasily.history().welcomes, apart.vasily.history().resumes), (1, 1));
    assert_eq!((apart.petr.history().welcomes, apart.petr.history().resumes), (1, 1));
    assert_agree(&mut apart.vasily, &mut apart.petr);
    boris.chat("the room is not empty").await;
    assert!(!boris.history().kinds().contains(&"room_closed"));
}

#[tokio::test]
async fn a_node_that_stops_hands_its_people_over() {
    let mut apart = Apart::set(&[SHORT_GRACE]).await;
    apart.petr.chat("before").await;
    apart.cluster.nodes[1].terminate().await;
    apart.petr.socket.closed_with(4000).await;
    let said = apart.vasily.chat("meanwhile").await;
    let person = apart.moved(&apart.petr.person, 0);
    let opening = person.ticket(apart.room, Some(apart.petr.session)).await;
    let survivor = sockets(&apart.cluster.nodes[0]);
    assert!(opening.url.starts_with(&survivor), "{} is not at {survivor}", opening.url);
    apart.petr.person = person;
    apart.petr.reconnect().await;
    assert_eq!((apart.petr.history().welcomes, apart.petr.history().resumes), (1, 1));
    apart.petr.event(said).await;

    let seq = lets_pass(&mut apart.vasily, 12_000).await;
    apart.petr.event(seq).await;
    assert_eq!(kinds_but_chat(&mut apart.petr), ["room_created", "member_joined"]);
    assert_agree(&mut apart.vasily, &mut apart.petr);
}

#[tokio::test]
async fn rooms_that_are_open_do_without_postgres_for_a_while() {
    let stack = Stack::start(&[Engine::Postgres]).await.unwrap();
    let cluster = Cluster::on(&stack.rooms_url().unwrap(), 2, &[SHORT_GRACE]).await;
    let mut apart = Apart::of(cluster).await;
    let postgres = stack.server(Engine::Postgres).unwrap();

    postgres.stop();
    let seq = lets_pass(&mut apart.vasily, 5_000).await;
    apart.petr.event(seq).await;
    // A new line, with a new ticket, by the other node.
    apart.petr.person = apart.moved(&apart.petr.person, 0);
    apart.petr.reconnect().await;
    let mut second = apart.vasily.person.open_tab(apart.room).await;
    let seq = lets_pass(&mut second, 8_000).await;
    apart.petr.event(seq).await;
    postgres.cont();

    // Nobody is taken for absent, though no lease was renewed for that long.
    let seq = lets_pass(&mut apart.vasily, 16_000).await;
    apart.petr.event(seq).await;
    assert_eq!(kinds_but_chat(&mut apart.petr), ["room_created", "member_joined"]);
    assert_agree(&mut apart.vasily, &mut apart.petr);

    // And who does go is missed again.
    let petr = apart.petr.person.id;
    apart.petr.socket.close().await;
    assert_eq!(apart.vasily.event_of("member_left", seq).await.user, Some(petr));
}

#[tokio::test]
async fn the_rooms_of_a_dead_node_are_looked_after() {
    let empty_close = ("EMPTY_CLOSE", "6s");
    let mut cluster = Cluster::on(&rooms_server(), 2, &[SHORT_GRACE, empty_close]).await;
    // Several, so that the dead one kept some of them.
    let mut rooms = Vec::new();
    for name in ["Vasily", "Petr", "Anna", "Boris"] {
        let owner = cluster.sign_up(name, 0).await;
        let (room, _link) = owner.create_room().await;
        owner.post_to_room(room, "disconnect").await.ok();
        rooms.push((cluster.moved(&owner, 1), room));
    }
    cluster.nodes[0].kill().await;
    for (owner, room) in rooms {
        // The list is made of rows: asking for it opens no closed room.
        until("the room is closed", async || {
            let mine = owner.get("/api/v1/rooms").await.ok();
            let items = mine["items"].as_array().expect("rooms").iter();
            let mut states = items.filter(|item| item["id"] == json!(room));
            states.any(|item| item["status"] == "closed").then_some(())
        })
        .await;
    }
}
