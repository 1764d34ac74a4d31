//! The behaviours themselves.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU32, Ordering},
};

use ampline_sink::{
    Envelope, Failure, Outcome, Payload, clock,
    http::{self, Request},
    log::{self, Level},
    messages,
};

use crate::behaviour::Behaviour;

const BIG_TEXT_BYTES: usize = 8 << 20;
const FLOOD_REQUESTS: usize = 100_000;
const POISON: &[u8] = b"poison";
const RETRY_AFTER_MS: u64 = 60_000;

static CALLS: AtomicU32 = AtomicU32::new(0);

/// Where it sends, and the credential that it names.
#[derive(Clone, Copy)]
pub(crate) struct Other<'a> {
    pub(crate) url: &'a str,
    pub(crate) credential: Option<&'a str>,
}

pub(crate) fn deliver(behaviour: Behaviour, to: Other<'_>, reversed: &str, batch: &[Envelope]) -> Vec<Outcome> {
    let all = |outcome: Outcome| vec![outcome; batch.len()];
    let delivered = |note: &str| all(Outcome::Delivered(Some(note.to_owned())));
    match behaviour {
        Behaviour::Reject => all(Failure::rejected("test.rejected", "never acceptable").into()),
        Behaviour::Fail => all(Failure::transient("test.failed", "not now").into()),
        Behaviour::Throttle => all(Failure::throttled("test.throttled", "too fast").retry_after(RETRY_AFTER_MS).into()),
        Behaviour::Block => all(Failure::blocked("test.blocked", "a person must act").into()),
        Behaviour::Trap => trap(),
        Behaviour::TrapOnPoison => {
            if (0..).zip(batch).any(|(place, _)| is_poison(place)) {
                trap();
            }
            all(Outcome::Delivered(None))
        }
        Behaviour::Panic => panic!("the sink panicked on purpose"),
        Behaviour::Recurse => delivered(&recurse(1).to_string()),
        Behaviour::Loop => spin(),
        Behaviour::Allocate => allocate(),
        Behaviour::Short => delivered("short").split_off(1),
        Behaviour::Long => [delivered("long"), vec![Outcome::Delivered(None)]].concat(),
        Behaviour::Empty => Vec::new(),
        Behaviour::FloodLog => loop {
            log::emit(Level::Info, "one of very many lines", &[("field", "value")]);
        },
        Behaviour::BigLog => {
            log::emit(Level::Info, &"x".repeat(BIG_TEXT_BYTES), &[]);
            delivered("logged")
        }
        Behaviour::BigMessage => all(Failure::transient("test.big", "x".repeat(BIG_TEXT_BYTES)).into()),
        Behaviour::SlowHost => send(to, &[], 0..batch.len()),
        Behaviour::FloodHttp => send(to, &[], std::iter::repeat_n(0, FLOOD_REQUESTS)),
        Behaviour::BadIndex => bad_index(to, batch.len()),
        Behaviour::ReservedHeader => send(to, &[("Webhook-Id", "forged"), ("host", "evil.example")], 0..batch.len()),
        Behaviour::OwnAuthorization => send(to, &[("Authorization", "Bearer made-up")], 0..batch.len()),
        Behaviour::Hide => {
            // What the host says of a request is kept back, and something else is stated.
            drop(send(to, &[], 0..batch.len()));
            all(Failure::rejected("test.rejected", "never acceptable").into())
        }
        Behaviour::Look => (0..).zip(batch).map(|(place, _)| look(place)).collect(),
        Behaviour::FloodBody => loop {
            black_box(messages::body(0));
        },
        Behaviour::Remember => delivered(&format!("call {}", CALLS.fetch_add(1, Ordering::Relaxed) + 1)),
        Behaviour::Search => {
            let answers = black_box(send(to, &[], 0..batch.len()));
            let found = found(reversed.as_bytes());
            drop(answers);
            delivered(&format!("found={found}"))
        }
        Behaviour::Deliver
        | Behaviour::TrapInOpen
        | Behaviour::LoopInValidate
        | Behaviour::LoopInOpen
        | Behaviour::WarnInValidate
        | Behaviour::BlockInOpen => all(Outcome::Delivered(None)),
    }
}

fn is_poison(place: u32) -> bool {
    messages::body(place).windows(POISON.len()).any(|window| window == POISON)
}

/// One `unreachable` instruction, without the words of a panic.
pub(crate) fn trap() -> ! {
    #[cfg(target_arch = "wasm32")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_arch = "wasm32"))]
    std::process::abort()
}

/// Never ends, and calls nothing that the host could refuse.
pub(crate) fn spin() -> ! {
    loop {
        black_box(0);
    }
}

fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if frame[0] == 0 { 0 } else { black_box(recurse(depth + 1)) + frame[1] }
}

fn allocate() -> ! {
    let mut kept = Vec::new();
    loop {
        kept.push(black_box(vec![1_u8; 1 << 20]));
    }
}

fn send(to: Other<'_>, headers: &[(&str, &str)], places: impl IntoIterator<Item = usize>) -> Vec<Outcome> {
    let request = |place: usize| Request {
        method: "POST",
        url: to.url,
        headers,
        body: Payload::Message(place as u32),
        credential: to.credential,
        webhook_id: None,
        timeout: None,
    };
    let requests: Vec<_> = places.into_iter().map(request).collect();
    http::send(&requests)
        .into_iter()
        .map(|answer| answer.map_or_else(Outcome::Failed, |response| http::outcome(&response, clock::now)))
        .collect()
}

/// How often the reverse of a text is in this instance's memory; reversed, so that the search does not find what it looks for.
#[cfg(target_arch = "wasm32")]
fn found(reversed: &[u8]) -> usize {
    let end = core::arch::wasm32::memory_size::<0>() << 16;
    // SAFETY: every address below the memory's size can be read, and no other thread writes.
    let byte = |at: usize| unsafe { core::ptr::read_volatile(at as *const u8) };
    let is_here = |at: usize| reversed.iter().rev().enumerate().all(|(n, expected)| byte(at + n) == *expected);
    if reversed.is_empty() { 0 } else { (1..end - reversed.len()).filter(|at| is_here(*at)).count() }
}

#[cfg(not(target_arch = "wasm32"))]
fn found(_: &[u8]) -> usize {
    0
}

fn bad_index(to: Other<'_>, len: usize) -> Vec<Outcome> {
    let outcomes = send(to, &[], len..len * 2);
    black_box(messages::body(len as u32));
    outcomes
}

fn look(place: u32) -> Outcome {
    let (body, metadata, records) = (messages::body(place), messages::metadata(place), messages::records(place));
    Outcome::Delivered(Some(format!("body={} metadata={} records={}", body.len(), metadata.len(), records.len())))
}
