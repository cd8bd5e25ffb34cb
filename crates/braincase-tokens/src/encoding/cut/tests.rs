//! Cutting: what is left costs what it is said to cost.
