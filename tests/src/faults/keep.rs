//! Keeps what was seen, for people who look for the cause of a finding.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use crate::checker::{Evidence, Report};

/// Writes everything into a folder, a line for each thing seen, and the logs beside it.
pub(super) fn keep(
    folder: &Path,
    evidence: &Evidence,
    report: &Report,
    logs: &Path,
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("findings.txt"), report.to_string())?;
    let mut out = file(folder, "clients.txt")?;
    for client in &evidence.clients {
        writeln!(out, "room {} session {} user {}", client.room, client.session, client.user)?;
        for sent in &client.sent {
            writeln!(out, "  sent {} {} {:?}", sent.client_seq, sent.kind, sent.text)?;
        }
        for heard in &client.heard {
            writeln!(out, "  heard {} {}", heard.connection, heard.frame)?;
        }
        writeln!(out, "  stayed {}", client.stayed)?;
    }
    let mut out = file(folder, "log.txt")?;
    for stored in evidence.log.records() {
        let value = String::from_utf8_lossy(&stored.value);
        writeln!(out, "{} {} {} {value}", stored.partition, stored.offset, stored.at_ms)?;
    }
    let mut out = file(folder, "archive.txt")?;
    for (room, archived) in &evidence.rooms {
        writeln!(out, "room {room} {:?} {:?}", archived.status, archived.seal)?;
        for event in &archived.events {
            writeln!(out, "  {}", serde_json::to_string(event)?)?;
        }
    }
    let mut out = file(folder, "rest.txt")?;
    for act in &evidence.acts {
        writeln!(out, "{act:?}")?;
    }
    for sample in &evidence.samples {
        writeln!(out, "{sample:?}")?;
    }
    for planted in &evidence.planted {
        writeln!(out, "{planted:?}")?;
    }
    for quarantined in &evidence.quarantined {
        writeln!(out, "{quarantined:?}")?;
    }
    for log in fs::read_dir(logs)?.flatten().filter(|entry| entry.path().is_file()) {
        fs::copy(log.path(), folder.join(log.file_name()))?;
    }
    Ok(())
}

fn file(folder: &Path, name: &str) -> io::Result<BufWriter<File>> {
    File::create(folder.join(name)).map(BufWriter::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_tells_what_was_seen_and_has_the_logs() {
        let (kept, logs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(logs.path().join("node-0.log"), "it said").unwrap();
        let folder = kept.path().join("seed-7");
        keep(&folder, &Evidence::default(), &Report::default(), logs.path()).unwrap();
        for name in ["findings.txt", "clients.txt", "log.txt", "archive.txt", "rest.txt"] {
            assert!(folder.join(name).is_file(), "{name}");
        }
        assert_eq!(fs::read_to_string(folder.join("node-0.log")).unwrap(), "it said");
    }
}
