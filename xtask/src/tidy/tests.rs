//! Every rule on a tree that breaks it and on one that keeps it, and all of them on this tree.

use std::path::Path;

use super::{
    Finding, RULES, Weight, codes, dependencies, documents, memory_bank, paths, rust_files, tracked, tree::Tree,
};

fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(ToString::to_string).collect()
}

fn clean(check: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)]) {
    assert_eq!(shown(&check(&Tree::of(files))), Vec::<String>::new());
}

/// Each finding starts with the place and names what is wrong.
fn broken(check: fn(&Tree) -> Vec<Finding>, files: &[(&str, &str)], expected: &[(&str, &str)]) {
    let found = shown(&check(&Tree::of(files)));
    assert_eq!(found.len(), expected.len(), "{found:#?}");
    for (found, (place, word)) in found.iter().zip(expected) {
        assert!(found.starts_with(&format!("{place}: ")) && found.contains(word), "{found}");
    }
}

#[test]
fn this_tree_keeps_every_rule() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace");
    let tree = Tree::read(root).expect("git lists the tree");
    let mut errors = Vec::new();
    for rule in RULES {
        let findings = (rule.check)(&tree).into_iter().filter(|finding| finding.weight == Weight::Error);
        errors.extend(findings.map(|finding| format!("[{}] {finding}", rule.name)));
    }
    assert!(errors.is_empty(), "\n{}", errors.join("\n"));
}

mod of_manifests {
    use super::{broken, clean, dependencies};

    #[test]
    fn a_crate_may_use_only_the_crates_of_ours_that_the_table_allows() {
        let manifest = "[package]\nname = \"braincase-store\"\n[dependencies]\nbraincase-core.workspace = true\n\
                        braincase-orchestrator.workspace = true\n";
        broken(
            dependencies::ours,
            &[("crates/braincase-store/Cargo.toml", manifest)],
            &[("crates/braincase-store/Cargo.toml:5", "may not use braincase-orchestrator, only braincase-core")],
        );
    }

    #[test]
    fn tests_may_use_any_of_ours() {
        let manifest =
            "[package]\nname = \"braincase-store\"\n[dev-dependencies]\nbraincase-orchestrator.workspace = true";
        clean(dependencies::ours, &[("crates/braincase-store/Cargo.toml", manifest)]);
    }

    #[test]
    fn a_crate_that_the_table_does_not_know_is_found() {
        let files = [("crates/new/Cargo.toml", "[package]\nname = \"new\"")];
        broken(dependencies::ours, &files, &[("crates/new/Cargo.toml:2", "add a row")]);
    }

    #[test]
    fn this_tool_links_none_of_ours() {
        let manifest =
            "[package]\nname = \"xtask\"\n[dependencies]\nbraincase-core = { path = \"../crates/braincase-core\" }";
        broken(dependencies::ours, &[("xtask/Cargo.toml", manifest)], &[("xtask/Cargo.toml:4", "none of ours")]);
    }

    #[test]
    fn what_is_owned_is_used_by_its_owner_alone() {
        let stranger =
            "[package]\nname = \"braincase-server\"\n[target.'cfg(unix)'.dependencies]\nsqlx.workspace = true";
        broken(
            dependencies::one_owner,
            &[("crates/braincase-server/Cargo.toml", stranger)],
            &[("crates/braincase-server/Cargo.toml:4", "sqlx belongs to braincase-store alone")],
        );
        let owner = "[package]\nname = \"braincase-store\"\n[dependencies]\nsqlx.workspace = true";
        clean(dependencies::one_owner, &[("crates/braincase-store/Cargo.toml", owner)]);
    }

    #[test]
    fn a_new_name_hides_no_dependency() {
        let manifest = "[package]\nname = \"braincase-core\"\n[build-dependencies]\ncache = { package = \"moka\", version = \"1\" }";
        broken(
            dependencies::one_owner,
            &[("crates/braincase-core/Cargo.toml", manifest)],
            &[("crates/braincase-core/Cargo.toml:1", "moka belongs to braincase-cache alone")],
        );
    }

    #[test]
    fn some_things_are_tools_in_tests_and_some_are_not() {
        let manifest = "[package]\nname = \"braincase-sim\"\n[dev-dependencies]\nreqwest = \"1\"\ngoose = \"1\"\n";
        broken(
            dependencies::one_owner,
            &[("crates/braincase-sim/Cargo.toml", manifest)],
            &[("crates/braincase-sim/Cargo.toml:5", "goose")],
        );
    }

    #[test]
    fn the_words_do_no_io() {
        let manifest = "[package]\nname = \"braincase-core\"\n[dependencies]\nserde = \"1\"\ntokio = \"1\"\n";
        broken(
            dependencies::never_needs,
            &[("crates/braincase-core/Cargo.toml", manifest)],
            &[("crates/braincase-core/Cargo.toml:5", "must never need tokio")],
        );
        let tests_only = "[package]\nname = \"braincase-core\"\n[dev-dependencies]\ntokio = \"1\"\n";
        clean(dependencies::never_needs, &[("crates/braincase-core/Cargo.toml", tests_only)]);
    }

    #[test]
    fn deny_names_the_owners_that_the_table_names() {
        let wrong = "[bans]\ndeny = [{ crate = \"moka\", wrappers = [\"braincase-server\"] }]";
        broken(dependencies::deny_agrees, &[("deny.toml", wrong)], &[("deny.toml", "moka")]);
        broken(dependencies::deny_agrees, &[], &[("deny.toml", "missing")]);
        let right = "[bans]\ndeny = [{ crate = \"moka\", wrappers = [\"braincase-cache\"] }, { crate = \"openssl\" }]";
        clean(dependencies::deny_agrees, &[("deny.toml", right)]);
    }

    #[test]
    fn a_manifest_says_what_the_crate_is_for_its_licence_and_its_lints() {
        let bare = "[package]\nname = \"braincase-core\"\ndescription = \"no full stop\"\n[lints.rust]\nunsafe_code = \"warn\"";
        let place = "crates/braincase-core/Cargo.toml";
        broken(
            dependencies::manifests,
            &[(place, bare)],
            &[(place, "description"), (place, "license"), (place, "lints")],
        );
        let complete = "[package]\ndescription = \"Words.\"\nlicense.workspace = true\n[lints]\nworkspace = true";
        clean(dependencies::manifests, &[(place, complete)]);
    }
}

mod of_rust_files {
    use super::{Tree, Weight, broken, clean, rust_files};

    #[test]
    fn a_file_starts_with_a_sentence() {
        let at_first_line = [("crates/a/src/b.rs:1", "`//!` sentence")];
        broken(rust_files::module_sentence, &[("crates/a/src/b.rs", "use std::fmt;\n//! Late.")], &at_first_line);
        broken(rust_files::module_sentence, &[("crates/a/src/b.rs", "//! Words\n\nfn f() {}")], &at_first_line);
        broken(rust_files::module_sentence, &[("crates/a/src/b.rs", "")], &at_first_line);
        clean(
            rust_files::module_sentence,
            &[("crates/a/src/b.rs", "//! A sentence that goes on\n//! in a second line.\n//!\n//! More\n")],
        );
    }

    #[test]
    fn a_module_is_named_after_its_folder() {
        broken(rust_files::no_mod_rs, &[("crates/a/src/b/mod.rs", "")], &[("crates/a/src/b/mod.rs", "foo.rs")]);
        clean(rust_files::no_mod_rs, &[("crates/a/src/b.rs", ""), ("crates/a/src/b/mod_like.rs", "")]);
    }

    #[test]
    fn a_file_is_short_and_its_tests_do_not_count() {
        let lines = |count: usize| "x();\n".repeat(count);
        broken(
            rust_files::file_length,
            &[("crates/a/src/b.rs", &lines(401))],
            &[("crates/a/src/b.rs:400", "401 lines")],
        );
        let tested = lines(200) + "#[cfg(test)]\nmod tests {\n" + &lines(900) + "}\n";
        clean(rust_files::file_length, &[("crates/a/src/b.rs", &tested), ("crates/a/tests/it/c.rs", &lines(900))]);

        let long = rust_files::file_length(&Tree::of(&[("crates/a/src/b.rs", &lines(300))]));

        assert!(matches!(&long[..], [finding] if finding.weight == Weight::Notice), "{long:?}");
    }

    #[test]
    fn a_lib_is_one_page() {
        let page = "//! a\n".repeat(80);
        clean(rust_files::lib_length, &[("crates/a/src/lib.rs", &page)]);
        let more = page + "mod b;\n";
        broken(rust_files::lib_length, &[("crates/a/src/lib.rs", &more)], &[("crates/a/src/lib.rs:80", "81 lines")]);
    }

    #[test]
    fn nothing_is_put_off_or_switched_off() {
        let text = "#![allow(dead_code)]\n  #[ignore = \"slow\"]\nfn f() { todo!() }\n// FIXME later\nok();\n";
        let file = |line: &'static str, word: &'static str| (line, word);
        broken(
            rust_files::no_escape,
            &[("crates/a/src/b.rs", text)],
            &[
                file("crates/a/src/b.rs:1", "expect"),
                file("crates/a/src/b.rs:2", "nobody runs"),
                file("crates/a/src/b.rs:3", "leave the function out"),
                file("crates/a/src/b.rs:4", "progress.md"),
            ],
        );
    }

    #[test]
    fn words_in_data_and_within_words_are_no_escape() {
        let text = "#[expect(dead_code, reason = \"x\")]\nlet a = \"TODO: todo!()\";\n// TODOS and the todo list\n\
                    #[ignore = \"started, and killed, by another\"]\n";
        clean(rust_files::no_escape, &[("crates/a/src/b.rs", text)]);
    }
}

mod of_documents {
    use super::{broken, clean, documents, memory_bank, paths};

    const SIX: [(&str, &str); 6] = [
        ("memory-bank/activeContext.md", "# In focus, 2026-01-31"),
        ("memory-bank/productContext.md", "a"),
        ("memory-bank/progress.md", "a"),
        ("memory-bank/projectbrief.md", "a"),
        ("memory-bank/systemPatterns.md", "a"),
        ("memory-bank/techContext.md", "a"),
    ];

    #[test]
    fn the_memory_bank_is_six_short_files() {
        clean(memory_bank::six_short_files, &SIX);
        let diary = "a\n".repeat(31);
        let mut files = SIX.to_vec();
        files[0].1 = &diary;
        files.remove(5);
        files.push(("memory-bank/diary.md", "a"));
        broken(
            memory_bank::six_short_files,
            &files,
            &[
                ("memory-bank/activeContext.md:30", "31 lines"),
                ("memory-bank/techContext.md", "missing"),
                ("memory-bank/diary.md", "none of the six"),
            ],
        );
    }

    #[test]
    fn what_is_in_focus_is_dated_on_its_first_line() {
        clean(memory_bank::dated, &SIX);
        for first in ["# In focus\n2026-01-31", "2026-13-01", "26-01-31", ""] {
            broken(
                memory_bank::dated,
                &[("memory-bank/activeContext.md", first)],
                &[("memory-bank/activeContext.md:1", "YYYY-MM-DD")],
            );
        }
    }

    #[test]
    fn maps_and_decisions_are_short() {
        let (map, decision) = ("a\n".repeat(151), "a\n".repeat(41));
        broken(
            documents::lengths,
            &[("docs/ARCHITECTURE.md", &map), ("docs/adr/001-a.md", &decision)],
            &[("docs/ARCHITECTURE.md:150", "151 lines"), ("docs/adr/001-a.md:40", "41 lines")],
        );
        clean(documents::lengths, &[("docs/ARCHITECTURE.md", &map[2..]), ("docs/OPERATIONS.md", &map)]);
    }

    #[test]
    fn what_a_document_names_exists() {
        let text = "See `crates/a/src/b.rs:7` and `crates/c`.\nAlso `NOWHERE.md`, not `/v1/x` or `a/b` or `x: y`.";
        broken(
            paths::mentioned_paths_exist,
            &[("README.md", text), ("crates/a/src/b.rs", "")],
            &[("README.md:1", "`crates/c`"), ("README.md:2", "`NOWHERE.md`")],
        );
        clean(paths::mentioned_paths_exist, &[("README.md", "```\n`crates/x`\n```\n`crates/a/`"), ("crates/a/b", "")]);
    }
}

mod of_what_git_keeps {
    use super::{broken, clean, tracked};

    #[test]
    fn only_known_things_lie_at_the_top() {
        broken(tracked::top_level, &[("notes/a", ""), ("notes/b", ""), ("crates/a", "")], &[("notes", "top-level")]);
        clean(tracked::top_level, &[("README.md", ""), ("crates/a", ""), (".ci/run", "")]);
    }

    #[test]
    fn only_photographs_are_large() {
        let large = "x".repeat((1 << 20) + 1);
        broken(tracked::no_large_file, &[("docs/a.svg", &large)], &[("docs/a.svg", "1048577 bytes")]);
        clean(tracked::no_large_file, &[("crates/braincase-stress/data/images/a.png", &large)]);
    }

    #[test]
    fn nothing_names_a_home_or_a_person() {
        // Put together here, since this file is looked at too.
        let place = ["run ~/x\ncat ", "/home/", "somebody\nor '", "/root/", "x'\nmail Some.Body+x", "@mail.invalid.\n"];
        let place = place.concat();
        broken(
            tracked::no_private_place,
            &[("docs/a.md", &place)],
            &[("docs/a.md:2", "/home/"), ("docs/a.md:3", "/root/"), ("docs/a.md:4", "Some.Body+x")],
        );
    }

    #[test]
    fn routes_versions_and_urls_are_no_private_places() {
        let text =
            "GET https://x.y/home/page, crates/home/x, tool@v1.2, crate@1.0, https://key@host.net/1, you@example.com";
        clean(tracked::no_private_place, &[("docs/a.md", text)]);
    }

    #[test]
    fn the_place_of_this_checkout_is_private_too() {
        let mut tree = super::Tree::of(&[("docs/a.md", "cd /srv/checkout/x\ncrates/srv/checkout")]);
        tree.root = "/srv/checkout".to_owned();

        let found = super::shown(&tracked::no_private_place(&tree));

        assert!(matches!(&found[..], [one] if one.starts_with("docs/a.md:1: ")), "{found:?}");
    }
}

mod of_codes {
    use super::{broken, clean, codes};

    const FILE: &str = "crates/braincase-store/src/a.rs";

    fn document(codes: &str) -> String {
        format!("| `outcome` | it |\n|---|---|\n| `odd` | x |\n\n| `code` | what to do |\n|---|---|\n{codes}\ntext\n")
    }

    #[test]
    fn a_code_that_nobody_explains_is_found_wherever_it_comes_from() {
        let sources = [
            "fn f() { Failure::new(\n  \"disk_full\", error) }",
            "tracing::error!(%error, code = \"disk_full\", \"a text\");",
            "Stop::failed(\"disk_full\", \"a text\")",
            "blank(Outcome::Cancelled(why), \"disk_full\")",
            "    fn code(&self) -> &str {\n match self { A => \"known\", B => \"disk_full\" }\n    }\n x(\"y\")",
            "TurnError { code: \"disk_full\".to_owned(), message: \"text\".to_owned() }",
        ];
        for source in sources {
            let source = format!("{source}\nFailure::new(\"known\", \"other\")\n");
            let files = [(FILE, source.as_str()), ("docs/OPERATIONS.md", &document("| `known` | wait |"))];
            broken(codes::documented, &files, &[(&format!("{FILE}:1"), "`disk_full`")]);
        }
    }

    #[test]
    fn a_line_for_a_code_that_nothing_has_is_found() {
        let text = document("| `known`, `gone` | wait |");
        let files = [(FILE, "Failure::new(\"known\", 1)"), ("docs/OPERATIONS.md", &text)];
        broken(codes::documented, &files, &[("docs/OPERATIONS.md:7", "`gone`")]);
    }

    #[test]
    fn codes_of_tests_and_of_tools_need_no_line() {
        let test = "Failure::new(\"known\", 1)\n#[cfg(test)]\nmod tests { Failure::new(\"made_up\", 1) }";
        let files = [
            (FILE, test),
            ("crates/braincase-sim/src/a.rs", "Failure::new(\"made_up\", 1)"),
            ("crates/braincase-store/tests/it/a.rs", "Failure::new(\"made_up\", 1)"),
            ("docs/OPERATIONS.md", &document("| `known` | wait |")),
        ];
        clean(codes::documented, &files);
    }
}
