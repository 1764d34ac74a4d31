//! Clients that are slow, silent, or too many; pages of other origins; a stop while a request is under way.

use std::{
    io::{ErrorKind, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::stage::{PATIENCE, Stage, ask, until};

/// Connections that the runtime of these tests has open at a time.
const CONNECTIONS_MAX: usize = 12;
const HEAD: &str = "POST /v1/projects/demo/api-keys HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-api-key: ";

/// A connection that was sent this.
fn sent(address: SocketAddr, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // Whoever is refused while it writes may be cut off; what was told before that is read all the same.
    let _ = stream.write_all(text.as_bytes());
    stream
}

/// All that comes until the end, and after how long that is.
fn rest(mut stream: TcpStream) -> (String, Duration) {
    let (began, mut text) = (Instant::now(), Vec::new());
    match stream.read_to_end(&mut text) {
        Err(error) if error.kind() != ErrorKind::ConnectionReset => panic!("the runtime keeps it open: {error}"),
        _ => (String::from_utf8_lossy(&text).into_owned(), began.elapsed()),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_cut_off_and_hold_nobody_up() {
    let stage = Stage::new(&format!("[api]\nconnections_max = {CONNECTIONS_MAX}\n"));
    let runtime = stage.start();
    let (address, key) = (runtime.client.address(), runtime.client.key().to_owned());

    // Heads that never end, bodies that never end, and connections on which nothing is asked, all at the same time.
    let begun = thread::spawn(move || {
        let body = format!("{HEAD}{key}\r\ncontent-length: 100\r\n\r\n{{");
        let drip = thread::spawn(move || {
            let mut stream = sent(address, "GET /health/live HTTP/1.1\r\nx: ");
            let began = Instant::now();
            while began.elapsed() < PATIENCE && stream.write_all(b"a").is_ok() {
                thread::sleep(Duration::from_millis(500));
            }
            began.elapsed()
        });
        let head = thread::spawn(move || rest(sent(address, "GET /health/live HTTP/1.1\r\n")));
        let nothing = thread::spawn(move || rest(sent(address, "")));
        let kept = thread::spawn(move || rest(sent(address, "GET /health/live HTTP/1.1\r\nhost: x\r\n\r\n")));
        let body = thread::spawn(move || rest(sent(address, &body)));
        (drip.join().unwrap(), [head, nothing, kept, body].map(|thread| thread.join().unwrap()))
    });
    let live = ask(address, "GET /health/live", &[], Value::Null).await;
    assert_eq!(live.status, 204, "others are answered meanwhile");
    let (dripped, [head, nothing, kept, body]) = begun.join().unwrap();
    assert!(dripped < PATIENCE, "a byte now and then is no head");
    assert!(head.0.is_empty() && nothing.0.is_empty(), "{head:?} {nothing:?}");
    assert!(kept.0.starts_with("HTTP/1.1 204"), "an answered connection waits for its next request, and not for ever: {kept:?}");
    assert!(body.0.starts_with("HTTP/1.1 408") && body.0.contains("the body was not there within 20 s"), "{body:?}");
    for (what, (_, lasted), least) in [("head", head, 10), ("nothing", nothing, 10), ("kept", kept, 10), ("body", body, 15)] {
        assert!(lasted >= Duration::from_secs(least), "{what} was cut off after {lasted:?}");
    }
}

/// RFC 9112, 9.3 and 9.6: a connection goes on only behind the whole request, and who ends it says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_leaves_the_connection_whole_or_says_that_it_ends() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let address = runtime.client.address();
    let refused = format!("{HEAD}nobody\r\ncontent-length: 2\r\n\r\n");
    let next = "GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answers = tokio::task::spawn_blocking(move || {
        let mut stream = sent(address, &refused);
        // The body comes in a packet of its own, when the refusal could be there already.
        thread::sleep(Duration::from_millis(100));
        stream.write_all(format!("{{}}{next}").as_bytes()).unwrap();
        let whole = rest(stream).0;
        let [never, asks] = ["", "expect: 100-continue\r\n"]
            .map(|header| rest(sent(address, &format!("{HEAD}nobody\r\n{header}content-length: 2\r\n\r\n"))).0);
        (whole, never, asks)
    });
    let (whole, never, asks) = answers.await.unwrap();
    assert!(whole.starts_with("HTTP/1.1 401") && whole.contains("HTTP/1.1 204"), "{whole}");
    for ended in [never, asks] {
        assert!(ended.starts_with("HTTP/1.1 401") && ended.to_lowercase().contains("\r\nconnection: close\r\n"), "{ended}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_are_limits_on_heads_and_connections_and_pages_and_stops() {
    let further = format!("[api]\nconnections_max = {CONNECTIONS_MAX}\nallowed_origins = [\"https://app.example.com\"]\n");
    let stage = Stage::new(&further);
    let runtime = stage.start();
    let address = runtime.client.address();
    let line = |text: &str| rest(sent(address, text)).0.lines().next().unwrap_or_default().to_owned();
    let long = format!("GET /health/live HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "a".repeat(300_000));
    let many = format!("GET /health/live HTTP/1.1\r\nhost: x\r\n{}\r\n", "x: a\r\n".repeat(200));
    // What is refused while it is still being written may be cut off before the answer is read.
    assert!(["HTTP/1.1 431 Request Header Fields Too Large", ""].contains(&line(&long).as_str()));
    assert_eq!(line(&many), "HTTP/1.1 431 Request Header Fields Too Large");
    assert_eq!(line("NOT HTTP\r\n\r\n"), "HTTP/1.1 400 Bad Request");

    // Those who hold all places are cut off in time, and then it is the next one's turn.
    let held: Vec<TcpStream> = (0..CONNECTIONS_MAX * 2).map(|_| sent(address, "")).collect();
    let began = Instant::now();
    let next = ask(address, "GET /health/live", &[], Value::Null).await;
    assert_eq!(next.status, 204, "after {:?}", began.elapsed());
    drop(held);

    let origin = |origin: &'static str| [("origin", origin), ("access-control-request-method", "PATCH"), ("x-api-key", "amp_x")];
    const PATH: &str = "/v1/projects/demo/installations";
    let preflight = ask(address, &format!("OPTIONS {PATH}"), &origin("https://app.example.com"), Value::Null).await;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, "https://app.example.com"));
    assert!(preflight.header("access-control-allow-headers").contains("x-api-key"), "{preflight:?}");
    assert!(preflight.header("access-control-allow-methods").contains("PATCH"), "{preflight:?}");
    let refused = ask(address, &format!("GET {PATH}"), &origin("https://app.example.com")[..1], Value::Null).await;
    assert_eq!(
        (refused.status, refused.header("access-control-allow-origin")),
        (401, "https://app.example.com"),
        "a page may read why"
    );
    for foreign in ["https://evil.example.com", "https://app.example.com.evil", "null", "http://app.example.com"] {
        for method in ["OPTIONS", "GET"] {
            let answer = ask(address, &format!("{method} {PATH}"), &origin(foreign), Value::Null).await;
            assert_eq!(answer.header("access-control-allow-origin"), "", "{method} {foreign}");
            assert_eq!(answer.header("vary"), "origin");
        }
    }

    // A request whose body is on its way when the stop comes is answered; then the port is shut.
    let body = r#"{"label":"late"}"#;
    let head = format!("{HEAD}{}\r\ncontent-length: {}\r\n\r\n{}", runtime.client.key(), body.len(), &body[..5]);
    let mut late = sent(address, &head);
    let probe = ask(address, "GET /health/live", &[], Value::Null).await;
    assert_eq!(probe.status, 204, "what was sent before was taken in before");
    let stopping = thread::spawn(move || runtime.terminate().unwrap());
    until("no new connection is taken", || TcpStream::connect(address).is_err());
    late.write_all(&body.as_bytes()[5..]).unwrap();
    let (answer, _) = rest(late);
    assert!(answer.starts_with("HTTP/1.1 201 Created") && answer.to_lowercase().contains("connection: close"), "{answer}");
    assert!(stopping.join().unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_may_not_ask_unless_configured() {
    let stage = Stage::new("");
    let runtime = stage.start();
    let headers = [("origin", "https://app.example.com"), ("access-control-request-method", "GET")];
    for asked in ["OPTIONS /v1/projects/demo/status", "GET /v1/projects/demo/status", "GET /health/live"] {
        let answer = ask(runtime.client.address(), asked, &headers, Value::Null).await;
        let told: Vec<&str> =
            answer.headers.keys().map(|name| name.as_str()).filter(|name| name.starts_with("access-control")).collect();
        assert!(told.is_empty(), "{asked}: {answer:?}");
    }
}
