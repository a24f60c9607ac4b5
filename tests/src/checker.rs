//! Judges a run by its evidence, in the manner of Jepsen's Kafka workload.
//!
//! [`Evidence`] is what was seen from outside: what every client sent and heard, the records
//! of the log as they were collected while it was cut behind us, and what the archive holds
//! in the end. [`Truth`] is the plain fold of those records. [`check`] compares all of it and
//! names what does not fit; nothing here waits, reads or asks.
//!
//! | module | proves |
//! |---|---|
//! | `truth` | the log is whole, and no offset ever changed its content |
//! | `views` | what a client heard is dense, in one order, and true |
//! | `sends` | acked is there once at its seq, rejected is not there, a repeat changes nothing |
//! | `acts` | what was answered over HTTP stands in the log |
//! | `archive` | a closed room is sealed, complete and equal to the log |
//! | `samples` | nothing left the log or became visible before its room was sealed |
//! | `quarantine` | what is no record was set aside byte for byte |
//!
//! To prove another thing: write it as a module, name its finding in `finding.rs`, call it
//! here, and plant the fault in the tests of the checker.

mod acts;
mod archive;
mod evidence;
mod finding;
mod quarantine;
mod samples;
mod sends;
mod truth;
mod views;

pub use evidence::{
    Act, ActKind, Answered, ArchivedRoom, Client, CollectedLog, CollectedPartition, Evidence,
    Heard, Planted, Sample, Sent, Unsealed,
};
pub use finding::{FINDINGS_LISTED_MAX, Fault, Finding, Report};
pub use truth::{RoomTruth, Told, Truth};

/// Compares everything with everything.
pub fn check(evidence: &Evidence) -> Report {
    let mut report = Report::default();
    let truth = Truth::of(&evidence.log, &mut report);
    views::check(evidence, &truth, &mut report);
    sends::check(evidence, &truth, &mut report);
    acts::check(evidence, &truth, &mut report);
    archive::check(evidence, &truth, &mut report);
    samples::check(evidence, &truth, &mut report);
    quarantine::check(evidence, &mut report);
    report
}
