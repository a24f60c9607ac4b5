//! Where the framework's document says less than is true, or says it in a way that the
//! generators of types stumble over.

use serde_json::{Map, Value, json};

/// The framework takes the slash off the end of every path; this one is part of the contract.
const SLASHED: &str = "/api/v1/room";
const JSON_WITH_CHARSET: &str = "application/json; charset=utf-8";
const JSON: &str = "application/json";

/// Corrects the document, and puts it into one order whatever it is built with.
pub(super) fn tidy(document: &mut Value) {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        rename(paths, SLASHED, &format!("{SLASHED}/"));
    }
    name_json_plainly(document);
    let schemas = document.pointer_mut("/components/schemas");
    let schemas = schemas.and_then(Value::as_object_mut);
    for schema in schemas.into_iter().flat_map(Map::values_mut) {
        admit_null(schema);
    }
    document.sort_all_objects();
}

fn rename(object: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = object.remove(from) {
        object.insert(to.to_owned(), value);
    }
}

/// JSON has one charset.
fn name_json_plainly(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            rename(fields, JSON_WITH_CHARSET, JSON);
            fields.values_mut().for_each(name_json_plainly);
        }
        Value::Array(items) => items.iter_mut().for_each(name_json_plainly),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A field that may be absent is written as null, so the document has to allow it.
fn admit_null(schema: &mut Value) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| {
        let mut names = required.as_array().into_iter().flatten();
        names.any(|required| required == name)
    };
    let fields = schema.get_mut("properties").and_then(Value::as_object_mut);
    for (name, field) in fields.into_iter().flatten() {
        wrap_reference(field);
        if let Some(field) = field.as_object_mut()
            && !is_required(name)
        {
            field.insert("nullable".to_owned(), Value::Bool(true));
        }
    }
}

/// Nothing may stand beside a reference, so it is wrapped, alone: what the framework puts
/// next to it inside says nothing and reads as "anything".
fn wrap_reference(field: &mut Value) {
    if field.get("$ref").is_some() {
        *field = json!({"allOf": [field.take()]});
    }
    if let Some(parts) = field.get_mut("allOf").and_then(Value::as_array_mut) {
        parts.retain(|part| part.get("$ref").is_some());
    }
}
