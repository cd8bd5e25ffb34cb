//! A file of the user's, over the embedded registry.

use crate::{
    Registry,
    model::{Exactness, Model},
};

fn with(toml: &str) -> Registry {
    Registry::embedded().with_overrides(toml).unwrap()
}

fn refused(toml: &str) -> String {
    Registry::embedded().with_overrides(toml).unwrap_err().to_string()
}

fn limits(registry: &Registry, name: &str) -> (usize, Option<usize>, usize) {
    let Model { context, max_input, max_output, .. } = registry.get(name).unwrap();
    (context, max_input, max_output)
}

#[test]
fn a_row_for_a_known_model_changes_only_what_it_gives() {
    let registry = with("[models.gpt-5]\nmax_input = 200_000");
    assert_eq!(limits(&registry, "gpt-5"), (400_000, Some(200_000), 128_000));
    assert_eq!(limits(&registry, "openai/gpt-5-2025-08-07"), (400_000, Some(200_000), 128_000));
    assert_eq!(limits(&registry, "gpt-5-codex"), (400_000, Some(200_000), 128_000), "it is the same model");
    assert_eq!(limits(&registry, "gpt-5-mini"), (400_000, Some(272_000), 128_000), "it is another one");
    assert_eq!(limits(&with(""), "gpt-5"), (400_000, Some(272_000), 128_000));
}

#[test]
fn a_smaller_window_makes_the_limits_in_it_smaller() {
    assert_eq!(limits(&with("[models.gpt-5]\ncontext = 100_000"), "gpt-5"), (100_000, Some(100_000), 100_000));
}

#[test]
fn a_name_with_its_provider_or_its_date_is_a_model_of_its_own() {
    let registry = with("[models.\"azure/gpt-4o\"]\ncontext = 64_000\n[models.gpt-4o-2024-11-20]\nmax_output = 8_000");
    assert_eq!(limits(&registry, "azure/gpt-4o"), (64_000, None, 16_384));
    assert_eq!(limits(&registry, "gpt-4o-2024-11-20"), (128_000, None, 8_000));
    assert_eq!(limits(&registry, "openai/gpt-4o"), (128_000, None, 16_384));
}

#[test]
fn editions_that_are_added_are_known_beside_those_that_were() {
    let registry = with("[models.gpt-4o]\neditions = [\"2027-01-01\"]");
    for name in ["gpt-4o-2027-01-01", "gpt-4o-2024-08-06"] {
        assert_eq!(limits(&registry, name), (128_000, None, 16_384), "{name}");
    }
    let new = with("[models.new]\nlike = \"gpt-4o\"");
    assert!(new.get("new-2024-08-06").is_err(), "a model that is like another one has editions of its own");
    let undated = refused("[models.gpt-4o-2027-01-01]\nmax_output = 8_000");
    assert!(undated.contains("a new model needs"), "{undated}");
}

#[test]
fn an_alias_can_become_a_model_of_its_own() {
    let registry = with("[models.gpt-35-turbo]\nmax_output = 1_000");
    assert_eq!(limits(&registry, "gpt-35-turbo").2, 1_000);
    assert_eq!(limits(&registry, "gpt-3.5-turbo").2, 4_096);
}

#[test]
fn a_new_model_can_be_like_another() {
    let registry = with("[models.My-Deployment]\nlike = \"azure/gpt-4o\"\nmax_output = 4_096\naliases = [\"prod\"]");
    for name in ["my-deployment", "azure/prod"] {
        let model = registry.get(name).unwrap();
        assert_eq!((&*model.name, model.context, model.max_output), ("my-deployment", 128_000, 4_096));
        assert_eq!((model.exactness, &*model.source), (Exactness::Exact, "own settings"));
    }
}

#[test]
fn a_new_model_can_say_everything_itself() {
    let registry = with(
        "providers = [\"acme\"]\n[images]\nours = { fixed = { low = 1, high = 2, original = 3 } }\n\
         [models.acme-1]\ncontext = 32_768\nmax_output = 4_096\nencoding = \"cl100k_base\"\npercent = 130\nimages = \"ours\"",
    );
    let model = registry.get("acme/acme-1").unwrap();
    assert_eq!((model.context, model.percent, model.exactness), (32_768, 130, Exactness::Estimate));
}

#[test]
fn errors_say_where_and_what_to_do() {
    assert_eq!(
        refused("[models.gpt-4o]\n\n[models.new]\ncontext = 1_000"),
        "line 3 of the models file: model \"new\", `context`: a new model needs `context`, `max_output` and `encoding`; \
         or say `like` and the name of a known model"
    );
    assert_eq!(
        refused("[models.gpt-4o]\nmax_output = 1_000_000"),
        "line 1 of the models file: model \"gpt-4o\", `max_output`: is 1000000, and the context is 128000; lower it"
    );
    assert!(
        refused("[models.a]\nlike = \"gtp-4o\"")
            .contains("`like`: there is no model \"gtp-4o\"; the nearest are gpt-4o")
    );
    assert!(
        refused("[models.gpt-4o]\nimages = \"x\"").contains("`images`: there is no rule \"x\"; use one of claude, ")
    );
    assert!(refused("[models.gpt-4o]\naliases = [\"gpt-35-turbo\"]").contains("is a name of"));
    let unreadable = refused("[models.gpt-4o]\ncontxt = 5");
    assert!(unreadable.contains("line 2") && unreadable.contains("unknown field `contxt`"), "{unreadable}");
}
