//! What the stub stores, and what it says of itself.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde_json::{Value, json};
use tokio::sync::{Mutex, oneshot};

use super::{
    fault::Fault,
    record::{INPUT, OUTPUT, Record},
};

/// The answer that a key stands for, once there is one.
pub(super) type Keyed = Arc<Mutex<Option<Value>>>;

pub(super) struct State {
    pub(super) fault: Fault,
    pub(super) record: Record,
    pub(super) projects: HashMap<String, Project>,
    ids: u64,
    pub(super) turns: u64,
    ends: BTreeMap<String, u64>,
    answers: u64,
    last_name: String,
}

#[derive(Default)]
pub(super) struct Project {
    pub(super) turns: Vec<Value>,
    pub(super) events: Vec<Value>,
    pub(super) keys: HashMap<String, Keyed>,
    running: HashMap<String, Running>,
    seq: u64,
}

/// A turn that has no end yet.
struct Running {
    nth: u64,
    request: Option<u64>,
    end: oneshot::Sender<End>,
}

/// How a turn ended: what is told of it, and the last event.
#[derive(Debug, Clone)]
pub(super) struct End {
    pub(super) turn: Value,
    pub(super) event: Value,
}

/// A turn that was taken.
pub(super) struct Accepted {
    pub(super) id: String,
    pub(super) nth: u64,
    pub(super) event: Value,
    pub(super) end: oneshot::Receiver<End>,
}

impl State {
    pub(super) fn new(fault: Fault, record: Record) -> Self {
        let (projects, ends) = (HashMap::new(), BTreeMap::new());
        Self { fault, record, projects, ids: 0, turns: 0, ends, answers: 0, last_name: String::new() }
    }

    pub(super) fn create(&mut self, name: &str) -> String {
        let id = self.id("p");
        self.projects.insert(id.clone(), Project::default());
        name.clone_into(&mut self.last_name);
        id
    }

    pub(super) fn upload(&mut self, project: &str, hash: &str) -> String {
        let id = self.id("i");
        self.record.vision(hash);
        self.answers += 1;
        let processed = json!({ "image_id": id, "status": "ready", "scenes_enriched": [] });
        let copies = if self.fault == Fault::FactsTwice { 2 } else { 1 };
        let project = self.projects.get_mut(project).unwrap();
        project.tell("image.facts_ready", &Value::Null, &json!({ "image_id": id }));
        for _ in 0..copies {
            project.tell("image.facts_processed", &Value::Null, &processed);
        }
        id
    }

    /// Takes a turn; nothing of it is kept if it is refused.
    pub(super) fn accept(&mut self, project: &str, prompt: &Value, trace: &str) -> Accepted {
        let (nth, id, foreign) = (self.turns, self.id("t"), self.last_name.clone());
        let is_faulted = self.fault.hits(Fault::FaultedTurns, nth, 5);
        let request = self.record.chat(trace, prompt.as_str().unwrap(), &foreign, is_faulted);
        let (sender, end) = oneshot::channel();
        let is_gap = self.fault.hits(Fault::EventGap, nth, 7);
        let project = self.projects.get_mut(project).unwrap();
        project.turns.push(json!({ "id": id, "status": "running", "prompt": prompt }));
        project.seq += u64::from(is_gap);
        let event = project.tell("turn.accepted", &json!(id), &json!({}));
        let request = (!is_faulted).then_some(request);
        project.running.insert(id.clone(), Running { nth, request, end: sender });
        Accepted { id, nth, event, end }
    }

    /// Ends a turn, unless it has an end already, and tells whoever waits for it.
    pub(super) fn end(&mut self, project_id: &str, id: &str, status: &str) {
        let foreign = self.last_name.clone();
        let project = self.projects.get_mut(project_id).unwrap();
        let Some(Running { nth, request, end }) = project.running.remove(id) else { return };
        let reply = if self.fault == Fault::CrossEcho { foreign } else { "schön – done".to_owned() };
        let took = if self.fault == Fault::WrongTimes { 60_000.0 } else { 1.5 };
        let added = if self.fault == Fault::NoEffect { json!([{ "name": "add_scene" }]) } else { json!([]) };
        let at = project.turns.iter().position(|turn| turn["id"] == id).unwrap();
        let turn = &mut project.turns[at];
        turn["status"] = json!(status);
        turn["reply"] = json!(reply);
        turn["decision"] = json!({ "tools": added });
        turn["timing_ms"] = json!({ "total": took, "overhead": took });
        let told = turn.clone();
        let told_reply = if self.fault == Fault::OtherReply { "something else" } else { &reply };
        let copies = if self.fault.hits(Fault::TwoEnds, nth, 7) { 2 } else { 1 };
        let events: Vec<_> = (0..copies)
            .map(|_| project.tell(&format!("turn.{status}"), &json!(id), &json!({ "reply": told_reply })))
            .collect();
        self.damage(project_id, at, nth);
        let counted = if self.fault == Fault::WrongCount { 2 } else { 1 };
        *self.ends.entry(status.to_owned()).or_default() += counted;
        match (request, status) {
            (Some(request), "cancelled") => self.record.abort(request),
            (Some(_), _) => self.answers += 1,
            (None, _) => {}
        }
        // Whoever waited may have hung up.
        let _ = end.send(End { turn: told, event: events[0].clone() });
    }

    /// Spoils what is stored of the turn at this place.
    fn damage(&mut self, project: &str, at: usize, nth: u64) {
        let turns = &mut self.projects.get_mut(project).unwrap().turns;
        match self.fault {
            Fault::Drop if nth.is_multiple_of(7) => drop(turns.remove(at)),
            Fault::Duplicate if nth.is_multiple_of(7) => turns.insert(at, turns[at].clone()),
            Fault::OtherEnd if nth.is_multiple_of(7) => turns[at]["status"] = json!("failed"),
            Fault::Phantom if nth.is_multiple_of(7) => {
                turns.insert(at, json!({ "id": format!("ghost{nth}"), "status": "completed", "prompt": "boo" }));
            }
            _ => {}
        }
    }

    pub(super) fn cancel(&mut self, project: &str, id: &str) -> Value {
        match self.fault {
            Fault::DeafToCancel => return json!({ "id": id, "status": "cancelled" }),
            _ => self.end(project, id, "cancelled"),
        }
        let stored = self.projects[project].turns.iter().find(|turn| turn["id"] == id);
        stored.cloned().unwrap_or_else(|| json!({ "id": id, "status": "completed" }))
    }

    /// What a scraper sees.
    pub(super) fn metrics(&self) -> String {
        let leaked = |wanted, each| if self.fault == wanted { self.turns * each } else { 0 };
        let cost = if self.fault == Fault::WrongCost { 1_000 } else { 0 };
        let ends = self.ends.iter();
        let ends: String =
            ends.map(|(status, count)| format!("braincase_turns_total{{status=\"{status}\"}} {count}\n")).collect();
        format!(
            "{ends}braincase_heap_bytes{{kind=\"allocated\"}} {}\n\
             braincase_http_requests_running 0\n\
             braincase_event_streams_open {}\n\
             braincase_tasks_running {}\n\
             gen_ai_client_token_usage_count{{gen_ai_token_type=\"input\"}} {}\n\
             gen_ai_client_token_usage_sum{{gen_ai_token_type=\"input\"}} {}\n\
             gen_ai_client_token_usage_sum{{gen_ai_token_type=\"output\"}} {}\n",
            (20 << 20) + leaked(Fault::LeakBytes, 64 << 10),
            leaked(Fault::LeakStreams, 1),
            5 + leaked(Fault::LeakTasks, 1),
            self.answers,
            self.answers * INPUT + cost,
            self.answers * OUTPUT,
        )
    }

    fn id(&mut self, kind: &str) -> String {
        self.ids += 1;
        format!("{kind}{}", self.ids)
    }
}

impl Project {
    fn tell(&mut self, kind: &str, turn: &Value, data: &Value) -> Value {
        self.seq += 1;
        let event = json!({ "seq": self.seq, "kind": kind, "turn_id": turn, "data": data });
        self.events.push(event.clone());
        event
    }
}
