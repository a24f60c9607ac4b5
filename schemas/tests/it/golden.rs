//! Logs of every version of the schema fold to the states they always folded to.
//!
//! To add one, put a `name.jsonl` of `{"at", "record"}` lines into `examples/v1` and run the
//! test: its failure shows the state to keep beside it as `name.state.json`. A stored state
//! is never changed: rooms that were folded to it are in archives.

use std::fs;
use std::path::{Path, PathBuf};

use schemas::fold::fold;
use schemas::record::Record;
use schemas::state::RoomState;
use serde_json::{Value, json};

/// Every golden log: its path, and its lines as `(at_ms, record)`.
pub(crate) fn logs() -> Vec<(PathBuf, Vec<(i64, Value)>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/v1");
    let mut logs = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = fs::read_to_string(&path).unwrap();
            let lines = text.lines().map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap();
                (line["at"].as_i64().unwrap(), line["record"].take())
            });
            logs.push((path, lines.collect()));
        }
    }
    logs
}

fn shown(state: &RoomState, outcomes: &[String]) -> Value {
    let people = state.people().iter();
    json!({
        "room": state.room(),
        "owner": state.owner(),
        "control": state.control(),
        "movie": {
            "movie_id": state.movie().movie_id,
            "title": state.movie().title,
            "duration_ms": state.movie().duration_ms,
        },
        "playback": state.playback(),
        "members": people
            .map(|(user, person)| json!({"user_id": user, "name": person.name, "present": person.joined}))
            .collect::<Vec<Value>>(),
        "events": state.events(),
        "ended_at_ms": state.ended_at_ms(),
        "closed": state.closed(),
        "outcomes": outcomes,
    })
}

#[test]
fn golden_logs_fold_to_their_stored_states() {
    let logs = logs();
    assert!(logs.len() >= 3, "the examples are gone");
    for (path, lines) in logs {
        let mut state = None;
        let mut outcomes = vec![];
        for (at_ms, record) in lines {
            let record = Record::decode(record.to_string().as_bytes()).unwrap();
            outcomes.push(format!("{:?}", fold(&mut state, &record, at_ms)));
        }
        let folded = shown(&state.unwrap(), &outcomes);
        let stored = fs::read_to_string(path.with_extension("state.json")).unwrap_or_default();
        let stored: Value = serde_json::from_str(&stored).unwrap_or_default();
        let pretty = serde_json::to_string_pretty(&folded).unwrap();
        assert!(folded == stored, "{} folds to\n{pretty}", path.display());
    }
}
