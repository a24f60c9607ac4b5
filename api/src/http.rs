//! The HTTP side: one middleware stack round thin handlers.
//!
//! A request passes, outermost first: observation (id, span, metrics), the security headers,
//! the one body that every refusal gets, the catching of panics, the trimming of slashes,
//! and then its route. The API's routes are guarded further: by the rate of the address, by
//! the limit of the body, and (the argument `authorized::Authorized` does it) by a token
//! and the rate of its user. The cinema and the page have guards of their own.
//!
//! To add an operation: write its handler in the file of its resource, name its refusals
//! with `refusals!`, and list a new resource's struct here and in `document`.

mod authorized;
mod body;
mod body_limit;
mod client_address;
mod document;
mod films;
mod guard;
mod health;
mod invites;
mod messages;
mod navigation;
mod observe;
mod origins;
mod problem;
mod rate_limit;
mod refused;
mod rooms;
mod section;
mod security_headers;
mod socket;
mod values;

use std::sync::Arc;

use ipnet::IpNet;
use poem::middleware::{CatchPanic, NormalizePath, TrailingSlash};
use poem::{Endpoint, EndpointExt, IntoEndpoint, Response, Route};
use poem_openapi::OpenApiService;

use crate::identity::Identity;
use crate::page::Page;
use crate::services::Services;
use crate::telemetry::Metrics;
use body_limit::BodyLimit;
use films::FilmsApi;
use guard::Guard;
use health::HealthApi;
use invites::InvitesApi;
use messages::MessagesApi;
use navigation::{JoinByPage, RefusedByPage};
use observe::Observe;
use problem::{Problem, answer};
use rooms::RoomsApi;
use security_headers::SecurityHeaders;
use socket::SocketApi;

pub use body_limit::BODY_BYTES_MAX;
pub use document::openapi;
pub(crate) use origins::Origins;
pub use rate_limit::Rate;
pub(crate) use rate_limit::{FORGET_EVERY, RateLimits};

/// What the handlers stand on.
pub(crate) struct HttpParts {
    pub(crate) services: Arc<Services>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) limits: Arc<RateLimits>,
    pub(crate) origins: Arc<Origins>,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) metrics: Metrics,
}

/// Everything that is served, beside the routes that `cinema` brings.
pub(crate) fn endpoint(
    parts: HttpParts,
    cinema: Route,
) -> impl Endpoint<Output = Response> + 'static {
    let guard = Guard::new(Arc::clone(&parts.limits), parts.trusted_proxies);
    let services = || Arc::clone(&parts.services);
    let rooms = RoomsApi { services: services() };
    let messages = MessagesApi { services: services() };
    let socket = SocketApi { services: services(), origins: parts.origins };
    let films = FilmsApi { services: services() };
    let invites = InvitesApi { services: services() };
    let health = HealthApi { services: services(), metrics: parts.metrics };
    let api = serve((rooms, messages, socket, films))
        .with(BodyLimit)
        .with(JoinByPage)
        .catch_all_error(answer)
        .with(guard.clone())
        .data(parts.identity)
        .data(parts.limits);
    let invites = serve(invites).catch_all_error(answer).with(RefusedByPage).with(guard);
    let health = Arc::new(serve(health));
    document::routes(cinema)
        .nest_no_strip("/api/v1", api)
        .nest_no_strip("/i", invites)
        .nest_no_strip("/health", Arc::clone(&health))
        .at("/metrics", health)
        .nest_no_strip("/", Page)
        .with(NormalizePath::new(TrailingSlash::Trim))
        .with(CatchPanic::new().with_handler(|_panic| Problem::internal()))
        .catch_all_error(answer)
        .with(SecurityHeaders)
        .with(Observe)
}

fn serve<T: poem_openapi::OpenApi + 'static>(api: T) -> impl Endpoint<Output = Response> {
    OpenApiService::new(api, "", "").into_endpoint()
}
