//! Why a connection ends, and what the client is told. Codes 4000–4099 mean "come back with
//! `since`, after a pause with jitter"; the rest are final.

/// Why a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The client closed, or its network did.
    ClientLeft,
    /// The network broke.
    Broken,
    /// This node stops.
    Shutdown,
    /// This node has to read the room anew.
    Behind,
    /// The same session opened another socket.
    Replaced,
    /// The membership ended while the socket was away or mute.
    Gone,
    /// The member left by another way.
    Left,
    /// The member was put out.
    Removed,
    /// The client reads more slowly than the room speaks.
    Slow,
    /// The client answered no ping.
    Silent,
    /// The client sent too many frames.
    TooMany,
    /// The client sent a frame that is too large to be read at all, or not text.
    BadFrame,
    /// The room is over.
    RoomClosed,
}

impl End {
    /// Close code and reason; none where there is nobody left to tell.
    pub(crate) fn close(self) -> Option<(u16, &'static str)> {
        match self {
            Self::Broken => None,
            Self::ClientLeft => Some((1000, "")),
            Self::Shutdown => Some((4000, "try again: this node stops")),
            Self::Behind => Some((4000, "try again: this node fell behind")),
            Self::Gone => Some((4000, "try again: you were away too long")),
            Self::Left => Some((1000, "you left the room")),
            Self::Replaced => Some((1000, "this session continues on another socket")),
            Self::BadFrame => Some((1009, "the frame is too large or not text")),
            Self::Slow => Some((4008, "too slow")),
            Self::Silent => Some((4009, "silent")),
            Self::TooMany => Some((4029, "too many frames")),
            Self::Removed => Some((4403, "removed from the room")),
            Self::RoomClosed => Some((4410, "the room is closed")),
        }
    }

    /// The name under which ends are counted.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::ClientLeft => "client_left",
            Self::Broken => "broken",
            Self::Shutdown => "shutdown",
            Self::Behind => "behind",
            Self::Replaced => "replaced",
            Self::Gone => "gone",
            Self::Left => "left",
            Self::Removed => "removed",
            Self::Slow => "slow",
            Self::Silent => "silent",
            Self::TooMany => "too_many",
            Self::BadFrame => "bad_frame",
            Self::RoomClosed => "room_closed",
        }
    }
}
