//! The clients against servers that speak, refuse, stall, break off and overflow.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail loudly, as the tests do"
)]

mod auth;
mod bodies;
mod circuit;
mod deadlines;
mod failures;
mod movie;
mod observed;
mod retries;
mod shorteners;
mod support;
mod ugc;
