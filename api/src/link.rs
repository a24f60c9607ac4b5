//! Short links to rooms. Codes are derived from the secret, so that the database keeps only
//! their hashes and the room's page can still show the link.

use std::sync::Arc;
use std::time::Duration;

use clients::{Deadline, Shortener};
use hmac::{Hmac, KeyInit, Mac};
use schemas::ids::RoomId;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use storage::rooms::{Invite, Rooms, RoomsError};

use crate::refusal::Refusal;

/// Links one room may have.
pub(crate) const INVITES_MAX: u32 = 100;
/// Characters of a code: 12 of 58 signs are 70 bits.
pub(crate) const CODE_CHARS: usize = 12;
/// Attempts when two calls take the same number at once.
const INVITE_TRIES_MAX: u32 = 5;
/// What an outside shortener may take before the built-in one answers.
const SHORTENER_PATIENCE: Duration = Duration::from_secs(3);
/// Letters and digits without those that look alike.
const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Makes and follows short links.
pub(crate) struct Links {
    public_url: String,
    key: Hmac<Sha256>,
    rooms: Arc<dyn Rooms>,
    shortener: Option<Arc<dyn Shortener>>,
}

impl Links {
    pub(crate) fn new(
        public_url: &str,
        secret: &SecretString,
        rooms: Arc<dyn Rooms>,
        shortener: Option<Arc<dyn Shortener>>,
    ) -> Result<Self, hmac::digest::InvalidLength> {
        let mut key = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())?;
        key.update(b"invite code");
        Ok(Self { public_url: public_url.trim_end_matches('/').to_owned(), key, rooms, shortener })
    }

    /// The first invite of a room that is being created, and its link.
    pub(crate) async fn first(&self, room: RoomId) -> (Invite, String) {
        let invite = self.make(room, 1).await;
        let link = self.link(invite.clone());
        (invite, link)
    }

    /// A new link to a room.
    pub(crate) async fn create(&self, room: RoomId) -> Result<String, Refusal> {
        for _ in 0..INVITE_TRIES_MAX {
            let number = self.rooms.last_invite(room).await?.map_or(0, |last| last.number) + 1;
            if number > INVITES_MAX {
                return Err(Refusal::TooManyInvites);
            }
            let invite = self.make(room, number).await;
            match self.rooms.add_invite(&invite).await {
                Ok(()) => return Ok(self.link(invite)),
                Err(RoomsError::InviteTaken) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Refusal::away("rooms"))
    }

    /// The newest link to a room, if it has one.
    pub(crate) async fn newest(&self, room: RoomId) -> Result<Option<String>, RoomsError> {
        Ok(self.rooms.last_invite(room).await?.map(|invite| self.link(invite)))
    }

    /// Where a code leads.
    pub(crate) async fn follow(&self, code: &str) -> Result<RoomId, Refusal> {
        let known = self.rooms.invite(&hash(code)).await?;
        known.map(|invite| invite.room).ok_or(Refusal::NoSuchInvite)
    }

    async fn make(&self, room: RoomId, number: u32) -> Invite {
        let code = self.code(room, number);
        let outside_link = self.outside(&self.built_in(&code)).await;
        Invite { room, number, code_hash: hash(&code), outside_link }
    }

    fn link(&self, invite: Invite) -> String {
        let built_in = || self.built_in(&self.code(invite.room, invite.number));
        invite.outside_link.unwrap_or_else(built_in)
    }

    fn built_in(&self, code: &str) -> String {
        format!("{}/i/{code}", self.public_url)
    }

    /// Creating a room never fails because an outside shortener does.
    async fn outside(&self, long_url: &str) -> Option<String> {
        let shortener = self.shortener.as_ref()?;
        match shortener.shorten(long_url, Deadline::after(SHORTENER_PATIENCE)).await {
            Ok(link) => Some(link),
            Err(failure) => {
                metrics::counter!("link_shortener_fallbacks_total").increment(1);
                tracing::warn!(error = &failure as &dyn std::error::Error, "shortener failed");
                None
            }
        }
    }

    fn code(&self, room: RoomId, number: u32) -> String {
        let mut mac = self.key.clone();
        mac.update(room.0.as_bytes());
        mac.update(&number.to_be_bytes());
        let digest = mac.finalize().into_bytes();
        // Two bytes a sign keep the modulo bias below a thousandth.
        let signs = digest.chunks_exact(2).take(CODE_CHARS).map(|pair| {
            let value = pair.iter().fold(0_usize, |sum, byte| sum * 256 + usize::from(*byte));
            ALPHABET.get(value % ALPHABET.len()).copied().map_or('1', char::from)
        });
        signs.collect()
    }
}

fn hash(code: &str) -> [u8; 32] {
    Sha256::digest(code.as_bytes()).into()
}
