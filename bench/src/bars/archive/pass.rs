//! One pass of the real binary.

use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use storage::StorageUrls;
use tokio::io::AsyncReadExt;
use tokio::time::{MissedTickBehavior, interval};

use crate::Result;
use crate::process::Process;
use crate::server::scratch;

/// How often the memory is asked.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// A pass that archived everything.
pub(super) struct Passed {
    pub(super) duration: Duration,
    /// Of all processors, from the start of its process.
    pub(super) processor_time: Duration,
    pub(super) peak_bytes: u64,
}

/// What a pass tells, as far as it is measured.
#[derive(Deserialize)]
struct Report {
    duration_ms: u64,
    events_archived: usize,
    records_truncated: usize,
    failures_total: u64,
}

/// Runs a pass that has so many records to archive.
pub(super) async fn run(
    binary: &Path,
    folder: &Path,
    urls: &StorageUrls,
    records: usize,
) -> Result<Passed> {
    let data = scratch(folder)?;
    let arguments = [
        ["--rooms-url", &urls.rooms],
        ["--log-url", &urls.log],
        ["--archive-url", &urls.archive],
        ["--soak", "0s"],
    ];
    let arguments = ["--once"].iter().chain(arguments.as_flattened());
    let arguments: Vec<String> = arguments.map(|text| (*text).to_owned()).collect();
    let mut process = Process::start(binary, data.path(), &arguments)?;
    let (said, processor_time, peak_bytes) = watch(&mut process).await?;
    let status = process.ended().await?;
    if !status.success() {
        return Err(process.failed(&format!("ended with {status}")));
    }
    let report: Report = serde_json::from_str(said.trim())?;
    let is_done = report.events_archived == records
        && report.records_truncated == records
        && report.failures_total == 0;
    if is_done {
        let duration = Duration::from_millis(report.duration_ms);
        Ok(Passed { duration, processor_time, peak_bytes })
    } else {
        Err(process.failed(&format!("did not archive {records} records, but said {said}")))
    }
}

/// What it prints until it ends, and what it took of processors and memory by then.
async fn watch(process: &mut Process) -> Result<(String, Duration, u64)> {
    let mut output = process.output()?;
    let mut said = String::new();
    let mut reading = std::pin::pin!(output.read_to_string(&mut said));
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let (mut processor_time, mut peak_bytes) = (Duration::ZERO, 0);
    loop {
        tokio::select! {
            _ = looks.tick() => {
                processor_time = process.processor_time()?.unwrap_or(processor_time);
                peak_bytes = process.peak_bytes()?.unwrap_or(peak_bytes);
            }
            read = &mut reading => {
                read?;
                break;
            }
        }
    }
    Ok((said, processor_time, peak_bytes))
}
