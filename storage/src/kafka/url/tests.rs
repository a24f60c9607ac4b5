use rdkafka::ClientConfig;

use super::security::Protocol;
use super::*;

fn refused(url: &str) -> KafkaUrlError {
    KafkaUrl::parse(url).unwrap_err()
}

#[test]
fn the_shortest_url_has_defaults() {
    let url = KafkaUrl::parse("kafka://broker:9092").unwrap();
    assert_eq!(url.brokers, "broker:9092");
    assert_eq!(url.topic, "watch_together");
    let creation = Creation { partitions: 32, replication_factor: None, min_insync_replicas: None };
    assert_eq!(url.creation, creation);
    assert_eq!(url.security.protocol, Protocol::Plaintext);
}

#[test]
fn everything_is_read() {
    let url = KafkaUrl::parse(
        "kafka://pe%3Atr:pa%40ss%2Fw:rd@a-1.host:1,[::1]:65535/evening.log?partitions=7\
         &replication_factor=3&min_insync_replicas=2&security_protocol=sasl_plaintext\
         &sasl_mechanism=SCRAM-SHA-512&ca_location=/ca%20s/ca+1.pem\
         &certificate_location=own.pem&key_location=own.key",
    )
    .unwrap();
    assert_eq!(url.brokers, "a-1.host:1,[::1]:65535");
    assert_eq!(url.topic, "evening.log");
    let creation =
        Creation { partitions: 7, replication_factor: Some(3), min_insync_replicas: Some(2) };
    assert_eq!(url.creation, creation);
    let mut config = ClientConfig::new();
    url.security.apply(&mut config);
    let wanted = [
        ("security.protocol", "sasl_plaintext"),
        ("sasl.mechanism", "SCRAM-SHA-512"),
        ("sasl.username", "pe:tr"),
        ("sasl.password", "pa@ss/w:rd"),
        ("ssl.ca.location", "/ca s/ca+1.pem"),
        ("ssl.certificate.location", "own.pem"),
        ("ssl.key.location", "own.key"),
    ];
    for (setting, value) in wanted {
        assert_eq!(config.get(setting), Some(value), "{setting}");
    }
}

#[test]
fn a_password_is_encrypted_unless_told_otherwise() {
    let url = KafkaUrl::parse("kafka://petr:secret@broker:9092/topic").unwrap();
    assert_eq!(url.security.protocol, Protocol::SaslSsl);
    assert!(!format!("{url:?}").contains("secret"), "a password is shown");
}

#[test]
fn what_cannot_be_read_is_named() {
    assert_eq!(refused("kafka:broker"), KafkaUrlError::Scheme);
    assert_eq!(refused("redis://broker:9092"), KafkaUrlError::Scheme);
    for brokers in ["", "broker", "broker:", "broker:0", "broker:65536", ":9092", "a:1,,b:2"] {
        assert_eq!(refused(&format!("kafka://{brokers}/topic")), KafkaUrlError::Brokers);
    }
    for credentials in ["", "petr", ":secret", "petr:", "petr:%00", "petr:%ff"] {
        let url = format!("kafka://{credentials}@broker:9092/topic");
        assert_eq!(refused(&url), KafkaUrlError::Credentials, "{credentials}");
    }
    for topic in [".", "..", "a/b", "a b", "%61"] {
        assert_eq!(refused(&format!("kafka://broker:9092/{topic}")), KafkaUrlError::Topic);
    }
}

#[test]
fn limits_hold() {
    let broker_count = |count: usize| {
        let brokers = vec!["broker:9092"; count].join(",");
        KafkaUrl::parse(&format!("kafka://{brokers}/topic")).map(drop)
    };
    assert_eq!(broker_count(BROKERS_MAX), Ok(()));
    assert_eq!(broker_count(BROKERS_MAX + 1), Err(KafkaUrlError::Brokers));
    let topic = |length: usize| {
        KafkaUrl::parse(&format!("kafka://broker:9092/{}", "t".repeat(length))).map(drop)
    };
    assert_eq!(topic(TOPIC_CHARS_MAX), Ok(()));
    assert_eq!(topic(TOPIC_CHARS_MAX + 1), Err(KafkaUrlError::Topic));
    let numbers = [
        ("partitions", PARTITIONS_MAX),
        ("replication_factor", REPLICATION_FACTOR_MAX),
        ("min_insync_replicas", REPLICATION_FACTOR_MAX),
    ];
    for (name, most) in numbers {
        let parse = |number: i32| KafkaUrl::parse(&format!("kafka://b:1/t?{name}={number}"));
        parse(1).unwrap();
        parse(most).unwrap();
        for number in [-1, 0, most + 1] {
            let error = parse(number).unwrap_err().to_string();
            let wanted = format!("the parameter `{name}` wants a number from 1 to {most}");
            assert_eq!(error, wanted);
        }
    }
}

#[test]
fn parameters_are_checked() {
    let parse = |parameters: &str| refused(&format!("kafka://b:1/t?{parameters}")).to_string();
    assert!(parse("retention=1").starts_with("the parameter `retention` is not known; known"));
    assert_eq!(parse("partitions=1&partitions=2"), "the parameter `partitions` is given twice");
    for name in [
        "security_protocol",
        "sasl_mechanism",
        "ca_location",
        "certificate_location",
        "key_location",
    ] {
        for parameter in [name.to_owned(), format!("{name}=%07")] {
            let error = parse(&parameter);
            assert!(error.starts_with(&format!("the parameter `{name}` wants ")), "{error}");
        }
    }
    let long = "x".repeat(NAME_CHARS_MAX + 1);
    assert!(!parse(&long).contains(&long));
}

#[test]
fn a_user_and_a_protocol_go_together() {
    for url in [
        "kafka://b:1/t?security_protocol=sasl_ssl",
        "kafka://petr:secret@b:1/t?security_protocol=ssl",
        "kafka://petr:secret@b:1/t?security_protocol=plaintext",
    ] {
        assert_eq!(refused(url), KafkaUrlError::CredentialsAndProtocol, "{url}");
    }
    KafkaUrl::parse("kafka://b:1/t?security_protocol=ssl").unwrap();
}
