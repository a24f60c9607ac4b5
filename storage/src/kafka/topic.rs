//! The topic: created with the right settings when it is absent, checked for them when it is
//! there. A node that finds it wrong does not start, because a wrong setting loses records
//! later and silently.
//!
//! | setting | created with | else | because |
//! |---|---|---|---|
//! | `cleanup.policy` | `delete` | refused | compaction would tear holes; truncation needs it |
//! | `message.timestamp.type` | `LogAppendTime` | refused | a client's clock decides nothing |
//! | `retention.ms` | 7 days | refused below | records outlive any outage of the archive pass |
//! | `retention.bytes` | -1 | refused | a bound by size deletes what is not archived yet |
//! | `unclean.leader.election.enable` | `false` | refused | a replica behind would lose what was acknowledged |
//! | `max.message.bytes` | 256 KiB | refused below | a full batch and one record more must fit |
//! | `segment.ms` | 10 min | warned above | truncation frees whole segments that are no longer written |
//! | `segment.bytes` | 128 MiB | warned above | the same on a busy partition |
//! | `min.insync.replicas` | the URL's, else the brokers' | warned | 2 of 3 outlive a broker without stopping |
//!
//! Left to the brokers after thought: `compression.type` (what the producer sent),
//! `flush.*` (replicas, not disks, make a record durable), `file.delete.delay.ms`,
//! `message.timestamp.*.max.ms` (only of clients' clocks), `remote.storage.*`. The topic may
//! get more partitions later: a room keeps the one in its row. A node learns of them when it
//! starts, so all nodes are started anew, one after the other, before rooms are put there.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use tokio::time::Instant;

use super::KafkaOpenError;
use super::url::{Creation, KafkaUrl};

/// Longest wait for one answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait until a topic that was created is known to every broker.
const CREATION_TIMEOUT: Duration = Duration::from_secs(15);
/// Pause between two looks for it.
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// What a topic says about itself.
type Config = BTreeMap<String, String>;

/// A setting that the topic should have.
struct Setting {
    name: &'static str,
    /// What a topic is created with.
    value: &'static str,
    demand: Demand,
    is_vital: bool,
}

#[derive(Clone, Copy)]
enum Demand {
    Exactly,
    /// -1 is without end.
    AtLeast,
    AtMost,
}

const SETTINGS: [Setting; 8] = [
    vital("cleanup.policy", "delete", Demand::Exactly),
    vital("message.timestamp.type", "LogAppendTime", Demand::Exactly),
    vital("retention.ms", "604800000", Demand::AtLeast),
    vital("retention.bytes", "-1", Demand::Exactly),
    vital("unclean.leader.election.enable", "false", Demand::Exactly),
    vital("max.message.bytes", "262144", Demand::AtLeast),
    wished("segment.ms", "600000"),
    wished("segment.bytes", "134217728"),
];

const fn vital(name: &'static str, value: &'static str, demand: Demand) -> Setting {
    Setting { name, value, demand, is_vital: true }
}

const fn wished(name: &'static str, value: &'static str) -> Setting {
    Setting { name, value, demand: Demand::AtMost, is_vital: false }
}

/// A setting that keeps a topic from being used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongSetting {
    /// What it is called.
    pub name: &'static str,
    /// What it is.
    pub is: String,
    /// What it has to be.
    pub wanted: String,
}

impl fmt::Display for WrongSetting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} is {}, wanted is {}", self.name, self.is, self.wanted)
    }
}

/// Makes sure that the topic is there and fit, and answers its `min.insync.replicas`. Several
/// nodes may do so at once.
pub(super) async fn ensure(
    admin: &AdminClient<DefaultClientContext>,
    url: &KafkaUrl,
) -> Result<Option<usize>, KafkaOpenError> {
    let config = if let Some(config) = describe(admin, &url.topic).await? {
        config
    } else {
        create(admin, &url.topic, url.creation).await?;
        describe_created(admin, &url.topic).await?
    };
    check(&url.topic, &config)?;
    Ok(config.get("min.insync.replicas").and_then(|least| least.parse().ok()))
}

/// Says so where the topic is less safe, or less available, than it could be.
pub(super) fn warn_of_replicas(topic: &str, replicas: usize, min_insync: Option<usize>) {
    if replicas < 2 {
        tracing::warn!(topic, "the log is on one broker only, and is lost with its disk");
        return;
    }
    match min_insync {
        Some(..2) => {
            tracing::warn!(
                topic,
                "min.insync.replicas is 1: one broker's copy may be the only one"
            );
        }
        Some(least) if least >= replicas => {
            tracing::warn!(topic, replicas, "appends stop as soon as one broker is away");
        }
        _ => {}
    }
}

/// What the topic is set to; none if there is no such topic.
async fn describe(
    admin: &AdminClient<DefaultClientContext>,
    topic: &str,
) -> Result<Option<Config>, KafkaOpenError> {
    let away = |error: KafkaError| KafkaOpenError::Away(error.into());
    let options = AdminOptions::new().request_timeout(Some(ANSWER_TIMEOUT));
    let asked = [ResourceSpecifier::Topic(topic)];
    let described = admin.describe_configs(&asked, &options).await.map_err(away)?;
    match described.into_iter().next() {
        // The library passes over a refusal, and answers without a single setting.
        Some(Ok(resource)) if !resource.entries.is_empty() => {
            let entries = resource.entries.into_iter();
            Ok(Some(entries.filter_map(|entry| Some((entry.name, entry.value?))).collect()))
        }
        Some(Ok(_) | Err(RDKafkaErrorCode::UnknownTopicOrPartition)) | None => Ok(None),
        Some(Err(code)) => Err(away(KafkaError::AdminOp(code))),
    }
}

async fn create(
    admin: &AdminClient<DefaultClientContext>,
    topic: &str,
    creation: Creation,
) -> Result<(), KafkaOpenError> {
    let refused = |source: KafkaError| KafkaOpenError::NotCreated {
        topic: topic.to_owned(),
        source: source.into(),
    };
    // -1 is the brokers' own.
    let replication = TopicReplication::Fixed(creation.replication_factor.unwrap_or(-1));
    let min_insync_replicas = creation.min_insync_replicas.map(|least| least.to_string());
    let mut new = NewTopic::new(topic, creation.partitions, replication);
    for setting in &SETTINGS {
        new = new.set(setting.name, setting.value);
    }
    if let Some(least) = &min_insync_replicas {
        new = new.set("min.insync.replicas", least);
    }
    let options = AdminOptions::new()
        .request_timeout(Some(ANSWER_TIMEOUT))
        .operation_timeout(Some(ANSWER_TIMEOUT));
    let created = admin.create_topics([&new], &options).await.map_err(refused)?;
    match created.into_iter().next() {
        Some(Err((_, code))) if code != RDKafkaErrorCode::TopicAlreadyExists => {
            Err(refused(KafkaError::AdminOp(code)))
        }
        _ => {
            tracing::info!(topic, partitions = creation.partitions, "the log's topic was created");
            Ok(())
        }
    }
}

/// Waits until the brokers tell each other of a new topic.
async fn describe_created(
    admin: &AdminClient<DefaultClientContext>,
    topic: &str,
) -> Result<Config, KafkaOpenError> {
    let deadline = Instant::now() + CREATION_TIMEOUT;
    loop {
        if let Some(config) = describe(admin, topic).await? {
            return Ok(config);
        }
        if Instant::now() > deadline {
            return Err(KafkaOpenError::Away("the topic does not show its settings".into()));
        }
        tokio::time::sleep(LOOK_PAUSE).await;
    }
}

fn check(topic: &str, config: &Config) -> Result<(), KafkaOpenError> {
    let (vital, weak): (Vec<_>, Vec<_>) = SETTINGS
        .iter()
        .filter_map(|setting| Some((setting.is_vital, setting.fault(config)?)))
        .partition(|(is_vital, _)| *is_vital);
    for (_, wrong) in weak {
        tracing::warn!(topic, "the log's topic frees its disk late: {wrong}");
    }
    if vital.is_empty() {
        return Ok(());
    }
    let wrong = vital.into_iter().map(|(_, wrong)| wrong).collect();
    Err(KafkaOpenError::Unfit { topic: topic.to_owned(), wrong })
}

impl Setting {
    fn fault(&self, config: &Config) -> Option<WrongSetting> {
        let value = config.get(self.name).map_or("unknown", String::as_str);
        let number = |text: &str| text.parse::<i64>().ok();
        let compared = number(value).zip(number(self.value));
        let is_right = match self.demand {
            Demand::Exactly => value == self.value,
            Demand::AtLeast => compared.is_some_and(|(value, least)| value == -1 || value >= least),
            Demand::AtMost => compared.is_some_and(|(value, most)| value <= most),
        };
        let wanted = match self.demand {
            Demand::Exactly => self.value.to_owned(),
            Demand::AtLeast => format!("{} or more", self.value),
            Demand::AtMost => format!("{} or less", self.value),
        };
        (!is_right).then(|| WrongSetting { name: self.name, is: value.to_owned(), wanted })
    }
}

#[cfg(test)]
mod tests;
