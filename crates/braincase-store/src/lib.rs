//! Remember: SQLite behind the Store port, with group commit and content-addressed blobs.
