//! Movie Together from outside, over real processes.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "the helpers of tests may fail loudly, as the tests do"
)]

mod scene;

mod answers;
mod chat;
mod checker;
mod closing;
mod crash;
mod crowd;
mod fault_layer;
mod faults;
mod frames;
mod history;
mod limits;
mod login;
mod messages;
mod nodes;
mod page;
mod player;
mod presence;
mod removal;
mod resume;
mod retained;
mod slow;
mod stories;
mod tickets;
