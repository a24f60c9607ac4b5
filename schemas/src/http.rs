//! Bodies of the API. Every answer of the room resource carries `success` and `errors`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::event::Event;
use crate::ids::{MovieId, RoomId, SessionId, UserId};
use crate::playback::Playback;
use crate::record::Control;
use crate::upstream::{Film, Source, Subtitles, User};

/// Where a room stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum RoomStatus {
    /// Its first record is not in the log yet.
    Creating,
    /// People can join.
    Open,
    /// Over; its messages are still in the log.
    Closed,
    /// Over; its messages are in the archive.
    Archived,
    /// It never opened.
    Aborted,
}

body! {
    /// What a room is created with.
    pub struct CreateRoomBody {
        /// The film.
        pub movie_id: MovieId,
        /// Another title than the film's; 1 to 300 characters.
        pub title: Option<String>,
        /// Who may control the player; everyone unless asked.
        pub control: Option<Control>,
    }
}
body! {
    /// A room was created.
    pub struct RoomCreatedAnswer {
        /// Always true.
        pub success: bool,
        /// Always empty.
        pub errors: Vec<String>,
        /// The link to send to friends.
        pub link: String,
        /// The room.
        pub room_id: RoomId,
    }
}
body! {
    /// Permission to open one session.
    pub struct TicketAnswer {
        /// Always true.
        pub success: bool,
        /// Always empty.
        pub errors: Vec<String>,
        /// Valid for 60 s.
        pub ticket: String,
        /// Where to connect, with the ticket in it; add `epoch` and `since` to resume.
        pub ws_url: String,
        /// This tab's identity; send it along to keep it over a reconnect.
        pub session: SessionId,
    }
}
body! {
    /// What a tab asks a new ticket with.
    pub struct TicketBody {
        /// The identity the tab has already.
        pub session: Option<SessionId>,
    }
}
body! {
    /// Done.
    pub struct DoneAnswer {
        /// Always true.
        pub success: bool,
        /// Always empty.
        pub errors: Vec<String>,
    }
}
body! {
    /// A new link to the room.
    pub struct InviteAnswer {
        /// Always true.
        pub success: bool,
        /// Always empty.
        pub errors: Vec<String>,
        /// The link to send to friends.
        pub link: String,
    }
}
body! {
    /// One event of the room's history, as the socket shows it.
    pub struct EventView {
        /// Always `event`.
        #[serde(rename = "type")]
        #[cfg_attr(feature = "openapi", oai(rename = "type"))]
        pub kind: String,
        /// Dense number in the room, from 1.
        pub seq: u64,
        /// The log's time, in ms since 1970.
        pub at: i64,
        /// Who did it.
        pub user: Option<UserId>,
        /// The record's type.
        pub event: String,
        /// The record's body.
        pub body: Value,
        /// The playback after it, where it changed.
        pub playback: Option<Playback>,
    }
}
body! {
    /// A page of a room's history, newest first.
    pub struct MessagePage {
        /// Always true.
        pub success: bool,
        /// Always empty.
        pub errors: Vec<String>,
        /// Events, newest first.
        pub items: Vec<EventView>,
        /// Whether there are older ones; in a search, whether there are older ones to look through.
        pub has_more: bool,
        /// What to ask with as `before` to go on; absent at the end. A search looks through so
        /// many events a call that a page may be short, or empty, before the end.
        pub next_before: Option<u64>,
    }
}
body! {
    /// A film, with what I and my friends think of it.
    pub struct MovieView {
        /// The film.
        pub id: MovieId,
        /// Its title.
        pub title: String,
        /// Year of release, where known.
        pub year: Option<i32>,
        /// What it is about.
        pub description: String,
        /// Address of a still picture.
        pub poster: Option<String>,
        /// Running time in milliseconds; 0 where unknown.
        pub duration_ms: u64,
        /// Ways to play it, best first.
        pub sources: Vec<Source>,
        /// Subtitles, each in another language.
        pub subtitles: Vec<Subtitles>,
        /// Whether I want to watch it.
        pub wanted: bool,
        /// Friends who want to watch it.
        pub friends: Vec<User>,
    }
}
page! {
    /// A page of films.
    MoviePage of MovieView
}
body! {
    /// A film that I and friends want to watch.
    pub struct Match {
        /// The film.
        pub movie: Film,
        /// The friends.
        pub friends: Vec<User>,
    }
}
page! {
    /// A page of matches, most friends first.
    MatchPage of Match
}

/// The film of a room, as the room knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
pub struct RoomMovieView {
    /// The film.
    pub id: MovieId,
    /// Its title.
    pub title: String,
    /// Its length; 0 where unknown.
    pub duration_ms: i64,
}

/// Who owns a room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
pub struct OwnerView {
    /// Who.
    pub id: UserId,
    /// Name to show.
    pub name: String,
}

/// A room, as its visitors see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Object))]
pub struct RoomView {
    /// The room.
    pub id: RoomId,
    /// The film that is on.
    pub movie: RoomMovieView,
    /// Whose room it is.
    pub owner: OwnerView,
    /// Where it stands.
    pub status: RoomStatus,
    /// Who may control the player.
    pub control: Control,
    /// Members now.
    pub members_count: u64,
    /// When it was created, RFC 3339.
    pub created_at: String,
    /// When it closed, RFC 3339; absent until then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
    pub closed_at: Option<String>,
    /// The link to send to friends; absent once the room is over.
    pub link: Option<String>,
    /// Everyone who ever was a member; only of an archived room, for those who were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", oai(skip_serializing_if_is_none))]
    pub members: Option<Vec<UserId>>,
}

page! {
    /// A page of rooms, newest first.
    RoomPage of RoomView
}
body! {
    /// A value that was refused.
    pub struct FieldError {
        /// Which.
        pub field: String,
        /// What is wrong with it.
        pub message: String,
    }
}
body! {
    /// Every refusal of the API.
    pub struct ErrorAnswer {
        /// Always false.
        pub success: bool,
        /// Texts for people, one a fault.
        pub errors: Vec<String>,
        /// A stable word for programs.
        pub code: String,
        /// The values that were refused, where values were.
        pub fields: Option<Vec<FieldError>>,
    }
}

impl EventView {
    /// Shows an event; fails only if its body is not JSON, which the fold never lets in.
    pub fn new(event: &Event) -> Result<Self, serde_json::Error> {
        Ok(Self {
            kind: "event".to_owned(),
            seq: event.seq,
            at: event.at_ms,
            user: event.user,
            event: event.entry.kind().to_owned(),
            body: serde_json::to_value(&event.entry)?,
            playback: event.playback.as_deref().cloned(),
        })
    }
}
