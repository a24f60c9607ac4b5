//! The room resource.

use std::sync::Arc;

use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use schemas::http::{
    CreateRoomBody, DoneAnswer, InviteAnswer, RoomCreatedAnswer, RoomPage, RoomView, TicketAnswer,
    TicketBody,
};
use schemas::ids::{RoomId, UserId};

use super::authorized::Authorized;
use super::body::JsonBody;
use super::refused::{Refused, refusals};
use super::section::Section;
use super::values::{Checked, Page, QUERY_CHARS_MAX, both, query};
use crate::services::Services;

/// Operations on rooms.
pub(super) struct RoomsApi {
    pub(super) services: Arc<Services>,
}

refusals!(CreateRoom:
    400 "The body is no JSON object.",
    404 "There is no such film.",
    409 "The caller has an open room already.",
    413 "The body is too large.",
    415 "The body is not application/json.",
    422 "A value was refused; `fields` names each.",
);
refusals!(ListRooms: 422 "A value was refused; `fields` names each.");
refusals!(OneRoom: 404 "There is no such room.", 422 "`room_id` is no UUID.");
refusals!(JoinRoom:
    403 "The owner has removed the caller from the room.",
    404 "There is no such room.",
    409 "The caller is a member already, or the room is full.",
    410 "The room is over.",
    422 "`room_id` is no UUID.",
);
refusals!(RenewTicket:
    400 "The body is no JSON object.",
    403 "The caller is not a member, was removed, or the session is another person's.",
    404 "There is no such room.",
    409 "The caller has too many sessions.",
    410 "The room is over.",
    413 "The body is too large.",
    415 "The body is not application/json.",
    422 "A value was refused; `fields` names each.",
);
refusals!(LeaveRoom:
    404 "There is no such room, or the caller is not in it.",
    410 "The room is over.",
    422 "`room_id` is no UUID.",
);
refusals!(RemoveMember:
    403 "The caller is not the owner.",
    404 "There is no such room, or nobody of this id is in it.",
    409 "The owner cannot be removed.",
    410 "The room is over.",
    422 "A value was refused; `fields` names each.",
);
refusals!(InviteFriends:
    403 "The caller is not a member.",
    404 "There is no such room.",
    409 "The room has too many links.",
    410 "The room is over.",
    422 "`room_id` is no UUID.",
);
refusals!(CloseRoom:
    403 "The caller is not the owner.",
    404 "There is no such room.",
    410 "The room is over.",
    422 "`room_id` is no UUID.",
);

/// Answer of creating a room.
#[derive(ApiResponse)]
enum Created {
    /// The room is open, and the caller is its first member.
    #[oai(status = 201)]
    Room(
        Json<RoomCreatedAnswer>,
        /// Where the room is.
        #[oai(header = "Location")]
        String,
    ),
}

/// Answer of inviting.
#[derive(ApiResponse)]
enum Invited {
    /// A new link; the older ones stay good.
    #[oai(status = 201)]
    Link(Json<InviteAnswer>),
}

/// Answer of viewing a room.
#[derive(ApiResponse)]
enum Viewed {
    /// The room.
    #[oai(status = 200)]
    Room(Json<RoomView>),
}

/// Answer of listing rooms.
#[derive(ApiResponse)]
enum Listed {
    /// The rooms that the caller ever was a member of, newest first.
    #[oai(status = 200)]
    Rooms(Json<RoomPage>),
}

/// Answer of joining and of asking for a ticket.
#[derive(ApiResponse)]
enum Admitted {
    /// A ticket for one socket.
    #[oai(status = 200)]
    Ticket(Json<TicketAnswer>),
}

/// Answer where there is nothing to tell.
#[derive(ApiResponse)]
enum Done {
    /// Done.
    #[oai(status = 200)]
    Done(Json<DoneAnswer>),
}

/// Answer of removing a member.
#[derive(ApiResponse)]
enum Removed {
    /// The person is out and cannot come back; twice is the same as once.
    #[oai(status = 204)]
    Done,
}

impl Done {
    fn new() -> Self {
        Self::Done(Json(DoneAnswer { success: true, errors: vec![] }))
    }
}

#[OpenApi(prefix_path = "/api/v1", tag = "Section::Rooms")]
impl RoomsApi {
    /// Create a room
    ///
    /// The caller owns it and is its first member. One person has one open room at a time.
    #[oai(path = "/room/", method = "post", operation_id = "createRoom")]
    async fn create(
        &self,
        caller: Authorized,
        body: JsonBody<CreateRoomBody>,
    ) -> Result<Created, Refused<CreateRoom>> {
        let answer = self.services.create_room(&caller.0, body.0?).await?;
        let location = format!("/api/v1/room/{}", answer.room_id);
        Ok(Created::Room(Json(answer), location))
    }

    /// List or find my rooms
    ///
    /// Every room that the caller ever was a member of, newest first.
    #[oai(path = "/rooms", method = "get", operation_id = "listRooms")]
    async fn list(
        &self,
        caller: Authorized,
        /// Part of a title, whatever the case, to look for in the newest 1000; every room without
        /// it.
        #[oai(validator(max_length = 100))]
        query: Query<Checked<Option<String>>>,
        /// Number of the page, from 1.
        #[oai(validator(minimum(value = "1")))]
        page: Query<Checked<Option<u32>>>,
        /// Rooms a page; 20 unless asked.
        #[oai(validator(minimum(value = "1"), maximum(value = "100")))]
        size: Query<Checked<Option<u32>>>,
    ) -> Result<Listed, Refused<ListRooms>> {
        let query = self::query(query.0, QUERY_CHARS_MAX);
        let (query, Page { page, size }) = both(query, Page::of(page.0, size.0))?;
        let rooms = self.services.my_rooms(&caller.0, query, page, size).await?;
        Ok(Listed::Rooms(Json(rooms)))
    }

    /// View a room
    #[oai(path = "/room/:room_id", method = "get", operation_id = "viewRoom")]
    async fn view(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
    ) -> Result<Viewed, Refused<OneRoom>> {
        let room = room_id.0.named("room_id")?;
        let view = self.services.view_room(&caller.0, room).await?;
        Ok(Viewed::Room(Json(view)))
    }

    /// Join a room
    ///
    /// Makes the caller a member. A browser that navigates here (`Accept: text/html`) is led
    /// to the room's page instead, without a token.
    #[oai(path = "/room/:room_id/join", method = "get", operation_id = "joinRoom")]
    async fn join(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
    ) -> Result<Admitted, Refused<JoinRoom>> {
        let room = room_id.0.named("room_id")?;
        let ticket = self.services.join_room(&caller.0, room).await?;
        Ok(Admitted::Ticket(Json(ticket)))
    }

    /// Ask for another ticket
    ///
    /// For someone who is a member already: to connect again, or to open another tab.
    #[oai(path = "/room/:room_id/ticket", method = "post", operation_id = "renewTicket")]
    async fn ticket(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
        body: JsonBody<TicketBody>,
    ) -> Result<Admitted, Refused<RenewTicket>> {
        let (room, body) = both(room_id.0.named("room_id"), body.0)?;
        let ticket = self.services.issue_ticket(&caller.0, room, body.session);
        Ok(Admitted::Ticket(Json(ticket.await?)))
    }

    /// Leave a room
    ///
    /// Ends the caller's membership and every session of it.
    #[oai(path = "/room/:room_id/disconnect", method = "post", operation_id = "leaveRoom")]
    async fn leave(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
    ) -> Result<Done, Refused<LeaveRoom>> {
        let room = room_id.0.named("room_id")?;
        self.services.leave_room(&caller.0, room).await?;
        Ok(Done::new())
    }

    /// Remove a member
    ///
    /// For the owner. Ends the membership and every session of it; no link leads that person
    /// back in.
    #[oai(
        path = "/room/:room_id/members/:user_id",
        method = "delete",
        operation_id = "removeMember"
    )]
    async fn remove(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
        /// The member.
        user_id: Path<Checked<UserId>>,
    ) -> Result<Removed, Refused<RemoveMember>> {
        let (room, user) = both(room_id.0.named("room_id"), user_id.0.named("user_id"))?;
        self.services.remove_member(&caller.0, room, user).await?;
        Ok(Removed::Done)
    }

    /// Invite friends
    ///
    /// Makes another short link to the room.
    #[oai(path = "/room/:room_id/invite", method = "post", operation_id = "inviteFriends")]
    async fn invite(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
    ) -> Result<Invited, Refused<InviteFriends>> {
        let room = room_id.0.named("room_id")?;
        let link = self.services.invite(&caller.0, room).await?;
        Ok(Invited::Link(Json(InviteAnswer { success: true, errors: vec![], link })))
    }

    /// Close a room
    #[oai(path = "/room/:room_id/close", method = "post", operation_id = "closeRoom")]
    async fn close(
        &self,
        caller: Authorized,
        /// The room.
        room_id: Path<Checked<RoomId>>,
    ) -> Result<Done, Refused<CloseRoom>> {
        let room = room_id.0.named("room_id")?;
        self.services.close_room(&caller.0, room).await?;
        Ok(Done::new())
    }
}
