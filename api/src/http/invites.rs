//! Short links. Whoever follows one has no token yet: a browser is led on to the room's
//! page, which knows how to sign in. One that leads nowhere is told by the page as well.

use std::sync::Arc;

use poem_openapi::param::Path;
use poem_openapi::{ApiResponse, OpenApi};

use super::refused::{Refusals, Refused};
use super::section::Section;
use crate::refusal::Refusal;
use crate::services::Services;

/// Longest code that is looked up.
const CODE_BYTES_MAX: usize = 64;

/// Following of links.
pub(super) struct InvitesApi {
    pub(super) services: Arc<Services>,
}

pub(super) struct FollowInvite;

impl Refusals for FollowInvite {
    const TOKEN: bool = false;
    const TABLE: &'static [(u16, &'static str)] = &[
        (404, "The link leads nowhere. Browsers get a page."),
        (410, "The room is over. Browsers get a page."),
    ];
}

/// Answer of following a link.
#[derive(ApiResponse)]
enum Followed {
    /// On to joining the room.
    #[oai(status = 303)]
    Room(
        /// Where to join.
        #[oai(header = "Location")]
        String,
        /// Links are followed anew each time.
        #[oai(header = "Cache-Control")]
        String,
    ),
}

#[OpenApi(tag = "Section::Rooms")]
impl InvitesApi {
    /// Follow an invite
    #[oai(path = "/i/:code", method = "get", operation_id = "followInvite")]
    async fn follow(
        &self,
        /// The code of the link.
        code: Path<String>,
    ) -> Result<Followed, Refused<FollowInvite>> {
        let room = if code.len() <= CODE_BYTES_MAX {
            self.services.follow_invite(&code).await
        } else {
            Err(Refusal::NoSuchInvite)
        };
        let join = format!("/api/v1/room/{}/join", room?);
        Ok(Followed::Room(join, "no-store".to_owned()))
    }
}
