//! Charts as inline SVG: no script, colours from the page's style sheet, values on hover through titles.

use maud::{Markup, PreEscaped, html};

const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 52.0;
const RIGHT: f64 = 14.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 30.0;

/// One line of a chart.
#[derive(Debug)]
pub struct Line {
    /// What the legend calls it.
    pub label: &'static str,
    /// The class that colours it: `a`, `b`, `c`.
    pub class: &'static str,
    /// Where it goes; a gap where there is no value.
    pub points: Vec<(f64, Option<f64>)>,
}

/// What is drawn.
#[derive(Debug)]
pub struct Chart {
    /// What it shows.
    pub title: &'static str,
    /// The unit of the vertical axis.
    pub unit: &'static str,
    /// A limit that must not be crossed, drawn across.
    pub limit: Option<(f64, &'static str)>,
    /// A time from which all users are there, drawn as a ground.
    pub hold: Option<(f64, f64)>,
}

struct Scale {
    x: (f64, f64),
    y_max: f64,
    y_step: f64,
}

impl Scale {
    fn of(x: (f64, f64), y_max: f64) -> Self {
        let y_step = nice(y_max.max(1e-9) / 4.0);
        let steps = (y_max / y_step).ceil().max(1.0);
        Self { x: (x.0, if x.1 > x.0 { x.1 } else { x.0 + 1.0 }), y_max: steps * y_step, y_step }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + (value - self.x.0) / (self.x.1 - self.x.0) * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, value: f64) -> f64 {
        HEIGHT - BOTTOM - value / self.y_max * (HEIGHT - TOP - BOTTOM)
    }
}

/// 1, 2 or 5 times a power of ten, not below the value.
fn nice(value: f64) -> f64 {
    let power = 10f64.powf(value.log10().floor());
    let factor = [1.0, 2.0, 5.0, 10.0].into_iter().find(|factor| factor * power >= value * 0.999);
    factor.unwrap_or(10.0) * power
}

/// Lines over seconds.
#[must_use]
pub fn lines(chart: &Chart, lines: &[Line]) -> Markup {
    let all = || lines.iter().flat_map(|line| &line.points);
    let last = all().map(|(x, _)| *x).fold(1.0, f64::max);
    let highest = all().filter_map(|(_, y)| *y).chain(chart.limit.map(|(limit, _)| limit)).fold(0.0, f64::max);
    let scale = Scale::of((0.0, last), highest * 1.05);
    frame(
        chart,
        lines,
        &html! {
            @if let Some((from, to)) = chart.hold {
                rect .hold x=(n(scale.x(from))) y=(n(TOP)) width=(n((scale.x(to.min(last)) - scale.x(from)).max(0.0))) height=(n(HEIGHT - TOP - BOTTOM)) {}
            }
            (y_axis(&scale))
            (x_axis(&scale, "s"))
            @if let Some((limit, label)) = chart.limit {
                line .limit x1=(n(LEFT)) x2=(n(WIDTH - RIGHT)) y1=(n(scale.y(limit))) y2=(n(scale.y(limit))) {}
                text .limit x=(n(WIDTH - RIGHT - 4.0)) y=(n(scale.y(limit) - 4.0)) text-anchor="end" { (label) }
            }
            @for line in lines {
                path class=(format!("line {}", line.class)) d=(path(&scale, &line.points)) {}
            }
            (hover(&scale, chart.unit, lines))
        },
    )
}

/// Bars side by side: `(from, to, count)`.
#[must_use]
pub fn bars(chart: &Chart, bins: &[(f64, f64, u64)], marks: &[(f64, &'static str)]) -> Markup {
    let last = bins.last().map_or(1.0, |bin| bin.1);
    let highest = bins.iter().map(|bin| bin.2).max().unwrap_or(1);
    let scale = Scale::of((0.0, last), highest as f64 * 1.05);
    frame(
        chart,
        &[],
        &html! {
            (y_axis(&scale))
            (x_axis(&scale, "s"))
            @for (from, to, count) in bins.iter().filter(|bin| bin.2 > 0) {
                rect .bar.a x=(n(scale.x(*from) + 1.0)) width=(n((scale.x(*to) - scale.x(*from) - 2.0).max(1.0)))
                    y=(n(scale.y(*count as f64))) height=(n(scale.y(0.0) - scale.y(*count as f64))) rx="2" {
                    title { (format!("{from:.2} to {to:.2} s: {count} turns")) }
                }
            }
            @for (at, label) in marks {
                line .mark x1=(n(scale.x(*at))) x2=(n(scale.x(*at))) y1=(n(TOP)) y2=(n(HEIGHT - BOTTOM)) {}
                text .mark x=(n(scale.x(*at) + 3.0)) y=(n(TOP + 9.0)) { (label) }
            }
        },
    )
}

fn frame(chart: &Chart, lines: &[Line], inside: &Markup) -> Markup {
    html! {
        figure {
            figcaption {
                b { (chart.title) } span .unit { (chart.unit) }
                @if lines.len() > 1 {
                    span .legend { @for line in lines { span { i class=(line.class) {} (line.label) } } }
                }
            }
            svg viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) role="img" aria-label=(chart.title) { (inside) }
        }
    }
}

fn y_axis(scale: &Scale) -> Markup {
    let steps = (scale.y_max / scale.y_step).round() as u32;
    html! {
        @for step in 0..=steps {
            @let value = f64::from(step) * scale.y_step;
            line .grid x1=(n(LEFT)) x2=(n(WIDTH - RIGHT)) y1=(n(scale.y(value))) y2=(n(scale.y(value))) {}
            text x=(n(LEFT - 6.0)) y=(n(scale.y(value) + 3.5)) text-anchor="end" { (short(value)) }
        }
    }
}

fn x_axis(scale: &Scale, unit: &str) -> Markup {
    let step = nice((scale.x.1 - scale.x.0) / 8.0);
    let steps = ((scale.x.1 - scale.x.0) / step).floor() as u32;
    html! {
        @for number in 0..=steps {
            @let value = scale.x.0 + f64::from(number) * step;
            text x=(n(scale.x(value))) y=(n(HEIGHT - BOTTOM + 16.0)) text-anchor="middle" {
                (short(value)) @if number == 0 { (PreEscaped("&#8201;")) (unit) }
            }
        }
    }
}

fn path(scale: &Scale, points: &[(f64, Option<f64>)]) -> String {
    let mut path = String::new();
    let mut command = 'M';
    for (x, y) in points {
        let Some(y) = y else {
            command = 'M';
            continue;
        };
        path += &format!("{command}{} {}", n(scale.x(*x)), n(scale.y(*y)));
        command = 'L';
    }
    path
}

fn hover(scale: &Scale, unit: &str, lines: &[Line]) -> Markup {
    let Some(first) = lines.first() else { return html! {} };
    let width = (scale.x(1.0) - scale.x(0.0)).max(1.0);
    html! {
        @for (index, (x, _)) in first.points.iter().enumerate() {
            rect .hover x=(n(scale.x(*x) - width / 2.0)) width=(n(width)) y=(n(TOP)) height=(n(HEIGHT - TOP - BOTTOM)) {
                title {
                    (format!("{x:.0} s"))
                    @for line in lines {
                        @if let Some(value) = line.points.get(index).and_then(|point| point.1) {
                            (format!("\n{}: {} {unit}", line.label, short(value)))
                        }
                    }
                }
            }
        }
    }
}

fn n(value: f64) -> String {
    format!("{value:.1}")
}

fn short(value: f64) -> String {
    let text = if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_of_an_axis_are_round() {
        assert_eq!([nice(0.3), nice(1.0), nice(23.0), nice(700.0)], [0.5, 1.0, 50.0, 1_000.0]);
        assert_eq!([short(0.0), short(2.5), short(1_000.0), short(10.0)], ["0", "2.5", "1000", "10"]);
    }

    #[test]
    fn a_line_breaks_where_there_is_no_value() {
        let scale = Scale::of((0.0, 2.0), 10.0);
        let path = path(&scale, &[(0.0, Some(0.0)), (1.0, None), (2.0, Some(10.0))]);
        assert_eq!(path.matches('M').count(), 2);
    }

    #[test]
    fn nothing_to_draw_is_no_problem() {
        let chart = Chart { title: "t", unit: "s", limit: None, hold: None };
        assert!(!lines(&chart, &[]).into_string().contains("NaN"));
        assert!(!bars(&chart, &[], &[]).into_string().contains("NaN"));
    }
}
