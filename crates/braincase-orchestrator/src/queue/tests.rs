//! The line of a project: order, leaving early, and bounds.

use braincase_core::{ProjectId, Scope, TenantId, Timestamp};

use super::*;

fn scope() -> Scope {
    Scope { tenant: TenantId::DEFAULT, project: ProjectId::new(Timestamp::from_micros(1)) }
}

fn is_reached(place: &mut Place) -> bool {
    let reached = std::pin::pin!(place.reached());
    reached.poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn places_are_reached_in_the_order_in_which_they_were_taken() {
    let (queues, scope) = (Queues::default(), scope());
    let mut first = queues.take_turn_place(scope, 9).unwrap();
    let mut second = queues.take_turn_place(scope, 9).unwrap();
    let mut third = queues.take_turn_place(scope, 9).unwrap();
    // The third asks first, which must not help it.
    assert!(!is_reached(&mut third));
    assert!(is_reached(&mut first));

    drop(first);

    assert!(!is_reached(&mut third));
    assert!(is_reached(&mut second));
    drop(second);
    assert!(is_reached(&mut third));
}

#[test]
fn who_leaves_early_does_not_let_the_next_one_overtake() {
    let (queues, scope) = (Queues::default(), scope());
    let mut first = queues.take_turn_place(scope, 9).unwrap();
    let second = queues.take_turn_place(scope, 9).unwrap();
    let mut third = queues.take_turn_place(scope, 9).unwrap();
    assert!(is_reached(&mut first));

    drop(second);

    assert!(!is_reached(&mut third));
    drop(first);
    assert!(is_reached(&mut third));
}

#[test]
fn a_place_that_was_granted_but_never_used_is_passed_on() {
    let (queues, scope) = (Queues::default(), scope());
    let first = queues.take_turn_place(scope, 9).unwrap();
    let second = queues.take_turn_place(scope, 9).unwrap();
    let mut third = queues.take_turn_place(scope, 9).unwrap();

    drop(first);
    // The second was granted its place by now, and goes without having looked.
    drop(second);

    assert!(is_reached(&mut third));
}

#[test]
fn a_full_line_is_refused_and_an_empty_one_is_forgotten() {
    let (queues, scope) = (Queues::default(), scope());
    let first = queues.take_turn_place(scope, 2).unwrap();
    let second = queues.take_turn_place(scope, 2).unwrap();
    assert_eq!(queues.take_turn_place(scope, 2).err(), Some(Full { turns: 2 }));
    assert_eq!(queues.turns(scope), 2);

    drop((first, second));

    assert_eq!(queues.turns(scope), 0);
    assert!(queues.lock().is_empty());
}

#[test]
fn projects_do_not_wait_for_each_other() {
    let queues = Queues::default();
    let here = scope();
    let there = Scope { project: ProjectId::new(Timestamp::from_micros(2)), ..here };
    let _held = queues.take_turn_place(here, 9).unwrap();

    let mut other = queues.take_turn_place(there, 9).unwrap();

    assert!(is_reached(&mut other));
}

#[test]
fn what_is_no_turn_waits_in_line_but_does_not_count() {
    let (queues, scope) = (Queues::default(), scope());
    let other = queues.take_place(scope);
    let mut turn = queues.take_turn_place(scope, 1).unwrap();
    assert_eq!(queues.turns(scope), 1);
    assert!(!is_reached(&mut turn));

    drop(other);

    assert!(is_reached(&mut turn));
}
