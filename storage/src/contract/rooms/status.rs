use std::sync::Arc;

use futures_util::future::join_all;
use schemas::http::RoomStatus::{self, Aborted, Archived, Closed as Over, Creating, Open};
use schemas::ids::RoomId;
use schemas::record::CloseReason;
use uuid::Uuid;

use super::super::{Checked, ensure, ensure_eq, ensure_refused};
use super::{CLOSED, FIRST_OFFSET, STATUSES, a_row, a_user, add, get};
use crate::rooms::{Closed, RoomRow, Rooms, RoomsError};

pub(super) async fn creates(rooms: Arc<dyn Rooms>) -> Checked {
    rooms.ping().await?;
    let row = a_row(a_user());
    ensure_eq!(rooms.get(row.id).await?, None, "before");
    rooms.create(&row).await?;
    ensure_eq!(rooms.get(row.id).await?, Some(row.clone()), "after");
    let same_id = RoomRow { id: row.id, ..a_row(a_user()) };
    ensure!(rooms.create(&same_id).await.is_err(), "an id was given twice");
    ensure_eq!(get(&rooms, row.id).await?, row, "after the second");
    Ok(())
}

pub(super) async fn creates_again(rooms: Arc<dyn Rooms>) -> Checked {
    for status in [Creating, Open] {
        let row = a_row(a_user());
        add(&rooms, &row, status).await?;
        let before = get(&rooms, row.id).await?;
        rooms.create(&row).await?;
        ensure_eq!(get(&rooms, row.id).await?, before, "after the repeat");
    }
    Ok(())
}

pub(super) async fn one_an_owner(rooms: Arc<dyn Rooms>) -> Checked {
    for status in STATUSES {
        let owner = a_user();
        add(&rooms, &a_row(owner), status).await?;
        let second = a_row(owner);
        if matches!(status, Creating | Open) {
            ensure_refused!(rooms.create(&second).await, RoomsError::OwnerHasRoom, "a second room");
            ensure_eq!(rooms.get(second.id).await?, None, "the second row");
        } else {
            rooms.create(&second).await?;
        }
    }
    Ok(())
}

pub(super) async fn one_of_many(rooms: Arc<dyn Rooms>) -> Checked {
    let owner = a_user();
    let rows: Vec<RoomRow> = (0..8).map(|_| a_row(owner)).collect();
    let created = join_all(rows.iter().map(|row| rooms.create(row))).await;
    let created: Vec<bool> = created.iter().map(Result::is_ok).collect();
    let count = created.iter().filter(|ok| **ok).count();
    ensure_eq!(count, 1, "rooms created");
    for (row, created) in rows.iter().zip(created) {
        ensure_eq!(rooms.get(row.id).await?.is_some(), created, "a row that was created");
    }
    Ok(())
}

/// Every step from every status: what it answers, and what the status is then.
pub(super) async fn transitions(rooms: Arc<dyn Rooms>) -> Checked {
    for from in STATUSES {
        for to in [Open, Over, Archived, Aborted] {
            let room = add(&rooms, &a_row(a_user()), from).await?;
            let allowed = matches!(
                (from, to),
                (Creating, Open | Over | Aborted) | (Open, Over) | (Over, Archived)
            );
            ensure!(
                mark(&rooms, room, to).await? == allowed,
                "{from:?} to {to:?} did not answer {allowed}"
            );
            let status = get(&rooms, room).await?.status;
            let wanted = if allowed { to } else { from };
            ensure!(status == wanted, "{from:?} to {to:?} led to {status:?}");
            ensure!(!mark(&rooms, room, to).await?, "{from:?} to {to:?} changed the row again");
        }
    }
    for to in [Open, Over, Archived, Aborted] {
        let nowhere = RoomId(Uuid::now_v7());
        ensure!(!mark(&rooms, nowhere, to).await?, "no row became {to:?}");
    }
    Ok(())
}

async fn mark(rooms: &Arc<dyn Rooms>, room: RoomId, to: RoomStatus) -> Checked<bool> {
    Ok(match to {
        Creating => false,
        Open => rooms.mark_open(room, FIRST_OFFSET).await?,
        Over => rooms.mark_closed(room, &CLOSED).await?,
        Archived => rooms.mark_archived(room).await?,
        Aborted => rooms.mark_aborted(room).await?,
    })
}

pub(super) async fn opens(rooms: Arc<dyn Rooms>) -> Checked {
    let row = a_row(a_user());
    add(&rooms, &row, Open).await?;
    let wanted = RoomRow { status: Open, first_offset: Some(FIRST_OFFSET), ..row };
    ensure_eq!(get(&rooms, wanted.id).await?, wanted, "the row");
    rooms.mark_open(wanted.id, FIRST_OFFSET + 1).await?;
    ensure_eq!(get(&rooms, wanted.id).await?, wanted, "the row opened again");
    Ok(())
}

pub(super) async fn closes(rooms: Arc<dyn Rooms>) -> Checked {
    for from in [Creating, Open] {
        let row = a_row(a_user());
        add(&rooms, &row, from).await?;
        rooms.mark_closed(row.id, &CLOSED).await?;
        let wanted = RoomRow {
            status: Over,
            first_offset: Some(CLOSED.first_offset),
            close_offset: Some(CLOSED.close_offset),
            close_reason: Some(CLOSED.reason),
            closed_at_ms: Some(CLOSED.at_ms),
            ..row
        };
        ensure_eq!(get(&rooms, wanted.id).await?, wanted, "the row");
        let other =
            Closed { first_offset: 1, close_offset: 2, reason: CloseReason::TooOld, at_ms: 3 };
        rooms.mark_closed(wanted.id, &other).await?;
        ensure_eq!(get(&rooms, wanted.id).await?, wanted, "the row closed again");
    }
    Ok(())
}
