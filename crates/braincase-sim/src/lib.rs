//! A fake OpenAI-compatible provider with seeded latency and faults, for tests, stress and demos.
