//! The harness: goose drives it, everything else judges it.
