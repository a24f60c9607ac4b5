//! Many clients in one room.

use std::time::Duration;

use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::scene::{Scene, assert_agree};

const PEOPLE: usize = 25;
/// Everyone has two tabs.
const CLIENTS: usize = PEOPLE * 2;
const COMMANDS: usize = 8;
const PACE: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_clients_see_one_order() {
    let scene = Scene::set().await;
    let room = scene.room;
    let mut arriving = JoinSet::new();
    for number in 2..PEOPLE {
        let guest = scene.server.sign_up(&format!("Guest {number}")).await;
        arriving.spawn(async move { guest.join(room).await });
    }
    let mut tabs = vec![scene.vasily, scene.petr];
    tabs.extend(arriving.join_all().await);
    for place in 0..tabs.len() {
        tabs.push(tabs[place].person.open_tab(room).await);
    }
    assert_eq!(tabs.len(), CLIENTS);

    let mut acting = JoinSet::new();
    for (place, mut tab) in tabs.into_iter().enumerate() {
        acting.spawn(async move {
            let mut pace = interval(PACE);
            for number in 0..COMMANDS {
                pace.tick().await;
                let command = match (place + number) % 4 {
                    0 => json!({"type": "play", "position_ms": place * 1000}),
                    1 => json!({"type": "seek", "position_ms": number * 1000}),
                    _ => json!({"type": "chat", "text": format!("{place} says {number}")}),
                };
                tab.does(command).await;
            }
            tab
        });
    }
    let mut tabs = acting.join_all().await;
    let expected = (PEOPLE + CLIENTS * COMMANDS) as u64;
    for tab in &mut tabs {
        tab.event(expected).await;
        assert_eq!(tab.history().seq(), expected);
        assert_eq!((tab.history().welcomes, tab.history().resumes), (1, 0));
    }
    let (first, others) = tabs.split_first_mut().unwrap();
    assert_eq!(first.history().texts().len(), CLIENTS * COMMANDS / 2);
    for other in others {
        assert_agree(first, other);
    }
}
