//! The records of a room, as the server would have appended them.

use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, SessionId, UserId};
use schemas::record::{
    Chat, CloseReason, Control, Entry, MemberJoined, Record, RoomClosed, RoomCreated,
};
use storage::clock::{Clock, SystemClock};
use storage::rooms::RoomRow;
use uuid::Uuid;

use crate::Result;

/// A room that some people talk in.
pub(crate) struct History {
    pub(crate) room: RoomId,
    pub(crate) partition: u32,
    movie_id: MovieId,
    /// The owner first.
    members: Vec<(UserId, SessionId)>,
}

impl History {
    pub(crate) fn new(partition: u32, members: usize) -> Self {
        let member = || (UserId(Uuid::new_v4()), SessionId(Uuid::new_v4()));
        Self {
            room: RoomId(Uuid::now_v7()),
            partition,
            movie_id: MovieId(Uuid::new_v4()),
            members: std::iter::repeat_with(member).take(members).collect(),
        }
    }

    /// The room and its members.
    pub(crate) fn opening(&self) -> Result<Vec<Record>> {
        let owner = self.owner()?;
        let created = Entry::RoomCreated(Box::new(RoomCreated {
            owner,
            owner_name: "Owner".to_owned(),
            movie_id: self.movie_id,
            title: "Film".to_owned(),
            duration_ms: 0,
            control: Control::Everyone,
        }));
        let joined = self.members.iter().skip(1).map(|(user, _)| {
            let name = "Member".to_owned();
            Record::of_node(self.room, Some(*user), Entry::MemberJoined(MemberJoined { name }))
        });
        let created = Record::of_node(self.room, Some(owner), created);
        Ok(std::iter::once(created).chain(joined).collect())
    }

    /// What the member at this place says, as the member's command of this number.
    pub(crate) fn chat(&self, place: usize, client_seq: u64, text: &str) -> Result<Record> {
        let (user, session) = *self.members.get(place).ok_or("no such member")?;
        Ok(Record {
            room: self.room,
            user: Some(user),
            session: Some(session),
            client_seq: Some(client_seq),
            entry: Entry::Chat(Chat { text: text.to_owned(), reply_to: None, redacted: false }),
        })
    }

    /// The owner closes the room.
    pub(crate) fn closing(&self) -> Result<Record> {
        let closed = Entry::RoomClosed(RoomClosed { reason: CloseReason::Owner });
        Ok(Record::of_node(self.room, Some(self.owner()?), closed))
    }

    /// The row before any record.
    pub(crate) fn row(&self, epoch: &str) -> Result<RoomRow> {
        Ok(RoomRow {
            id: self.room,
            owner: self.owner()?,
            owner_name: "Owner".to_owned(),
            movie_id: self.movie_id,
            title: "Film".to_owned(),
            duration_ms: 0,
            control: Control::Everyone,
            status: RoomStatus::Creating,
            partition: self.partition,
            epoch: epoch.to_owned(),
            first_offset: None,
            close_offset: None,
            close_reason: None,
            created_at_ms: SystemClock.now_ms(),
            closed_at_ms: None,
        })
    }

    fn owner(&self) -> Result<UserId> {
        let (owner, _) = *self.members.first().ok_or("a room needs an owner")?;
        Ok(owner)
    }
}

#[cfg(test)]
mod tests {
    use schemas::fold::{Outcome, fold};

    use super::*;

    #[test]
    fn every_record_of_a_history_counts() {
        let history = History::new(0, 3);
        let mut records = history.opening().unwrap();
        for client_seq in 1..=2 {
            let said = (0..3).map(|place| history.chat(place, client_seq, "text").unwrap());
            records.extend(said);
        }
        records.push(history.closing().unwrap());
        let mut state = None;
        for (place, record) in records.iter().enumerate() {
            let seq = place as u64 + 1;
            assert_eq!(fold(&mut state, record, 0), Outcome::Accepted { seq });
        }
        assert_eq!(state.unwrap().closed(), Some(CloseReason::Owner));
    }
}
