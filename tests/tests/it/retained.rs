//! The log's disk: what is sealed gives it back, however much was said.

use std::fs;
use std::path::Path;

use end_to_end::{Server, Tab, run_etl, until};
use futures_util::future::join_all;
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use schemas::limits::CHAT_CHARS_MAX;
use serde_json::json;
use stack::{Engine, Settings, Stack};

const TOPIC: &str = "watch_together";
const PARTITIONS: u8 = 2;
/// Least of Kafka's; the last segment of a partition is written to and stays.
const SEGMENT_BYTES: u64 = 1024 * 1024;
/// What may be left once all is sealed.
const REST_BYTES_MAX: u64 = SEGMENT_BYTES * PARTITIONS as u64;

const ROUNDS: usize = 3;
const ROOMS: usize = 4;
const LINES: usize = 50;
/// As long as a line may be, in letters of four bytes.
const LINE_BYTES: u64 = 4 * CHAT_CHARS_MAX as u64;
/// What both members of all rooms say in a round.
const ROUND_BYTES: u64 = 2 * (ROOMS * LINES) as u64 * LINE_BYTES;

/// A Kafka whose timers of minutes are short, with a topic of small segments.
async fn start_kafka() -> Stack {
    let kafka_properties = [
        "log.initial.task.delay.ms=100",
        "log.retention.check.interval.ms=200",
        "log.segment.delete.delay.ms=100",
    ];
    let kafka_properties = kafka_properties.map(str::to_owned).to_vec();
    let settings = Settings { kafka_properties, ..Settings::default() };
    let stack = Stack::start_with(&[Engine::Kafka], &settings).await.unwrap();
    let url = stack.log_url().unwrap();
    let brokers = url.strip_prefix("kafka://").unwrap();
    let admin: AdminClient<DefaultClientContext> =
        ClientConfig::new().set("bootstrap.servers", brokers).create().unwrap();
    let segment_bytes = SEGMENT_BYTES.to_string();
    let topic = NewTopic::new(TOPIC, i32::from(PARTITIONS), TopicReplication::Fixed(1))
        .set("message.timestamp.type", "LogAppendTime")
        .set("segment.bytes", &segment_bytes);
    let made = admin.create_topics(&[topic], &AdminOptions::new()).await.unwrap();
    assert!(made.iter().all(Result::is_ok), "{made:?}");
    stack
}

/// Bytes of the topic's segments, those that are about to go included.
fn retained_bytes(stack: &Stack) -> u64 {
    let data = stack.server(Engine::Kafka).unwrap().folder().join("data");
    (0..PARTITIONS).map(|partition| bytes_of(&data.join(format!("{TOPIC}-{partition}")))).sum()
}

fn bytes_of(partition: &Path) -> u64 {
    let files = fs::read_dir(partition).unwrap().flatten();
    let segments = files.filter(|file| file.file_name().to_string_lossy().contains(".log"));
    // A segment may go while its length is asked.
    segments.filter_map(|segment| segment.metadata().ok()).map(|segment| segment.len()).sum()
}

async fn says_much(tab: &mut Tab) {
    let line = "🎬".repeat(CHAT_CHARS_MAX);
    for _ in 0..LINES {
        tab.chat(&line).await;
    }
}

/// Two people in a room of their own, from its beginning to its close.
async fn evening(server: &Server) {
    let owner = server.sign_up("Vasily").await;
    let friend = server.sign_up("Petr").await;
    let (room, _link) = owner.create_room().await;
    let (mut one, mut other) = (owner.open_tab(room).await, friend.join(room).await);
    tokio::join!(says_much(&mut one), says_much(&mut other));
    owner.post_to_room(room, "close").await.ok();
    one.socket.closed_with(4410).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sealed_gives_its_disk_back() {
    let stack = start_kafka().await;
    let log_url = format!("{}/{TOPIC}", stack.log_url().unwrap());
    let server = Server::with(&[("LOG_URL", &log_url)]).await;
    for round in 1..=ROUNDS {
        join_all((0..ROOMS).map(|_| evening(&server))).await;
        let retained = retained_bytes(&stack);
        assert!(retained >= ROUND_BYTES, "round {round}: {retained} bytes");
        // Of the rounds before only what their last segments hold.
        assert!(retained <= ROUND_BYTES * 12 / 10 + REST_BYTES_MAX, "round {round}: {retained}");
        assert_eq!(run_etl(&server).await["rooms_sealed"], json!(ROOMS));
        until("the disk is given back", async || {
            (retained_bytes(&stack) <= REST_BYTES_MAX).then_some(())
        })
        .await;
    }
}
