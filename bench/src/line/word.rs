//! What is said, and what of it is heard.

/// What stands before a message's number.
const TEXT: &str = "message ";

/// What is said as a room's message of this number.
pub(crate) fn text_of(number: usize) -> String {
    format!("{TEXT}{number}")
}

/// The number of the message that says this.
pub(crate) fn number_of(text: &str) -> Option<usize> {
    text.strip_prefix(TEXT)?.parse().ok()
}

/// What a member hears, as far as it is measured.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Word {
    /// Something happened in the room.
    Event {
        /// Its number, where the relay numbers.
        seq: Option<u64>,
        /// The number of the message that was said.
        number: Option<usize>,
    },
    /// What this member said was not taken.
    Refused(String),
}
