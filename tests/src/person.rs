//! Someone with an account, and what that person calls.

use reqwest::Method;
use schemas::ids::{MovieId, RoomId, SessionId, UserId};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::answer::Answer;
use crate::server::Server;
use crate::socket::{Refused, Socket, socket_request};
use crate::tab::Tab;
use crate::wait_for::until;

/// The password of everyone.
const PASSWORD: &str = "correct horse battery";

/// Someone with an account.
#[derive(Clone)]
pub struct Person {
    /// Who, as Auth knows them.
    pub id: UserId,
    /// Name to show.
    pub name: String,
    /// Access token.
    pub token: String,
    address: String,
    origin: String,
    is_pinned: bool,
    http: reqwest::Client,
}

/// A ticket, and where it leads.
#[derive(Clone, Debug)]
pub struct Opening {
    /// The tab's identity.
    pub session: SessionId,
    /// The ticket alone.
    pub ticket: String,
    /// Address of the socket, with the ticket in it.
    pub url: String,
}

impl Opening {
    pub(crate) fn of(answer: &Value) -> Self {
        assert_eq!(answer["success"], true, "{answer}");
        assert_eq!(answer["errors"], json!([]), "{answer}");
        let text = |field: &str| answer[field].as_str().expect("a text").to_owned();
        let session = text("session").parse().expect("a session");
        Self { session, ticket: text("ticket"), url: text("ws_url") }
    }
}

impl Person {
    pub(crate) async fn sign_up(server: &Server, name: &str) -> Self {
        Self::sign_up_with(&server.address(), server, name).await
    }

    /// With an account of an Auth service elsewhere.
    pub(crate) async fn sign_up_with(auth: &str, server: &Server, name: &str) -> Self {
        let email = format!("{}@cinema.test", Uuid::new_v4());
        let body = json!({"email": email, "password": PASSWORD, "name": name});
        let tokens = until("the account is made", async || {
            let request = server.http().post(format!("{auth}/auth/v1/signup")).json(&body);
            let answer = Answer::of(request).await;
            // The reference cinema lets an address make only so many accounts at a time.
            (answer.status != 429).then(|| answer.ok())
        })
        .await;
        let text = |field: &str| tokens[field].as_str().expect("a text");
        Self {
            id: text("user_id").parse().expect("an id"),
            name: name.to_owned(),
            token: text("access_token").to_owned(),
            address: server.address(),
            origin: server.public_url().to_owned(),
            is_pinned: false,
            http: server.http().clone(),
        }
    }

    /// The same person by another node, whose page comes from `origin`.
    #[must_use]
    pub fn at(&self, server: &Server, origin: &str) -> Self {
        Self { address: server.address(), origin: origin.to_owned(), ..self.clone() }
    }

    /// Opens sockets where the person calls, whichever node a ticket names.
    #[must_use]
    pub fn pinned(self) -> Self {
        Self { is_pinned: true, ..self }
    }

    /// Any call, with the person's token.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.address);
        self.http.request(method, url).bearer_auth(&self.token)
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        Answer::of(self.request(Method::GET, path)).await
    }

    /// `POST` of a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::of(self.request(Method::POST, path).json(body)).await
    }

    /// Makes two people friends.
    pub async fn befriend(&self, other: &Self) {
        let asked = self.request(Method::POST, &format!("/auth/v1/friends/{}", other.id));
        assert_eq!(Answer::of(asked).await.ok()["status"], "requested");
        let agreed = other.request(Method::POST, &format!("/auth/v1/friends/{}", self.id));
        assert_eq!(Answer::of(agreed).await.ok()["status"], "friends");
    }

    /// Films of the catalogue, as the API shows them.
    pub async fn films(&self) -> Vec<Value> {
        let page = self.get("/api/v1/movies").await.ok();
        page["items"].as_array().expect("films").clone()
    }

    /// Any film.
    pub async fn some_film(&self) -> MovieId {
        let films = self.films().await;
        films[0]["id"].as_str().and_then(|id| id.parse().ok()).expect("a film")
    }

    /// Wants to watch a film.
    pub async fn wants(&self, movie: MovieId) {
        let path = format!("/api/v1/want-to-watch/{movie}");
        let answer = Answer::of(self.request(Method::PUT, &path)).await;
        assert_eq!(answer.status, 204, "{}", answer.text);
    }

    /// Opens a room for some film: the room and its link.
    pub async fn create_room(&self) -> (RoomId, String) {
        let movie_id = self.some_film().await;
        self.create_room_with(&json!({"movie_id": movie_id})).await
    }

    /// Opens a room.
    pub async fn create_room_with(&self, body: &Value) -> (RoomId, String) {
        let answer = self.post("/api/v1/room/", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        let answer = answer.ok();
        let text = |field: &str| answer[field].as_str().expect("a text");
        (text("room_id").parse().expect("a room"), text("link").to_owned())
    }

    /// Calls something of a room: `join`, `close`, `messages?limit=3`.
    pub async fn get_of_room(&self, room: RoomId, what: &str) -> Answer {
        self.get(&format!("/api/v1/room/{room}/{what}")).await
    }

    /// Does something to a room: `close`, `disconnect`, `invite`.
    pub async fn post_to_room(&self, room: RoomId, what: &str) -> Answer {
        let path = format!("/api/v1/room/{room}/{what}");
        Answer::of(self.request(Method::POST, &path)).await
    }

    /// Deletes something of a room: `messages/5`.
    pub async fn delete_of_room(&self, room: RoomId, what: &str) -> Answer {
        let path = format!("/api/v1/room/{room}/{what}");
        Answer::of(self.request(Method::DELETE, &path)).await
    }

    /// Becomes a member; the first ticket.
    pub async fn join_only(&self, room: RoomId) -> Opening {
        Opening::of(&self.get_of_room(room, "join").await.ok())
    }

    /// Becomes a member and opens a tab.
    pub async fn join(&self, room: RoomId) -> Tab {
        let opening = self.join_only(room).await;
        self.enter(room, &opening).await
    }

    /// A member's ticket for another tab, or for one known already; none if the server is away.
    pub async fn try_ticket(&self, room: RoomId, session: Option<SessionId>) -> Option<Answer> {
        let path = format!("/api/v1/room/{room}/ticket");
        let body = json!({"session": session});
        Answer::try_of(self.request(Method::POST, &path).json(&body)).await
    }

    /// A member's ticket.
    pub async fn ticket(&self, room: RoomId, session: Option<SessionId>) -> Opening {
        let answer = self.try_ticket(room, session).await.expect("the server should answer");
        Opening::of(&answer.ok())
    }

    /// Opens another tab of a member.
    pub async fn open_tab(&self, room: RoomId) -> Tab {
        let opening = self.ticket(room, None).await;
        self.enter(room, &opening).await
    }

    /// Opens a socket from the page's own origin.
    pub async fn open(&self, url: &str) -> Result<Socket, Refused> {
        let path = url.find("/api/").map_or(url, |start| &url[start..]);
        let own = format!("{}{path}", self.address.replacen("http", "ws", 1));
        let url = if self.is_pinned { &own } else { url };
        Socket::open(socket_request(url, &self.origin)).await
    }

    async fn enter(&self, room: RoomId, opening: &Opening) -> Tab {
        let socket = self.open(&opening.url).await.expect("the ticket opens the socket");
        Tab::of(self.clone(), room, opening.session, socket).await
    }
}
