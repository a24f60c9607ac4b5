//! The OpenAPI document: served, shown at `/docs`, and exported by `--openapi`.

mod tidy;

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::LazyLock;

use bytes::Bytes;
use poem::endpoint::BoxEndpoint;
use poem::http::{Method, header};
use poem::{Endpoint, Response, Route};
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{OpenApi, OpenApiService};
use serde_json::Value;

use super::films::FilmsApi;
use super::health::HealthApi;
use super::invites::InvitesApi;
use super::messages::MessagesApi;
use super::rooms::RoomsApi;
use super::security_headers::DOCS_POLICY;
use super::socket::SocketApi;
use tidy::tidy;

const TITLE: &str = "Movie Together";
const DESCRIPTION: &str = "Watch films together: rooms, invites, matches. Every answer of the \
    room resource carries `success` and `errors`; every refusal is an `ErrorAnswer` with a \
    stable `code`.";

/// The document as JSON text, the same at every call.
pub fn openapi() -> String {
    let mut document: Value = serde_json::from_str(&service().spec()).unwrap_or_default();
    tidy(&mut document);
    format!("{document:#}\n")
}

/// `/openapi.json`, and `/docs` to read and try it.
pub(super) fn routes(route: Route) -> Route {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| openapi().into());
    static VIEWER: LazyLock<Bytes> = LazyLock::new(|| viewer().into());
    route
        .at("/openapi.json", content("application/json", &DOCUMENT))
        .at("/docs", content("text/html; charset=utf-8", &VIEWER))
}

fn content(content_type: &'static str, text: &'static LazyLock<Bytes>) -> impl Endpoint + 'static {
    poem::endpoint::make_sync(move |_| {
        Response::builder()
            .content_type(content_type)
            .header(header::CONTENT_SECURITY_POLICY, DOCS_POLICY)
            .header(header::CACHE_CONTROL, "no-cache")
            .body(LazyLock::force(text).clone())
    })
}

/// The framework's viewer, with our document in place of its own.
fn viewer() -> String {
    let service = service();
    // `</` inside the document would end the script around it.
    let document = openapi().replace("</", "<\\/");
    service.swagger_ui_html().replace(&service.spec(), &document)
}

fn service() -> OpenApiService<impl OpenApi, ()> {
    let shape =
        Shape::<(RoomsApi, MessagesApi, SocketApi, FilmsApi, InvitesApi, HealthApi)>(PhantomData);
    OpenApiService::new(shape, TITLE, env!("CARGO_PKG_VERSION")).description(DESCRIPTION)
}

/// What an API looks like, without anything to serve it.
struct Shape<T>(PhantomData<T>);

impl<T: OpenApi> OpenApi for Shape<T> {
    fn meta() -> Vec<MetaApi> {
        T::meta()
    }

    fn register(registry: &mut Registry) {
        T::register(registry);
    }

    fn add_routes(self, _routes: &mut HashMap<String, HashMap<Method, BoxEndpoint<'static>>>) {}
}
