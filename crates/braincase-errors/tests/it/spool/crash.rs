//! A process that is killed leaves behind everything that it was told is safe.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use braincase_errors::spool::Lane;

use super::{open, payload, read_all};

const DIR: &str = "BRAINCASE_SPOOL_TEST_DIR";

#[test]
fn what_was_taken_survives_kill_9() {
    for round in 0..5 {
        // Given a process that appends as fast as it can, and says each number when it is done
        let dir = tempfile::tempdir().unwrap();
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--ignored", "--exact", "spool::crash::a_child_that_appends_until_it_is_killed", "--nocapture"])
            .env(DIR, dir.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // When it is killed in the middle of that
        let mut done: Vec<u64> = Vec::new();
        let number_of = |line: String| line.strip_prefix("done ").map(|number| number.parse::<u64>().unwrap());
        while done.len() < 100 + 37 * round {
            done.extend(lines.next().expect("it still runs").ok().and_then(number_of));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let last_line_may_be_torn = lines.map_while(Result::ok).filter_map(number_of).collect::<Vec<_>>();
        done.extend(last_line_may_be_torn);
        // Then all of it is there, and at most the one that was not yet said besides
        let found = read_all(&mut open(dir.path()).reader("test").unwrap());
        let at_least = done.len() - 1;
        assert!((at_least..=done.len() + 1).contains(&found.len()), "{} done, {} found", done.len(), found.len());
        assert!(found.iter().zip(0..).all(|(found, number)| *found == payload(number)));
    }
}

#[test]
#[ignore = "started, and killed, by what_was_taken_survives_kill_9"]
fn a_child_that_appends_until_it_is_killed() {
    let Some(dir) = env::var_os(DIR) else { return };
    let spool = open(dir.as_ref());
    for number in 0.. {
        spool.append(Lane::Errors, &payload(number)).unwrap();
        println!("done {number}");
    }
}
