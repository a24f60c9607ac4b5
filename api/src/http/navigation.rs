//! People who open API addresses in a browser are led to the page.

use poem::http::{HeaderValue, Method, StatusCode, header};
use poem::{Endpoint, IntoResponse, Middleware, Request, Response};
use schemas::ids::RoomId;

use crate::page::index;

/// Whether a browser asks for a page to show, rather than a program for an answer.
pub(super) fn is_navigation(request: &Request) -> bool {
    let accepts = request.headers().get_all(header::ACCEPT).iter();
    let wants_page =
        |accept: &HeaderValue| accept.to_str().is_ok_and(|accept| accept.contains("text/html"));
    matches!(*request.method(), Method::GET | Method::HEAD) && accepts.into_iter().any(wants_page)
}

/// Leads a navigation to `/api/v1/room/{room_id}/join` on to the room's page, before
/// anything is asked of a token that a navigation cannot carry.
pub(super) struct JoinByPage;

impl<E: Endpoint> Middleware<E> for JoinByPage {
    type Output = JoinedByPage<E>;

    fn transform(&self, inner: E) -> Self::Output {
        JoinedByPage { inner }
    }
}

pub(super) struct JoinedByPage<E> {
    inner: E,
}

impl<E: Endpoint> Endpoint for JoinedByPage<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        match joined_room(request.uri().path()) {
            Some(room) if is_navigation(&request) => Ok(Response::builder()
                .status(StatusCode::SEE_OTHER)
                .header(header::LOCATION, format!("/room/{room}"))
                .header(header::VARY, "Accept")
                .finish()),
            _ => Ok(self.inner.call(request).await?.into_response()),
        }
    }
}

/// Lets the page tell a navigation what it was refused. The status stays, and with it what
/// crawlers and previews make of the address.
pub(super) struct RefusedByPage;

impl<E: Endpoint<Output = Response>> Middleware<E> for RefusedByPage {
    type Output = RefusedOnPage<E>;

    fn transform(&self, inner: E) -> Self::Output {
        RefusedOnPage { inner }
    }
}

pub(super) struct RefusedOnPage<E> {
    inner: E,
}

impl<E: Endpoint<Output = Response>> Endpoint for RefusedOnPage<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let asked = is_navigation(&request).then(|| request.headers().clone());
        let answer = self.inner.call(request).await?;
        let Some(mut headers) = asked.filter(|_| is_refusal(answer.status())) else {
            return Ok(answer);
        };
        // A page that the browser has already must come again, with this status.
        headers.remove(header::IF_NONE_MATCH);
        let mut page = index(&headers);
        page.set_status(answer.status());
        page.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(page)
    }
}

fn is_refusal(status: StatusCode) -> bool {
    status.is_client_error() || status.is_server_error()
}

fn joined_room(path: &str) -> Option<RoomId> {
    let room = path.strip_prefix("/api/v1/room/")?.strip_suffix("/join")?;
    room.parse().ok()
}
