//! The engines, started and ended as tests of faults do.

mod binary;
mod compose;
mod faults;
mod proc;
