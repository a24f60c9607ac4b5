//! The sizes and times that bound a pass.

/// What bounds a pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassLimits {
    /// How long a seal must have stood before the room's records leave the log.
    pub soak_ms: i64,
    /// How long a record of an unknown room stays in the log, from its own time on.
    pub unknown_room_hold_ms: i64,
    /// Most records of one read.
    pub read_records_max: usize,
    /// Most bytes of one read.
    pub read_bytes_max: usize,
    /// Most events of one insert.
    pub insert_events_max: usize,
    /// Most records of the rooms that are archived together; a larger room goes alone.
    pub group_records_max: u64,
    /// Most bytes of those records.
    pub group_bytes_max: u64,
    /// Most partitions whose records are in memory at a time.
    pub workers_max: usize,
}

impl Default for PassLimits {
    fn default() -> Self {
        Self {
            soak_ms: 3_600_000,
            unknown_room_hold_ms: 24 * 3_600_000,
            read_records_max: 1000,
            read_bytes_max: 256 * 1024,
            insert_events_max: 2000,
            group_records_max: 8000,
            group_bytes_max: 4 * 1024 * 1024,
            workers_max: 3,
        }
    }
}
