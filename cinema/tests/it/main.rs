//! The three services, asked as a client asks them.

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
