//! Ours: the real server, on its embedded default, or one or several on Postgres and Kafka.

use futures_util::{StreamExt, TryStreamExt, stream};
use schemas::ids::MovieId;

use super::creator::Creator;
use crate::Result;
use crate::api::Api;
use crate::bare_kafka;
use crate::engines::{Engines, Node};
use crate::line::Line;
use crate::people::People;
use crate::person::Person;
use crate::place::Place;
use crate::rooms::open_lines;
use crate::server::{Server, scratch};

/// Rooms that fill at a time.
const ROOMS_AT_ONCE: usize = 8;

/// Servers with what they stand on.
pub(crate) struct Ours {
    nodes: Vec<Node>,
    /// None on the embedded default.
    engines: Option<Engines>,
}

impl Ours {
    pub(super) async fn embedded(place: Place<'_>) -> Result<Self> {
        let data = scratch(place.scratch)?;
        let server = Server::start(&place.server(), data.path(), &[]).await?;
        Ok(Self { nodes: vec![Node { server, data }], engines: None })
    }

    pub(super) async fn on_engines(place: Place<'_>, count: usize) -> Result<Self> {
        let engines = Engines::start(place).await?;
        bare_kafka::warm_up(&engines.kafka_url()?).await?;
        let mut nodes = Vec::new();
        for _ in 0..count {
            nodes.push(engines.node(place).await?);
        }
        Ok(Self { nodes, engines: Some(engines) })
    }

    /// Each room is asked of the next node; its sockets are opened wherever the tickets lead.
    pub(super) async fn open(&self, rooms: usize, members: usize) -> Result<Vec<Vec<Line>>> {
        let (people, movie) = self.people(rooms * members).await?;
        let apis = self.nodes.iter().map(api).collect::<Result<Vec<_>>>()?;
        let rooms = people.chunks(members).zip(apis.iter().cycle());
        let opening = rooms.map(|(members, api)| open_lines(api, movie, members));
        stream::iter(opening).buffered(ROOMS_AT_ONCE).try_collect().await
    }

    pub(super) async fn creators(&self, count: usize) -> Result<Vec<Creator>> {
        let (people, movie) = self.people(count).await?;
        let api = api(self.first()?)?;
        let creator = |person| Creator::Ours { api: api.clone(), person, movie };
        Ok(people.into_iter().map(creator).collect())
    }

    pub(super) fn pids(&self) -> Result<Vec<u32>> {
        self.nodes.iter().map(|node| node.server.pid()).collect()
    }

    pub(super) fn engine_pids(&self) -> Vec<u32> {
        self.engines.iter().flat_map(Engines::pids).collect()
    }

    pub(super) async fn stop(self) -> Result<()> {
        for node in self.nodes {
            node.server.stop().await?;
        }
        if let Some(engines) = self.engines {
            engines.stop().await;
        }
        Ok(())
    }

    fn first(&self) -> Result<&Node> {
        Ok(self.nodes.first().ok_or("no server runs")?)
    }

    /// People with accounts, and a film for them to watch.
    async fn people(&self, count: usize) -> Result<(Vec<Person>, MovieId)> {
        let (people, cinema) = match &self.engines {
            None => {
                let node = self.first()?;
                (People::embedded(&node.server, node.data.path()).await?, api(node)?)
            }
            Some(engines) => (engines.cinema().people().await?, engines.cinema().api()?),
        };
        let added = people.add(count).await?;
        people.close().await;
        Ok((added, cinema.first_film().await?))
    }
}

/// Calls a server.
fn api(node: &Node) -> Result<Api> {
    Api::new(node.server.address())
}
