//! Ends of the process: by force, by request, and beginnings that must not be.

use std::time::Duration;

use end_to_end::{Server, Tab, until};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::scene::{Scene, assert_agree};

const TABS: usize = 4;
const KILLS: usize = 3;
/// How long people talk between two kills; how far they get differs each time.
const BETWEEN_KILLS: Duration = Duration::from_millis(900);
const PACE: Duration = Duration::from_millis(110);
/// A service manager kills what has not ended by then.
const STOP_MAX: Duration = Duration::from_secs(10);

/// Talks until told to stop; seq and text of everything that was acked.
async fn talk(mut tab: Tab, stop: watch::Receiver<bool>) -> (Tab, Vec<(u64, String)>) {
    let mut pace = interval(PACE);
    let mut said = vec![];
    while !*stop.borrow() {
        pace.tick().await;
        let text = format!("{} {}", tab.session, said.len());
        said.push((tab.surely_says(&text).await, text));
    }
    (tab, said)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acked_survives_kills_exactly_once() {
    let Scene { mut server, room, vasily, petr } = Scene::set().await;
    let mut tabs = vec![];
    for _ in 2..TABS {
        tabs.push(petr.person.open_tab(room).await);
    }
    tabs.extend([vasily, petr]);
    let (stop, stopped) = watch::channel(false);
    let mut talking = JoinSet::new();
    for tab in tabs {
        talking.spawn(talk(tab, stopped.clone()));
    }
    for _ in 0..KILLS {
        sleep(BETWEEN_KILLS).await;
        server.kill().await;
        server.restart().await;
    }
    sleep(BETWEEN_KILLS).await;
    stop.send(true).unwrap();
    let mut said = vec![];
    let mut tabs = vec![];
    for (tab, own) in talking.join_all().await {
        said.extend(own);
        tabs.push(tab);
    }
    said.sort_unstable();
    assert!(said.len() > TABS * KILLS, "hardly anything was said");
    let last = said.last().unwrap().0;
    for tab in &mut tabs {
        tab.event(last).await;
        assert!(tab.history().resumes > 0, "every line broke");
        assert_eq!(tab.history().welcomes, 1, "every client resumed");
        assert!(!tab.history().kinds().contains(&"member_left"));
        let heard: Vec<_> =
            tab.history().texts().into_iter().map(|(seq, _, text)| (seq, text)).collect();
        assert_eq!(heard, said);
    }
    let (first, others) = tabs.split_first_mut().unwrap();
    for other in others {
        assert_agree(first, other);
    }
    // The log agrees with what the sockets told.
    let page = first.person.get_of_room(room, "messages?limit=1").await.ok();
    assert_eq!(page["items"][0]["seq"], first.history().seq());
}

#[tokio::test]
async fn a_resend_after_a_crash_gets_its_seq_however_old_it_is() {
    let Scene { mut server, mut petr, vasily: _vasily, .. } = Scene::set().await;
    let said = petr.chat("once and only once").await;
    petr.chat("something later").await;
    server.kill().await;
    server.restart().await;
    petr.reconnect().await;
    petr.send_numbered(json!({"type": "chat", "text": "once and only once"}), 1).await;
    let ack = petr.socket.frame_of("ack").await;
    assert_eq!((&ack["client_seq"], &ack["seq"]), (&json!(1), &json!(said)));
    assert_eq!(petr.history().texts().len(), 2);
}

#[tokio::test]
async fn a_second_node_on_the_same_file_is_refused() {
    let mut scene = Scene::set().await;
    let said = scene.server.second_refused().await;
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("error: "), "{said}");
    assert!(last.contains("movie-together.db"), "{last}");
    assert!(last.contains("another"), "{last}");
    // The first one did not even notice.
    let seq = scene.petr.chat("still here").await;
    scene.vasily.event(seq).await;
    // A crash does not leave the file locked.
    scene.server.kill().await;
    scene.server.restart().await;
}

#[tokio::test]
async fn a_stop_tells_everyone_to_come_back_and_is_soon_over() {
    let Scene { mut server, mut vasily, mut petr, .. } = Scene::set().await;
    petr.chat("before").await;
    server.terminate().await;
    for tab in [&mut vasily, &mut petr] {
        tab.socket.closed_with(4000).await;
    }
    let status = server.ended_within(STOP_MAX).await.expect("it takes too long to stop");
    assert!(status.success());
    server.restart().await;
    for tab in [&mut vasily, &mut petr] {
        tab.reconnect().await;
        assert_eq!((tab.history().welcomes, tab.history().resumes), (1, 1));
    }
    let seq = petr.chat("after").await;
    vasily.event(seq).await;
    assert_agree(&mut vasily, &mut petr);
    assert!(!vasily.history().kinds().contains(&"member_left"));
}

#[tokio::test]
async fn a_stop_waits_for_nobody_who_does_not_listen() {
    let Scene { mut server, vasily, petr, .. } = Scene::set().await;
    vasily.socket.break_line();
    petr.socket.break_line();
    server.terminate().await;
    let status = server.ended_within(STOP_MAX).await.expect("it takes too long to stop");
    assert!(status.success());
}

#[tokio::test]
async fn rooms_accounts_and_links_survive_a_crash() {
    let mut server = Server::start().await;
    let vasily = server.sign_up("Vasily").await;
    let (room, link) = vasily.create_room().await;
    server.kill().await;
    server.restart().await;
    let view = vasily.get(&format!("/api/v1/room/{room}")).await.ok();
    assert_eq!((&view["status"], &view["link"]), (&json!("open"), &json!(link)));
    let path = link.strip_prefix(server.public_url()).unwrap();
    assert_eq!(server.get(path).await.status, 303);
    let text = vasily.post("/api/v1/room/", &json!({"movie_id": vasily.some_film().await})).await;
    text.refused(409, "room_exists");
    until("the owner is still a member", async || {
        let answer = vasily.try_ticket(room, None).await?;
        (answer.status == 200).then_some(())
    })
    .await;
}
