//! The engines, started and ended as tests of faults do.

fn main() {}
