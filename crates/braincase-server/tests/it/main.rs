//! Stories of clients: the real server on a free port, with its real store, brain and vision.

#[cfg(test)]
mod app;

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod binary;
#[cfg(test)]
mod connections;
#[cfg(test)]
mod events;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod images;
#[cfg(test)]
mod issues;
#[cfg(test)]
mod metrics;
#[cfg(test)]
mod openapi;
#[cfg(test)]
mod projects;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod scenes;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod slow;
#[cfg(test)]
mod stop;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod turns;
#[cfg(test)]
mod unread;
