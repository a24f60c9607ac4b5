//! A member gets a ticket for one more session, or for the session a tab has already.

use schemas::http::TicketAnswer;
use schemas::ids::{RoomId, SessionId};

use super::{Caller, Refusal, Services};
use crate::ticket::Ticket;

impl Services {
    /// A ticket for a member; `session` keeps the tab's identity over a reconnect.
    pub async fn issue_ticket(
        &self,
        caller: &Caller,
        room: RoomId,
        session: Option<SessionId>,
    ) -> Result<TicketAnswer, Refusal> {
        let handle = self.relay.room(room).await?;
        let session = handle.promise(caller.user, session).await?;
        let ticket = Ticket { room, user: caller.user, name: caller.name.clone(), session };
        let ticket = self.tickets.sign(ticket, self.clock.now_ms()).map_err(Refusal::Internal)?;
        let ws_url = format!("{}/api/v1/room/{room}/ws?ticket={ticket}", self.socket_url);
        Ok(TicketAnswer { success: true, errors: vec![], ticket, ws_url, session })
    }
}
