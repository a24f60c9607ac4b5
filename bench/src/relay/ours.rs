//! Ours: the real server, on its embedded default or on Postgres and Kafka.

use std::borrow::Cow;
use std::collections::VecDeque;

use futures_util::{StreamExt, TryStreamExt, stream};
use schemas::frame::{Action, Command, Said};
use schemas::ids::MovieId;
use serde::Deserialize;
use tokio_tungstenite::tungstenite::Message;

use super::{Creator, Line, Word};
use crate::Result;
use crate::api::Api;
use crate::bars::Place;
use crate::engines::{Engines, Node};
use crate::people::{People, Person};
use crate::rooms::open_lines;
use crate::server::{Server, scratch};
use crate::talk::number_of;

/// Rooms that fill at a time.
const ROOMS_AT_ONCE: usize = 8;

/// A server with what it stands on.
pub(crate) struct Ours {
    node: Node,
    /// None where it is on the embedded default.
    engines: Option<Engines>,
}

/// A frame of the server, as far as it is measured; flat, because it is read most often of all.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    seq: Option<u64>,
    #[serde(borrow)]
    body: Option<Body<'a>>,
    code: Option<&'a str>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
}

impl Ours {
    pub(super) async fn embedded(place: Place<'_>) -> Result<Self> {
        let data = scratch(place.scratch)?;
        let server = Server::start(&place.server(), data.path(), &[]).await?;
        Ok(Self { node: Node { server, data }, engines: None })
    }

    pub(super) async fn on_engines(place: Place<'_>) -> Result<Self> {
        let engines = Engines::start(place).await?;
        let node = engines.node(place).await?;
        Ok(Self { node, engines: Some(engines) })
    }

    pub(super) async fn open(&self, rooms: usize, members: usize) -> Result<Vec<Vec<Line>>> {
        let (people, movie) = self.people(rooms * members).await?;
        let api = self.api()?;
        let opening = people.chunks(members).map(|members| open_lines(&api, movie, members));
        stream::iter(opening).buffered(ROOMS_AT_ONCE).try_collect().await
    }

    pub(super) async fn creators(&self, count: usize) -> Result<Vec<Creator>> {
        let (people, movie) = self.people(count).await?;
        let api = self.api()?;
        let creator = |person| Creator::Ours { api: api.clone(), person, movie };
        Ok(people.into_iter().map(creator).collect())
    }

    pub(super) fn pid(&self) -> Result<u32> {
        self.node.server.pid()
    }

    pub(super) fn engine_pids(&self) -> Vec<u32> {
        self.engines.iter().flat_map(Engines::pids).collect()
    }

    pub(super) async fn stop(self) -> Result<()> {
        self.node.server.stop().await?;
        if let Some(engines) = self.engines {
            engines.stop().await;
        }
        Ok(())
    }

    /// Calls the server.
    fn api(&self) -> Result<Api> {
        Api::new(self.node.server.address())
    }

    /// People with accounts, and a film for them to watch.
    async fn people(&self, count: usize) -> Result<(Vec<Person>, MovieId)> {
        let (people, cinema) = match &self.engines {
            None => {
                (People::embedded(&self.node.server, self.node.data.path()).await?, self.api()?)
            }
            Some(engines) => (engines.cinema().people().await?, engines.cinema().api()?),
        };
        let added = people.add(count).await?;
        people.close().await;
        Ok((added, cinema.first_film().await?))
    }
}

/// A member's message of this number.
pub(super) fn say(client_seq: u64, text: &str) -> Result<Message> {
    let said = Said { text: text.to_owned(), reply_to: None };
    let command = Command { client_seq, action: Action::Chat(said) };
    Ok(Message::text(serde_json::to_string(&command)?))
}

pub(super) fn hear(text: &str, words: &mut VecDeque<Word>) -> Result<()> {
    let frame: Frame<'_> = serde_json::from_str(text)?;
    match frame.kind {
        "event" => {
            let text = frame.body.and_then(|body| body.text);
            let number = text.as_deref().and_then(number_of);
            words.push_back(Word::Event { seq: frame.seq, number });
        }
        "reject" | "error" => {
            words.push_back(Word::Refused(frame.code.unwrap_or_default().to_owned()));
        }
        "unknown" => words.push_back(Word::Refused("the log did not answer".to_owned())),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_refusals_are_heard() {
        let mut words = VecDeque::new();
        let event = r#"{"type":"event","seq":7,"at":1,"user":null,"event":"chat","body":{"text":"message 3"}}"#;
        hear(event, &mut words).unwrap();
        hear(r#"{"type":"ack","client_seq":1,"seq":7}"#, &mut words).unwrap();
        hear(r#"{"type":"reject","client_seq":1,"code":"rate","message":""}"#, &mut words).unwrap();
        let event = Word::Event { seq: Some(7), number: Some(3) };
        assert_eq!(words, [event, Word::Refused("rate".to_owned())]);
    }
}
