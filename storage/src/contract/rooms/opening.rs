use std::sync::Arc;

use schemas::http::RoomStatus::{Aborted, Creating, Open};

use super::super::{Checked, ensure, ensure_eq};
use super::{FIRST_OFFSET, a_row, a_user, add, get};
use crate::rooms::{Invite, Opened, RoomRow, Rooms};

const AT_MS: i64 = 1_700_000_000_500;

fn opened(row: &RoomRow) -> Opened {
    let invite = Invite { room: row.id, number: 1, code_hash: [7; 32], outside_link: None };
    Opened { first_offset: FIRST_OFFSET, at_ms: AT_MS, owner: row.owner, invite }
}

pub(super) async fn whole(rooms: Arc<dyn Rooms>) -> Checked {
    let row = a_row(a_user());
    let opened = opened(&row);
    add(&rooms, &row, Creating).await?;
    ensure!(rooms.open(row.id, &opened).await?, "a fresh row was not opened");
    let wanted = RoomRow { status: Open, first_offset: Some(FIRST_OFFSET), ..row };
    ensure_eq!(get(&rooms, wanted.id).await?, wanted, "the row");
    let listed = rooms.rooms_of(wanted.owner, 1, 10).await?;
    ensure_eq!(listed.rows.first(), Some(&wanted), "the owner's room");
    ensure_eq!(rooms.last_invite(wanted.id).await?, Some(opened.invite.clone()), "the invite");

    let later = Opened { first_offset: FIRST_OFFSET + 1, ..opened };
    ensure!(!rooms.open(wanted.id, &later).await?, "an open row was opened");
    ensure_eq!(get(&rooms, wanted.id).await?, wanted, "the row opened again");
    ensure_eq!(rooms.rooms_of(wanted.owner, 1, 10).await?.total, 1, "the owner's rooms again");
    Ok(())
}

pub(super) async fn repaired(rooms: Arc<dyn Rooms>) -> Checked {
    let row = a_row(a_user());
    let opened = opened(&row);
    add(&rooms, &row, Open).await?;
    ensure!(!rooms.open(row.id, &opened).await?, "a repaired row was opened");
    ensure_eq!(rooms.rooms_of(row.owner, 1, 10).await?.total, 1, "the owner's rooms");
    let invite = rooms.last_invite(row.id).await?;
    ensure_eq!(invite.as_ref(), Some(&opened.invite), "the invite");

    let given_up = a_row(a_user());
    add(&rooms, &given_up, Aborted).await?;
    let invite = Invite { room: given_up.id, number: 1, code_hash: [8; 32], outside_link: None };
    let too_late = Opened { owner: given_up.owner, invite, ..opened };
    ensure!(!rooms.open(given_up.id, &too_late).await?, "an aborted row was opened");
    ensure_eq!(get(&rooms, given_up.id).await?.status, Aborted, "the status");
    Ok(())
}
