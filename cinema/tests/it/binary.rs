//! The cinema as a process of its own, over real sockets.

use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(30);

struct Server {
    child: Child,
    address: String,
    log: BufReader<ChildStderr>,
    _folder: TempDir,
}

async fn start() -> Server {
    let folder = TempDir::new().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_movie-together-cinema"))
        .args(["--listen", "127.0.0.1:0", "--data-dir"])
        .arg(folder.path())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let listening = async {
        loop {
            let mut line = String::new();
            assert_ne!(log.read_line(&mut line).await.unwrap(), 0, "ended before it listened");
            if let Some((_, rest)) = line.split_once("address=") {
                return rest.trim().to_owned();
            }
        }
    };
    let address = timeout(DEADLINE, listening).await.unwrap();
    Server { child, address, log, _folder: folder }
}

async fn exchange(server: &Server, request: &[u8]) -> String {
    let mut socket = TcpStream::connect(&server.address).await.unwrap();
    socket.write_all(request).await.unwrap();
    let mut answer = String::new();
    timeout(DEADLINE, socket.read_to_string(&mut answer)).await.unwrap().unwrap();
    answer
}

#[tokio::test]
async fn it_serves_and_stops_when_told_to() {
    let mut server = start().await;
    let request = "GET /movie/v1/films HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = exchange(&server, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains(&format!("http://{}/media/films/", server.address)), "{answer}");
    let request = "GET /health/ready HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = exchange(&server, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(answer.contains("\"success\":true"), "{answer}");
    let request = "GET /nowhere HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = exchange(&server, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.contains("\"code\":\"not_found\""), "{answer}");

    let id = server.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().await.unwrap().success());
    let status = timeout(DEADLINE, server.child.wait()).await.unwrap().unwrap();
    assert!(status.success(), "{status}");
    let mut rest = String::new();
    server.log.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("stopping"), "{rest}");
}

#[tokio::test]
async fn bodies_sent_in_chunks_have_a_size_too() {
    let server = start().await;
    let mut request = b"POST /auth/v1/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
        content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
        .to_vec();
    for _ in 0..17 {
        request.extend(b"1000\r\n");
        request.extend([b' '; 0x1000]);
        request.extend(b"\r\n");
    }
    request.extend(b"0\r\n\r\n");
    let answer = exchange(&server, &request).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    assert!(answer.contains("\"code\":\"too_large\""), "{answer}");
}

#[tokio::test]
async fn help_explains_every_option_and_a_bad_value_is_named() {
    let run = async |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_movie-together-cinema"))
            .args(arguments)
            .output()
            .await
            .unwrap()
    };
    let help = String::from_utf8(run(&["--help"]).await.stdout).unwrap();
    for option in ["LISTEN", "DATA_DIR", "MEDIA_DIR", "PUBLIC_URL", "SIGN_IN_BURST"] {
        assert!(help.contains(option), "{help}");
    }
    let refused = run(&["--listen", "nowhere"]).await;
    assert!(!refused.status.success());
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(text.contains("--listen"), "{text}");
    let folder = TempDir::new().unwrap();
    let missing = folder.path().join("missing");
    let (data, media) = (folder.path().to_str().unwrap(), missing.to_str().unwrap());
    let refused = run(&["--listen", "127.0.0.1:0", "--data-dir", data, "--media-dir", media]).await;
    assert!(!refused.status.success());
    let text = String::from_utf8(refused.stderr).unwrap();
    assert!(text.contains("MEDIA_DIR") && text.contains("missing"), "{text}");
}
