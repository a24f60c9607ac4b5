//! Where tickets lead.

use super::{Apart, SHORT_GRACE, sockets};

#[tokio::test]
async fn a_ticket_leads_where_most_of_the_room_is() {
    let apart = Apart::set(&[SHORT_GRACE]).await;
    let second = sockets(&apart.cluster.nodes[1]);
    let _third = apart.petr.person.open_tab(apart.room).await;
    apart.ticket_leads_to(1).await;
    for node in 0..2 {
        let anna = apart.cluster.sign_up("Anna", node).await;
        let opening = anna.join_only(apart.room).await;
        assert!(opening.url.starts_with(&second), "{} is not at {second}", opening.url);
    }
}

#[tokio::test]
async fn who_asks_again_is_served_where_they_ask() {
    let mut apart = Apart::set(&[SHORT_GRACE]).await;
    let (first, second) = (sockets(&apart.cluster.nodes[0]), sockets(&apart.cluster.nodes[1]));
    let (room, session) = (apart.room, Some(apart.petr.session));
    let _third = apart.petr.person.open_tab(room).await;
    apart.ticket_leads_to(1).await;
    apart.cluster.nodes[1].kill().await;
    // The lease of the dead one still runs: it is named once, and then no more.
    let person = apart.moved(&apart.petr.person, 0);
    let opening = person.ticket(room, session).await;
    assert!(opening.url.starts_with(&second), "{} is not at {second}", opening.url);
    let opening = person.ticket(room, session).await;
    assert!(opening.url.starts_with(&first), "{} is not at {first}", opening.url);
}
