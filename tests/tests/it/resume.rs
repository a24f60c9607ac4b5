//! Coming back with `(epoch, since)`: nothing lost, nothing doubled.

use std::time::Duration;

use end_to_end::Tab;
use rand::RngExt;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::scene::{Scene, assert_agree};

/// Slower than the limit of commands a second.
const PACE: Duration = Duration::from_millis(110);

#[tokio::test]
async fn exactly_what_was_missed_comes_back() {
    let mut scene = Scene::set().await;
    let since = scene.petr.history().seq();
    scene.petr.socket.break_line();
    for number in 0..5 {
        scene.vasily.chat(&format!("missed {number}")).await;
    }
    let opening = scene.petr.person.ticket(scene.room, Some(scene.petr.session)).await;
    let url = format!("{}&epoch={}&since={since}", opening.url, scene.vasily.history().epoch);
    let mut socket = scene.petr.person.open(&url).await.unwrap();
    let resume = socket.frame_of("resume").await;
    assert_eq!(socket.frames(0)[0], resume, "it is the first frame");
    let seqs: Vec<u64> = resume["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["seq"].as_u64().unwrap())
        .collect();
    assert_eq!(seqs, (since + 1..=since + 5).collect::<Vec<u64>>());
    assert_eq!(resume["seq"], since + 5);
}

#[tokio::test]
async fn a_position_that_cannot_be_continued_gets_a_welcome() {
    let mut scene = Scene::set().await;
    let epoch = scene.petr.history().epoch.clone();
    for position in ["&epoch=another&since=1".to_owned(), format!("&epoch={epoch}&since=1000")] {
        let opening = scene.petr.person.ticket(scene.room, Some(scene.petr.session)).await;
        let mut socket = scene.petr.person.open(&(opening.url + &position)).await.unwrap();
        socket.frame_of("welcome").await;
    }
    let opening = scene.petr.person.ticket(scene.room, Some(scene.petr.session)).await;
    let mut socket =
        scene.petr.person.open(&format!("{}&epoch={epoch}&since=2", opening.url)).await.unwrap();
    let resume = socket.frame_of("resume").await;
    assert_eq!(resume["events"], json!([]), "nothing was missed");
}

/// Every tab talks while its line breaks again and again, at any moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_lines_under_load_lose_and_double_nothing() {
    const TABS: usize = 6;
    const MESSAGES: usize = 25;
    let scene = Scene::set().await;
    let room = scene.room;
    let mut tabs = vec![scene.vasily, scene.petr];
    for number in tabs.len()..TABS {
        let guest = scene.server.sign_up(&format!("Guest {number}")).await;
        tabs.push(guest.join(room).await);
    }
    let mut talking = JoinSet::new();
    for tab in tabs {
        talking.spawn(talk(tab, MESSAGES));
    }
    let mut said = vec![];
    let mut tabs = vec![];
    for (tab, own) in talking.join_all().await {
        said.extend(own);
        tabs.push(tab);
    }
    said.sort_unstable();
    assert_eq!(said.len(), TABS * MESSAGES);
    let last = said.last().unwrap().0;
    for tab in &mut tabs {
        tab.event(last).await;
        let heard: Vec<(u64, String)> =
            tab.history().texts().into_iter().map(|(seq, _, text)| (seq, text)).collect();
        let begins = tab.history().events[0].seq;
        let expected: Vec<_> = said.iter().filter(|(seq, _)| *seq >= begins).cloned().collect();
        assert_eq!(heard, expected);
        assert_eq!(tab.history().welcomes, 1);
        assert!(tab.history().resumes > 0, "the line should have broken");
        assert!(!tab.history().kinds().contains(&"member_left"));
    }
    let (first, others) = tabs.split_first_mut().unwrap();
    for other in others {
        assert_agree(first, other);
    }
}

/// Says so many things over a line that breaks by chance, and once for sure; seq and text of
/// each.
async fn talk(mut tab: Tab, messages: usize) -> (Tab, Vec<(u64, String)>) {
    let mut pace = interval(PACE);
    let mut said = vec![];
    for number in 0..messages {
        pace.tick().await;
        let text = format!("{} {number}", tab.person.name);
        if number == messages / 2 || rand::rng().random_bool(0.2) {
            said.push((tab.says_into_a_breaking_line(&text).await, text));
        } else {
            said.push((tab.surely_says(&text).await, text));
        }
    }
    (tab, said)
}
