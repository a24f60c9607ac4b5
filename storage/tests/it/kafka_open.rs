//! What a Kafka log is opened with.

use std::error::Error;

use rdkafka::admin::{AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use storage::kafka::KafkaOpenError;
use storage::log::Log;

use crate::kafka_topics::{Topics, open};

#[tokio::test(flavor = "multi_thread")]
async fn an_absent_topic_is_created_with_the_right_settings() {
    let topics = Topics::new();
    let topic = topics.name();
    let log = open(&topics.url(&topic)).await.unwrap();
    assert_eq!(log.partitions(), 2);
    assert!(log.epoch().ends_with(&format!("/{topic}")), "{}", log.epoch());

    let asked = [ResourceSpecifier::Topic(&topic)];
    let described = topics.admin().describe_configs(&asked, &AdminOptions::new()).await.unwrap();
    let resource = described.into_iter().next().unwrap().unwrap();
    let wanted = [
        ("cleanup.policy", "delete"),
        ("message.timestamp.type", "LogAppendTime"),
        ("retention.ms", "604800000"),
        ("retention.bytes", "-1"),
        ("unclean.leader.election.enable", "false"),
        ("max.message.bytes", "262144"),
        ("segment.ms", "600000"),
        ("segment.bytes", "134217728"),
    ];
    for (name, value) in wanted {
        assert_eq!(resource.get(name).unwrap().value.as_deref(), Some(value), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_may_create_a_topic_at_once_and_name_it_alike() {
    let topics = Topics::new();
    let url = topics.url(&topics.name());
    let (one, other, third) = tokio::join!(open(&url), open(&url), open(&url));
    let epoch = one.unwrap().epoch().to_owned();
    assert_eq!(other.unwrap().epoch(), epoch);
    assert_eq!(third.unwrap().epoch(), epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_topic_that_would_lose_records_is_refused() {
    let topics = Topics::new();
    let topic = topics.name();
    let lossy = NewTopic::new(&topic, 1, TopicReplication::Fixed(1))
        .set("cleanup.policy", "compact")
        .set("retention.bytes", "1000000")
        .set("max.message.bytes", "262143");
    topics.admin().create_topics([&lossy], &AdminOptions::new()).await.unwrap();
    match open(&topics.url(&topic)).await {
        Err(KafkaOpenError::Unfit { topic: refused, wrong }) => {
            assert_eq!(refused, topic);
            let settings: Vec<&str> = wrong.iter().map(|wrong| wrong.name).collect();
            let wanted = [
                "cleanup.policy",
                "message.timestamp.type",
                "retention.bytes",
                "max.message.bytes",
            ];
            assert_eq!(settings, wanted);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_copies_than_brokers_are_refused() {
    let topics = Topics::new();
    let url = topics.url(&topics.name()).replace("factor=1", "factor=15");
    let error = open(&url).await.unwrap_err();
    assert!(matches!(error, KafkaOpenError::NotCreated { .. }), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn brokers_that_are_away_are_told_without_the_password() {
    let url = "kafka://petr:secret@127.0.0.1:1/topic?security_protocol=sasl_plaintext";
    let error = open(url).await.unwrap_err();
    assert!(matches!(error, KafkaOpenError::Away(_)), "{error:?}");
    let mut texts = vec![format!("{error:?}"), error.to_string()];
    let mut source = error.source();
    while let Some(error) = source {
        texts.push(error.to_string());
        source = error.source();
    }
    let texts = texts.concat();
    assert!(texts.contains("Connection refused"), "{texts}");
    assert!(!texts.contains("secret"), "{texts}");
}
