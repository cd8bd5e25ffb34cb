//! What every store must do: one function for each behaviour, one test for each behaviour and backend.

pub(crate) mod make;
pub(crate) mod seen;

pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod images;
pub(crate) mod memories;
pub(crate) mod model;
pub(crate) mod projects;
pub(crate) mod revisions;
pub(crate) mod scenes;
pub(crate) mod tenants;
pub(crate) mod turns;

/// Makes one test of each behaviour for a backend; `$open` gives a fresh, empty store and closes it at the end.
macro_rules! behaviours {
    ($open:path) => {
        crate::suite::behaviours! { $open:
            projects: [
                a_project_is_read_back, an_unknown_project_is_none, projects_are_listed_newest_first_page_by_page,
                a_project_made_twice_is_a_conflict, a_deleted_project_leaves_nothing_behind,
                deleting_a_project_spares_what_others_share, deleting_an_unknown_project_says_so,
                a_blob_saved_for_a_coming_image_survives_a_deletion, an_empty_page_is_empty
            ]
            scenes: [
                a_scene_is_read_back, scenes_stand_in_the_order_of_the_storyboard, every_edit_is_kept_as_an_iteration,
                a_deleted_scene_is_hidden_and_its_iterations_stay, an_edit_of_an_old_version_leaves_nothing,
                a_deletion_of_an_old_version_leaves_nothing, a_scene_added_twice_is_a_conflict,
                one_commit_can_edit_a_scene_twice, a_deleted_scene_cannot_be_edited,
                changes_to_an_unknown_project_are_a_conflict, of_many_edits_of_one_version_one_wins
            ]
            turns: [
                an_accepted_turn_is_read_back, an_ended_turn_is_read_back_with_its_outcome,
                a_repeated_request_is_recognised, a_key_with_another_request_is_refused,
                a_key_belongs_to_its_project, old_keys_are_forgotten_and_their_turns_stay, of_many_equal_requests_one_is_accepted,
                a_turn_of_an_unknown_project_is_not_accepted, a_turn_accepted_twice_is_a_conflict,
                a_turn_ends_once, a_turn_that_conflicts_leaves_nothing, an_unknown_turn_cannot_end,
                messages_come_in_the_order_in_which_they_were_said, the_chat_is_told_from_where_a_turn_said,
                no_more_words_are_read_than_asked_for, a_chat_told_from_an_unknown_message_leaves_nothing, turns_are_listed_newest_first_page_by_page,
                open_turns_are_interrupted_once, an_interrupted_turn_cannot_end_again, texts_of_any_kind_are_read_back
            ]
            images: [
                an_image_is_read_back, an_image_whose_content_is_known_is_ready_at_once, facts_reach_every_image_with_that_content, facts_are_stored_once,
                a_failure_can_be_mended, a_failure_does_not_replace_facts, a_new_image_with_known_content_is_ready,
                a_new_image_after_a_failure_is_pending, pending_images_come_oldest_first,
                images_are_listed_newest_first, blobs_are_read_back, a_blob_saved_twice_is_kept_once,
                bytes_that_do_not_have_the_hash_are_refused, an_image_of_an_unknown_project_is_a_conflict,
                a_number_too_large_is_refused
            ]
            events: [
                events_are_numbered_from_one_in_each_project, events_are_read_in_parts,
                numbers_have_no_gaps_under_concurrency, events_of_an_unknown_project_are_a_conflict,
                every_kind_of_event_is_read_back, no_events_are_no_write
            ]
            errors: [
                a_failure_is_filed_and_read_back, failures_of_one_kind_add_up, a_failure_that_comes_again_changes_nothing,
                the_order_of_coming_does_not_matter, of_an_issue_the_first_and_the_newest_events_are_kept,
                a_resolved_issue_that_happens_again_has_regressed, an_unknown_issue_cannot_be_resolved,
                issues_are_listed_last_seen_first_page_by_page, issues_are_listed_by_tenant_and_status,
                tenants_have_issues_of_their_own, the_failures_of_a_deleted_project_are_gone,
                the_oldest_issues_go_when_there_are_too_many, counts_that_cannot_be_stored_stop_at_the_most,
                counts_are_exact_whatever_comes_again
            ]
            memories: [
                a_memory_is_read_back, a_memory_replaces_its_predecessor, a_memory_can_be_forgotten,
                kinds_are_kept_apart, of_each_kind_the_newest_are_listed, a_memory_of_an_unknown_project_is_a_conflict
            ]
            revisions: [
                a_change_of_one_part_leaves_the_numbers_of_the_others, an_unknown_project_has_no_revisions,
                what_is_found_in_an_image_changes_every_project_that_has_it,
                a_chat_told_from_a_later_message_has_another_number
            ]
            tenants: [another_tenant_sees_nothing, another_tenant_changes_nothing, tenants_may_use_the_same_ids]
            model: [random_histories_agree_with_the_model, a_working_store_says_so]
        }
    };
    ($open:path: $($part:ident: [$($behaviour:ident),* $(,)?])*) => {
        $(mod $part {
            $(#[tokio::test]
            async fn $behaviour() {
                let opened = $open().await;
                crate::suite::$part::$behaviour(opened.store.as_ref()).await;
                opened.close().await;
            })*
        })*
    };
}
pub(crate) use behaviours;
