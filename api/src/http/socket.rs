//! `GET /room/{room_id}/ws`: everything that can be refused is refused before the upgrade,
//! as an HTTP answer. What happens on the socket is the relay's.

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::web::websocket::{BoxWebSocketUpgraded, WebSocket, WebSocketConfig};
use poem::{FromRequest, Request};
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use schemas::frame::SUBPROTOCOL;
use schemas::ids::RoomId;
use schemas::limits::FRAME_BYTES_MAX;

use super::document::Section;
use super::origins::Origins;
use super::problem::Problem;
use super::refused::{Refusals, Refused};
use super::values::{Checked, Faults, both};
use crate::services::{Position, Services};

/// Read buffer of a socket; the library's own is 128 KiB, a gigabyte for 10,000 idle people.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Frames written together at most before they are sent.
const WRITE_BUFFER_BYTES: usize = 4 * 1024;
/// Above the largest first frame of a socket; what waits for a slow one is bounded before.
const WRITE_BUFFER_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Somewhat above [`FRAME_BYTES_MAX`], so that a frame over it is answered and not cut off.
const MESSAGE_BYTES_MAX: usize = 4 * FRAME_BYTES_MAX;
/// Longest ticket that is looked at.
const TICKET_BYTES_MAX: usize = 4 * 1024;
/// Longest epoch that is looked at.
const EPOCH_BYTES_MAX: usize = 64;

/// The socket.
pub(super) struct SocketApi {
    pub(super) services: Arc<Services>,
    pub(super) origins: Arc<Origins>,
}

pub(super) struct OpenSocket;

impl Refusals for OpenSocket {
    const TOKEN: bool = false;
    const TABLE: &'static [(u16, &'static str)] = &[
        (400, "Other subprotocols are offered, but not this one."),
        (401, "The ticket is missing, wrong or too old."),
        (403, "The page's origin is not allowed, or the caller is no longer a member."),
        (404, "There is no such room."),
        (410, "The room is over."),
        (422, "A value was refused; `fields` names each."),
        (426, "The request is not a WebSocket upgrade."),
    ];
}

#[OpenApi(prefix_path = "/api/v1", tag = "Section::Rooms")]
impl SocketApi {
    /// Open the socket
    ///
    /// A WebSocket with the subprotocol `movie-together.v1`; its frames are described in the
    /// AsyncAPI document. `ws_url` of a ticket leads here.
    #[oai(path = "/room/:room_id/ws", method = "get", operation_id = "openSocket")]
    async fn open(
        &self,
        request: &Request,
        /// The room.
        room_id: Path<Checked<RoomId>>,
        /// The ticket.
        ticket: Query<Option<String>>,
        /// To resume: the log incarnation that `since` belongs to.
        epoch: Query<Option<String>>,
        /// To resume: the last `seq` that was seen.
        since: Query<Checked<Option<u64>>>,
    ) -> Result<BoxWebSocketUpgraded, Refused<OpenSocket>> {
        self.check_origin(request)?;
        let room = room_id.0.named("room_id");
        let position = since.0.named("since").and_then(|since| position(epoch.0, since));
        let (room, position) = both(room, position)?;
        let ticket = ticket.0.filter(|ticket| ticket.len() <= TICKET_BYTES_MAX);
        let ticket = ticket.ok_or_else(|| Problem::unauthorized("The ticket is missing."))?;
        let socket = upgrade(request).await?;
        let admission = self.services.admit(room, &ticket, position).await?;
        let upgraded = socket
            .protocols([SUBPROTOCOL])
            .config(config())
            .on_upgrade(move |stream| admission.serve(stream));
        Ok(upgraded.boxed())
    }
}

impl SocketApi {
    /// Other sites' pages must not open sockets with what this browser knows.
    fn check_origin(&self, request: &Request) -> Result<(), Problem> {
        if self.origins.allow(request.headers()) {
            Ok(())
        } else {
            let text = "This page may not open sockets here.";
            Err(Problem::new(StatusCode::FORBIDDEN, "origin", text))
        }
    }
}

/// Both, or neither.
fn position(epoch: Option<String>, since: Option<u64>) -> Result<Option<Position>, Faults> {
    match (epoch, since) {
        (Some(epoch), Some(since)) if epoch.len() <= EPOCH_BYTES_MAX => {
            Ok(Some(Position { epoch, since }))
        }
        (Some(_), Some(_)) => Err(Faults::of("epoch", "is too long")),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Faults::of("since", "must come with `epoch`")),
        (None, Some(_)) => Err(Faults::of("epoch", "must come with `since`")),
    }
}

async fn upgrade(request: &Request) -> Result<WebSocket, Problem> {
    let Ok(socket) = WebSocket::from_request_without_body(request).await else {
        let text = "This address is for WebSocket connections.";
        return Err(Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", text));
    };
    // Tools that offer no subprotocol at all are taken to mean ours.
    let offered = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL);
    let offered = offered.map_or(Ok(SUBPROTOCOL), |value| value.to_str());
    let ours = |name: &str| name.trim() == SUBPROTOCOL;
    if offered.is_ok_and(|offered| offered.split(',').any(ours)) {
        Ok(socket)
    } else {
        let text = format!("Offer the subprotocol `{SUBPROTOCOL}`.");
        Err(Problem::new(StatusCode::BAD_REQUEST, "subprotocol", text))
    }
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BUFFER_BYTES_MAX)
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
}
