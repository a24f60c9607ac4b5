//! Topics of their own on the brokers that `TEST_LOG_URL` names, deleted with the test.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions};
use rdkafka::client::DefaultClientContext;
use storage::clock::SystemClock;
use storage::kafka::{KafkaLog, KafkaOpenError};
use storage::log::Log;
use uuid::Uuid;

const NO_BROKERS: &str =
    "TEST_LOG_URL has to name Kafka brokers; start the engines with `make stack`";
/// Longest wait for the brokers to delete.
const DELETE_TIMEOUT: Duration = Duration::from_secs(10);

/// Names topics, and deletes them when dropped.
pub(crate) struct Topics {
    brokers: String,
    named: Mutex<Vec<String>>,
}

impl Topics {
    pub(crate) fn new() -> Self {
        let url = std::env::var("TEST_LOG_URL").unwrap_or_default();
        let place = url.strip_prefix("kafka://").ok_or(NO_BROKERS).unwrap();
        let brokers = place.split(['/', '?']).next().unwrap_or_default().to_owned();
        Self { brokers, named: Mutex::default() }
    }

    /// A topic that is not there yet.
    pub(crate) fn name(&self) -> String {
        let topic = format!("test-{}", Uuid::now_v7());
        self.named.lock().unwrap().push(topic.clone());
        topic
    }

    /// The URL of a topic, of two partitions if it is created.
    pub(crate) fn url(&self, topic: &str) -> String {
        format!("kafka://{}/{topic}?partitions=2&replication_factor=1", self.brokers)
    }

    /// A log in a new topic.
    pub(crate) async fn make(&self) -> Arc<dyn Log> {
        Arc::new(open(&self.url(&self.name())).await.unwrap())
    }

    /// Settings of a client of these brokers.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", &self.brokers);
        client
    }

    pub(crate) fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.client().create().unwrap()
    }
}

impl Drop for Topics {
    fn drop(&mut self) {
        let admin = self.admin();
        let topics = std::mem::take(self.named.get_mut().unwrap());
        // A runtime of its own, on a thread where none runs.
        let deleting = std::thread::spawn(move || {
            let names: Vec<&str> = topics.iter().map(String::as_str).collect();
            let options = AdminOptions::new().request_timeout(Some(DELETE_TIMEOUT));
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(admin.delete_topics(&names, &options)).unwrap();
        });
        deleting.join().unwrap();
    }
}

pub(crate) async fn open(url: &str) -> Result<KafkaLog, KafkaOpenError> {
    KafkaLog::open(url, Arc::new(SystemClock)).await
}
