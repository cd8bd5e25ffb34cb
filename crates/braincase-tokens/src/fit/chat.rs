//! Makes a prompt of the messages of a chat request, without being told what each of them is worth.

use super::{
    part::Part,
    sections::{History, Sections},
};
use crate::account::{Message, Role};

/// What the past of a chat is worth: the newest exchanges stay longer than the others.
const CHAT: History = History { recent_exchanges: 3, recent: 2, older: 1 };

impl Sections {
    /// The system messages at the beginning are pinned, and what begins with the last message of a user must be there. What
    /// is between gives way, oldest first, by whole exchanges: a user's message with all that answers it. Without a message
    /// of a user nothing gives way.
    #[must_use]
    pub fn of_chat(messages: impl IntoIterator<Item = Message>) -> Self {
        let mut messages: Vec<_> = messages.into_iter().collect();
        let is_system = |message: &Message| matches!(message.role, Role::System | Role::Developer);
        let pinned = messages.iter().take_while(|message| is_system(message)).count();
        let asked = messages.iter().rposition(|message| message.role == Role::User).unwrap_or(pinned);
        let turn = messages.split_off(asked);
        let past = messages.split_off(pinned);
        let mut sections =
            Self::new(messages.into_iter().map(|message| Part::pinned("system", message)).collect::<Vec<_>>());
        sections = sections.history(exchanges(past), CHAT);
        turn.into_iter().fold(sections, |sections, message| sections.turn(name(&message), message))
    }
}

fn exchanges(past: Vec<Message>) -> Vec<Vec<Message>> {
    let mut exchanges: Vec<Vec<Message>> = Vec::new();
    for message in past {
        match exchanges.last_mut() {
            Some(exchange) if message.role != Role::User => exchange.push(message),
            Some(_) | None => exchanges.push(vec![message]),
        }
    }
    exchanges
}

const fn name(message: &Message) -> &'static str {
    message.role.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fit::Need;

    fn chat(roles: &[Role]) -> Sections {
        Sections::of_chat(roles.iter().map(|role| Message::new(*role, role.as_str())))
    }

    #[test]
    fn the_rules_and_the_last_request_stay_and_the_past_goes_by_exchanges() {
        use Role::{Assistant, Developer, System, User};
        let roles = [System, Developer, User, Assistant, User, Assistant, System, User, Assistant];
        let parts = chat(&roles).parts;
        let kept: Vec<_> = parts.iter().map(|part| part.message.role).collect();
        assert_eq!(kept, roles, "in their order");
        let groups: Vec<_> = parts.iter().map(|part| part.group).collect();
        assert_eq!(groups, [None, None, Some(0), Some(0), Some(1), Some(1), Some(1), None, None]);
        assert_eq!(parts[1].need, Need::Pinned);
        assert_eq!([parts[7].need, parts[8].need], [Need::Required; 2]);
    }

    #[test]
    fn without_a_user_nothing_gives_way() {
        let parts = chat(&[Role::System, Role::Assistant, Role::Assistant]).parts;
        assert!(parts.iter().all(|part| matches!(part.need, Need::Pinned | Need::Required)));
        assert!(chat(&[]).parts.is_empty());
    }
}
