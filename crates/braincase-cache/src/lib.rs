//! Keep an answer for a while: a bounded TTL cache with one computation per key.
