//! What the host of a thread knows: the batch, the script, and what was asked.

use std::{cell::RefCell, rc::Rc};

use super::{HttpRequest, Message, NOW_MS, SentRecord, SqlStatement, StoreChange, StoredObject, http_answer};
use crate::{Failure, http::Response, log::Level, streams::Placed, templates::Rendered};

type Answer<Q, A> = Box<dyn FnMut(&Q) -> Result<A, Failure>>;
type Render = Box<dyn FnMut(&str, &Message) -> Result<Rendered, String>>;

pub(super) struct State {
    pub(super) now_ms: u64,
    pub(super) messages: Vec<Message>,
    pub(super) http: Answer<HttpRequest, Response>,
    pub(super) put: Answer<StoredObject, String>,
    pub(super) record: Answer<SentRecord, Placed>,
    pub(super) transact: Answer<[SqlStatement], Vec<u64>>,
    pub(super) apply: Answer<[StoreChange], ()>,
    pub(super) probe: Box<dyn FnMut() -> Result<(), Failure>>,
    pub(super) render: Option<Render>,
    pub(super) http_requests: Vec<HttpRequest>,
    pub(super) objects: Vec<StoredObject>,
    pub(super) records: Vec<SentRecord>,
    pub(super) transactions: Vec<Vec<SqlStatement>>,
    pub(super) changes: Vec<StoreChange>,
    pub(super) log_lines: Vec<(Level, String)>,
}

impl Default for State {
    /// All is well.
    fn default() -> Self {
        let placed = || Placed { shard: "shardId-000000000000".to_owned(), sequence_number: "1".to_owned() };
        Self {
            now_ms: NOW_MS,
            messages: Vec::new(),
            http: Box::new(|_| Ok(http_answer(200, "{}"))),
            put: Box::new(|_| Ok("\"etag\"".to_owned())),
            record: Box::new(move |_| Ok(placed())),
            transact: Box::new(|statements| Ok(statements.iter().map(SqlStatement::rows).collect())),
            apply: Box::new(|_| Ok(())),
            probe: Box::new(|| Ok(())),
            render: None,
            http_requests: Vec::new(),
            objects: Vec::new(),
            records: Vec::new(),
            transactions: Vec::new(),
            changes: Vec::new(),
            log_lines: Vec::new(),
        }
    }
}

thread_local! {
    static HOST: RefCell<Option<Rc<RefCell<State>>>> = const { RefCell::new(None) };
}

pub(super) fn install(state: Rc<RefCell<State>>) {
    HOST.with(|host| *host.borrow_mut() = Some(state));
}

pub(super) fn remove(state: &Rc<RefCell<State>>) {
    HOST.with(|host| {
        let mut host = host.borrow_mut();
        if host.as_ref().is_some_and(|installed| Rc::ptr_eq(installed, state)) {
            *host = None;
        }
    });
}

/// Asks the host of this thread.
///
/// # Panics
/// Where there is none.
pub(super) fn asked<T>(then: impl FnOnce(&mut State) -> T) -> T {
    let state = HOST.with(|host| host.borrow().clone());
    let Some(state) = state else {
        panic!("a capability was called outside of the sandbox: make an `ampline_sink::testing::Host` first, and keep it")
    };
    let mut state = state.borrow_mut();
    then(&mut state)
}
