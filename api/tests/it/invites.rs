//! Following links, by browsers and by programs.

use reqwest::{Method, StatusCode};

use crate::server::{Answer, Server, answer};

async fn browse(server: &Server, path: &str) -> Answer {
    let accept = "text/html,application/xhtml+xml,*/*;q=0.8";
    answer(server.request(Method::GET, path).header("accept", accept)).await
}

#[tokio::test]
async fn a_link_leads_a_browser_to_the_room_s_page() {
    let server = Server::start().await;
    let token = server.sign_up("vasily").await;
    let (room, link) = server.create_room(&token).await;
    let link = link.strip_prefix(server.public_url()).unwrap();
    assert!(link.strip_prefix("/i/").unwrap().len() >= 8);

    let followed = browse(&server, link).await;
    assert_eq!(followed.status, 303);
    let join = format!("/api/v1/room/{room}/join");
    assert_eq!(followed.header("location"), join);
    let page = browse(&server, &join).await;
    assert_eq!(page.status, 303);
    assert_eq!(page.header("location"), format!("/room/{room}"));
    // A program is asked who it is instead.
    server.get(&join).await.assert_refused(401, "unauthorized");
    server.stop().await;
}

#[tokio::test]
async fn links_that_lead_nowhere_say_so_in_the_asker_s_form() {
    let server = Server::start().await;
    let token = server.sign_up("vasily").await;
    let (room, link) = server.create_room(&token).await;
    let link = link.strip_prefix(server.public_url()).unwrap().to_owned();

    let home = server.get("/").await;
    for path in ["/i/abcdefgh".to_owned(), format!("/i/{}", "a".repeat(65))] {
        server.get(&path).await.assert_refused(404, "no_such_invite");
        let page = browse(&server, &path).await;
        assert_eq!((page.status, &page.text), (StatusCode::NOT_FOUND, &home.text));
    }
    let close = format!("/api/v1/room/{room}/close");
    assert_eq!(server.call(&token, Method::POST, &close).await.status, 200);
    server.get(&link).await.assert_refused(410, "closed");
    let page = browse(&server, &link).await;
    assert_eq!((page.status, &page.text), (StatusCode::GONE, &home.text));
    assert_eq!(page.header("cache-control"), "no-store");
    server.stop().await;
}
