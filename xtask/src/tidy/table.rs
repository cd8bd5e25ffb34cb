//! Who may import whom, as data. It is the table of `docs/ARCHITECTURE.md`; a new line here is a change of architecture.

/// What one of our crates may use.
pub(crate) struct Crate {
    /// Its name.
    pub(crate) name: &'static str,
    /// Which of ours it may depend on; its tests may use any.
    pub(crate) ours: &'static [&'static str],
    /// What it must never depend on; its tests may.
    pub(crate) never: &'static [&'static str],
}

/// What would let a crate reach a network or a disk behind our back.
const IO: &[&str] = &["tokio", "reqwest", "hyper", "hyper-util", "axum", "sqlx", "tokio-util", "ureq"];

/// Our crates, in the order in which a reader meets them.
pub(crate) const CRATES: &[Crate] = &[
    Crate { name: "braincase-core", ours: &[], never: IO },
    Crate { name: "braincase-cache", ours: &["braincase-core"], never: &["reqwest", "hyper", "axum", "sqlx"] },
    Crate { name: "braincase-tokens", ours: &["braincase-core"], never: IO },
    Crate { name: "braincase-errors", ours: &["braincase-core"], never: &["axum", "sqlx"] },
    Crate { name: "braincase-store", ours: &["braincase-core"], never: &["reqwest", "hyper", "axum"] },
    Crate { name: "braincase-lifecycle", ours: &["braincase-core", "braincase-store"], never: &["axum"] },
    Crate {
        name: "braincase-orchestrator",
        ours: &["braincase-core", "braincase-cache", "braincase-tokens"],
        never: &["hyper", "axum", "sqlx"],
    },
    Crate {
        name: "braincase-sim",
        ours: &["braincase-core", "braincase-orchestrator", "braincase-tokens"],
        never: &["axum", "sqlx"],
    },
    Crate {
        name: "braincase-server",
        ours: &[
            "braincase-core",
            "braincase-cache",
            "braincase-tokens",
            "braincase-errors",
            "braincase-store",
            "braincase-lifecycle",
            "braincase-orchestrator",
        ],
        never: &["sqlx"],
    },
    Crate { name: "braincase-stress", ours: &["braincase-core"], never: &["axum", "sqlx"] },
    Crate { name: "xtask", ours: &[], never: IO },
];

/// A third-party crate that belongs to one of ours.
pub(crate) struct Owned {
    /// The third-party crate.
    pub(crate) name: &'static str,
    /// Who alone may depend on it.
    pub(crate) owners: &'static [&'static str],
    /// Whether tests of the others may use it.
    pub(crate) tests: Tests,
}

/// Whether tests of crates that are not the owner may use what is owned.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tests {
    /// Yes: it is a tool there.
    Free,
    /// No: it would reach around the owner.
    Bound,
}

const fn bound(name: &'static str, owners: &'static [&'static str]) -> Owned {
    Owned { name, owners, tests: Tests::Bound }
}

const fn free_in_tests(name: &'static str, owners: &'static [&'static str]) -> Owned {
    Owned { name, owners, tests: Tests::Free }
}

/// Third-party crates with an owner.
pub(crate) const OWNED: &[Owned] = &[
    bound("moka", &["braincase-cache"]),
    // In tests it is the judge of our counts.
    free_in_tests("tiktoken-rs", &["braincase-tokens"]),
    bound("bpe", &["braincase-tokens"]),
    bound("bpe-openai", &["braincase-tokens"]),
    bound("sentry", &["braincase-errors"]),
    bound("sentry-types", &["braincase-errors"]),
    bound("sentry-tower", &["braincase-errors"]),
    bound("sentry-tracing", &["braincase-errors"]),
    free_in_tests("tracing-subscriber", &["braincase-errors"]),
    bound("opentelemetry", &["braincase-errors"]),
    bound("opentelemetry-http", &["braincase-errors"]),
    bound("opentelemetry-otlp", &["braincase-errors"]),
    bound("opentelemetry_sdk", &["braincase-errors"]),
    bound("tracing-opentelemetry", &["braincase-errors"]),
    // The words that a collector of a test reads.
    free_in_tests("opentelemetry-proto", &["braincase-errors"]),
    free_in_tests("prost", &["braincase-errors"]),
    bound("sqlx", &["braincase-store"]),
    bound("libsqlite3-sys", &["braincase-store"]),
    bound("rusqlite", &["braincase-store"]),
    bound("object_store", &["braincase-lifecycle"]),
    bound("zstd", &["braincase-lifecycle"]),
    free_in_tests("image", &["braincase-orchestrator"]),
    bound("axum", &["braincase-server"]),
    free_in_tests("tower", &["braincase-server"]),
    bound("tower-http", &["braincase-server"]),
    bound("metrics-exporter-prometheus", &["braincase-server"]),
    // Two allocators in one process would be a mistake; a test may weigh what it keeps on the server's scale.
    free_in_tests("tikv-jemallocator", &["braincase-server"]),
    free_in_tests("tikv-jemalloc-ctl", &["braincase-server"]),
    bound("goose", &["braincase-stress"]),
    bound("maud", &["braincase-stress"]),
    // Servers without a framework: the real one and the simulated provider.
    free_in_tests("hyper", &["braincase-server", "braincase-sim"]),
    free_in_tests("hyper-util", &["braincase-server", "braincase-sim"]),
    // HTTP clients: the one that calls models, the one that delivers records, and the black-box harness.
    free_in_tests("reqwest", &["braincase-orchestrator", "braincase-errors", "braincase-stress"]),
    free_in_tests("eventsource-stream", &["braincase-orchestrator", "braincase-stress"]),
];

/// What may lie at the top of the tree.
pub(crate) const TOP_LEVEL: &[&str] = &[
    ".cargo",
    ".ci",
    ".config",
    ".github",
    ".gitattributes",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "clippy.toml",
    "crates",
    "deny.toml",
    "docs",
    "memory-bank",
    "rustfmt.toml",
    "xtask",
];
