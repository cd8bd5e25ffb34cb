//! The capacity in one plain sentence, with what limits the claim.

use super::{Level, Limit, Slo};
use crate::{report::table::time, stats::usl::Usl};

/// With a higher share the curve is only said not to fit.
const MAX_MISFIT: f64 = 0.15;

pub(super) fn sentence(users: Option<usize>, limit: Limit, slo: Slo, usl: Option<&Usl>, levels: &[Level]) -> String {
    let target = format!("first answer < {} for 95 % of turns", short(slo.p95_ms));
    let mut parts = vec![match (users, limit) {
        (Some(users), Limit::Bound | Limit::Generator | Limit::Others) => {
            format!("at least {} users: {target}", rounded(users))
        }
        (Some(users), Limit::Server | Limit::Time | Limit::Nothing) => {
            format!("about {} users: {target}", rounded(users))
        }
        (None, Limit::Time) => {
            format!("not found in the time that there was; {target} was met by {} users", most_met(levels))
        }
        (None, Limit::Nothing | Limit::Server | Limit::Generator | Limit::Others | Limit::Bound) => {
            let fewest = levels.iter().map(|level| level.users).min().unwrap_or(1);
            let users = if fewest == 1 { "user" } else { "users" };
            format!("not even {fewest} {users}: {target} is missed")
        }
    }];
    parts.extend(usl.map(law));
    parts.extend(limits(limit, levels));
    parts.join("; ")
}

fn law(usl: &Usl) -> String {
    if usl.misfit > MAX_MISFIT {
        return format!("the scalability law does not fit ({:.0} % off)", usl.misfit * 100.0);
    }
    let contention = share(usl.contention);
    match usl.peak_users {
        Some(peak) => format!("contention {contention}; peak near {}", rounded(peak as usize)),
        None => format!("contention {contention}; no peak up to {} users", rounded(usl.max_users as usize)),
    }
}

fn limits(limit: Limit, levels: &[Level]) -> Option<String> {
    // The same level that tells who the limit was.
    let missed = levels.iter().filter(|level| !level.is_met).min_by_key(|level| level.users);
    let cpu = missed.and_then(|level| level.cpu).filter(|cpu| cpu.is_machine_full());
    let whose = match limit {
        Limit::Bound => return Some("more were not tried".to_owned()),
        Limit::Generator => "the load generator was the limit",
        Limit::Others => "other programs on this machine were the limit",
        Limit::Server => "the machine was full",
        Limit::Time | Limit::Nothing => return None,
    };
    let cpu = cpu?;
    Some(format!(
        "{whose}: of {:.0} % CPU in use the server had {:.0}, provider and harness {:.0}, others {:.0}",
        cpu.busy * 100.0,
        cpu.server * 100.0,
        cpu.generator() * 100.0,
        cpu.others() * 100.0
    ))
}

fn most_met(levels: &[Level]) -> usize {
    levels.iter().filter(|level| level.is_met).map(|level| level.users).max().unwrap_or(0)
}

/// Two figures: more would say more than was measured.
fn rounded(users: usize) -> usize {
    let step = 10_usize.pow(users.checked_ilog10().unwrap_or(0).saturating_sub(1));
    (users + step / 2) / step * step
}

fn short(ms: f64) -> String {
    if ms >= 1_000.0 && ms % 1_000.0 == 0.0 { format!("{} s", ms / 1e3) } else { time(ms) }
}

/// As many figures as there is something to tell.
fn share(share: f64) -> String {
    let percent = share * 100.0;
    if percent >= 1.0 { format!("{percent:.0} %") } else { format!("{percent:.2} %") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        capacity::{Purpose, Shares},
        stats::Interval,
    };

    fn level(users: usize, is_met: bool, cpu: Option<Shares>) -> Level {
        Level {
            users,
            purpose: Purpose::Double,
            turns: 100,
            turns_per_second: 10.0,
            error_rate: 0.0,
            p50_ms: 1_200.0,
            p95_ms: 2_000.0,
            p95_interval: Interval { low: 1_800.0, high: 2_400.0 },
            is_met,
            cpu,
        }
    }

    fn usl() -> Usl {
        let interval = Interval { low: 0.0, high: 0.1 };
        Usl {
            lambda: 0.3,
            contention: 0.031,
            contention_interval: interval,
            coherency: 2e-6,
            coherency_interval: interval,
            peak_users: Some(696.0),
            misfit: 0.02,
            max_users: 1_024.0,
        }
    }

    #[test]
    fn a_capacity_is_one_plain_sentence() {
        let levels = [level(343, true, None), level(512, false, None)];
        insta::assert_snapshot!(
            sentence(Some(343), Limit::Server, Slo::default(), Some(&usl()), &levels),
            @"about 340 users: first answer < 3 s for 95 % of turns; contention 3 %; peak near 700"
        );
    }

    #[test]
    fn a_generator_that_was_the_limit_is_said() {
        let cpu = Some(Shares { harness: 0.2, provider: 0.35, server: 0.4, busy: 0.98 });
        let levels = [level(343, true, None), level(512, false, cpu)];
        insta::assert_snapshot!(
            sentence(Some(343), Limit::Generator, Slo::default(), None, &levels),
            @"at least 340 users: first answer < 3 s for 95 % of turns; the load generator was the limit: of 98 % CPU in use the server had 40, provider and harness 55, others 3"
        );
    }

    #[test]
    fn a_machine_that_was_full_of_other_programs_is_said() {
        let cpu = Some(Shares { harness: 0.01, provider: 0.03, server: 0.25, busy: 1.0 });
        insta::assert_snapshot!(
            sentence(Some(22), Limit::Others, Slo::default(), None, &[level(22, true, None), level(26, false, cpu)]),
            @"at least 22 users: first answer < 3 s for 95 % of turns; other programs on this machine were the limit: of 100 % CPU in use the server had 25, provider and harness 4, others 71"
        );
    }

    #[test]
    fn what_was_not_found_is_not_claimed() {
        let levels = [level(8, false, None), level(4, false, None)];
        insta::assert_snapshot!(
            sentence(None, Limit::Nothing, Slo { p95_ms: 500.0, error_rate: 0.01 }, None, &levels),
            @"not even 4 users: first answer < 500 ms for 95 % of turns is missed"
        );
        let law = Usl { peak_users: None, misfit: 0.3, ..usl() };
        insta::assert_snapshot!(
            sentence(None, Limit::Time, Slo::default(), Some(&law), &[level(64, true, None)]),
            @"not found in the time that there was; first answer < 3 s for 95 % of turns was met by 64 users; the scalability law does not fit (30 % off)"
        );
    }

    #[test]
    fn users_are_told_with_two_figures() {
        assert_eq!([7, 16, 96, 104, 343, 1_234].map(rounded), [7, 16, 96, 100, 340, 1_200]);
    }
}
