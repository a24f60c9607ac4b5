//! The AsyncAPI 3.0 document: the room's WebSocket in both directions, and the log's topic.

use schemars::generate::SchemaSettings;
use schemas::event::Event;
use schemas::frame::{ClientFrame, SUBPROTOCOL, ServerFrame};
use schemas::limits::{FRAME_BYTES_MAX, RECORD_BYTES_MAX};
use schemas::record::Record;
use serde_json::{Map, Value, json};

const CLOSE_CODES: [(u16, &str); 8] = [
    (4000, "try again: the node shuts down or drains"),
    (4008, "too slow: the client did not read what was sent"),
    (4009, "silent: no answer to a ping"),
    (4029, "too many frames"),
    (4401, "the ticket is not valid"),
    (4403, "removed from the room"),
    (4404, "no such room"),
    (4410, "the room is closed"),
];

/// The whole document.
pub(crate) fn document() -> Result<Value, serde_json::Error> {
    let mut messages = Map::new();
    let schemas = message_payloads(&mut messages)?;
    let from_client = names(&messages, "from client");
    let from_server = names(&messages, "from server");
    Ok(json!({
        "asyncapi": "3.0.0",
        "info": {
            "title": "Movie Together",
            "version": "1",
            "description": "What travels over a room's WebSocket, and what stands in the log.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "room": room_channel(from_client.iter().chain(&from_server)),
            "log": log_channel(),
        },
        "operations": {
            "sendToRoom": {
                "action": "receive",
                "channel": {"$ref": "#/channels/room"},
                "summary": "What a client says.",
                "messages": references(from_client.iter(), "#/channels/room/messages"),
            },
            "hearFromRoom": {
                "action": "send",
                "channel": {"$ref": "#/channels/room"},
                "summary": "What a client is told.",
                "messages": references(from_server.iter(), "#/channels/room/messages"),
            },
            "appendToLog": {
                "action": "send",
                "channel": {"$ref": "#/channels/log"},
                "summary": "A node appends what was asked; every node and the ETL read it back.",
                "messages": [{"$ref": "#/channels/log/messages/record"}],
            },
        },
        "components": {"messages": messages, "schemas": schemas},
    }))
}

/// Fills in every message; answers with the schemas they share. What is read stands inline,
/// because reading allows more than is ever written.
fn message_payloads(messages: &mut Map<String, Value>) -> Result<Value, serde_json::Error> {
    let read = SchemaSettings::draft2020_12()
        .for_deserialize()
        .with(|settings| settings.inline_subschemas = true);
    let written = SchemaSettings::draft2020_12()
        .for_serialize()
        .with(|settings| settings.definitions_path = "/components/schemas".into());

    let mut readable = read.into_generator();
    let record = serde_json::to_value(readable.subschema_for::<Record>())?;
    messages.insert("record".to_owned(), message("record", "in the log", &record));
    let mut frames = vec![];
    flatten(&serde_json::to_value(readable.subschema_for::<ClientFrame>())?, &mut frames);
    for (kind, schema) in frames {
        let name = format!("client.{kind}");
        messages.insert(name, message(&kind, "from client", &schema));
    }

    let mut generator = written.into_generator();
    let event = serde_json::to_value(generator.subschema_for::<Event>())?;
    messages.insert("server.event".to_owned(), message("event", "from server", &event));
    let server = generator.root_schema_for::<ServerFrame<'_>>();
    let mut frames = vec![];
    flatten(&serde_json::to_value(server)?, &mut frames);
    for (kind, schema) in frames {
        let name = format!("server.{kind}");
        messages.insert(name, message(&kind, "from server", &schema));
    }
    Ok(generator.take_definitions(true).into())
}

/// The alternatives of a frame schema, each with the `type` that tells it apart. What stands
/// beside the alternatives, such as a command's number, belongs to each of them.
fn flatten(schema: &Value, found: &mut Vec<(String, Value)>) {
    let alternatives = schema.get("oneOf").and_then(Value::as_array);
    for alternative in alternatives.into_iter().flatten() {
        let kind = alternative.pointer("/properties/type/const");
        let kind = kind.and_then(Value::as_str);
        let Some(kind) = kind else {
            flatten(alternative, found);
            continue;
        };
        let shared = schema.as_object().into_iter().flatten();
        let shared: Map<String, Value> = shared
            .filter(|(key, _)| ["type", "properties", "required"].contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect();
        let whole = if shared.contains_key("properties") {
            json!({"allOf": [shared, alternative]})
        } else {
            alternative.clone()
        };
        found.push((kind.to_owned(), whole));
    }
}

fn message(kind: &str, direction: &str, payload: &Value) -> Value {
    json!({"name": kind, "title": format!("{kind}, {direction}"), "payload": payload})
}

fn names(messages: &Map<String, Value>, direction: &str) -> Vec<String> {
    let of_direction = messages.iter().filter(|(_, message)| {
        let title = message.get("title").and_then(Value::as_str);
        title.is_some_and(|title| title.ends_with(direction))
    });
    of_direction.map(|(name, _)| name.clone()).collect()
}

fn references<'a>(names: impl Iterator<Item = &'a String>, parent: &str) -> Vec<Value> {
    names.map(|name| json!({"$ref": format!("{parent}/{name}")})).collect()
}

fn room_channel<'a>(names: impl Iterator<Item = &'a String>) -> Value {
    let messages: Map<String, Value> = names
        .map(|name| {
            let target = format!("#/components/messages/{name}");
            (name.clone(), json!({"$ref": target}))
        })
        .collect();
    let codes: Map<String, Value> =
        CLOSE_CODES.iter().map(|(code, meaning)| (code.to_string(), json!(meaning))).collect();
    json!({
        "address": "/api/v1/room/{room_id}/ws",
        "title": "A room",
        "description": format!(
            "WebSocket with the subprotocol `{SUBPROTOCOL}`; one JSON object a text frame, at \
             most {FRAME_BYTES_MAX} bytes from a client. Refusals come before the upgrade, as HTTP \
             answers. Close codes 4000 to 4099 mean: reconnect with `since`, after a pause with \
             jitter; the rest are final."
        ),
        "parameters": {"room_id": {"description": "The room, a UUID."}},
        "messages": messages,
        "bindings": {"ws": {"method": "GET", "query": {
            "type": "object",
            "properties": {
                "ticket": {"type": "string", "description": "From `join` or `ticket`; valid for 60 s."},
                "epoch": {"type": "string", "description": "To resume: the epoch of the last welcome."},
                "since": {"type": "integer", "minimum": 0, "description": "To resume: seq of the last event seen."},
            },
            "required": ["ticket"],
        }}},
        "x-close-codes": codes,
    })
}

fn log_channel() -> Value {
    json!({
        "address": "watch_together",
        "title": "The log",
        "description": format!(
            "Kafka topic. The key is the room's id; the partition is the one stored in the room's \
             row; the time of a record is the log's own append time; at most {RECORD_BYTES_MAX} bytes."
        ),
        "messages": {"record": {"$ref": "#/components/messages/record"}},
        "bindings": {"kafka": {"topic": "watch_together"}},
    })
}
