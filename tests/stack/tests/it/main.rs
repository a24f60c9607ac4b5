//! The engines, started and ended as tests of faults do.

mod binary;
mod faults;
mod proc;
