//! Every refusal of the room resource, with its status, its code and its text.

use end_to_end::{Answer, Catalogue, Server};
use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use crate::scene::Scene;

#[tokio::test]
async fn the_texts_that_clients_know() {
    let scene = Scene::set().await;
    let (vasily, petr) = (scene.owner(), scene.petr.person.clone());
    let room = scene.room;
    let film = vasily.some_film().await;
    let again = vasily.post("/api/v1/room/", &json!({"movie_id": film})).await;
    let text = again.refused(409, "room_exists");
    assert_eq!(text, format!("Room for user \"{}\" already exist!", vasily.id));
    let text = petr.get_of_room(room, "join").await.refused(409, "already_member");
    assert_eq!(text, format!("Room user \"{}\" already exist!", petr.id));
    petr.post_to_room(room, "disconnect").await.ok();
    let text = petr.post_to_room(room, "disconnect").await.refused(404, "not_in_room");
    assert_eq!(text, format!("User \"{}\" does not exist in the room \"{room}\"!", petr.id));
}

#[tokio::test]
async fn only_the_owner_closes_and_only_members_invite() {
    let scene = Scene::set().await;
    let (vasily, petr) = (scene.owner(), scene.petr.person.clone());
    let anna = scene.server.sign_up("Anna").await;
    petr.post_to_room(scene.room, "close").await.refused(403, "not_owner");
    anna.post_to_room(scene.room, "close").await.refused(403, "not_owner");
    anna.post_to_room(scene.room, "invite").await.refused(403, "not_member");
    anna.try_ticket(scene.room, None).await.unwrap().refused(403, "not_member");
    let invited = petr.post_to_room(scene.room, "invite").await;
    assert_eq!(invited.status, 201);
    let link = invited.ok()["link"].as_str().unwrap().to_owned();
    let path = link.strip_prefix(scene.server.public_url()).unwrap().to_owned();
    let join = format!("/api/v1/room/{}/join", scene.room);
    assert_eq!(scene.server.get(&path).await.header("location"), join);

    vasily.post_to_room(scene.room, "close").await.ok();
    vasily.post_to_room(scene.room, "close").await.ok();
    for answer in [
        anna.get_of_room(scene.room, "join").await,
        petr.post_to_room(scene.room, "invite").await,
        petr.post_to_room(scene.room, "disconnect").await,
        petr.try_ticket(scene.room, None).await.unwrap(),
    ] {
        answer.refused(410, "closed");
    }
    let view = anna.get(&format!("/api/v1/room/{}", scene.room)).await.ok();
    assert_eq!(view["status"], "closed");
    // Now Vasily may open another one.
    vasily.create_room().await;
}

#[tokio::test]
async fn a_room_that_is_not_there_is_not_found_by_any_call() {
    let server = Server::start().await;
    let vasily = server.sign_up("Vasily").await;
    let room = Uuid::now_v7().to_string().parse().unwrap();
    let text = format!("Room \"{room}\" does not exist!");
    let view = vasily.get(&format!("/api/v1/room/{room}")).await;
    for answer in [
        view,
        vasily.get_of_room(room, "join").await,
        vasily.get_of_room(room, "messages").await,
        vasily.try_ticket(room, None).await.unwrap(),
        vasily.post_to_room(room, "invite").await,
        vasily.post_to_room(room, "disconnect").await,
        vasily.post_to_room(room, "close").await,
    ] {
        assert_eq!(answer.refused(404, "no_such_room"), text);
    }
}

#[tokio::test]
async fn every_call_needs_a_token_that_is_good() {
    let server = Server::start().await;
    let vasily = server.sign_up("Vasily").await;
    let (room, _) = vasily.create_room().await;
    let forged = format!("{}x", vasily.token);
    let calls = [
        (Method::POST, "/api/v1/room/".to_owned()),
        (Method::GET, format!("/api/v1/room/{room}")),
        (Method::GET, format!("/api/v1/room/{room}/join")),
        (Method::POST, format!("/api/v1/room/{room}/ticket")),
        (Method::POST, format!("/api/v1/room/{room}/disconnect")),
        (Method::POST, format!("/api/v1/room/{room}/invite")),
        (Method::POST, format!("/api/v1/room/{room}/close")),
        (Method::GET, format!("/api/v1/room/{room}/messages")),
        (Method::GET, "/api/v1/rooms".to_owned()),
        (Method::GET, "/api/v1/matches".to_owned()),
        (Method::GET, "/api/v1/movies".to_owned()),
        (Method::PUT, format!("/api/v1/want-to-watch/{room}")),
    ];
    for (method, path) in calls {
        let request = || server.http().request(method.clone(), server.address() + &path);
        for request in [request(), request().bearer_auth(&forged), request().bearer_auth("")] {
            let answer = Answer::of(request).await;
            answer.refused(401, "unauthorized");
            assert_eq!(answer.header("www-authenticate"), "Bearer", "{path}");
        }
    }
}

/// Nothing listens there.
const AWAY: &str = "http://127.0.0.1:1";

#[tokio::test]
async fn a_service_that_is_away_is_not_the_callers_fault() {
    let server = Server::with(&[("MOVIE_URL", AWAY), ("UGC_URL", AWAY)]).await;
    let vasily = server.sign_up("Vasily").await;
    let create = json!({"movie_id": Uuid::now_v7()});
    for answer in [
        vasily.get("/api/v1/movies").await,
        vasily.get("/api/v1/matches").await,
        vasily.post("/api/v1/room/", &create).await,
        Answer::of(vasily.request(Method::PUT, &format!("/api/v1/want-to-watch/{}", vasily.id)))
            .await,
    ] {
        let text = answer.refused(503, "away");
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
        assert!(!text.contains("127.0.0.1"), "{text}");
    }
    // What needs neither of them works.
    assert_eq!(vasily.get("/api/v1/rooms").await.ok()["total"], 0);
}

#[tokio::test]
async fn a_room_opens_whatever_the_catalogue_says_of_its_film() {
    let id = Uuid::now_v7();
    let film = json!({
        "id": id, "title": "", "year": null, "description": "", "poster": null,
        "duration_ms": u64::MAX, "sources": [],
    });
    let catalogue = Catalogue::of(&film).await;
    let server = Server::with(&[("MOVIE_URL", catalogue.address())]).await;
    let vasily = server.sign_up("Vasily").await;
    let (room, _) = vasily.create_room_with(&json!({"movie_id": id})).await;
    let mut tab = vasily.open_tab(room).await;
    let movie = tab.history().welcome["room"]["movie"].clone();
    assert_eq!(movie, json!({"id": id, "title": id, "duration_ms": 0}));
    tab.does(json!({"type": "movie_changed", "movie_id": id})).await;
}

#[tokio::test]
async fn a_shortener_that_is_away_does_not_stop_a_room() {
    let variables =
        [("SHORTENER", "shlink"), ("SHORTENER_URL", AWAY), ("SHORTENER_KEY", "not a secret")];
    let server = Server::with(&variables).await;
    let vasily = server.sign_up("Vasily").await;
    let (_, link) = vasily.create_room().await;
    let path = link.strip_prefix(server.public_url()).unwrap();
    assert_eq!(server.get(path).await.status, 303);
}

#[tokio::test]
async fn a_room_is_viewed_as_it_was_wished() {
    let server = Server::start().await;
    let vasily = server.sign_up("Vasily").await;
    let film = vasily.films().await[0].clone();
    let wishes = json!({"movie_id": film["id"], "title": "Our evening", "control": "owner"});
    let (room, link) = vasily.create_room_with(&wishes).await;
    let view = vasily.get(&format!("/api/v1/room/{room}")).await.ok();
    let created_at = view["created_at"].clone();
    assert!(created_at.as_str().unwrap().ends_with('Z'));
    let expected = json!({
        "id": room,
        "movie": {"id": film["id"], "title": "Our evening", "duration_ms": film["duration_ms"]},
        "owner": {"id": vasily.id, "name": "Vasily"},
        "status": "open", "control": "owner", "members_count": 1,
        "created_at": created_at, "link": link,
    });
    assert_eq!(view, expected);
    let mine = vasily.get("/api/v1/rooms").await.ok();
    assert_eq!((&mine["total"], &mine["items"][0]["id"]), (&json!(1), &json!(room)));
}

#[tokio::test]
async fn past_evenings_are_found_by_their_titles_and_say_when_they_ended() {
    let server = Server::start().await;
    let vasily = server.sign_up("Vasily").await;
    let film = vasily.some_film().await;
    for title in ["Сталкер", "Solaris", "СТАЛКЕР 2"] {
        let (room, _link) =
            vasily.create_room_with(&json!({"movie_id": film, "title": title})).await;
        vasily.post_to_room(room, "close").await.ok();
        // At once from the relay, later from the row.
        let view = vasily.get(&format!("/api/v1/room/{room}")).await.ok();
        assert_eq!(view["status"], "closed");
        assert!(view["closed_at"].as_str() > view["created_at"].as_str(), "{view}");
    }
    let found = async |query: &str| {
        let page = vasily.get(&format!("/api/v1/rooms?{query}")).await.ok();
        let items = page["items"].as_array().unwrap().iter();
        let titles: Vec<String> =
            items.map(|room| room["movie"]["title"].as_str().unwrap().to_owned()).collect();
        (page["total"].as_u64().unwrap(), titles.join(", "))
    };
    let stalker = "query=%D1%81%D1%82%D0%B0%D0%BB";
    assert_eq!(found(stalker).await, (2, "СТАЛКЕР 2, Сталкер".to_owned()));
    assert_eq!(found(&format!("{stalker}&size=1&page=2")).await, (2, "Сталкер".to_owned()));
    assert_eq!(found("query=%20SOLAR").await, (1, "Solaris".to_owned()));
    assert_eq!(found("query=mirror").await, (0, String::new()));
    assert_eq!(found("query=%20").await.0, 3);
    for (length, status) in [(100, 200), (101, 422)] {
        let path = format!("/api/v1/rooms?query={}", "a".repeat(length));
        assert_eq!(vasily.get(&path).await.status, status);
    }
}
