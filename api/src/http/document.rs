//! The OpenAPI document: served, shown at `/docs`, and exported by `--openapi`.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::LazyLock;

use bytes::Bytes;
use poem::endpoint::BoxEndpoint;
use poem::http::{Method, header};
use poem::{Endpoint, Response, Route};
use poem_openapi::registry::{MetaApi, Registry};
use poem_openapi::{OpenApi, OpenApiService, Tags};
use serde_json::{Map, Value, json};

use super::films::FilmsApi;
use super::health::HealthApi;
use super::invites::InvitesApi;
use super::rooms::RoomsApi;
use super::security_headers::DOCS_POLICY;
use super::socket::SocketApi;

const TITLE: &str = "Movie Together";
const DESCRIPTION: &str = "Watch films together: rooms, invites, matches. Every answer of the \
    room resource carries `success` and `errors`; every refusal is an `ErrorAnswer` with a \
    stable `code`.";
/// The framework takes the slash off the end of every path; this one is part of the contract.
const SLASHED: &str = "/api/v1/room";

/// The document's sections.
#[derive(Tags)]
pub(super) enum Section {
    /// Rooms, their members, links and history.
    Rooms,
    /// Films, who wants to watch them, and matches.
    Films,
    /// Health and metrics.
    Operation,
}

/// The document as JSON text, the same at every call.
pub fn openapi() -> String {
    let mut document: Value = serde_json::from_str(&service().spec()).unwrap_or_default();
    restore_slash(&mut document);
    let schemas = document.pointer_mut("/components/schemas");
    let schemas = schemas.and_then(Value::as_object_mut);
    for schema in schemas.into_iter().flat_map(Map::values_mut) {
        admit_null(schema);
    }
    document.sort_all_objects();
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
    let shape = Shape::<(RoomsApi, SocketApi, FilmsApi, InvitesApi, HealthApi)>(PhantomData);
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

fn restore_slash(document: &mut Value) {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    if let Some(paths) = paths
        && let Some(item) = paths.remove(SLASHED)
    {
        paths.insert(format!("{SLASHED}/"), item);
    }
}

/// A field that may be absent is written as null, so the document has to allow it.
fn admit_null(schema: &mut Value) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| {
        let names = required.as_array().into_iter().flatten();
        names.into_iter().any(|required| required == name)
    };
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, field) in fields.into_iter().flatten() {
        if is_required(name) {
            continue;
        }
        // Nothing may stand beside a reference, so it is wrapped.
        if field.get("$ref").is_some() {
            *field = json!({"allOf": [field.take()]});
        }
        if let Some(field) = field.as_object_mut() {
            field.insert("nullable".to_owned(), Value::Bool(true));
        }
    }
}
