//! Clients of the services that Movie Together stands on: Auth, UGC, Movie and the link
//! shorteners, each behind a small trait so that callers can be tested without a network.
//!
//! How a call flows: a method of [`AuthApi`] (or a sister) builds a request →
//! [`http::Service`] asks the circuit breaker, sends an attempt, retries where that is safe,
//! all within the caller's [`Deadline`] → the body is read up to a limit and parsed → the
//! caller gets a value or a [`Failure`] that says what went wrong by its meaning.
//!
//! To add a call: add a method to the trait, name its operation and its span
//! `clients.<service>.<operation>`, and say whether it may be sent twice.
//! To add a service: write a module with a trait and an `Http…` type that holds one
//! [`http::Service`].

mod auth;
mod base_url;
mod batches;
mod bearer;
mod deadline;
mod failure;
pub mod http;
mod movie;
mod pages;
mod shortener;
mod ugc;

pub use auth::{AuthApi, FRIENDS_MAX, HttpAuth};
pub use base_url::{BadBaseUrl, BaseUrl};
pub use bearer::{BadToken, Bearer};
pub use deadline::Deadline;
pub use failure::{AnswerFault, Failure};
pub use http::{HttpFactory, HttpOptions};
pub use movie::{HttpMovie, MovieApi};
pub use shortener::{SHORT_URL_CHARS_MAX, Shlink, Shortener, TINYURL_BASE, TinyUrl};
pub use ugc::{HttpUgc, SEARCH_BYTES_MAX, UgcApi, WISHES_MAX};

/// Most ids named in one URL; keeps a batch's URL under 8 KiB, which every proxy accepts.
pub const URL_IDS_MAX: usize = 100;
/// Most calls that one method has under way at once.
pub const PARALLEL_CALLS_MAX: usize = 8;
