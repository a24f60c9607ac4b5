//! Rooms of ours full of people.

use schemas::ids::{MovieId, RoomId, SessionId};

use crate::Result;
use crate::api::Api;
use crate::line::{Dialect, Line};
use crate::person::Person;
use crate::socket::Socket;

/// A member of a room, with a socket.
pub(crate) struct Seat {
    pub(crate) person: Person,
    pub(crate) room: RoomId,
    pub(crate) session: SessionId,
    pub(crate) socket: Socket,
}

/// Opens a room with everyone in it; the first is its owner. Nobody's socket is opened before
/// all are members, so that no member hears another one come.
pub(crate) async fn open_room(api: &Api, movie: MovieId, members: &[Person]) -> Result<Vec<Seat>> {
    let (owner, others) = members.split_first().ok_or("a room needs an owner")?;
    let room = api.create_room(owner, movie).await?;
    let mut tickets = vec![api.ticket(owner, room, None).await?];
    for member in others {
        tickets.push(api.join(member, room).await?);
    }
    let mut seats = Vec::with_capacity(members.len());
    for (person, ticket) in members.iter().zip(tickets) {
        let socket = Socket::open(&ticket.ws_url).await?;
        seats.push(Seat { person: person.clone(), room, session: ticket.session, socket });
    }
    Ok(seats)
}

/// [`open_room`], for people who do nothing but talk.
pub(crate) async fn open_lines(api: &Api, movie: MovieId, members: &[Person]) -> Result<Vec<Line>> {
    let mut seats = open_room(api, movie, members).await?;
    // Other rooms open before anyone reads on.
    for seat in &mut seats {
        seat.socket.answer_ping().await?;
    }
    let lines = seats.into_iter().map(|seat| {
        let halves = (seat.socket.writing.0, seat.socket.reading.stream);
        Line::new(halves, Dialect::Ours, seat.room.to_string().into(), seat.socket.seq)
    });
    Ok(lines.collect())
}
