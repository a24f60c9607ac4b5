//! The committed OpenAPI documents.

use std::path::Path;

use serde_json::Value;

#[test]
fn committed_documents_are_current() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/upstream");
    for (name, text) in cinema::openapi_documents() {
        let committed = std::fs::read_to_string(folder.join(name)).unwrap();
        assert!(
            committed == text,
            "{name} is stale: run movie-together-cinema --openapi schemas/upstream"
        );
    }
}

#[test]
fn every_operation_and_field_is_described() {
    for (name, text) in cinema::openapi_documents() {
        let document: Value = serde_json::from_str(&text).unwrap();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap() {
                assert!(operation["summary"].is_string(), "{name} {method} {path}");
                assert!(operation["operationId"].is_string(), "{name} {method} {path}");
                for parameter in operation["parameters"].as_array().into_iter().flatten() {
                    assert!(parameter["description"].is_string(), "{name} {method} {path}");
                }
            }
        }
        for (schema, body) in document["components"]["schemas"].as_object().unwrap() {
            for (field, value) in body["properties"].as_object().into_iter().flatten() {
                let described = value.get("description").is_some()
                    || value.get("allOf").is_some()
                    || value.get("$ref").is_some();
                assert!(described, "{name} {schema}.{field}");
            }
        }
    }
}
