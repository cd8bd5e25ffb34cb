//! Count, budget and fit prompts: exact counts, a model registry, packing that provably fits.
