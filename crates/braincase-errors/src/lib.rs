//! Supervise tasks and capture every failure exactly once.
