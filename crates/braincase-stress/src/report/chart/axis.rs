//! Axes: where along its length a value lies, and which values are written at it.

use super::short;

/// Steps of an axis of seconds: those that people count in.
const SECONDS: [f64; 13] = [1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_800.0, 3_600.0, 7_200.0];
/// Beyond this the distance of two numbers may be infinite, and steps between them without end.
const LARGEST: f64 = 1e15;
/// The most steps of an axis that is read from left to right.
const MAX_STEPS: f64 = 6.5;

/// Where values lie.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    from: f64,
    to: f64,
    scale: Scale,
    pub(crate) ticks: Vec<Tick>,
}

/// A value that is written at an axis.
#[derive(Debug, Clone)]
pub(crate) struct Tick {
    pub(crate) at: f64,
    pub(crate) label: String,
}

#[derive(Debug, Clone, Copy)]
enum Scale {
    Linear,
    Logarithmic,
}

impl Axis {
    /// From zero to a round number that is not below `highest`.
    pub(crate) fn from_zero(highest: f64) -> Self {
        Self::around(0.0, highest)
    }

    /// From zero to a whole number that is not below `highest`, in whole steps.
    pub(crate) fn whole_from_zero(highest: f64) -> Self {
        let (_, highest) = ordered(0.0, highest);
        let step = whole(highest / 5.0);
        let count = (highest / step - 1e-6).ceil().max(1.0);
        let ticks = (0..=count as u32).map(|index| f64::from(index) * step);
        let ticks = ticks.map(|at| Tick { at, label: short(at) }).collect();
        Self { from: 0.0, to: count * step, scale: Scale::Linear, ticks }
    }

    /// Round numbers around everything between `lowest` and `highest`.
    pub(crate) fn around(lowest: f64, highest: f64) -> Self {
        let (lowest, highest) = ordered(lowest, highest);
        let step = nice((highest - lowest) / 5.0);
        let (first, last) = ((lowest / step + 1e-6).floor(), (highest / step - 1e-6).ceil());
        let (from, to) = (first * step, last.max(first + 1.0) * step);
        let count = ((to - from) / step).round() as u32;
        let ticks = (0..=count).map(|index| from + f64::from(index) * step);
        let ticks = ticks.map(|at| Tick { at, label: short(at) }).collect();
        Self { from, to, scale: Scale::Linear, ticks }
    }

    /// Seconds from the start to the last one.
    pub(crate) fn seconds(last: f64) -> Self {
        let (_, last) = ordered(0.0, last);
        let step = SECONDS.into_iter().find(|step| last / step <= MAX_STEPS).unwrap_or_else(|| nice(last / MAX_STEPS));
        let count = (last / step).floor() as u32;
        let ticks = (0..=count).map(|index| f64::from(index) * step);
        let ticks = ticks.map(|at| Tick { at, label: told_seconds(at, step) }).collect();
        Self { from: 0.0, to: last, scale: Scale::Linear, ticks }
    }

    /// From nothing to exactly so many.
    pub(crate) fn counts(last: f64) -> Self {
        let (_, last) = ordered(0.0, last);
        let step = whole(last / MAX_STEPS);
        let count = (last / step).floor() as u32;
        let ticks = (0..=count).map(|index| f64::from(index) * step);
        let ticks = ticks.map(|at| Tick { at, label: short(at) }).collect();
        Self { from: 0.0, to: last, scale: Scale::Linear, ticks }
    }

    /// Milliseconds, each doubling as long as the other.
    pub(crate) fn doublings_of_ms(from: f64, to: f64) -> Self {
        let (from, to) = ordered(from.max(1e-3), to.max(2e-3));
        let decades = (from.log10().floor() as i32)..=(to.log10().ceil() as i32);
        let is_wide = (to / from).log10() > 2.5;
        let factors: &[f64] = if is_wide { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let values = decades.flat_map(|decade| factors.iter().map(move |factor| factor * 10f64.powi(decade)));
        let within = values.filter(|at| (from..=to).contains(at));
        let ticks = within.map(|at| Tick { at, label: told_ms(at) }).collect();
        Self { from, to, scale: Scale::Logarithmic, ticks }
    }

    /// What is left beyond a percentile, each nine as long as the other, up to the percentile of one in `largest`.
    pub(crate) fn nines(largest: f64) -> Self {
        const MARKS: [(f64, &str); 10] = [
            (1.0, "0 %"),
            (2.0, "50 %"),
            (4.0, "75 %"),
            (10.0, "90 %"),
            (20.0, "95 %"),
            (100.0, "99 %"),
            (1_000.0, "99.9 %"),
            (10_000.0, "99.99 %"),
            (100_000.0, "99.999 %"),
            (1_000_000.0, "99.9999 %"),
        ];
        let to = if largest.is_finite() { largest.clamp(20.0, 1e6) } else { 20.0 };
        // With more nines there is no room for what lies between them.
        let is_wide = to > 60.0;
        let is_left_out = |at: f64| at > to || (is_wide && [4.0, 20.0].contains(&at));
        let marks = MARKS.into_iter().filter(|(at, _)| !is_left_out(*at));
        let ticks = marks.map(|(at, label)| Tick { at, label: label.to_owned() }).collect();
        Self { from: 1.0, to, scale: Scale::Logarithmic, ticks }
    }

    /// Where a value lies: 0 is the beginning of the axis, 1 its end. Nothing lies outside.
    pub(crate) fn share(&self, value: f64) -> f64 {
        let (value, from, to) = match self.scale {
            Scale::Linear => (value, self.from, self.to),
            Scale::Logarithmic => (value.max(1e-9).ln(), self.from.ln(), self.to.ln()),
        };
        let share = (value - from) / (to - from);
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// Its last value.
    pub(crate) const fn end(&self) -> f64 {
        self.to
    }
}

/// 1, 2, 2.5 or 5 times a power of ten, not below the value.
pub(crate) fn nice(value: f64) -> f64 {
    let value = if value.is_finite() { value.max(1e-9) } else { 1.0 };
    let power = 10f64.powf(value.log10().floor());
    let factor = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|factor| factor * power >= value * 0.999);
    factor.unwrap_or(10.0) * power
}

/// The same without fractions.
fn whole(value: f64) -> f64 {
    let step = nice(value).max(1.0);
    if step == 2.5 { 5.0 } else { step }
}

/// Two finite numbers of which the second is the larger one.
fn ordered(low: f64, high: f64) -> (f64, f64) {
    let low = if low.is_finite() { low.clamp(-LARGEST, LARGEST) } else { 0.0 };
    let high = if high.is_finite() { high.clamp(-LARGEST, LARGEST) } else { low };
    // Far from zero a smaller distance would vanish in the rounding of the numbers.
    let least = (low.abs() * 1e-6).max(1e-6);
    if high - low >= least { (low, high) } else { (low, low + least.max(1.0)) }
}

fn told_seconds(at: f64, step: f64) -> String {
    match () {
        () if at == 0.0 => "0".to_owned(),
        () if step < 60.0 => format!("{at:.0} s"),
        () if step < 3_600.0 => format!("{:.0} min", at / 60.0),
        () => format!("{:.0} h", at / 3_600.0),
    }
}

fn told_ms(at: f64) -> String {
    if at < 1_000.0 { format!("{} ms", short(at)) } else { format!("{} s", short(at / 1e3)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks.iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn steps_of_an_axis_are_round() {
        assert_eq!([nice(0.3), nice(1.0), nice(23.0), nice(700.0)], [0.5, 1.0, 25.0, 1_000.0]);
        assert_eq!(labels(&Axis::from_zero(3.5)), ["0", "1", "2", "3", "4"]);
        assert_eq!(labels(&Axis::around(21.3, 22.1)), ["21.2", "21.4", "21.6", "21.8", "22", "22.2"]);
    }

    #[test]
    fn what_is_counted_has_no_fractions() {
        assert_eq!(labels(&Axis::whole_from_zero(11.0)), ["0", "5", "10", "15"]);
        assert_eq!(labels(&Axis::whole_from_zero(2.0)), ["0", "1", "2"]);
        assert_eq!(labels(&Axis::counts(14.0)), ["0", "5", "10"]);
    }

    #[test]
    fn time_is_told_in_the_unit_that_people_count_in() {
        assert_eq!(labels(&Axis::seconds(31.0)), ["0", "5 s", "10 s", "15 s", "20 s", "25 s", "30 s"]);
        assert_eq!(labels(&Axis::seconds(362.0)), ["0", "1 min", "2 min", "3 min", "4 min", "5 min", "6 min"]);
        assert_eq!(labels(&Axis::doublings_of_ms(80.0, 2_300.0)), ["100 ms", "200 ms", "500 ms", "1 s", "2 s"]);
    }

    #[test]
    fn nines_are_as_far_apart_as_the_ones_before() {
        let axis = Axis::nines(1_000.0);
        assert_eq!(labels(&axis), ["0 %", "50 %", "90 %", "99 %", "99.9 %"]);
        let steps = [10.0, 100.0, 1_000.0].map(|at| axis.share(at));
        assert!((steps[1] - steps[0] - (steps[2] - steps[1])).abs() < 1e-9, "{steps:?}");
    }

    #[test]
    fn an_axis_has_few_steps_however_far_apart_its_ends_are() {
        for (low, high) in [(-f64::MAX, f64::MAX), (0.0, f64::MAX), (f64::MIN_POSITIVE, 1e-300), (1e15, 1e15)] {
            let axes = [
                Axis::around(low, high),
                Axis::from_zero(high),
                Axis::whole_from_zero(high),
                Axis::counts(high),
                Axis::seconds(high),
                Axis::doublings_of_ms(low, high),
            ];
            for axis in axes {
                assert!(axis.ticks.len() <= 20, "{} steps from {low:e} to {high:e}", axis.ticks.len());
            }
        }
    }

    #[test]
    fn nothing_lies_outside_whatever_it_is() {
        for axis in [Axis::from_zero(f64::NAN), Axis::around(5.0, 5.0), Axis::seconds(0.0), Axis::nines(f64::INFINITY)]
        {
            for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 1e300] {
                assert!((0.0..=1.0).contains(&axis.share(value)), "{axis:?} {value}");
            }
        }
    }
}
