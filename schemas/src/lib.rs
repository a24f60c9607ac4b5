//! Wire types of Movie Together (HTTP bodies, frames, records, archive documents) and the
//! pure fold. No IO, no clock, no tokio.
//!
//! Reading order: a [`record`] is one entry of the log; [`fold`] judges it into the
//! [`state`] of a room; what it accepts is an [`event`]; [`frame`] is how both travel over
//! a socket; [`archive`] is how they rest.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

#[macro_use]
mod body;

pub mod ids;
pub mod limits;

pub mod event;
pub mod fold;
pub mod playback;
pub mod record;
pub mod reject;
pub mod state;

pub mod archive;
pub mod frame;

pub mod http;
pub mod upstream;
