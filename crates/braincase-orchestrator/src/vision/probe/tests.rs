//! What the probe refuses by name.
