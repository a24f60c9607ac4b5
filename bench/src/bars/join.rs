//! Time to `welcome` for someone who joins a room with a long history.
//!
//! Records go straight into the log before the server starts. The rows of the rooms that are
//! to be cold say `creating`: such rooms the server does not load by itself, so the first join
//! reads the log, and repairs the row on the way.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::try_join_all;
use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, SessionId, UserId};
use schemas::record::{Chat, Control, Entry, MemberJoined, Record, RoomCreated};
use storage::clock::{Clock, SystemClock};
use storage::log::Log;
use storage::rooms::RoomRow;
use storage::{Storage, StorageUrls};
use uuid::Uuid;

use super::Place;
use crate::Result;
use crate::api::Api;
use crate::figure::{Figure, Unit};
use crate::latencies::Latencies;
use crate::options::JoinOptions;
use crate::people::{People, Person};
use crate::server::{Server, database, scratch};
use crate::socket::Socket;

/// Time to the welcome.
const BAR_MS: f64 = 50.0;
/// Members who wrote the history, in turn.
const WRITERS: usize = 4;
/// A line of chat of ordinary length.
const LINE: &str = "Did you see the hat in the corner? It was not there a minute ago.";

pub(super) fn method(options: &JoinOptions) -> String {
    format!(
        "Rooms with {} messages of {} characters by {WRITERS} members. The time runs from the \
         call `GET /room/{{id}}/join` of somebody new, who becomes a member and gets a ticket by \
         it, over the socket of that ticket, to the whole `welcome`. Cold: {} rooms that are not \
         in the server's memory, each read from the log by its first join. Warm: {} more people \
         join one of them.",
        options.messages,
        LINE.chars().count(),
        options.cold_joins,
        options.warm_joins,
    )
}

pub(super) async fn run(options: &JoinOptions, place: Place<'_>) -> Result<Vec<Figure>> {
    let data = scratch(place.scratch)?;
    let rooms = seed(options, data.path()).await?;
    let server = Server::start(place.server, data.path(), &[]).await?;
    let people = People::open(&server, data.path()).await?;
    let newcomers = people.add(options.cold_joins.saturating_add(options.warm_joins)).await?;
    people.close().await;
    let api = Api::new(&server)?;
    let first = newcomers.first().ok_or("nobody joins")?;
    api.introduce(first).await?;

    let (cold, warm) = newcomers.split_at(options.cold_joins);
    let (mut cold_times, mut warm_times) = (Latencies::new()?, Latencies::new()?);
    let history = u64::try_from(options.messages)?;
    let mut sockets = Vec::new();
    for (person, room) in cold.iter().zip(&rooms) {
        sockets.push(join(&server, &api, person, *room, history, &mut cold_times).await?);
    }
    let room = rooms.first().ok_or("no room")?;
    for person in warm {
        sockets.push(join(&server, &api, person, *room, history, &mut warm_times).await?);
    }
    drop(sockets);
    server.stop().await?;
    let ms = |name, value| Figure::new(name, Unit::Milliseconds, value);
    Ok(vec![
        ms("cold join, median", cold_times.quantile_ms(0.5)).under(BAR_MS),
        ms("cold join, slowest", cold_times.max_ms()),
        ms("warm join, median", warm_times.quantile_ms(0.5)).under(BAR_MS),
        ms("warm join, slowest", warm_times.max_ms()),
    ])
}

async fn join(
    server: &Server,
    api: &Api,
    person: &Person,
    room: RoomId,
    history: u64,
    times: &mut Latencies,
) -> Result<Socket> {
    let started_at = Instant::now();
    let ticket = api.join(person, room).await?;
    let socket = Socket::open(server.address(), &ticket.ws_url).await?;
    times.add(started_at.elapsed());
    if socket.seq > history {
        Ok(socket)
    } else {
        Err(format!("the room has only {} of its {history} messages", socket.seq).into())
    }
}

/// Rooms with their history, before any server.
async fn seed(options: &JoinOptions, data: &Path) -> Result<Vec<RoomId>> {
    // Nothing is lost if the power fails now, and the records are the same.
    let url = format!("sqlite://{}?synchronous=normal", database(data).display());
    let urls = StorageUrls { rooms: url.clone(), log: url.clone(), archive: url };
    let storage = storage::open(&urls, Arc::new(SystemClock)).await?;
    let log = storage.log.as_ref();
    let histories: Vec<History> =
        (0..log.partitions()).cycle().take(options.cold_joins).map(History::new).collect();
    let appends = histories.iter().map(|history| history.append(log, options.messages));
    try_join_all(appends).await?;
    // Last, so that the rows are as young as can be when the server starts.
    for history in &histories {
        storage.rooms.create(&history.row(&storage)).await?;
    }
    Ok(histories.iter().map(|history| history.room).collect())
}

/// The records of a room.
struct History {
    room: RoomId,
    partition: u32,
    movie_id: MovieId,
    /// The owner first.
    members: Vec<(UserId, SessionId)>,
}

impl History {
    fn new(partition: u32) -> Self {
        let member = || (UserId(Uuid::new_v4()), SessionId(Uuid::new_v4()));
        Self {
            room: RoomId(Uuid::now_v7()),
            partition,
            movie_id: MovieId(Uuid::new_v4()),
            members: std::iter::repeat_with(member).take(WRITERS).collect(),
        }
    }

    /// A member waits for one message to be written before the next, as the server does; the
    /// members write side by side.
    async fn append(&self, log: &dyn Log, messages: usize) -> Result<()> {
        self.write(log, self.opening()?).await?;
        let writers = self.members.iter().enumerate().map(|(place, (user, session))| {
            let count = messages.saturating_sub(place).div_ceil(WRITERS);
            self.write(log, self.chats(*user, *session, count))
        });
        try_join_all(writers).await?;
        Ok(())
    }

    async fn write(&self, log: &dyn Log, records: Vec<Record>) -> Result<()> {
        for record in records {
            log.append(self.partition, self.room, record.encode()?.into()).await?;
        }
        Ok(())
    }

    /// The room and its members.
    fn opening(&self) -> Result<Vec<Record>> {
        let (owner, _) = *self.members.first().ok_or("a room needs an owner")?;
        let created = Entry::RoomCreated(RoomCreated {
            owner,
            owner_name: "Owner".to_owned(),
            movie_id: self.movie_id,
            title: "Film".to_owned(),
            duration_ms: 0,
            control: Control::Everyone,
        });
        let joined = self.members.iter().skip(1).map(|(user, _)| {
            let name = "Member".to_owned();
            Record::of_node(self.room, Some(*user), Entry::MemberJoined(MemberJoined { name }))
        });
        let created = Record::of_node(self.room, Some(owner), created);
        Ok(std::iter::once(created).chain(joined).collect())
    }

    /// What one member says.
    fn chats(&self, user: UserId, session: SessionId, count: usize) -> Vec<Record> {
        let said = |number: usize| Record {
            room: self.room,
            user: Some(user),
            session: Some(session),
            client_seq: Some(number as u64),
            entry: Entry::Chat(Chat { text: LINE.to_owned(), reply_to: None, redacted: false }),
        };
        (1..=count).map(said).collect()
    }

    fn row(&self, storage: &Storage) -> RoomRow {
        RoomRow {
            id: self.room,
            owner: self.members.first().map_or(UserId(Uuid::nil()), |(owner, _)| *owner),
            owner_name: "Owner".to_owned(),
            movie_id: self.movie_id,
            title: "Film".to_owned(),
            duration_ms: 0,
            control: Control::Everyone,
            status: RoomStatus::Creating,
            partition: self.partition,
            epoch: storage.log.epoch().to_owned(),
            first_offset: None,
            close_offset: None,
            close_reason: None,
            created_at_ms: SystemClock.now_ms(),
            closed_at_ms: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use schemas::fold::{Outcome, fold};

    use super::*;

    #[test]
    fn every_record_of_a_history_counts() {
        let history = History::new(0);
        let mut records = history.opening().unwrap();
        for (user, session) in &history.members {
            records.extend(history.chats(*user, *session, 3));
        }
        let mut state = None;
        for (place, record) in records.iter().enumerate() {
            let seq = place as u64 + 1;
            assert_eq!(fold(&mut state, record, 0), Outcome::Accepted { seq });
        }
        assert_eq!(state.unwrap().seq(), (1 + 3) * WRITERS as u64);
    }
}
