//! A room comes to be: row, first record, open row, link. A crash between two steps is
//! repaired by whoever reads the room next; the janitor ends what never opened.

use std::sync::Arc;

use schemas::http::{CreateRoomBody, RoomCreatedAnswer, RoomStatus};
use schemas::ids::RoomId;
use schemas::limits::TITLE_CHARS_MAX;
use schemas::record::{Entry, MovieChanged, Record, RoomCreated};
use schemas::upstream::Film;
use storage::rooms::{Opened, RoomRow, RoomsError};
use uuid::Uuid;

use super::{Caller, Refusal, Services};
use crate::relay::append_record;

impl Services {
    /// Creates a room of the caller's; the caller is its first member.
    pub async fn create_room(
        &self,
        caller: &Caller,
        body: CreateRoomBody,
    ) -> Result<RoomCreatedAnswer, Refusal> {
        let title = body.title.as_deref().map(checked_title).transpose()?;
        let asking = self.film(caller, body.movie_id);
        let film = self.known_films.get(body.movie_id, asking).await?;
        let row = self.new_row(caller, &body, title, &film);
        match self.rooms.create(&row).await {
            Err(RoomsError::OwnerHasRoom) => {
                return Err(Refusal::RoomExists { user: caller.user });
            }
            other => other?,
        }
        let record = first_record(&row);
        let appending = append_record(self.log.as_ref(), row.partition, &record);
        // An outside shortener may take its time.
        let (appended, (invite, link)) = tokio::join!(appending, self.links.first(row.id));
        let appended = appended?;
        let (first_offset, at_ms) = (appended.offset, appended.at_ms);
        let opened = Opened { first_offset, at_ms, owner: caller.user, invite };
        if self.rooms.open(row.id, &opened).await? {
            self.load_ahead(row.id);
        } else {
            // While this node slept, somebody opened the room or gave it up.
            self.relay.room(row.id).await?;
        }
        Ok(RoomCreatedAnswer { success: true, errors: vec![], link, room_id: row.id })
    }

    /// Brings a new room into memory while its owner is on the way. Where very many are created
    /// at once that waits for whoever enters first, or for the janitor's next round.
    fn load_ahead(&self, room: RoomId) {
        let Ok(turn) = Arc::clone(&self.loads_ahead).try_acquire_owned() else { return };
        let relay = self.relay.clone();
        self.relay.spawn(async move {
            if let Err(refusal) = relay.room(room).await {
                tracing::warn!(room.id = %room, code = refusal.code(), "room not loaded");
            }
            drop(turn);
        });
    }

    fn new_row(
        &self,
        caller: &Caller,
        body: &CreateRoomBody,
        title: Option<String>,
        film: &Film,
    ) -> RoomRow {
        let film = MovieChanged::to(film);
        let id = Uuid::now_v7();
        // The last bytes of a UUIDv7 are random, which spreads the rooms evenly.
        let partition = u32::try_from(id.as_u128() % u128::from(self.log.partitions().max(1)));
        RoomRow {
            id: RoomId(id),
            owner: caller.user,
            owner_name: caller.name.clone(),
            movie_id: body.movie_id,
            title: title.unwrap_or(film.title),
            duration_ms: film.duration_ms,
            control: body.control.unwrap_or_default(),
            status: RoomStatus::Creating,
            partition: partition.unwrap_or(0),
            epoch: self.log.epoch().to_owned(),
            first_offset: None,
            close_offset: None,
            close_reason: None,
            created_at_ms: self.clock.now_ms(),
            closed_at_ms: None,
        }
    }
}

fn first_record(row: &RoomRow) -> Record {
    let created = RoomCreated {
        owner: row.owner,
        owner_name: row.owner_name.clone(),
        movie_id: row.movie_id,
        title: row.title.clone(),
        duration_ms: row.duration_ms,
        control: row.control,
    };
    Record::of_node(row.id, Some(row.owner), Entry::RoomCreated(Box::new(created)))
}

fn checked_title(title: &str) -> Result<String, Refusal> {
    let title = title.trim();
    if (1..=TITLE_CHARS_MAX).contains(&title.chars().count()) {
        return Ok(title.to_owned());
    }
    let message = format!("must have 1 to {TITLE_CHARS_MAX} characters");
    Err(Refusal::Invalid { field: "title", message })
}
