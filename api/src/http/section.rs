//! How the operations are ordered in the document.

use poem_openapi::Tags;

/// The document's sections.
#[derive(Tags)]
pub(super) enum Section {
    /// Rooms, their members, links and history.
    Rooms,
    /// Films, who wants to watch them, and matches.
    Films,
    /// Health and metrics.
    Operation,
}
