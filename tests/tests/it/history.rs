//! The room's past by HTTP, page by page.

use serde_json::Value;

use crate::scene::Scene;

/// Events that a welcome carries.
const WELCOME_EVENTS_MAX: usize = 50;

fn seqs(page: &Value) -> Vec<u64> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|event| event["seq"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn pages_go_back_to_the_beginning_without_a_gap() {
    let mut scene = Scene::set().await;
    let mut last = 0;
    for number in 0..60 {
        last = scene.petr.surely_says(&format!("line {number}")).await;
    }
    assert_eq!(last, 62);
    let petr = scene.petr.person.clone();
    let mut before = String::new();
    let mut all = vec![];
    loop {
        let page = petr.get_of_room(scene.room, &format!("messages?limit=25{before}")).await.ok();
        all.extend(seqs(&page));
        if page["has_more"] == false {
            break;
        }
        assert_eq!(seqs(&page).len(), 25);
        before = format!("&before={}", all.last().unwrap());
    }
    assert_eq!(all, (1..=62).rev().collect::<Vec<u64>>());

    // A late welcome has the last fifty and says that there are more.
    let mut late = petr.open_tab(scene.room).await;
    let late = late.history();
    assert_eq!(late.events.len(), WELCOME_EVENTS_MAX);
    assert_eq!((late.events[0].seq, late.seq()), (13, 62));
    assert_eq!(late.welcome["has_more"], true);
    let older = petr.get_of_room(scene.room, "messages?before=13").await.ok();
    assert_eq!(seqs(&older), (1..13).rev().collect::<Vec<u64>>());
}

#[tokio::test]
async fn a_page_holds_up_to_100_and_refuses_what_makes_no_sense() {
    let scene = Scene::set().await;
    let petr = &scene.petr.person;
    for query in ["limit=0", "limit=101", "limit=x", "limit=-1"] {
        let answer = petr.get_of_room(scene.room, &format!("messages?{query}")).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.refused_fields(), ["limit"], "{query}");
    }
    let answer = petr.get_of_room(scene.room, "messages?before=x").await;
    answer.refused(422, "invalid");
    assert_eq!(answer.refused_fields(), ["before"]);
    let page = petr.get_of_room(scene.room, "messages?limit=100&before=2").await.ok();
    assert_eq!((seqs(&page), &page["has_more"]), (vec![1], &Value::Bool(false)));
    for nothing in ["messages?before=1", "messages?before=0"] {
        let page = petr.get_of_room(scene.room, nothing).await.ok();
        assert_eq!((seqs(&page), &page["has_more"]), (vec![], &Value::Bool(false)));
    }
    let ahead = petr.get_of_room(scene.room, "messages?before=18446744073709551615&limit=1").await;
    assert_eq!(seqs(&ahead.ok()), [2]);
}

#[tokio::test]
async fn only_those_who_ever_were_members_read() {
    let mut scene = Scene::set().await;
    scene.vasily.chat("between us").await;
    let anna = scene.server.sign_up("Anna").await;
    anna.get_of_room(scene.room, "messages").await.refused(403, "not_member");
    let petr = scene.petr.person.clone();
    petr.post_to_room(scene.room, "disconnect").await.ok();
    let page = petr.get_of_room(scene.room, "messages").await.ok();
    assert_eq!(page["items"][0]["event"], "member_left");
    let room = uuid::Uuid::now_v7().to_string().parse().unwrap();
    petr.get_of_room(room, "messages").await.refused(404, "no_such_room");
}
