//! A Movie service of one film, of which it says whatever a test wants.

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The service; it ends with the value.
pub struct Catalogue {
    address: String,
    task: JoinHandle<()>,
}

impl Catalogue {
    /// Answers every request with this film.
    pub async fn of(film: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        let body = film.to_string();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, body.clone()));
            }
        });
        Self { address, task }
    }

    /// Where it is, for `MOVIE_URL`.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Drop for Catalogue {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(mut stream: TcpStream, body: String) {
    let (reading, mut writing) = stream.split();
    let mut head = BufReader::new(reading).lines();
    while let Ok(Some(line)) = head.next_line().await {
        if line.is_empty() {
            break;
        }
    }
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{body}"
    );
    // A client that went away needs no answer.
    drop(writing.write_all(answer.as_bytes()).await);
}
