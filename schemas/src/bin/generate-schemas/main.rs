//! Writes the contracts that are generated from the wire types: JSON Schemas of records,
//! events and frames, and the AsyncAPI document of the WebSocket and the topic.
//!
//! `generate-schemas [FOLDER]` writes below the folder given, or below this crate's own.

mod asyncapi;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use schemars::JsonSchema;
use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemas::event::Event;
use schemas::frame::{ClientFrame, ServerFrame};
use schemas::record::Record;
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args_os()
        .nth(1)
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    let read = || SchemaSettings::draft2020_12().for_deserialize();
    let written = || SchemaSettings::draft2020_12().for_serialize();
    let documents = [
        ("json/record.v1.schema.json", document::<Record>(read())),
        ("json/event.v1.schema.json", document::<Event>(written())),
        ("json/client-frame.v1.schema.json", document::<ClientFrame>(read())),
        ("json/server-frame.v1.schema.json", server_frame(written())),
        ("asyncapi.json", asyncapi::document()?),
    ];
    for (name, document) in documents {
        write(&folder.join(name), &document)?;
    }
    Ok(())
}

fn document<T: JsonSchema>(settings: SchemaSettings) -> Value {
    settings.into_generator().into_root_schema_for::<T>().into()
}

/// An event is encoded once for everyone, so it stands beside the other frames.
fn server_frame(settings: SchemaSettings) -> Value {
    let mut generator: SchemaGenerator = settings.into_generator();
    let frames = [generator.subschema_for::<ServerFrame<'_>>(), generator.subschema_for::<Event>()];
    json!({
        "$schema": generator.settings().meta_schema,
        "title": "AnyServerFrame",
        "description": "A frame from the server: one JSON object a text frame.",
        "oneOf": frames,
        "$defs": generator.take_definitions(true),
    })
}

fn write(path: &Path, document: &Value) -> Result<(), Box<dyn Error>> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let text = serde_json::to_string_pretty(document)?;
    Ok(fs::write(path, text + "\n")?)
}
