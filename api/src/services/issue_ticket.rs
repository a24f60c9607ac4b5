//! A member gets a ticket for one more session, or for the session a tab has already.

use schemas::http::TicketAnswer;
use schemas::ids::{RoomId, SessionId};

use super::{Caller, Refusal, Services};
use crate::relay::{Promised, RoomHandle};
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
        let user = caller.user;
        let promise = |room: RoomHandle| async move { room.promise(user, session).await };
        let Promised { session, is_again } = self.relay.ask(&handle, promise).await?;
        let ticket = Ticket { room, user, name: caller.name.clone(), session };
        let ticket = self.tickets.sign(ticket, self.clock.now_ms()).map_err(Refusal::Internal)?;
        let nodes = self.relay.nodes();
        let begin = if is_again {
            // Where it was sent a moment ago it was not served; here it will be.
            nodes.own_url().to_owned()
        } else {
            nodes.socket_url(room, handle.partition).await
        };
        let ws_url = format!("{begin}/api/v1/room/{room}/ws?ticket={ticket}");
        Ok(TicketAnswer { success: true, errors: vec![], ticket, ws_url, session })
    }
}
