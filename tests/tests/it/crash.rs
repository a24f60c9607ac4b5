//! Ends of the process: by force, by request, and beginnings that must not be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use end_to_end::{Server, Tab, run_etl, until};
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::scene::{Scene, assert_agree};

const TABS: usize = 4;
const KILLS: usize = 3;
/// How much is acked between two kills.
const ACKS_BETWEEN_KILLS: usize = 25;
const PACE: Duration = Duration::from_millis(110);
/// A service manager kills what has not ended by then.
const STOP_MAX: Duration = Duration::from_secs(10);

/// Talks until told to stop; seq and text of everything that was acked.
async fn talk(
    mut tab: Tab,
    acked: Arc<AtomicUsize>,
    stop: watch::Receiver<bool>,
) -> (Tab, Vec<(u64, String)>) {
    let mut pace = interval(PACE);
    let mut said = vec![];
    while !*stop.borrow() {
        pace.tick().await;
        let text = format!("{} {}", tab.session, said.len());
        said.push((tab.surely_says(&text).await, text));
        acked.fetch_add(1, Ordering::Relaxed);
    }
    (tab, said)
}

async fn enough_acked(acked: &AtomicUsize, enough: usize) {
    until("more is acked", async || (acked.load(Ordering::Relaxed) >= enough).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acked_survives_kills_exactly_once() {
    let Scene { mut server, room, vasily, petr } = Scene::set().await;
    let mut tabs = vec![];
    for _ in 2..TABS {
        tabs.push(petr.person.open_tab(room).await);
    }
    tabs.extend([petr, vasily]);
    let (stop, stopped) = watch::channel(false);
    let acked = Arc::new(AtomicUsize::new(0));
    let mut talking = JoinSet::new();
    for tab in tabs {
        talking.spawn(talk(tab, Arc::clone(&acked), stopped.clone()));
    }
    for kill in 1..=KILLS {
        enough_acked(&acked, kill * ACKS_BETWEEN_KILLS).await;
        server.kill().await;
        server.restart().await;
    }
    enough_acked(&acked, (KILLS + 1) * ACKS_BETWEEN_KILLS).await;
    stop.send(true).unwrap();
    let mut said = vec![];
    let mut tabs = vec![];
    for (tab, own) in talking.join_all().await {
        said.extend(own);
        tabs.push(tab);
    }
    said.sort_unstable();
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
    tabs.sort_by_key(|tab| tab.person.name != "Vasily");
    let (first, others) = tabs.split_first_mut().unwrap();
    for other in others {
        assert_agree(first, other);
    }
    in_the_archive(&server, first, &said).await;
}

/// Closes and archives the room: what was said is there, once, and nothing else is.
async fn in_the_archive(server: &Server, tab: &mut Tab, said: &[(u64, String)]) {
    let (room, owner) = (tab.room, tab.history().welcome["room"]["owner"]["id"].clone());
    assert_eq!(json!(tab.person.id), owner, "the first tab is the owner's");
    tab.person.post_to_room(room, "close").await.ok();
    let report = run_etl(server).await;
    assert_eq!(report["rooms_sealed"], 1, "{report}");
    let mut archived = vec![];
    let mut page = "messages?limit=100".to_owned();
    loop {
        let answer = tab.person.get_of_room(room, &page).await.ok();
        let items = answer["items"].as_array().unwrap();
        archived.extend(items.iter().map(|event| (event["seq"].as_u64().unwrap(), event.clone())));
        if answer["has_more"] == false {
            break;
        }
        page = format!("messages?limit=100&before={}", archived.last().unwrap().0);
    }
    archived.reverse();
    assert!(archived.iter().map(|(seq, _)| *seq).eq(1..=archived.len() as u64));
    let texts = archived.iter().filter(|(_, event)| event["event"] == "chat");
    let texts =
        texts.map(|(seq, event)| (*seq, event["body"]["text"].as_str().unwrap().to_owned()));
    assert_eq!(texts.collect::<Vec<_>>(), said);
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
