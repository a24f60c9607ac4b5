//! The HTTP calls of a client.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::{Method, RequestBuilder, StatusCode};
use schemas::http::{CreateRoomBody, MatchPage, RoomCreatedAnswer, TicketAnswer, TicketBody};
use schemas::ids::{MovieId, RoomId, SessionId};
use schemas::upstream::{FilmPage, PAGE_SIZE_MAX};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::Result;
use crate::person::Person;

/// How long a call may take before the measurement fails.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// Calls a server, over connections that stay open.
#[derive(Clone)]
pub(crate) struct Api {
    base: String,
    client: reqwest::Client,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Key>,
}

#[derive(Deserialize)]
struct Key {
    kid: String,
}

impl Api {
    /// Calls the server at this address.
    pub(crate) fn new(address: SocketAddr) -> Result<Self> {
        let client = reqwest::Client::builder().no_proxy().timeout(CALL_TIMEOUT).build()?;
        Ok(Self { base: format!("http://{address}"), client })
    }

    /// The name of the key that the cinema's tokens are signed with.
    pub(crate) async fn key_id(&self) -> Result<String> {
        let set: KeySet = self.answer(self.ask(Method::GET, "/auth/.well-known/jwks.json")).await?;
        let key = set.keys.into_iter().next();
        Ok(key.ok_or("the cinema publishes no key")?.kid)
    }

    /// Every film of the catalogue.
    pub(crate) async fn films(&self) -> Result<Vec<MovieId>> {
        let mut films = Vec::new();
        for page in 1.. {
            let path = format!("/movie/v1/films?page={page}&size={PAGE_SIZE_MAX}");
            let found: FilmPage = self.answer(self.ask(Method::GET, &path)).await?;
            if found.items.is_empty() {
                break;
            }
            films.extend(found.items.into_iter().map(|film| film.id));
        }
        Ok(films)
    }

    /// Any film of the catalogue.
    pub(crate) async fn first_film(&self) -> Result<MovieId> {
        Ok(*self.films().await?.first().ok_or("the catalogue is empty")?)
    }

    /// Opens a room; its owner is its first member.
    pub(crate) async fn create_room(&self, owner: &Person, movie_id: MovieId) -> Result<RoomId> {
        let body = CreateRoomBody { movie_id, title: None, control: None };
        let call = self.ask(Method::POST, "/api/v1/room").json(&body);
        let created: RoomCreatedAnswer = self.answer(call.bearer_auth(&owner.token)).await?;
        Ok(created.room_id)
    }

    /// Makes someone a member.
    pub(crate) async fn join(&self, person: &Person, room: RoomId) -> Result<TicketAnswer> {
        let call = self.ask(Method::GET, &format!("/api/v1/room/{room}/join"));
        self.answer(call.bearer_auth(&person.token)).await
    }

    /// A ticket for someone who is a member already, in the session given or in a new one.
    pub(crate) async fn ticket(
        &self,
        person: &Person,
        room: RoomId,
        session: Option<SessionId>,
    ) -> Result<TicketAnswer> {
        let call = self.ask(Method::POST, &format!("/api/v1/room/{room}/ticket"));
        let call = call.json(&TicketBody { session });
        self.answer(call.bearer_auth(&person.token)).await
    }

    /// The first page of someone's matches.
    pub(crate) async fn matches(&self, person: &Person) -> Result<MatchPage> {
        let call = self.ask(Method::GET, "/api/v1/matches");
        self.answer(call.bearer_auth(&person.token)).await
    }

    /// Asks something that needs a token, so that the server knows the key of all tokens.
    pub(crate) async fn introduce(&self, person: &Person) -> Result<()> {
        let call = self.ask(Method::GET, "/api/v1/movies");
        let IgnoredAny = self.answer(call.bearer_auth(&person.token)).await?;
        Ok(())
    }

    /// Asks for a page or a check and reads the whole answer.
    pub(crate) async fn get(&self, path: &str) -> Result<()> {
        let answer = self.ask(Method::GET, path).send().await?;
        let status = answer.status();
        answer.bytes().await?;
        expect_success(status, path)
    }

    /// The server's metrics.
    pub(crate) async fn metrics(&self) -> Result<String> {
        let answer = self.ask(Method::GET, "/metrics").send().await?;
        Ok(answer.text().await?)
    }

    fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    async fn answer<T: DeserializeOwned>(&self, call: RequestBuilder) -> Result<T> {
        let answer = call.send().await?;
        let (status, path) = (answer.status(), answer.url().path().to_owned());
        let body = answer.bytes().await?;
        expect_success(status, &path)
            .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&body)))?;
        Ok(serde_json::from_slice(&body)?)
    }
}

fn expect_success(status: StatusCode, path: &str) -> Result<()> {
    if status.is_success() { Ok(()) } else { Err(format!("{path} answered {status}").into()) }
}
