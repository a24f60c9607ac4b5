//! The three services, asked as a client asks them.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a helper that fails here fails its test"
)]

mod accounts;
mod binary;
mod documents;
mod friends;
mod library;
mod limits;
mod media;
mod movie;
mod people;
mod persistence;
mod refusals;
mod sessions;
mod support;
mod ugc;
