//! Why a room, or a whole partition, could not be finished in this pass.

use schemas::ids::RoomId;
use storage::archive::ArchiveError;
use storage::log::ReadError;
use storage::rooms::RoomsError;

/// Why a step failed. Nothing is deleted past what a failed step left undone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PassError {
    /// The log failed, or another pass deleted what this one was reading.
    #[error("could not read or truncate the log")]
    Log(#[from] ReadError),
    /// The rows failed.
    #[error("could not read or mark the room's row")]
    Rooms(#[from] RoomsError),
    /// The archive failed, or holds something else than the log.
    #[error("could not write or read the archive")]
    Archive(#[from] ArchiveError),
    /// An event cannot be written as JSON.
    #[error("could not encode an event")]
    Encode(#[from] serde_json::Error),
    /// What was read back is not what was folded.
    #[error("the archive gave back {found} of {expected} events, or other ones")]
    NotWhole {
        /// Events in an unbroken chain from the first.
        found: u64,
        /// Events of the fold.
        expected: u64,
    },
    /// The log left a gap or answered without going on; nothing beyond may be judged.
    #[error("the log skipped offset {offset}")]
    Gap {
        /// The offset that was wanted.
        offset: u64,
    },
    /// The room is not sealed and its first record is not in the log any more.
    #[error("room {room} is not sealed and its beginning is not in the log")]
    BeginningLost {
        /// The room.
        room: RoomId,
    },
    /// The seal does not end in `room_closed`, or nobody may read it.
    #[error("the sealed events of room {room} do not end in its close")]
    SealWithoutClose {
        /// The room.
        room: RoomId,
    },
    /// The pass was told to stop.
    #[error("the pass was told to stop")]
    Stopped,
}
