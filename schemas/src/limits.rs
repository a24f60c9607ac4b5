//! Every limit of the wire and of the fold, in one place. Each is tested at the limit and
//! one past it.

/// Largest frame a client may send, in bytes.
pub const FRAME_BYTES_MAX: usize = 16 * 1024;
/// Largest record, in bytes; what the log refuses beyond.
pub const RECORD_BYTES_MAX: usize = 64 * 1024;
/// Longest chat line, in characters after trimming.
pub const CHAT_CHARS_MAX: usize = 2000;
/// Longest name of a person, in characters.
pub const NAME_CHARS_MAX: usize = 64;
/// Longest title of a film, in characters.
pub const TITLE_CHARS_MAX: usize = 300;
/// Longest reason of a hold, in characters.
pub const REASON_CHARS_MAX: usize = 64;
/// Slowest playback.
pub const RATE_MIN: f64 = 0.25;
/// Fastest playback.
pub const RATE_MAX: f64 = 2.0;
/// Furthest position in a film: 30 days, beyond any film and far from overflow.
pub const POSITION_MS_MAX: i64 = 30 * 24 * 3600 * 1000;
/// Shortest head start that a node gives a `play`.
pub const LEAD_MS_MIN: i64 = 100;
/// Longest head start of a `play`.
pub const LEAD_MS_MAX: i64 = 1000;
/// Longest single hold.
pub const HOLD_MS_MAX: i64 = 15_000;
/// Time within which a member's holds are added up.
pub const HOLD_WINDOW_MS: i64 = 5 * 60 * 1000;
/// What a member's holds may add up to within the window.
pub const HOLD_BUDGET_MS: i64 = 60_000;
/// What even the shortest hold is charged, which bounds the holds in a window.
pub const HOLD_CHARGE_MS_MIN: i64 = 1000;
/// Rooms with more members than this wait for nobody.
pub const HOLD_MEMBERS_MAX: usize = 8;
/// How near its end a film must be for `ended` to be believed.
pub const END_TOLERANCE_MS: i64 = 5000;
/// Events that a `welcome` carries; older ones come by HTTP.
pub const WELCOME_EVENTS_MAX: usize = 50;
/// Most members of a room at a time.
pub const MEMBERS_MAX: usize = 2000;
/// Most events of a room; past it only leaving and closing are accepted.
pub const EVENTS_MAX: usize = 200_000;
