//! What every journal promises, as one suite that any backend is run through, and what only the SQLite file promises.
//!
//! Doubles: none; time is a number in the tests. Oracles: the promises of the `Journal` trait, a model of it in memory (`model`),
//! and recounts.

mod attempts;
mod backlog;
mod bulk;
mod crash;
mod destinations;
mod fixture;
mod history;
mod inbox;
mod model;
mod narrow;
mod on_request;
mod operations;
mod order;
mod outbox;
mod reads;
mod sqlite_file;
mod waiting;

/// Runs functions of the suite over a backend, each on a new store.
macro_rules! over {
    ($backend:ty: $($room:ident::$promise:ident),* $(,)?) => {$(
        #[tokio::test]
        async fn $promise() {
            $crate::$room::$promise(&<$backend>::new()).await;
        }
    )*};
}

/// The SQLite journal through the whole suite. A second backend adds a module like this one.
mod sqlite {
    use crate::fixture::{SqliteStore, Store};

    over! { SqliteStore:
        destinations::what_waits_for_a_deleted_destination_is_dead_and_comes_back_by_a_replay,
        destinations::another_name_keeps_backlog_claims_and_history,
        destinations::messages_that_no_read_made_are_queued_once,
        reads::j1_cursor_and_envelopes_are_durable_together,
        reads::j1_the_last_page_and_the_end_are_durable_together,
        reads::j2_an_envelope_committed_twice_is_delivered_once,
        reads::j3_a_read_has_one_owner_and_a_stale_one_cannot_commit,
        reads::an_interrupted_operation_is_resumed_after_a_restart,
        reads::failures_count_until_a_success_and_operations_are_listed,
        attempts::j4_a_claim_is_exclusive_until_its_lease_ends,
        attempts::j4_concurrent_claims_never_overlap,
        attempts::j5_settling_is_idempotent,
        attempts::j5_a_late_settlement_counts_once_or_not_at_all,
        attempts::j6_a_retry_waits_and_a_dead_letter_never_returns,
        attempts::a_blocked_attempt_is_listed_and_not_counted,
        attempts::a_claim_is_bounded_in_number_and_bytes,
        attempts::claims_come_in_due_order,
        attempts::a_disabled_destination_yields_nothing_and_keeps_its_backlog,
        reads::a_suspended_read_is_resumed_by_its_next_owner,
        operations::a_triggered_read_is_kept_apart_and_resumed_until_it_ends,
        operations::triggered_reads_are_forgotten_beyond_those_that_are_kept,
        operations::a_pause_outlasts_a_restart_and_takes_failures_away,
        operations::a_failure_can_pause_in_its_own_transaction,
        operations::logs_are_bounded_and_keep_their_beginning,
        operations::operations_are_listed_in_pages_that_are_stable,
        operations::backfills_are_kept,
        on_request::j12_what_waits_for_a_request_is_claimed_after_it_and_in_order,
        on_request::j12_more_may_be_asked_for_than_one_transaction_takes,
        on_request::what_went_with_its_destination_is_not_asked_for_any_more,
        on_request::what_nobody_asked_for_is_a_dead_letter_at_last,
        order::j13_of_one_key_the_first_goes_and_then_the_next,
        order::j13_holds_for_what_waited_before_and_for_replays,
        order::keys_take_turns,
        order::order_that_is_kept_no_more_holds_nothing_up,
        backlog::bytes_that_wait_are_known,
        backlog::a_destination_that_only_fails_for_too_long_is_stopped,
        backlog::a_success_in_between_and_other_limits_count,
        bulk::a_purge_takes_dead_letters_and_nothing_else,
        bulk::a_purge_spares_the_replays_of_what_it_takes,
        bulk::thousands_are_replayed_and_purged_at_once,
        waiting::news_are_never_missed,
        waiting::a_wait_without_news_goes_on,
        history::envelopes_come_back_as_they_were,
        history::lists_are_filtered,
        narrow::few_are_found_among_many_as_by_sieving_all,
        history::pages_are_stable_under_writes,
        history::replays_make_new_deliveries_and_double_nothing,
        history::retention_by_age_and_size_spares_what_is_pending,
        inbox::j7_events_survive_and_leave_with_their_envelopes,
        inbox::j8_an_event_accepted_twice_is_stored_once,
        inbox::j9_a_queue_has_one_owner_and_a_stale_one_cannot_settle,
        inbox::order_holds_over_settlements_and_queues_take_turns,
        inbox::a_queue_that_is_put_off_waits_and_counts_its_failures,
        inbox::dead_events_are_listed_replayed_and_purged,
        inbox::news_of_events_are_never_missed,
        outbox::j10_a_notification_is_durable_as_what_it_tells_of_is,
        outbox::a_destination_that_is_stopped_is_told_of_once,
        outbox::j11_a_seen_schema_moves_with_its_message,
        outbox::how_installations_stand_is_known,
        model::random_operations_agree_with_the_model,
    }
}
