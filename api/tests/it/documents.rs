//! The OpenAPI document: served, complete, and the same as the committed one.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::server::Server;

/// Every operation of the contract, and the trailing slash where it has one.
const OPERATIONS: [(&str, &str); 21] = [
    ("/api/v1/room/", "post"),
    ("/api/v1/rooms", "get"),
    ("/api/v1/room/{room_id}", "get"),
    ("/api/v1/room/{room_id}/join", "get"),
    ("/api/v1/room/{room_id}/ticket", "post"),
    ("/api/v1/room/{room_id}/disconnect", "post"),
    ("/api/v1/room/{room_id}/members/{user_id}", "delete"),
    ("/api/v1/room/{room_id}/invite", "post"),
    ("/api/v1/room/{room_id}/close", "post"),
    ("/api/v1/room/{room_id}/messages", "get"),
    ("/api/v1/room/{room_id}/messages/{seq}", "delete"),
    ("/api/v1/room/{room_id}/ws", "get"),
    ("/api/v1/matches", "get"),
    ("/api/v1/movies", "get"),
    ("/api/v1/movies/{movie_id}", "get"),
    ("/api/v1/want-to-watch/{movie_id}", "put"),
    ("/api/v1/want-to-watch/{movie_id}", "delete"),
    ("/i/{code}", "get"),
    ("/health/live", "get"),
    ("/health/ready", "get"),
    ("/metrics", "get"),
];

fn document() -> Value {
    serde_json::from_str(&api::http::openapi()).unwrap()
}

fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

fn assert_described(value: &Value, what: &str) {
    let has = |name: &str| value[name].as_str().is_some_and(|text| !text.is_empty());
    assert!(has("description") || has("summary"), "{what} is not described: {value}");
}

#[test]
fn every_operation_of_the_contract_is_there() {
    let document = document();
    let described: usize = fields(&document["paths"]).map(|(_, item)| fields(item).count()).sum();
    assert_eq!(described, OPERATIONS.len());
    for (path, method) in OPERATIONS {
        assert!(document["paths"][path][method].is_object(), "{method} {path}");
    }
    let socket = &document["paths"]["/api/v1/room/{room_id}/ws"]["get"];
    assert!(socket["responses"]["101"].is_object(), "{socket}");
}

#[test]
fn everything_is_described() {
    let document = document();
    for (path, item) in fields(&document["paths"]) {
        for (method, operation) in fields(item) {
            let operation_name = format!("{method} {path}");
            assert_described(operation, &operation_name);
            assert!(operation["operationId"].is_string(), "{operation_name}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                assert_described(parameter, &operation_name);
            }
            let mut has_refusal = false;
            for (status, response) in fields(&operation["responses"]) {
                assert_described(response, &format!("{operation_name} {status}"));
                has_refusal |= status.starts_with(['4', '5']);
            }
            let is_plain = path == "/health/live" || path == "/metrics";
            assert!(has_refusal || is_plain, "{operation_name} names no refusal");
        }
    }
    for (name, schema) in fields(&document["components"]["schemas"]) {
        assert_described(schema, name);
        for (field, schema) in fields(&schema["properties"]) {
            assert_described(schema, &format!("{name}.{field}"));
        }
    }
}

#[test]
fn the_committed_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/openapi.json");
    let committed = fs::read_to_string(path).unwrap();
    assert!(committed == api::http::openapi(), "run `make gen`");
}

#[tokio::test]
async fn the_document_is_served_and_shown() {
    let server = Server::start().await;
    let raw = server.get("/openapi.json").await;
    assert_eq!(raw.json(), document());
    for path in ["/docs", "/docs/"] {
        let shown = server.get(path).await;
        assert_eq!(shown.status, 200);
        assert!(shown.text.contains("SwaggerUIBundle"));
        assert!(shown.text.contains("/api/v1/room/\""));
        let policy = shown.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{policy}");
    }
    server.stop().await;
}
