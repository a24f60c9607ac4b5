//! What a test of faults does to the engines, and what must be left of them.

use std::time::Duration;

use mongodb::bson::{Document, doc};
use rdkafka::ClientConfig;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::producer::{FutureProducer, FutureRecord};
use sqlx::{Connection, PgConnection};
use stack::{Engine, Settings, Stack};

use crate::proc::{family, folder, is_alive};

const ANSWER_WAIT: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_stack_serves_and_leaves_nothing() {
    let stack = Stack::start(&Engine::ALL).await.unwrap();
    let pids: Vec<u32> = stack.servers().iter().map(|server| server.pid().unwrap()).collect();
    let families: Vec<u32> = pids.iter().flat_map(|pid| family(*pid)).collect();
    let folders: Vec<_> = pids.iter().map(|pid| folder(*pid)).collect();
    assert!(families.len() > pids.len(), "postgres has helpers");
    for server in stack.servers() {
        assert!(server.is_ready().await);
    }
    assert!(stack.rooms_url().unwrap().starts_with("postgres://"));
    assert!(stack.log_url().unwrap().starts_with("kafka://"));
    assert!(stack.archive_url().unwrap().starts_with("mongodb://"));

    drop(stack);
    assert!(folders.iter().all(|folder| !folder.exists()));
    let left: Vec<_> = families.into_iter().filter(|pid| is_alive(*pid)).collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test]
async fn postgres_keeps_its_rows_over_kills() {
    let stack = Stack::start(&[Engine::Postgres]).await.unwrap();
    let (server, url) = (stack.server(Engine::Postgres).unwrap(), stack.rooms_url().unwrap());
    assert_eq!(stack.log_url(), None);
    let mut connection = PgConnection::connect(&url).await.unwrap();
    sqlx::query("CREATE TABLE told (number INT)").execute(&mut connection).await.unwrap();
    for kills in 0..3 {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let insert = sqlx::query("INSERT INTO told VALUES ($1)").bind(kills);
        insert.execute(&mut connection).await.unwrap();
        let killed = family(server.pid().unwrap());
        server.kill();
        assert_eq!(server.pid(), None);
        assert!(!server.is_ready().await);
        assert!(killed.iter().all(|pid| !is_alive(*pid)));
        server.start().await.unwrap();
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let count = sqlx::query_scalar("SELECT count(*) FROM told");
        let rows: i64 = count.fetch_one(&mut connection).await.unwrap();
        assert_eq!(rows, i64::from(kills) + 1);
    }
}

#[tokio::test]
async fn kafka_keeps_its_records_over_a_kill() {
    let kafka_properties = vec!["num.partitions=3".to_owned()];
    let settings = Settings { kafka_properties, ..Settings::default() };
    let stack = Stack::start_with(&[Engine::Kafka], &settings).await.unwrap();
    let (server, url) = (stack.server(Engine::Kafka).unwrap(), stack.log_url().unwrap());
    let mut client = ClientConfig::new();
    client.set("bootstrap.servers", url.strip_prefix("kafka://").unwrap());
    let admin: AdminClient<_> = client.create().unwrap();
    // -1 partitions are as many as the broker's settings say.
    let topic = NewTopic::new("told", -1, TopicReplication::Fixed(1));
    let created = admin.create_topics([&topic], &AdminOptions::new()).await.unwrap();
    assert_eq!(created, [Ok("told".to_owned())]);
    let producer: FutureProducer = client.create().unwrap();
    let record = FutureRecord::<(), _>::to("told").payload("a word").partition(2);
    producer.send(record, ANSWER_WAIT).await.unwrap();

    server.kill();
    server.start().await.unwrap();
    let offsets = tokio::task::spawn_blocking(move || {
        let consumer: BaseConsumer = client.create().unwrap();
        consumer.fetch_watermarks("told", 2, ANSWER_WAIT).unwrap()
    });
    assert_eq!(offsets.await.unwrap(), (0, 1));
}

#[tokio::test]
async fn mongodb_keeps_its_documents_over_ends() {
    let stack = Stack::start(&[Engine::Mongodb]).await.unwrap();
    let server = stack.server(Engine::Mongodb).unwrap();
    let told = async || {
        // A pool that lived through the end of its server would first give dead connections.
        let client = mongodb::Client::with_uri_str(server.url()).await.unwrap();
        client.database("told").collection::<Document>("told")
    };
    told().await.insert_one(doc! { "_id": 1 }).await.unwrap();
    server.kill();
    server.start().await.unwrap();
    told().await.insert_one(doc! { "_id": 2 }).await.unwrap();
    server.terminate().await;
    assert_eq!(server.pid(), None);
    server.start().await.unwrap();
    assert_eq!(told().await.count_documents(doc! {}).await.unwrap(), 2);
}

#[tokio::test]
async fn an_engine_that_is_held_answers_once_it_goes_on() {
    let stack = Stack::start(&[Engine::Postgres, Engine::Mongodb]).await.unwrap();
    for server in stack.servers() {
        server.stop();
        assert!(!server.is_ready().await);
        assert!(server.pid().is_some());
        server.cont();
        server.start().await.unwrap();
        assert!(server.is_ready().await);
    }
    // What is held is ended as well.
    let pids: Vec<_> = stack.servers().iter().map(|server| server.pid().unwrap()).collect();
    stack.servers().iter().for_each(stack::Server::stop);
    drop(stack);
    assert!(pids.iter().all(|pid| !is_alive(*pid)));
}

#[tokio::test]
async fn an_engine_that_cannot_start_says_why() {
    let kafka_properties = vec!["process.roles=nothing".to_owned()];
    let settings = Settings { kafka_properties, ..Settings::default() };
    let refused = Stack::start_with(&[Engine::Kafka], &settings).await;
    let error = refused.err().unwrap().to_string();
    assert!(error.contains("process.roles"), "{error}");
}
