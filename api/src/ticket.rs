//! Tickets: signed, short-lived permissions to open one session in one room. Any node that
//! knows the secret can check one, so a socket needs no database to open.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use schemas::ids::{RoomId, SessionId, UserId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use storage::log::BoxError;

/// How long a ticket opens the door.
pub(crate) const TICKET_LIFE_MS: i64 = 60_000;
const AUDIENCE: &str = "movie-together/socket";

/// What a ticket says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) room: RoomId,
    pub(crate) user: UserId,
    pub(crate) name: String,
    pub(crate) session: SessionId,
}

/// Signs and checks tickets.
pub(crate) struct Tickets {
    signing: EncodingKey,
    checking: DecodingKey,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    aud: String,
    /// In ms, because a second is long for a permission of sixty.
    until_ms: i64,
    #[serde(flatten)]
    ticket: Ticket,
}

impl Tickets {
    pub(crate) fn new(secret: &SecretString) -> Self {
        let secret = secret.expose_secret().as_bytes();
        Self {
            signing: EncodingKey::from_secret(secret),
            checking: DecodingKey::from_secret(secret),
        }
    }

    /// Signs a ticket.
    pub(crate) fn sign(&self, ticket: Ticket, now_ms: i64) -> Result<String, BoxError> {
        let until_ms = now_ms.saturating_add(TICKET_LIFE_MS);
        let claims = Claims { aud: AUDIENCE.to_owned(), until_ms, ticket };
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.signing)?)
    }

    /// The ticket, if it is ours and still lives.
    pub(crate) fn check(&self, signed: &str, now_ms: i64) -> Option<Ticket> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["aud"]);
        validation.validate_exp = false;
        let claims =
            jsonwebtoken::decode::<Claims>(signed, &self.checking, &validation).ok()?.claims;
        (now_ms < claims.until_ms).then_some(claims.ticket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> Ticket {
        let id = uuid::Uuid::from_u128;
        Ticket {
            room: RoomId(id(1)),
            user: UserId(id(2)),
            name: "Petr".to_owned(),
            session: SessionId(id(3)),
        }
    }

    #[test]
    fn lives_for_sixty_seconds_and_not_one_ms_more() {
        let tickets = Tickets::new(&"a secret of at least thirty-two bytes".into());
        let signed = tickets.sign(ticket(), 1000).unwrap();
        assert_eq!(tickets.check(&signed, 1000 + TICKET_LIFE_MS - 1), Some(ticket()));
        assert_eq!(tickets.check(&signed, 1000 + TICKET_LIFE_MS), None);
    }

    #[test]
    fn is_refused_when_signed_by_another_or_changed() {
        let tickets = Tickets::new(&"a secret of at least thirty-two bytes".into());
        let others = Tickets::new(&"another secret, also of enough bytes".into());
        let signed = tickets.sign(ticket(), 0).unwrap();
        assert_eq!(others.check(&signed, 0), None);
        assert_eq!(tickets.check(&signed[..signed.len() - 2], 0), None);
        assert_eq!(tickets.check("", 0), None);
    }
}
