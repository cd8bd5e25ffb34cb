//! The local brain: decides by rules, offline, the same for the same prompt.
//!
//! A small pipeline: the request is cut into tokens and steps; each step has a role, and those that only tell, ask or give
//! a reason are left out beside one that orders; each step names targets, content and wishes; the steps change a board and
//! a plan together; the plan becomes calls and words. When a step is ambiguous, or says
//! what nothing that it did accounts for, the decision is a question instead.

mod board;
mod clause;
mod colors;
mod complaint;
mod content;
mod earlier;
mod effect;
mod finite;
mod numbers;
mod plan;
mod question;
mod repeat;
mod reply;
mod role;
mod spelling;
mod split;
mod step;
mod target;
mod token;
mod unread;
mod wish;
mod words;

use async_trait::async_trait;
use braincase_core::{
    background::Task,
    bounded::Text,
    brain::{Brain, BrainError},
    prompt::{Decision, Prompt},
};

use self::{
    board::Board,
    clause::Clause,
    complaint::Others,
    earlier::Earlier,
    plan::Work,
    question::Question,
    role::Role,
    step::{Outcome, Preferences, Thread},
    token::Token,
};
use crate::{
    briefing::Briefing,
    compute::Compute,
    tools::{AskClarification, Tool},
};

/// How much of a request is interpreted, in bytes; nobody types more commands than that.
const MAX_BYTES: usize = 20_000;

/// Longer prompts, in bytes, may take long enough to keep an async thread from others.
const LONG: usize = 32 << 10;

/// Decides by rules, offline.
#[derive(Debug, Clone, Default)]
pub struct LocalBrain {
    compute: Option<Compute>,
}

impl LocalBrain {
    /// A brain that thinks about long prompts where blocking is allowed. The default one thinks where it is asked.
    #[must_use]
    pub const fn with(compute: Compute) -> Self {
        Self { compute: Some(compute) }
    }
}

#[async_trait]
impl Brain for LocalBrain {
    async fn decide(&self, prompt: &Prompt) -> Result<Decision, BrainError> {
        let length: usize = prompt.messages.iter().map(|message| message.content.len()).sum();
        let Some(compute) = self.compute.as_ref().filter(|_| length > LONG) else { return Ok(decide(prompt)) };
        let prompt = prompt.clone();
        let decided = compute.run(Task::new("local_decision"), move || decide(&prompt)).await;
        decided.map_err(|error| BrainError::Unavailable(error.to_string()))
    }

    fn name(&self) -> &'static str {
        "local"
    }
}

fn decide(prompt: &Prompt) -> Decision {
    let said = prompt.messages.last().map_or("", |message| message.content.as_str());
    let text = earlier::cut(said, MAX_BYTES);
    let briefing = Briefing::read(prompt);
    let board = Board::new(&briefing);
    let earlier = earlier::read(prompt, &board);
    let mut work = Work { board, preferences: Preferences::read(&briefing.preferences), ..Work::default() };
    if text.len() < said.len() {
        work.plan.remarks.push("I read only the beginning of your very long request.".to_owned());
    }
    match interpret(&mut work, &earlier, text) {
        Ok(reasoning) if work.plan.is_empty() && work.plan.remarks.is_empty() => done_nothing(reasoning),
        Ok(reasoning) => {
            let (calls, reply) = work.plan.finish(&work.board);
            Decision { calls, reply, reasoning, ..Decision::default() }
        }
        Err(question) => ask(&question),
    }
}

/// Carries the steps of a request out on the board; says how it was read.
fn interpret(work: &mut Work, earlier: &Earlier, text: &str) -> Result<String, Question> {
    if is_german(text) {
        return Err(Question::open("I understand only English. What should I do, in English?"));
    }
    let tokens = token::tokenize(text);
    let mut thread = Thread { recent: earlier.recent, ..Thread::default() };
    if let Some(request) = earlier.confirmed(text, &tokens) {
        thread.confirmed = true;
        return steps(work, &mut thread, request, &token::tokenize(request), None);
    }
    if let Some(request) = answered(work, earlier, text, &tokens, &mut thread) {
        let tokens = token::tokenize(request);
        return steps(work, &mut thread, request, &tokens, None);
    }
    steps(work, &mut thread, text, &tokens, earlier.request.as_deref())
}

/// Whether a request is German: at least two German words, and a third of all.
fn is_german(text: &str) -> bool {
    const GERMAN: &[&str] = &[
        "ich",
        "bitte",
        "und",
        "der",
        "das",
        "eine",
        "einen",
        "ein",
        "mach",
        "mache",
        "füge",
        "szene",
        "szenen",
        "hinzu",
        "lösche",
        "nicht",
        "ist",
        "für",
        "auf",
        "den",
        "dem",
        "mit",
        "hintergrund",
        "erste",
        "zweite",
        "letzte",
        "ersten",
        "zweiten",
        "letzten",
        "soll",
        "titel",
        "bild",
        "sekunden",
        "kannst",
        "möchte",
        "lang",
        "länger",
        "blau",
        "rot",
        "grün",
        "neue",
        "wie",
        "was",
        "du",
        "zu",
    ];
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).take(60);
    let (german, all) = words.fold((0, 0), |(german, all), word| {
        (german + usize::from(GERMAN.contains(&word.to_lowercase().as_str())), all + 1)
    });
    german >= 2 && german * 3 >= all
}

fn steps(
    work: &mut Work,
    thread: &mut Thread,
    text: &str,
    tokens: &[Token],
    before: Option<&str>,
) -> Result<String, Question> {
    let names = split::Names::of(&work.board);
    let whole = tokens;
    let tokens = role::without_reasons(tokens, &names);
    let steps = split::steps(&tokens, &names);
    let roles: Vec<Role> = steps.iter().map(|step| role::of(&Clause::new(text, step), &names)).collect();
    let before_tokens = before.map(token::tokenize).unwrap_or_default();
    let mut previous = before.filter(|_| !before_tokens.is_empty()).map(|before| Clause::new(before, &before_tokens));
    let (mut done, mut unknown, mut quiet, mut strays) = (0_usize, 0_usize, 0_usize, 0_usize);
    thread.one_of_many = steps.len() > 1;
    for (index, step) in steps.iter().enumerate() {
        let clause = Clause::new(text, step);
        let next = steps.get(index + 1).map(|next| Clause::new(text, next));
        thread.followed = next.as_ref().is_some_and(complaint::orders);
        let next = next.as_ref().map(|next| (next, roles[index + 1]));
        let other = |wanted: Role| roles.iter().enumerate().any(|(at, role)| at != index && *role == wanted);
        let others = Others { order: other(Role::Order), question: other(Role::Question), done: done > 0 };
        let aside = complaint::explains(work, (&clause, roles[index]), next)
            || complaint::is_aside(work, &clause, roles[index], others);
        if aside {
            // Where nothing follows, there is nothing to remember it for.
            if next.is_some() {
                complaint::remember(work, thread, &clause)?;
            }
            continue;
        }
        if done > 0 && complaint::justifies(work, &clause) {
            continue;
        }
        work.effect = effect::Effect::default();
        let outcome = match repeat::run(work, thread, &clause, previous.as_ref())? {
            Some(outcome) => outcome,
            None => step::run(work, thread, &clause)?,
        };
        if !thread.confirmed {
            unread::check(work, &names, &clause)?;
        }
        match outcome {
            Outcome::Done => done += 1,
            Outcome::Nothing => quiet += 1,
            Outcome::Unknown => {
                unknown += 1;
                strays += usize::from(step::names_scene(work, thread, &clause));
            }
        }
        if outcome == Outcome::Done {
            previous = Some(clause);
        }
    }
    if !thread.confirmed {
        unread::check_whole(work, whole, strays)?;
    }
    conclude(work, thread, text, Count { done, unknown, quiet })?;
    Ok(format!("read {} steps, carried out {done}", steps.len()))
}

/// How many steps came out how.
#[derive(Debug, Clone, Copy)]
struct Count {
    done: usize,
    unknown: usize,
    quiet: usize,
}

/// What is left to do and to say when every step was read: images without a word about them, and what was not understood.
fn conclude(work: &mut Work, thread: &mut Thread, text: &str, count: Count) -> Result<(), Question> {
    let attached = work.board.attached();
    if count.done == 0 && (count.quiet == 0 || thread.presents) && !attached.is_empty() {
        step::use_images(work, thread, &attached)?;
        return Ok(());
    }
    if count.unknown == 0 {
        return Ok(());
    }
    if count.done > 0 {
        work.plan.remarks.push("I did not understand the rest.".to_owned());
    } else if count.quiet == 0 && text.trim_end().ends_with('?') {
        work.plan.remarks.push(format!("I cannot help with that. {}", step::ABILITIES));
    } else if count.quiet == 0 {
        return Err(Question::choice(
            "I did not understand that. What should I do?",
            &["Add a scene", "Change a scene", "Delete a scene"],
        ));
    }
    Ok(())
}

/// The earlier request that is answered by this one, if it is an answer to our question: nothing but a target.
fn answered<'e>(
    work: &Work,
    earlier: &'e Earlier,
    text: &str,
    tokens: &[Token],
    thread: &mut Thread,
) -> Option<&'e str> {
    let request = earlier.request.as_deref().filter(|_| earlier.asked && tokens.len() <= 8)?;
    let clause = Clause::new(text, tokens);
    if clause.has(words::COMMANDS) {
        return None;
    }
    let mut reading = clause.clone();
    let lookup = target::Lookup { board: &work.board, base: None, last: &[] };
    let named = lookup.read(&mut reading).ok().flatten().map(|named| named.places);
    let number = || {
        numbers::bare(&clause)
            .and_then(|number| work.board.all().into_iter().find(|place| work.board.numbered_as(*place, number)))
    };
    let yes =
        clause.has(&["yes", "yeah", "yep", "sure"]).then_some(()).filter(|()| work.board.before == 1).map(|()| vec![0]);
    thread.answer = Some(named.or_else(|| number().map(|place| vec![place])).or(yes)?);
    Some(request)
}

fn done_nothing(reasoning: String) -> Decision {
    let reply = "Okay, nothing changed.".to_owned();
    Decision { reply, reasoning, ..Decision::default() }
}

/// A question stands alone: what was planned so far is dropped, so that nothing is half-done.
fn ask(question: &Question) -> Decision {
    let options = question
        .options
        .iter()
        .take(8)
        .filter(|option| !option.trim().is_empty())
        .map(|option| Text::truncated(option))
        .collect();
    let tool = Tool::AskClarification(AskClarification { question: Text::truncated(&question.text), options });
    let mut reply = question.text.clone();
    if !question.options.is_empty() {
        reply = format!("{reply} ({})", question.options.join(" · "));
    }
    Decision {
        calls: vec![plan::to_call(&tool)],
        reply,
        reasoning: "the request is ambiguous".to_owned(),
        ..Decision::default()
    }
}
