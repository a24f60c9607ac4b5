//! Bodies of the three services that an online cinema has: Auth, UGC and Movie.
//! `clients` reads them and `cinema` answers with them, so both speak the same types.

use serde::{Deserialize, Deserializer, Serialize};

use crate::ids::{MovieId, UserId};

/// Elements of a page when the caller names no size.
pub const PAGE_SIZE_DEFAULT: u32 = 20;
/// Most elements a page may hold.
pub const PAGE_SIZE_MAX: u32 = 100;
/// Most ids that one batch call may name.
pub const BATCH_IDS_MAX: usize = 1000;
/// Most films that one person may wish for.
pub const WISHES_PER_USER_MAX: u32 = 10_000;
/// Most characters of a text to search for, after trimming.
pub const QUERY_CHARACTERS_MAX: usize = 64;
/// Fewest and most characters of a password.
pub const PASSWORD_CHARACTERS: std::ops::RangeInclusive<usize> = 8..=128;
/// Fewest and most characters of an e-mail address.
pub const EMAIL_CHARACTERS: std::ops::RangeInclusive<usize> = 3..=254;

body! {
    /// What a person signs up with.
    pub struct SignUp {
        /// E-mail address, unique without regard to case; 3 to 254 characters.
        pub email: String,
        /// 8 to 128 characters.
        pub password: String,
        /// The name others see; 1 to 64 characters after trimming.
        pub name: String,
    }
}
body! {
    /// What a person signs in with.
    pub struct LogIn {
        /// E-mail address, without regard to case.
        pub email: String,
        /// The password.
        pub password: String,
    }
}
body! {
    /// A refresh token to trade in, or to end.
    pub struct RefreshToken {
        /// Opaque; works once. A second use revokes every token that descends from the same sign-in.
        pub refresh_token: String,
    }
}
body! {
    /// Answer of sign-up, log-in and refresh.
    pub struct Tokens {
        /// Whose tokens these are.
        pub user_id: UserId,
        /// JWT (EdDSA) with `sub`, `name`, `iss`, `aud`, `exp`.
        pub access_token: String,
        /// Trade it in at `/auth/v1/refresh` before the access token ends.
        pub refresh_token: String,
        /// Seconds until the access token ends.
        pub expires_in: u64,
    }
}
body! {
    /// A person as others see them.
    pub struct User {
        /// Who.
        pub id: UserId,
        /// Name to show.
        pub name: String,
    }
}
page! {
    /// A page of people.
    UserPage of User
}

/// How two people stand to each other after an ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(poem_openapi::Enum))]
#[cfg_attr(feature = "openapi", oai(rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum FriendStatus {
    /// Asked; the other has not answered yet.
    Requested,
    /// Both want it.
    Friends,
}

body! {
    /// Answer of a friendship request.
    pub struct Friendship {
        /// How the two stand now.
        pub status: FriendStatus,
    }
}
body! {
    /// One wish of a person.
    pub struct Wish {
        /// The film wanted.
        pub movie_id: MovieId,
    }
}
page! {
    /// A page of a person's wishes, newest first.
    WishPage of Wish
}
body! {
    /// Whose wishes to look for, and among which films.
    pub struct WishSearch {
        /// At most 1000.
        pub user_ids: Vec<UserId>,
        /// At most 1000; absent means every film.
        pub movie_ids: Option<Vec<MovieId>>,
    }
}
body! {
    /// A film and those of the people asked about who want it.
    pub struct WantedFilm {
        /// The film.
        pub movie_id: MovieId,
        /// Who wants it.
        pub user_ids: Vec<UserId>,
    }
}
body! {
    /// Answer of a wish search, most wanted first.
    pub struct WishSearchResult {
        /// Films that at least one of them wants.
        pub items: Vec<WantedFilm>,
    }
}
body! {
    /// One way to play a film.
    pub struct Source {
        /// Where the media is, absolute.
        pub url: String,
        /// MIME type, such as `video/mp4` or `application/vnd.apple.mpegurl`.
        #[serde(rename = "type")]
        #[cfg_attr(feature = "openapi", oai(rename = "type"))]
        pub media_type: String,
    }
}
body! {
    /// A film's subtitles in one language.
    pub struct Subtitles {
        /// Where the text is, absolute; `text/vtt`.
        pub url: String,
        /// BCP 47 tag of the language, such as `ru` or `pt-BR`; `und` where it is not known.
        pub language: String,
        /// What to call them in a menu, in their own language.
        pub label: String,
    }
}
body! {
    /// A film of the catalogue.
    pub struct Film {
        /// The film.
        pub id: MovieId,
        /// Its title.
        pub title: String,
        /// Year of release, where known.
        pub year: Option<i32>,
        /// What it is about; may be empty.
        pub description: String,
        /// Address of a still picture, absolute, where there is one.
        pub poster: Option<String>,
        /// Running time in milliseconds; 0 where unknown.
        pub duration_ms: u64,
        /// Ways to play it, best first.
        pub sources: Vec<Source>,
        /// Subtitles, each in another language; none where absent or null.
        #[serde(default, deserialize_with = "or_empty")]
        #[cfg_attr(feature = "openapi", oai(default))]
        pub subtitles: Vec<Subtitles>,
    }
}
page! {
    /// A page of films.
    FilmPage of Film
}
body! {
    /// A value that was refused.
    pub struct FieldFault {
        /// Name of the body's field or of the parameter.
        pub field: String,
        /// Text for people.
        pub message: String,
    }
}
body! {
    /// Every refusal of the three services.
    pub struct UpstreamError {
        /// Always false.
        pub success: bool,
        /// Texts for people, one a fault.
        pub errors: Vec<String>,
        /// A stable word for programs.
        pub code: String,
        /// The values refused; absent when it is not a matter of values.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "openapi", oai(default, skip_serializing_if_is_empty))]
        pub fields: Vec<FieldFault>,
    }
}

/// A list that a service may leave out, or answer as null.
fn or_empty<'de, T, D>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    T: Deserialize<'de>,
    D: Deserializer<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
