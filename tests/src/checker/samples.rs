//! Looks taken during the run: a room's records stay until it is sealed, and nobody reads it
//! before.

use super::evidence::Evidence;
use super::finding::{Fault, Report};
use super::truth::Truth;

pub(super) fn check(evidence: &Evidence, truth: &Truth, report: &mut Report) {
    for sample in &evidence.samples {
        for unsealed in &sample.unsealed {
            let room = unsealed.room;
            if unsealed.visible {
                report.find(Fault::UnsealedVisible, format!("room {room}"));
            }
            let Some(known) = truth.rooms.get(&room) else { continue };
            let (first, low) = (known.first_offset(), sample.low);
            if known.partition == sample.partition && first < low {
                let what = format!(
                    "room {room} begins at {first} of partition {}, which began at {low}",
                    sample.partition
                );
                report.find(Fault::TruncatedEarly, what);
            }
        }
    }
}
