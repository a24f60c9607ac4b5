//! `GET /room/{room_id}/ws`: everything that can be refused is refused before the upgrade,
//! as an HTTP answer. What happens on the socket is the relay's.

use std::sync::Arc;

use poem::http::{HeaderValue, StatusCode, header};
use poem::{IntoResponse, OnUpgrade, Request, Response};
use poem_openapi::param::{Path, Query};
use poem_openapi::registry::{MetaResponse, MetaResponses, Registry};
use poem_openapi::{ApiResponse, OpenApi};
use schemas::frame::SUBPROTOCOL;
use schemas::ids::RoomId;
use tungstenite::handshake::server::create_response_with_body;

use super::origins::Origins;
use super::problem::Problem;
use super::refused::{Refusals, Refused};
use super::section::Section;
use super::values::{Checked, Faults, both};
use crate::services::{Position, Services};

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
    ) -> Result<Upgraded, Refused<OpenSocket>> {
        self.check_origin(request)?;
        let room = room_id.0.named("room_id");
        let position = since.0.named("since").and_then(|since| position(epoch.0, since));
        let (room, position) = both(room, position)?;
        let ticket = ticket.0.filter(|ticket| ticket.len() <= TICKET_BYTES_MAX);
        let ticket = ticket.ok_or_else(|| Problem::unauthorized("The ticket is missing."))?;
        let (response, connection) = upgrade(request)?;
        let admission = self.services.admit(room, &ticket, position).await?;
        tokio::spawn(async move {
            // A client that is gone before the answer has its ticket's time to come back.
            if let Ok(connection) = connection.await {
                admission.serve(connection).await;
            }
        });
        Ok(Upgraded(response))
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

/// The answer that lets the client go on as a WebSocket, and the connection once it is sent.
fn upgrade(request: &Request) -> Result<(Response, OnUpgrade), Problem> {
    let mut asked = poem::http::Request::new(());
    *asked.version_mut() = request.version();
    asked.headers_mut().clone_from(request.headers());
    let answer = create_response_with_body(&asked, || ()).ok();
    let Some((answer, connection)) = answer.zip(request.take_upgrade().ok()) else {
        let text = "This address is for WebSocket connections.";
        return Err(Problem::new(StatusCode::UPGRADE_REQUIRED, "upgrade_required", text));
    };
    let mut response = Response::from(answer.status());
    response.headers_mut().clone_from(answer.headers());
    // Tools that offer no subprotocol at all are taken to mean ours.
    if let Some(offered) = request.headers().get(header::SEC_WEBSOCKET_PROTOCOL) {
        let ours = |name: &str| name.trim() == SUBPROTOCOL;
        if !offered.to_str().is_ok_and(|offered| offered.split(',').any(ours)) {
            let text = format!("Offer the subprotocol `{SUBPROTOCOL}`.");
            return Err(Problem::new(StatusCode::BAD_REQUEST, "subprotocol", text));
        }
        let spoken = HeaderValue::from_static(SUBPROTOCOL);
        response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, spoken);
    }
    Ok((response, connection))
}

/// The socket opens.
pub(super) struct Upgraded(Response);

impl IntoResponse for Upgraded {
    fn into_response(self) -> Response {
        self.0
    }
}

impl ApiResponse for Upgraded {
    fn meta() -> MetaResponses {
        let opens = MetaResponse {
            description: "A websocket response",
            status: Some(StatusCode::SWITCHING_PROTOCOLS.as_u16()),
            status_range: None,
            content: vec![],
            headers: vec![],
        };
        MetaResponses { responses: vec![opens] }
    }

    fn register(_: &mut Registry) {}
}
