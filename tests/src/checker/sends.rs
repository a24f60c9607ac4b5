//! What became of every command. The order and number of texts are judged without the fold's
//! own memory of numbers, which is what might be wrong.

use std::collections::{BTreeMap, HashMap};

use schemas::ids::RoomId;
use schemas::record::Entry;
use serde::Deserialize;

use super::evidence::{Client, Evidence, Sent};
use super::finding::{Fault, Report};
use super::truth::{RoomTruth, Truth};

/// What a client was told of one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Accepted { seq: u64 },
    Rejected,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Ack {
        client_seq: u64,
        seq: u64,
    },
    Reject {
        client_seq: u64,
    },
    #[serde(other)]
    Other,
}

/// Room and seqs of every text that the log accepted.
type Places<'a> = HashMap<&'a str, Vec<(RoomId, u64)>>;

pub(super) fn check(evidence: &Evidence, truth: &Truth, report: &mut Report) {
    let mut places = places(truth);
    for client in &evidence.clients {
        let verdicts = verdicts(client, report);
        let mut last_seq = 0;
        for sent in &client.sent {
            let found = sent.text.as_deref().and_then(|text| places.remove(text));
            let found = found.unwrap_or_default();
            let judge = Judge { client, sent, room: truth.rooms.get(&client.room), report };
            let seq = judge.judge(verdicts.get(&sent.client_seq).copied(), &found);
            if seq.is_some_and(|seq| seq <= last_seq) {
                let what =
                    format!("{}: said after {last_seq}, stands at {seq:?}", name(client, sent));
                report.find(Fault::Swapped, what);
            }
            last_seq = seq.unwrap_or(last_seq);
        }
    }
    for (text, found) in places {
        report.find(Fault::Phantom, format!("nobody said {text:?}, which stands at {found:?}"));
    }
}

fn places(truth: &Truth) -> Places<'_> {
    let mut places = Places::new();
    for (room, known) in &truth.rooms {
        for told in &known.told {
            if let Entry::Chat(chat) = &told.live.entry {
                places.entry(&chat.text).or_default().push((*room, told.live.seq));
            }
        }
    }
    places
}

/// Every verdict a client heard; they must not change.
fn verdicts(client: &Client, report: &mut Report) -> BTreeMap<u64, Verdict> {
    let mut verdicts = BTreeMap::new();
    for heard in &client.heard {
        let (client_seq, verdict) = match serde_json::from_str(&heard.frame) {
            Ok(Frame::Ack { client_seq, seq }) => (client_seq, Verdict::Accepted { seq }),
            Ok(Frame::Reject { client_seq }) => (client_seq, Verdict::Rejected),
            Ok(Frame::Other) | Err(_) => continue,
        };
        match verdicts.insert(client_seq, verdict) {
            Some(earlier) if earlier != verdict => {
                let Client { room, session, .. } = client;
                let what = format!(
                    "room {room}, session {session}, number {client_seq}: {earlier:?}, then {verdict:?}"
                );
                report.find(Fault::ChangedVerdict, what);
            }
            _ => {}
        }
    }
    verdicts
}

struct Judge<'a> {
    client: &'a Client,
    sent: &'a Sent,
    room: Option<&'a RoomTruth>,
    report: &'a mut Report,
}

impl Judge<'_> {
    /// Compares what was told with what is there; the seq where it is, if it is.
    fn judge(mut self, verdict: Option<Verdict>, found: &[(RoomId, u64)]) -> Option<u64> {
        if found.len() > 1 {
            self.find(Fault::Doubled, &format!("stands at {found:?}"));
        }
        if let Some((room, seq)) = found.first().filter(|(room, _)| *room != self.client.room) {
            self.find(Fault::Phantom, &format!("stands in another room: {seq} of {room}"));
        }
        let key = (self.client.session, self.sent.client_seq);
        let by_number = self.room.and_then(|room| room.accepted.get(&key)).copied();
        let seq = found.first().map(|(_, seq)| *seq).or(by_number);
        match (verdict, seq) {
            (Some(Verdict::Rejected), Some(seq)) => {
                self.find(Fault::Phantom, &format!("rejected, and stands at {seq}"));
            }
            (Some(Verdict::Accepted { seq: told }), None) => {
                self.find(Fault::Lost, &format!("acked as {told}, and is nowhere"));
            }
            (Some(Verdict::Accepted { seq: told }), Some(seq)) => self.is_at(told, seq),
            (Some(Verdict::Rejected) | None, None) | (None, Some(_)) => {}
        }
        seq
    }

    fn is_at(&mut self, told_seq: u64, seq: u64) {
        let told = self.room.and_then(|room| room.at(seq));
        let mine = told.is_some_and(|told| {
            told.session == Some(self.client.session)
                && told.live.user == Some(self.client.user)
                && told.live.entry.kind() == self.sent.kind
        });
        if told_seq != seq || !mine {
            let what = format!("acked as {told_seq}, and at {seq} stands {told:?}");
            self.find(Fault::Swapped, &what);
        }
    }

    fn find(&mut self, fault: Fault, what: &str) {
        let what = format!("{}: {what}", name(self.client, self.sent));
        self.report.find(fault, what);
    }
}

fn name(client: &Client, sent: &Sent) -> String {
    let Client { room, session, .. } = client;
    let Sent { client_seq, kind, text } = sent;
    let text = text.as_deref().unwrap_or_default();
    format!("room {room}, session {session}, number {client_seq} ({kind} {text:?})")
}
