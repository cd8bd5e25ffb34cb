//! The words and the ports of Braincase.
//!
//! Every other crate speaks in these words and plugs into these ports. This crate does no IO, starts no task, reads no
//! environment and knows neither HTTP nor SQL; the one exception is [`time::SystemClock`], the single place where the
//! machine's clock is read.
//!
//! Modules in reading order: [`id`] and [`time`] are the atoms; [`scene`] and [`patch`] are the document that a project
//! is made of; [`image`], [`message`], [`memory`], [`project`] and [`turn`] are what is remembered; [`event`] is what
//! observers see; [`error_issue`] is how failures are filed; [`prompt`] is what a brain is asked and answers; [`brain`],
//! [`vision`], [`store`] and [`background`] are the ports; [`trace`] says where all of it belongs in a trace; [`limits`]
//! are the bounds that hold everywhere.

pub mod id;
pub mod time;

pub mod bounded;
pub mod color;
pub mod patch;
pub mod scene;

pub mod image;
pub mod memory;
pub mod message;
pub mod project;
pub mod turn;

pub mod error_issue;
pub mod event;
pub mod prompt;

pub mod background;
pub mod brain;
pub mod limits;
pub mod store;
pub mod trace;
pub mod vision;

pub use id::{ContentHash, ErrorEventId, ImageId, MessageId, ProjectId, SceneId, Scope, TenantId, TurnId};
pub use time::{Clock, ManualClock, SystemClock, Timestamp};

/// A boxed future that may move between threads.
pub type BoxFuture<T> = std::pin::Pin<Box<dyn Future<Output = T> + Send + 'static>>;
