//! What a room shows of its past: the first frame of a socket, and pages by HTTP.

use schemas::frame::{MemberView, ServerFrame, You};
use schemas::http::{OwnerView, RoomMovieView, RoomStatus, RoomView};
use schemas::ids::UserId;
use schemas::limits::WELCOME_EVENTS_MAX;
use schemas::state::RoomState;
use storage::archive::EventPage;

use super::Position;
use crate::refusal::Refusal;
use crate::relay::outlet::encode;
use crate::relay::rfc3339;
use crate::relay::socket::Frame;

/// A client that missed more events than this is welcomed afresh.
const RESUME_EVENTS_MAX: usize = 5000;
/// A client whose missed events are larger than this is welcomed afresh.
const RESUME_BYTES_MAX: usize = 1024 * 1024;

/// How a room looks, from its state and from what its row says.
pub(super) fn view(state: &RoomState, created_at: &str, link: Option<&str>) -> RoomView {
    let owner_name = state.people().get(&state.owner()).map(|person| person.name.clone());
    let is_open = state.closed().is_none();
    RoomView {
        id: state.room(),
        movie: RoomMovieView {
            id: state.movie().movie_id,
            title: state.movie().title.clone(),
            duration_ms: state.movie().duration_ms,
        },
        owner: OwnerView { id: state.owner(), name: owner_name.unwrap_or_default() },
        status: if is_open { RoomStatus::Open } else { RoomStatus::Closed },
        control: state.control(),
        members_count: state.members_count() as u64,
        created_at: created_at.to_owned(),
        closed_at: (!is_open).then(|| rfc3339(state.at_ms())),
        link: link.filter(|_| is_open).map(ToOwned::to_owned),
        members: None,
    }
}

/// Exactly what a client missed, if that can be proved and is not too much.
pub(super) fn resume(
    state: &RoomState,
    epoch: &str,
    server_time: i64,
    position: &Position,
) -> Option<Frame> {
    if position.epoch != epoch {
        return None;
    }
    let events = state.events_since(position.since)?;
    if events.len() > RESUME_EVENTS_MAX {
        return None;
    }
    let frame = encode(&ServerFrame::Resume { epoch, seq: state.seq(), server_time, events })?;
    (frame.bytes().len() <= RESUME_BYTES_MAX).then_some(frame)
}

/// The whole state with the last events.
pub(super) fn welcome<'a>(
    state: &'a RoomState,
    epoch: &'a str,
    server_time: i64,
    you: You,
    room: &'a RoomView,
) -> ServerFrame<'a> {
    let skipped = state.events().len().saturating_sub(WELCOME_EVENTS_MAX);
    ServerFrame::Welcome {
        epoch,
        seq: state.seq(),
        server_time,
        you,
        room,
        playback: state.playback(),
        members: members(state),
        messages: state.events().get(skipped..).unwrap_or_default(),
        has_more: skipped > 0,
    }
}

fn members(state: &RoomState) -> Vec<MemberView> {
    let people = state.people().iter();
    people
        .map(|(user_id, person)| MemberView {
            user_id: *user_id,
            name: person.name.clone(),
            present: person.joined,
        })
        .collect()
}

/// A page of history for someone who is or was a member.
pub(super) fn page(
    state: &RoomState,
    user: UserId,
    before: Option<u64>,
    limit: usize,
) -> Result<EventPage, Refusal> {
    if !state.people().contains_key(&user) {
        return Err(Refusal::NotMember);
    }
    let end = before.map_or(state.seq(), |before| before.saturating_sub(1).min(state.seq()));
    let end = usize::try_from(end).unwrap_or(usize::MAX);
    let start = end.saturating_sub(limit);
    let events = state.events().get(start..end).unwrap_or_default();
    Ok(EventPage { events: events.iter().rev().cloned().collect(), has_more: start > 0 })
}
