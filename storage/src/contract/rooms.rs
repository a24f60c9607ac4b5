//! What all room rows must do.

mod invites;
mod lists;
mod opening;
mod sessions;
mod status;
mod whispers;

use std::sync::Arc;

use schemas::http::RoomStatus;
use schemas::ids::{MovieId, RoomId, UserId};
use schemas::record::{CloseReason, Control};
use uuid::Uuid;

use super::{Broken, Check, Checked, checks, ensure, run_all};
use crate::rooms::{Closed, RoomRow, Rooms};

/// Runs every check, each on rows of its own.
pub async fn check(make: impl AsyncFn() -> Arc<dyn Rooms>) -> Result<(), Broken> {
    run_all(make, CHECKS).await
}

const CHECKS: &[Check<dyn Rooms>] = checks! {
    "a row is read as it was created" => status::creates,
    "a row that is created again stays as it is" => status::creates_again,
    "an owner has one room that is creating or open" => status::one_an_owner,
    "of concurrent rooms of one owner one is created" => status::one_of_many,
    "status moves one way, and only from where it may" => status::transitions,
    "opening writes the first offset, once" => status::opens,
    "creating ends with the row open, its owner and its invite" => opening::whole,
    "creating ends as well where the row was repaired meanwhile" => opening::repaired,
    "closing writes what is known, once" => status::closes,
    "rows that may still be needed are listed by partition" => lists::unarchived,
    "a person's rooms are listed newest first, page by page" => lists::pages,
    "a person's creating and aborted rooms are left out" => lists::left_out,
    "a member added again is added once" => lists::member_again,
    "an owner's name is forgotten in every row, and nobody else's" => lists::forgets_owner,
    "an invite is found by its code" => invites::by_code,
    "the last invite is the one with the highest number" => invites::last,
    "neither number nor code of an invite is given twice" => invites::taken,
    "a lease is new or kept, and the living nodes are listed in order" => sessions::lease::renews,
    "a node whose lease ran out is silent, and new when it comes back" => sessions::lease::runs_out,
    "a silent node's sessions are due a grace after it was heard of" => sessions::lease::ends_silent,
    "a silent node's sessions are waited for" => sessions::lease::waits_for_silent,
    "a node that ends hands its sessions over to a grace" => sessions::lease::ends,
    "a session is held by one node, which alone can release it" => sessions::hold::moves,
    "a session held without a lease is due back, unless it moved on" => sessions::hold::without_lease,
    "a session that is held still is not taken from another node" => sessions::hold::again,
    "the nodes of a room are listed by how many sessions they hold" => sessions::hold::ordered,
    "leaving forgets what was noted before, and nothing since" => sessions::hold::left,
    "closing forgets every session of the room" => sessions::hold::closed,
    "a released session is due back, once" => sessions::wait::released,
    "a promise never shortens what was granted" => sessions::wait::promised,
    "a member is expected only while nothing is known" => sessions::wait::expected,
    "a member is expected until a session was held" => sessions::wait::expected_until_held,
    "a member is absent when every session is overdue" => sessions::claim::every_session,
    "an absent member is claimed once" => sessions::claim::once,
    "a claim that ran out may be claimed again" => sessions::claim::again,
    "of concurrent claims no two name one member" => sessions::claim::concurrent,
    "a claim keeps to its limit" => sessions::claim::limit,
    "notes are written in their order" => sessions::batch::in_order,
    "notes are written all or none" => sessions::batch::all_or_nothing,
    "notes written again change nothing but times" => sessions::batch::repeats,
    "a thousand notes are written at once" => sessions::batch::many,
    "nodes that note the same sessions do not get in each other's way" => sessions::batch::concurrent,
    "what is whispered reaches all who listen, whole and in order" => whispers::reach_all,
};

const STATUSES: [RoomStatus; 5] = [
    RoomStatus::Creating,
    RoomStatus::Open,
    RoomStatus::Closed,
    RoomStatus::Archived,
    RoomStatus::Aborted,
];

const FIRST_OFFSET: u64 = 7;
const CLOSED: Closed = Closed {
    first_offset: FIRST_OFFSET,
    close_offset: 90,
    reason: CloseReason::Ended,
    at_ms: 1_700_000_009_000,
};

fn a_user() -> UserId {
    UserId(Uuid::now_v7())
}

/// A row that was not written yet.
fn a_row(owner: UserId) -> RoomRow {
    RoomRow {
        id: RoomId(Uuid::now_v7()),
        owner,
        owner_name: "Василий".to_owned(),
        movie_id: MovieId(Uuid::now_v7()),
        title: "A \"title\"; it's 🎬".to_owned(),
        duration_ms: 5_400_000,
        control: Control::Owner,
        status: RoomStatus::Creating,
        partition: 0,
        epoch: "an epoch".to_owned(),
        first_offset: None,
        close_offset: None,
        close_reason: None,
        created_at_ms: 1_700_000_000_000,
        closed_at_ms: None,
    }
}

/// Writes a row and moves it to a status.
async fn add(rooms: &Arc<dyn Rooms>, row: &RoomRow, status: RoomStatus) -> Checked<RoomId> {
    rooms.create(row).await?;
    let moved = match status {
        RoomStatus::Creating => true,
        RoomStatus::Open => rooms.mark_open(row.id, FIRST_OFFSET).await?,
        RoomStatus::Closed => rooms.mark_closed(row.id, &CLOSED).await?,
        RoomStatus::Archived => {
            rooms.mark_closed(row.id, &CLOSED).await? && rooms.mark_archived(row.id).await?
        }
        RoomStatus::Aborted => rooms.mark_aborted(row.id).await?,
    };
    ensure!(moved, "a fresh row did not become {status:?}");
    Ok(row.id)
}

/// The row of a room that must be there.
async fn get(rooms: &Arc<dyn Rooms>, room: RoomId) -> Checked<RoomRow> {
    Ok(rooms.get(room).await?.ok_or("the row is not there")?)
}
