//! Topics of their own on the brokers that `TEST_LOG_URL` names, deleted with the test.

use std::sync::Arc;
use std::sync::Mutex;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, ConfigEntry, ResourceSpecifier};
use rdkafka::client::DefaultClientContext;
use storage::clock::SystemClock;
use storage::kafka::{KafkaLog, KafkaOpenError};
use storage::log::Log;
use uuid::Uuid;

type Admin = AdminClient<DefaultClientContext>;

/// Names topics, and deletes them when dropped.
pub(crate) struct Topics {
    brokers: String,
    named: Mutex<Vec<String>>,
}

impl Topics {
    pub(crate) fn new() -> Self {
        let url = std::env::var("TEST_LOG_URL").unwrap_or_else(|_| {
            panic!("TEST_LOG_URL is not set; start the engines with `make stack`")
        });
        let brokers = url.strip_prefix("kafka://").expect("TEST_LOG_URL begins with kafka://");
        let brokers = brokers.split(['/', '?']).next().unwrap_or_default().to_owned();
        Self { brokers, named: Mutex::default() }
    }

    /// The URL of a topic that is not there yet.
    pub(crate) fn url(&self) -> String {
        let topic = format!("test-{}", Uuid::now_v7());
        self.named.lock().unwrap().push(topic.clone());
        format!("kafka://{}/{topic}?partitions=2&replication_factor=1", self.brokers)
    }

    /// A log in a new topic of two partitions.
    pub(crate) async fn make(&self) -> Arc<dyn Log> {
        Arc::new(open(&self.url()).await.unwrap())
    }

    pub(crate) fn admin(&self) -> Admin {
        ClientConfig::new().set("bootstrap.servers", &self.brokers).create().unwrap()
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        let admin = self.admin();
        let named = self.named.lock().unwrap();
        let names: Vec<&str> = named.iter().map(String::as_str).collect();
        let deleting = admin.delete_topics(&names, &AdminOptions::new());
        drop(futures_util::FutureExt::now_or_never(deleting));
    }
}

pub(crate) async fn open(url: &str) -> Result<KafkaLog, KafkaOpenError> {
    KafkaLog::open(url, Arc::new(SystemClock)).await
}

/// The topic that a URL names.
pub(crate) fn topic(url: &str) -> &str {
    url.split(['/', '?']).nth(3).unwrap()
}

/// What a topic is set to.
pub(crate) async fn describe(admin: &Admin, topic: &str) -> Vec<ConfigEntry> {
    let asked = [ResourceSpecifier::Topic(topic)];
    let described = admin.describe_configs(&asked, &AdminOptions::new()).await.unwrap();
    described.into_iter().next().unwrap().unwrap().entries
}
