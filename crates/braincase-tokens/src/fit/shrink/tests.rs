//! Shrinking: what goes, what stays, and where the marker stands.
