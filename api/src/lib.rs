//! The API, the WebSocket relay and the page.
//!
//! How a request flows: [`acceptor`] takes the connection → [`http`] lays the middleware
//! round one thin handler an operation → [`identity`] names the caller → [`services`] holds
//! one use case a file and knows no HTTP. [`app`] builds it all, for `main` and tests alike.
//!
//! To add an operation: write its use case in `services/`, its handler in `http/` beside its
//! kin, list its refusals there, and run `make gen`.

pub mod acceptor;
pub mod app;
pub mod health_check;
pub mod http;
pub mod identity;
pub mod options;
pub mod page;
pub mod services;
pub mod telemetry;

mod janitor;
mod link;
mod refusal;
mod relay;
mod select;
mod ticket;
