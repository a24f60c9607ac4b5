//! The UGC service: who wants to watch what.
//!
//! `api` checks values and hands them to `wishes`, which is the SQL and the grouping. Anyone
//! signed in may read anyone's wishes; each changes only their own.

mod api;
mod wishes;

pub(crate) use api::UgcApi;
pub(crate) use wishes::Wishes;
