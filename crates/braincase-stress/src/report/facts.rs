//! The facts of a run that are told beside its tables, one sentence each.

use super::{
    Report,
    table::{kibibytes, mebibytes, time},
};

/// Name and sentence of each.
#[must_use]
pub fn fact_lines(report: &Report) -> Vec<(&'static str, String)> {
    let totals = &report.totals;
    let mut lines = vec![
        ("throughput", format!("{:.2} turns/s, {:.2} requests/s", totals.turns_per_second, totals.requests_per_second)),
        ("requests", format!("{}, {} failed", totals.requests, totals.failed)),
        ("error rate", error_rate(report)),
        ("first event", halves(totals.first_event.p50_ms, totals.first_event.p95_ms, "streamed turns")),
        ("own overhead", halves(totals.overhead.p50_ms, totals.overhead.p95_ms, "as the server says")),
    ];
    lines.extend(memory(report).map(|text| ("server memory", text)));
    lines.extend(heap(report).map(|text| ("server heap", text)));
    lines.extend(caches(report).map(|text| ("caches", text)));
    lines.extend(leak(report).map(|text| ("leak", text)));
    lines.extend(benefit(report).map(|text| ("async benefit", text)));
    lines.extend(apart(report).map(|text| ("faults", text)));
    lines.extend(down(report).map(|text| ("down time", text)));
    lines.push(("validity", validity(report)));
    lines.push(("seen", seen(report)));
    lines.push(("audit", audit(report)));
    lines
}

fn error_rate(report: &Report) -> String {
    let turns = report.apart.map_or(report.totals.turns, |apart| apart.judged);
    let interval = report.verdict.error_rate;
    format!(
        "{:.2} % of turns (95 %: {:.2} to {:.2} %)",
        turns.errors as f64 / turns.count.max(1) as f64 * 100.0,
        interval.low * 100.0,
        interval.high * 100.0,
    )
}

fn halves(p50_ms: f64, p95_ms: f64, of: &str) -> String {
    format!("p50 {}, p95 {} ({of})", time(p50_ms), time(p95_ms))
}

fn memory(report: &Report) -> Option<String> {
    let memory = report.memory?;
    let (peak, now) = (mebibytes(memory.peak), mebibytes(memory.rss));
    Some(format!("{peak} at its peak, {now} now, {} descriptors", memory.descriptors))
}

fn heap(report: &Report) -> Option<String> {
    let heap = report.leak.as_ref()?.heap.as_ref()?;
    let (all, declared, rest) = (heap.allocated, heap.declared(), heap.unexplained());
    let [all, declared, rest] = [all, declared, rest].map(mebibytes);
    Some(format!("{all} allocated: {declared} in declared caches, {rest} else"))
}

fn caches(report: &Report) -> Option<String> {
    let heap = report.leak.as_ref()?.heap.as_ref()?;
    let each: Vec<_> = heap.caches.iter().map(|(name, bytes)| format!("{name} {}", mebibytes(*bytes))).collect();
    (!each.is_empty()).then(|| format!("{} declared: {}", mebibytes(heap.declared()), each.join(", ")))
}

fn leak(report: &Report) -> Option<String> {
    let leak = report.leak.as_ref()?;
    let excluded =
        leak.excluded().map_or("nothing".to_owned(), |bytes| format!("{} a turn and more", kibibytes(bytes)));
    Some(format!(
        "{}: {}; {} a turn over {} turns ({}); excluded: {excluded}",
        leak.finding.as_str(),
        leak.why,
        leak.told_growth(),
        leak.turns,
        leak.signal.as_str(),
    ))
}

fn benefit(report: &Report) -> Option<String> {
    let found = report.benefit.as_ref()?;
    Some(format!(
        "image turns {:.1} % sooner (95 %: {:.1} to {:.1}); mean {} against {}, median {} against {} ({} and {} turns)",
        found.saving * 100.0,
        found.interval.low * 100.0,
        found.interval.high * 100.0,
        time(found.ours.mean_ms),
        time(found.blocking.mean_ms),
        time(found.ours.median_ms),
        time(found.blocking.median_ms),
        found.ours.count,
        found.blocking.count,
    ))
}

fn validity(report: &Report) -> String {
    let valid = &report.validity;
    let cpu = valid.cpu_share.map_or(String::new(), |share| format!(", harness used {:.0} % of a core", share * 100.0));
    let lag = valid.timer_lag_ms.map_or(String::new(), |lag| format!(", its timers up to {lag:.1} ms late (p99)"));
    format!(
        "times account for {:.1} of {} users, {} panics{cpu}{lag}",
        valid.accounted_users, valid.users, valid.panics
    )
}

fn apart(report: &Report) -> Option<String> {
    let faulted = report.apart?.faulted;
    let retries = report.audit.checked.retries;
    Some(format!(
        "the provider failed {} turns on purpose, of which {} failed; {retries} were refused with 429 and answered when asked again; the targets hold for the others",
        faulted.count, faulted.errors
    ))
}

fn down(report: &Report) -> Option<String> {
    let down = report.down?;
    let checked = &report.audit.checked;
    Some(format!(
        "killed and back in {:.1} s, met by {} operations; {} turns were left interrupted",
        down.lasted_s, down.operations, checked.interrupted
    ))
}

fn seen(report: &Report) -> String {
    let told = report.sightings.iter().map(|seen| format!("{} {}", seen.count, seen.what));
    told.collect::<Vec<_>>().join(", ")
}

fn audit(report: &Report) -> String {
    let checked = &report.audit.checked;
    format!(
        "{} projects, {} turns, {} indefinite ({} stored), {} repeats, {} images, {} events, {} provider requests: {} violations",
        checked.projects,
        checked.turns,
        checked.indefinite,
        checked.indefinite_stored,
        checked.repeats,
        checked.images,
        checked.events,
        checked.upstream,
        report.audit.violations.len(),
    )
}
