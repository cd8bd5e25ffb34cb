//! The facts of a run that are told beside its tables, one sentence each.

use super::{
    Report,
    table::{kibibytes, mebibytes, time},
};
use crate::{
    plan::Model,
    record::Numbers,
    stats::{Change, Interval},
};

/// Name and sentence of each.
#[must_use]
pub fn fact_lines(report: &Report) -> Vec<(&'static str, String)> {
    let mut lines = measured(report);
    lines.push(("validity", validity(report)));
    lines.push(("audit", audit(report)));
    lines
}

/// What was measured.
#[must_use]
pub fn measured(report: &Report) -> Vec<(&'static str, String)> {
    let totals = &report.totals;
    let mut lines = vec![
        ("throughput", format!("{:.2} turns/s, {:.2} requests/s", totals.turns_per_second, totals.requests_per_second)),
        ("requests", format!("{}, {} failed", totals.requests, totals.failed)),
        ("error rate", error_rate(report)),
        ("turn times", turn_times(report)),
        ("first event", halves(totals.first_event, "streamed turns")),
        ("first content", halves(totals.first_content, "streamed turns")),
        ("own overhead", halves(totals.overhead, "as the server says")),
    ];
    let seen = totals.overhead_seen.map(|seen| halves(seen, "turn less what the provider took"));
    lines.extend(seen.map(|text| ("own overhead", text)));
    lines.extend(kinds_of_errors(report).map(|text| ("errors", text)));
    lines.extend(report.capacity.as_ref().map(|capacity| ("capacity", capacity.sentence.clone())));
    lines.extend(arrivals(report).map(|text| ("arrivals", text)));
    lines.extend(baseline(report).map(|text| ("baseline", text)));
    lines.extend(memory(report).map(|text| ("server memory", text)));
    lines.extend(heap(report).map(|text| ("server heap", text)));
    lines.extend(caches(report).map(|text| ("caches", text)));
    lines.extend(leak(report).map(|text| ("leak", text)));
    lines.extend(benefit(report).map(|text| ("async benefit", text)));
    lines
}

/// What was to be done, and on what.
#[must_use]
pub fn setting(report: &Report) -> Vec<(&'static str, String)> {
    let machine = &report.machine;
    let load = format!(
        "{} users, {}; they think for {}; {:.0} s until all are there, {:.0} s with all of them",
        report.users,
        report.model,
        think(report),
        report.ramp_s.max(1.0),
        report.hold_s
    );
    let provider = match report.fingerprint.provider {
        "usual" => "as slow as it usually is".to_owned(),
        latency => latency.to_owned(),
    };
    let on = format!("{} CPUs, {}, {} {}", machine.cpus, machine.cpu, machine.os, machine.arch);
    let build = format!("harness {}, {} build; report {}", machine.harness, machine.build, report.schema);
    vec![("load", load), ("provider", provider), ("seed", report.seed.to_string()), ("machine", on), ("build", build)]
}

/// How long users think, which in the open model is until the next turn arrives.
fn think(report: &Report) -> String {
    match (report.fingerprint.model, report.fingerprint.think) {
        (Model::Open { .. }, _) => "no time of their own".to_owned(),
        (Model::Closed, scale) if scale <= 0.0 => "no time at all".to_owned(),
        (Model::Closed, scale) => format!("{scale:.1} to {:.1} s", 3.0 * scale),
    }
}

fn error_rate(report: &Report) -> String {
    let (turns, interval) = (report.totals.turns, report.verdict.error_rate);
    format!(
        "{:.2} % of turns (95 %: {:.2} to {:.2} %)",
        turns.errors as f64 / turns.count.max(1) as f64 * 100.0,
        interval.low * 100.0,
        interval.high * 100.0,
    )
}

fn turn_times(report: &Report) -> String {
    let (turns, sure) = (report.totals.turns, report.verdict.intervals);
    let told = |name: &str, value: f64, interval: Interval| {
        let high = if interval.high.is_finite() { format!("to {}", time(interval.high)) } else { "upwards".to_owned() };
        format!("{name} {} (95 %: {} {high})", time(value), time(interval.low))
    };
    [
        told("average", turns.mean_ms, sure.mean_ms),
        told("p95", turns.p95_ms, sure.p95_ms),
        told("p99", turns.p99_ms, sure.p99_ms),
    ]
    .join(", ")
}

fn arrivals(report: &Report) -> Option<String> {
    let counts = report.arrivals?;
    let service = halves(report.totals.service, "service time, without the wait");
    Some(format!(
        "{} due, {} begun, {} late, {} dropped; {service}",
        counts.due, counts.begun, counts.late, counts.dropped
    ))
}

fn baseline(report: &Report) -> Option<String> {
    let compared = report.baseline.as_ref()?;
    let row = |row: &crate::baseline::Row| {
        let Change { ours, theirs, by, interval, .. } = row.change;
        let (low, high) = (interval.low * 100.0, interval.high * 100.0);
        format!(
            "{} {} against {}: {:+.1} % (95 %: {low:+.1} to {high:+.1})",
            row.name,
            time(ours),
            time(theirs),
            by * 100.0
        )
    };
    let rows: Vec<String> = compared.rows.iter().map(row).collect();
    Some(format!("with {}: {}", compared.with, rows.join("; ")))
}

fn halves(numbers: Numbers, of: &str) -> String {
    if numbers.count == 0 {
        return format!("none seen ({of})");
    }
    format!("p50 {}, p95 {} ({of})", time(numbers.p50_ms), time(numbers.p95_ms))
}

fn kinds_of_errors(report: &Report) -> Option<String> {
    let kinds: Vec<String> =
        report.kinds_of_errors.iter().map(|kind| format!("{} {}", kind.count, kind.kind)).collect();
    (!kinds.is_empty()).then(|| kinds.join(", "))
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
    let leak = report.leak.as_ref()?;
    let heap = leak.heap.as_ref()?;
    let each: Vec<_> = heap.caches.iter().map(|(name, bytes)| format!("{name} {}", mebibytes(*bytes))).collect();
    let rate = leak.cache_operations.map_or(String::new(), |rate| format!("{rate:.0} reads and writes/s; "));
    (!each.is_empty()).then(|| format!("{rate}{} declared: {}", mebibytes(heap.declared()), each.join(", ")))
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
    format!("times account for {:.1} of {} users, {} panics{cpu}", valid.accounted_users, valid.users, valid.panics)
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
