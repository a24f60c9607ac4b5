//! The peer of a pass: the MongoDB connector's sink in Kafka Connect, in one worker of its own,
//! set as one would set it who wants speed and no document twice.

use std::path::Path;
use std::time::{Duration, Instant};

use mongodb::bson::{Document, doc};
use mongodb::{Client, Collection, Database};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::groups::GroupInfo;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use stack::{free_port, jars};
use storage::Storage;
use tempfile::TempDir;
use tokio::time::sleep;

use crate::Result;
use crate::process::Process;
use crate::server::scratch;

/// Names the jars.
const POM: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/connector/pom.xml");
const LOGGING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers/connector/log4j2.properties");
/// The worker's settings; what is missing depends on the run.
const WORKER: &str = include_str!("../../../peers/connector/worker.properties");
/// The memory that Kafka's own scripts give a worker.
const HEAP: [&str; 2] = ["-Xms256M", "-Xmx2G"];
/// Where the sink writes.
const COLLECTION: &str = "record";
/// How long the worker, or a sink, may take.
const START_TIMEOUT: Duration = Duration::from_mins(1);
const COPY_TIMEOUT: Duration = Duration::from_mins(5);
/// How long one answer of the worker or the broker may take.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Pause between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A worker without a sink; killed with the value.
pub(super) struct Connector {
    process: Process,
    client: reqwest::Client,
    url: String,
    brokers: String,
    _folder: TempDir,
}

/// What a sink did.
pub(super) struct Copied {
    pub(super) duration: Duration,
    /// Of all processors.
    pub(super) processor_time: Duration,
    /// The most that the worker had so far.
    pub(super) peak_bytes: u64,
}

#[derive(Deserialize)]
struct Status {
    tasks: Vec<TaskStatus>,
}

#[derive(Deserialize)]
struct TaskStatus {
    state: String,
    #[serde(default)]
    trace: String,
}

impl Connector {
    /// Starts a worker and waits until it answers.
    pub(super) async fn start(folder: &Path, log_url: &str) -> Result<Self> {
        let jars = jars("connector", Path::new(POM)).await?;
        let folder = scratch(folder)?;
        let url = format!("http://127.0.0.1:{}", free_port()?);
        let brokers = log_url.trim_start_matches("kafka://");
        let settings = format!(
            "{WORKER}bootstrap.servers={brokers}\nlisteners={url}\n\
             offset.storage.file.filename={}\n",
            folder.path().join("offsets").display(),
        );
        let properties = folder.path().join("worker.properties");
        std::fs::write(&properties, settings)?;
        let mut arguments: Vec<String> = HEAP.map(str::to_owned).to_vec();
        arguments.push(format!("-Dlog4j2.configurationFile={LOGGING}"));
        arguments.extend(["-cp".to_owned(), jars.join("*").display().to_string()]);
        arguments.push("org.apache.kafka.connect.cli.ConnectStandalone".to_owned());
        arguments.push(properties.display().to_string());
        let process = Process::start_other("java", folder.path(), &arguments)?;
        let client = reqwest::Client::builder().no_proxy().timeout(ANSWER_TIMEOUT).build()?;
        let brokers = brokers.to_owned();
        let connector = Self { process, client, url, brokers, _folder: folder };
        let deadline = Instant::now() + START_TIMEOUT;
        while !connector.stands().await {
            connector.look_again(deadline).await?;
        }
        Ok(connector)
    }

    /// Sets up a sink of an empty topic and an empty database, which waits.
    pub(super) async fn prepare(&self, topic: &str, to: &str, tasks: usize) -> Result<()> {
        let database = database(to).await?;
        database.create_collection(COLLECTION).await?;
        self.begin(topic, to, database.name(), tasks).await?;
        let deadline = Instant::now() + START_TIMEOUT;
        while !self.have_partitions(topic, tasks).await? {
            self.look_again(deadline).await?;
        }
        self.tell(topic, "pause").await?;
        while !self.all_are(topic, "PAUSED", tasks).await? {
            self.look_again(deadline).await?;
        }
        Ok(())
    }

    /// Copies the topic that a sink waits for; its database is dropped afterwards. The clock
    /// runs from when it is let go until the last record of every partition is there.
    pub(super) async fn copy(&self, storage: &Storage, topic: &str, to: &str) -> Result<Copied> {
        let database = database(to).await?;
        let copied: Collection<Document> = database.collection(COLLECTION);
        let (last, count) = last_keys(storage, topic).await?;
        let used = self.process.processor_time()?.unwrap_or_default();
        let began = Instant::now();
        self.tell(topic, "resume").await?;
        let deadline = began + COPY_TIMEOUT;
        for key in last {
            // One at a time: asking must not keep the server busy.
            while copied.find_one(doc! { "_id": &key }).await?.is_none() {
                self.look_again(deadline).await?;
            }
        }
        let duration = began.elapsed();
        let processor_time = self.process.processor_time()?.unwrap_or_default();
        let found = copied.count_documents(doc! {}).await?;
        if found != count {
            return Err(format!("of {count} records the connector wrote {found}").into());
        }
        self.client.delete(format!("{}/connectors/{topic}", self.url)).send().await?;
        database.drop().await?;
        let peak_bytes = self.process.peak_bytes()?.unwrap_or_default();
        Ok(Copied { duration, processor_time: processor_time.saturating_sub(used), peak_bytes })
    }

    /// Whether it takes connectors; while it starts it answers that it has no such page.
    async fn stands(&self) -> bool {
        let answer = self.client.get(format!("{}/connectors", self.url)).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    }

    async fn begin(&self, topic: &str, to: &str, database: &str, tasks: usize) -> Result<()> {
        let and = if to.ends_with('?') { "" } else { "&" };
        let config = json!({
            "connector.class": "com.mongodb.kafka.connect.MongoSinkConnector",
            "tasks.max": tasks.to_string(),
            "topics": topic,
            "connection.uri": format!("{to}{and}w=majority&journal=true"),
            "database": database,
            "collection": COLLECTION,
            // A key that a repeat gives again, so that a record is there once.
            "document.id.strategy":
                "com.mongodb.kafka.connect.sink.processor.id.strategy.KafkaMetaDataStrategy",
            // What is there already is left alone; replacing it would be slower.
            "writemodel.strategy":
                "com.mongodb.kafka.connect.sink.writemodel.strategy.InsertOneDefaultStrategy",
            "mongo.errors.tolerance": "all",
            "bulk.write.ordered": "false",
            // As many as a poll brings.
            "max.batch.size": "0",
        });
        let asked = json!({ "name": topic, "config": config });
        let asking = self.client.post(format!("{}/connectors", self.url)).json(&asked);
        let answer = asking.send().await?;
        if answer.status() == StatusCode::CREATED {
            return Ok(());
        }
        Err(format!("the connector was refused: {}", answer.text().await?).into())
    }

    async fn tell(&self, name: &str, what: &str) -> Result<()> {
        let telling = self.client.put(format!("{}/connectors/{name}/{what}", self.url));
        telling.send().await?.error_for_status()?;
        Ok(())
    }

    async fn all_are(&self, name: &str, state: &str, tasks: usize) -> Result<bool> {
        let asking = self.client.get(format!("{}/connectors/{name}/status", self.url));
        let status: Status = asking.send().await?.error_for_status()?.json().await?;
        if let Some(failed) = status.tasks.iter().find(|task| task.state == "FAILED") {
            return Err(self.process.failed(&failed.trace));
        }
        Ok(status.tasks.iter().filter(|task| task.state == state).count() == tasks)
    }

    /// Whether the tasks have shared the partitions out among themselves.
    async fn have_partitions(&self, name: &str, tasks: usize) -> Result<bool> {
        let mut asking = ClientConfig::new();
        asking.set("bootstrap.servers", &self.brokers);
        let group = format!("connect-{name}");
        let is_shared =
            move |group: &GroupInfo| group.state() == "Stable" && group.members().len() == tasks;
        let asked = tokio::task::spawn_blocking(move || {
            let asking: BaseConsumer = asking.create()?;
            match asking.fetch_group_list(Some(&group), ANSWER_TIMEOUT) {
                Ok(groups) => Ok(groups.groups().iter().any(is_shared)),
                // The broker has not read yet what it knows of groups.
                Err(KafkaError::GroupListFetch(
                    RDKafkaErrorCode::CoordinatorLoadInProgress
                    | RDKafkaErrorCode::CoordinatorNotAvailable
                    | RDKafkaErrorCode::NotCoordinator,
                )) => Ok(false),
                Err(error) => Err(error),
            }
        });
        Ok(asked.await??)
    }

    async fn look_again(&self, deadline: Instant) -> Result<()> {
        if Instant::now() > deadline {
            return Err(self.process.failed("did not do its work in time"));
        }
        sleep(LOOK_EVERY).await;
        Ok(())
    }
}

async fn database(url: &str) -> Result<Database> {
    let client = Client::with_uri_str(url).await?;
    Ok(client.default_database().ok_or("a URL without a database")?)
}

/// The keys of the last records of all partitions, and how many records there are. A
/// partition's records are written in order, and those of one bulk become visible together.
async fn last_keys(storage: &Storage, topic: &str) -> Result<(Vec<String>, u64)> {
    let (mut keys, mut count) = (vec![], 0);
    for partition in 0..storage.log.partitions() {
        let watermarks = storage.log.watermarks(partition).await?;
        count += watermarks.high - watermarks.low;
        if watermarks.high > watermarks.low {
            keys.push(format!("{topic}#{partition}#{}", watermarks.high - 1));
        }
    }
    Ok((keys, count))
}
