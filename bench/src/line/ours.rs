//! The protocol of ours.

use std::borrow::Cow;
use std::collections::VecDeque;

use schemas::frame::{Action, Command, Said};
use serde::Deserialize;
use tokio_tungstenite::tungstenite::Message;

use super::word::{Word, number_of};
use crate::Result;

/// A frame of the server, as far as it is measured; flat, because it is read most often of all.
#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    seq: Option<u64>,
    #[serde(borrow)]
    body: Option<Body<'a>>,
    code: Option<&'a str>,
}

#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    text: Option<Cow<'a, str>>,
}

/// A member's message of this number.
pub(super) fn say(client_seq: u64, text: &str) -> Result<Message> {
    let said = Said { text: text.to_owned(), reply_to: None };
    let command = Command { client_seq, action: Action::Chat(said) };
    Ok(Message::text(serde_json::to_string(&command)?))
}

pub(super) fn hear(text: &str, words: &mut VecDeque<Word>) -> Result<()> {
    let frame: Frame<'_> = serde_json::from_str(text)?;
    match frame.kind {
        "event" => {
            let text = frame.body.and_then(|body| body.text);
            let number = text.as_deref().and_then(number_of);
            words.push_back(Word::Event { seq: frame.seq, number });
        }
        "reject" | "error" => {
            words.push_back(Word::Refused(frame.code.unwrap_or_default().to_owned()));
        }
        "unknown" => words.push_back(Word::Refused("the log did not answer".to_owned())),
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_refusals_are_heard() {
        let mut words = VecDeque::new();
        let event = r#"{"type":"event","seq":7,"at":1,"user":null,"event":"chat","body":{"text":"message 3"}}"#;
        hear(event, &mut words).unwrap();
        hear(r#"{"type":"ack","client_seq":1,"seq":7}"#, &mut words).unwrap();
        hear(r#"{"type":"reject","client_seq":1,"code":"rate","message":""}"#, &mut words).unwrap();
        let event = Word::Event { seq: Some(7), number: Some(3) };
        assert_eq!(words, [event, Word::Refused("rate".to_owned())]);
    }
}
