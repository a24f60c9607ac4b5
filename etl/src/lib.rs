//! Moves closed rooms from the log to the archive.
//!
//! One [`pass`] goes over every partition: scan, fold the rooms that closed, insert their
//! events, read them back, seal, mark the row, truncate the log. Every step can be repeated,
//! so a pass keeps no state of its own: the log's low watermark is the checkpoint, a killed
//! pass is finished by the next one, and two passes at once only do some work twice.
//!
//! Reading order: [`pass`] is the list of steps and the only control flow, the modules under
//! it are one step each; [`report`] is what a pass tells; [`serve`] runs passes once or on a
//! [`schedule`]. Beside it stands [`erase`], by which the archive forgets a person.

pub mod options;
pub mod pass;
pub mod report;

pub mod erase;

pub mod crash_point;
pub mod progress;

pub mod check_in;
pub mod health;
mod metrics;
mod open;
pub mod schedule;
pub mod serve;
pub mod telemetry;
