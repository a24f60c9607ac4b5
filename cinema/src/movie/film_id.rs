//! Ids of films, without a place to keep them.

use schemas::ids::MovieId;
use sha2::{Digest as _, Sha256};

/// The same id for the same film at each start: a version 8 UUID of the name's SHA-256.
pub(super) fn film_id(name: &str) -> MovieId {
    let digest: [u8; 32] = Sha256::digest(name).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(digest.split_at(16).0);
    MovieId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_film_keeps_its_id() {
        let id: Uuid = film_id("own:aurora").0;
        assert_eq!(id, film_id("own:aurora").0);
        assert_ne!(id, film_id("own:life").0);
        assert_eq!(id.get_version_num(), 8);
    }
}
