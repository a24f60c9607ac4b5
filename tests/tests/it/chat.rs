//! What is said, answered and taken back.

use schemas::record::Entry;
use serde_json::json;

use crate::scene::Scene;

#[tokio::test]
async fn text_is_kept_as_it_was_written_but_for_the_ends() {
    let mut scene = Scene::set().await;
    let text = "  <b>Привет</b> 🎬\n\u{200d}\"quoted\" \\ & done  ";
    let seq = scene.petr.chat(text).await;
    let event = scene.vasily.event(seq).await;
    let Entry::Chat(chat) = &event.entry else { panic!("{event:?}") };
    assert_eq!(chat.text, text.trim());
    assert_eq!(event.user, Some(scene.petr.person.id));
    let answer = scene.vasily.does(json!({"type": "chat", "text": "hi", "reply_to": seq})).await;
    let event = scene.petr.event(answer).await;
    assert!(matches!(event.entry, Entry::Chat(chat) if chat.reply_to == Some(seq)));
    let to_nothing = json!({"type": "chat", "text": "hi", "reply_to": 1});
    assert_eq!(scene.vasily.is_refused(to_nothing).await, "no_such_message");
}

#[tokio::test]
async fn author_and_owner_take_messages_back_for_everyone_and_for_all_time() {
    let mut scene = Scene::set().await;
    let of_owner = scene.vasily.chat("secret of Vasily").await;
    let of_petr = scene.petr.chat("secret of Petr").await;
    let second_of_petr = scene.petr.chat("other secret of Petr").await;
    let redact = |seq: u64| json!({"type": "redact", "seq": seq});
    assert_eq!(scene.petr.is_refused(redact(of_owner)).await, "not_allowed");
    assert_eq!(scene.petr.is_refused(redact(1)).await, "no_such_message");
    scene.petr.does(redact(of_petr)).await;
    scene.vasily.does(redact(second_of_petr)).await;
    assert_eq!(scene.petr.is_refused(redact(of_petr)).await, "no_such_message");
    let last = scene.vasily.does(redact(of_owner)).await;
    scene.both_see(last).await;
    scene.assert_agree();
    assert_eq!(scene.petr.history().texts(), []);

    // Neither a late tab nor the history ever tells them again.
    let mut late = scene.petr.person.open_tab(scene.room).await;
    assert_eq!(late.history().texts(), []);
    let welcome = late.history().welcome.to_string();
    let page = scene.owner().get_of_room(scene.room, "messages").await;
    for text in [welcome, page.ok().to_string()] {
        assert!(!text.contains("secret"), "{text}");
        assert!(text.contains("redacted"), "{text}");
    }
}

#[tokio::test]
async fn a_resend_is_acked_again_and_said_once() {
    let mut scene = Scene::set().await;
    let message = json!({"type": "chat", "text": "once"});
    let client_seq = scene.petr.send(message.clone()).await;
    let seq = scene.petr.answer(client_seq).await.unwrap();
    for _ in 0..3 {
        scene.petr.send_numbered(message.clone(), client_seq).await;
    }
    let acks = end_to_end::until("every resend is acked", async || {
        let frames = scene.petr.socket.frames(0);
        let acks: Vec<_> = frames.into_iter().filter(|frame| frame["type"] == "ack").collect();
        (acks.len() == 4).then_some(acks)
    });
    for ack in acks.await {
        assert_eq!(ack, json!({"type": "ack", "client_seq": client_seq, "seq": seq}));
    }
    let last = scene.vasily.chat("how often was that?").await;
    scene.both_see(last).await;
    assert_eq!(scene.vasily.history().texts().len(), 2);
}

#[tokio::test]
async fn a_number_that_was_passed_over_is_spent() {
    let mut scene = Scene::set().await;
    scene.petr.send_numbered(json!({"type": "chat", "text": "seventh"}), 7).await;
    scene.petr.answer(7).await.unwrap();
    scene.petr.send_numbered(json!({"type": "chat", "text": "third"}), 3).await;
    let (code, _) = scene.petr.answer(3).await.unwrap_err();
    assert_eq!(code, "duplicate");
    // A tab that comes back is told where it was.
    let opening = scene.petr.person.ticket(scene.room, Some(scene.petr.session)).await;
    let mut socket = scene.petr.person.open(&opening.url).await.unwrap();
    assert_eq!(socket.frame_of("welcome").await["you"]["client_seq"], 7);
}
