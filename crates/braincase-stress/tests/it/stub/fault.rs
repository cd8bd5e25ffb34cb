//! The promises that the stub can be told to break.

/// What the stub does wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// Sends characters of more than one byte in two pieces, which is no fault.
    SplitUtf8,
    /// Forgets every seventh turn that it acknowledged.
    Drop,
    /// Stores every seventh turn twice.
    Duplicate,
    /// Stores a turn that nobody sent now and then.
    Phantom,
    /// Lists the turns of a project in another order.
    Shuffle,
    /// Stores another end of every seventh turn than it told.
    OtherEnd,
    /// Shows a turn that is gone later.
    Mirage,
    /// Answers with text of another project.
    CrossEcho,
    /// Asks the provider with text of another project.
    CrossPrompt,
    /// Refuses a few turns in a hundred with 500, having stored nothing.
    Errors,
    /// Answers a few turns in a hundred with 500 and keeps half of them.
    LateErrors,
    /// Hangs up in the middle of a few turns in a hundred, as a panic does.
    Panic,
    /// Ends every fifth turn as failed.
    FailedTurns,
    /// The same, because the provider failed.
    FaultedTurns,
    /// Takes every twelfth turn longer than anybody waits.
    Stall,
    /// Takes an image turn 400 ms longer.
    SlowImageTurns,
    /// Cuts every fifth stream after the turn was accepted, and keeps the turn.
    CutStreams,
    /// Ends every fifth stream well and without the end of the turn.
    NoEnd,
    /// Stores two ends of every seventh turn.
    TwoEnds,
    /// Tells streams another reply than it stores.
    OtherReply,
    /// Loses a byte of a character in every fifth stream.
    BrokenUtf8,
    /// Skips an event number.
    EventGap,
    /// Makes a new turn of every repeated request.
    IgnoreKeys,
    /// Makes two turns of two equal requests that come at the same time.
    KeyRace,
    /// Gives another answer to a repeated request.
    OtherAnswer,
    /// Sheds load without saying when to come back.
    NoRetryAfter,
    /// Fails with a page that no program can read.
    Untyped,
    /// Never finds facts.
    NoFacts,
    /// Takes the facts of every image in twice.
    FactsTwice,
    /// Shows the provider other images than were uploaded.
    OtherImage,
    /// Says that scenes were added that are not there.
    NoEffect,
    /// Lets the provider work on when a turn is called off.
    Zombie,
    /// Says that turns are called off, and completes them.
    DeafToCancel,
    /// Sends prompts that do not fit.
    TooLong,
    /// Sends prompts without the words of the turn.
    Wordless,
    /// Counts every turn twice.
    WrongCount,
    /// Counts more tokens than were used.
    WrongCost,
    /// Says that turns took a minute.
    WrongTimes,
    /// Leaves a line of the provider's record unfinished.
    TornRecord,
    /// Keeps 64 KiB of every turn.
    LeakBytes,
    /// Keeps a task of every turn.
    LeakTasks,
    /// Keeps a stream of every turn.
    LeakStreams,
    /// Cannot list turns at the end.
    Unreadable,
    /// Forgets the last turns when it is killed.
    ForgetsWhenKilled,
}

impl Fault {
    /// Whether the `nth` turn is one of those that go wrong, every `period`th.
    pub(crate) fn hits(self, wanted: Self, nth: u64, period: u64) -> bool {
        self == wanted && nth.is_multiple_of(period)
    }
}
