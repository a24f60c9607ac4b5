use rdkafka::error::RDKafkaErrorCode;
use rdkafka::mocking::MockCluster;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};
use uuid::Uuid;

use super::super::settings;
use super::super::url::KafkaUrl;
use super::*;
use crate::clock::SystemClock;

const TOPIC: &str = "topic";

fn settings_for(brokers: &str) -> ClientConfig {
    settings::producer(&KafkaUrl::parse(&format!("kafka://{brokers}/{TOPIC}")).unwrap())
}

fn writer(settings: ClientConfig) -> Writer {
    let time = Arc::new(LogTime::new(Arc::new(SystemClock)));
    let followers = Arc::new(Followers::new(Arc::clone(&time)));
    Writer::new(settings, TOPIC.to_owned(), Arc::default(), time, followers).unwrap()
}

async fn append(writer: &Writer) -> Result<Appended, BoxError> {
    writer.append(0, RoomId(Uuid::nil()), Bytes::from_static(b"record")).await
}

fn code(answer: Result<Appended, BoxError>) -> RDKafkaErrorCode {
    let error = answer.unwrap_err().downcast::<KafkaError>().unwrap();
    error.rdkafka_error_code().unwrap()
}

#[tokio::test]
async fn a_producer_that_lost_track_is_replaced() {
    let brokers = MockCluster::new(1).unwrap();
    brokers.create_topic(TOPIC, 1, 1).unwrap();
    let writer = writer(settings_for(&brokers.bootstrap_servers()));
    assert_eq!(append(&writer).await.unwrap().offset, 0);

    let lost_track = RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    brokers.request_errors(RDKafkaApiKey::Produce, &[lost_track]);
    assert_eq!(code(append(&writer).await), RDKafkaErrorCode::OutOfOrderSequenceNumber);
    assert_eq!(append(&writer).await.unwrap().offset, 1);
}

#[tokio::test]
async fn brokers_that_refuse_for_a_moment_are_asked_again() {
    let brokers = MockCluster::new(1).unwrap();
    brokers.create_topic(TOPIC, 1, 1).unwrap();
    let writer = writer(settings_for(&brokers.bootstrap_servers()));
    let few = RDKafkaRespErr::RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS;
    brokers.request_errors(RDKafkaApiKey::Produce, &[few, few]);
    assert_eq!(append(&writer).await.unwrap().offset, 0);
}

#[tokio::test]
async fn a_full_queue_answers_at_once_and_a_silent_broker_in_time() {
    let mut settings = settings_for("127.0.0.1:1");
    settings.set("queue.buffering.max.messages", "1");
    let writer = writer(settings);
    let (waits, finds_it_full) = tokio::join!(append(&writer), append(&writer));
    assert_eq!(code(finds_it_full), RDKafkaErrorCode::QueueFull);
    assert_eq!(code(waits), RDKafkaErrorCode::MessageTimedOut);
}
