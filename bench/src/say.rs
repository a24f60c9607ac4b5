//! What the tool tells while it measures.

use std::io::{Write, stdout};

use crate::Result;

/// A line for whoever waits.
pub(crate) fn say(text: &str) -> Result<()> {
    Ok(writeln!(stdout(), "{text}")?)
}
