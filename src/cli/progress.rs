//! How far a long job is: a bar on a terminal, a line now and then where stderr is none, events
//! with `--json`. Knows no job: each turns its own events into [`Progress`].

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::human;
use super::output::Printer;

/// Between two JSON events, and at most between two movements of the bar's text.
const EVENT_INTERVAL: Duration = Duration::from_secs(1);

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What it is at: `reading`, `verifying`.
    pub phase: String,
    /// Bytes done.
    pub done: u64,
    /// Bytes in all, once known.
    pub total: Option<u64>,
    /// Rate of late, in kB/s of 1000 bytes.
    pub rate_kbps: Option<f64>,
    /// The same as a multiple of the medium's 1x.
    pub x: Option<f64>,
    /// How long it will still take.
    pub eta: Option<Duration>,
    /// Sectors that could not be read so far.
    pub errors: u64,
}

impl Progress {
    fn percent(&self) -> Option<f64> {
        let total = self.total.filter(|total| *total > 0)?;
        Some(self.done as f64 * 100.0 / total as f64)
    }

    /// Beside a bar, where room is scarce: `1.9/4.4 GiB  8.0x 11.1 MB/s  3:20 left  2 errors`
    fn short(&self) -> String {
        let size = match self.total {
            Some(total) => human::part(self.done, total),
            None => human::bytes(self.done),
        };
        let left = self.eta.map(|eta| format!("{} left", human::clock(eta)));
        self.join(vec![size], left)
    }

    /// All but the phase: `42 %  1.9 GiB of 4.4 GiB  8.0x 11.1 MB/s  3 min 20 s left  2 errors`
    fn text(&self) -> String {
        let mut parts = Vec::new();
        if let Some(percent) = self.percent() {
            // Not 100 before the last byte.
            parts
                .push(format!("{:3.0} %", if percent < 100.0 { percent.min(99.0) } else { 100.0 }));
        }
        parts.push(match self.total {
            Some(total) => format!("{} of {}", human::bytes(self.done), human::bytes(total)),
            None => human::bytes(self.done),
        });
        let left = self.eta.map(|eta| format!("{} left", human::duration(eta)));
        self.join(parts, left)
    }

    fn join(&self, mut parts: Vec<String>, left: Option<String>) -> String {
        let x = self.x.map(|x| format!("{x:.1}x"));
        let rate = self.rate_kbps.map(human::rate);
        let speed: Vec<String> = x.into_iter().chain(rate).collect();
        if !speed.is_empty() {
            parts.push(speed.join(" "));
        }
        parts.extend(left);
        if self.errors > 0 {
            parts.push(human::count(self.errors, "error"));
        }
        parts.join("  ")
    }
}

/// Shows progress, the way that suits where it goes.
pub struct Bar<'a> {
    printer: &'a Printer,
    title: String,
    way: Way,
    started: Instant,
    shown: Option<Instant>,
    last: Progress,
}

enum Way {
    Silent,
    Terminal(ProgressBar),
    Lines,
    Json,
}

impl<'a> Bar<'a> {
    /// A bar for the job `title`, such as `rip`.
    pub fn new(printer: &'a Printer, title: &str) -> Bar<'a> {
        let way = if printer.is_json() {
            Way::Json
        } else if printer.is_quiet() {
            Way::Silent
        } else if printer.is_terminal() {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            // `wide_bar` takes what the text leaves of the line, down to nothing.
            if let Ok(style) =
                ProgressStyle::with_template("{prefix} {percent:>3}% [{wide_bar}] {msg}")
            {
                bar.set_style(style.progress_chars("=> "));
            }
            Way::Terminal(bar)
        } else {
            Way::Lines
        };
        let started = Instant::now();
        let last = Progress::default();
        Bar { printer, title: title.to_string(), way, started, shown: None, last }
    }

    /// Shows how far the job is. May be called as often as one likes.
    pub fn update(&mut self, progress: &Progress) {
        let new_phase = progress.phase != self.last.phase;
        self.last = progress.clone();
        let now = Instant::now();
        let since_start = now - self.started;
        let due = match &self.way {
            Way::Silent => return,
            Way::Terminal(bar) => {
                bar.set_prefix(progress.phase.clone());
                if let Some(total) = progress.total {
                    bar.set_length(total);
                }
                bar.set_position(progress.done);
                new_phase || self.shown.is_none_or(|shown| now - shown >= EVENT_INTERVAL / 4)
            }
            Way::Lines => now - self.shown.unwrap_or(self.started) >= line_interval(since_start),
            Way::Json => new_phase || self.shown.is_none_or(|shown| now - shown >= EVENT_INTERVAL),
        };
        if due {
            self.shown = Some(now);
            self.show();
        }
    }

    fn show(&self) {
        match &self.way {
            Way::Silent => {}
            Way::Terminal(bar) => bar.set_message(self.last.short()),
            Way::Lines => self.printer.note(&format!("{}: {}", self.last.phase, self.last.text())),
            Way::Json => self.printer.json(&self.event()),
        }
    }

    fn event(&self) -> serde_json::Value {
        let Progress { phase, done, total, rate_kbps, x, eta, errors } = &self.last;
        let tenths = |value: f64| (value * 10.0).round() / 10.0;
        json!({
            "event": "progress",
            "job": self.title,
            "phase": phase,
            "done_bytes": done,
            "total_bytes": total,
            "rate_kbps": rate_kbps.map(|rate| rate.round() as u64),
            "x": x.map(tenths),
            "eta_seconds": eta.map(|eta| eta.as_secs()),
            "errors": errors,
        })
    }

    /// Says something without disturbing the bar.
    pub fn note(&self, text: &str) {
        match &self.way {
            Way::Terminal(bar) => bar.suspend(|| self.printer.note(text)),
            _ => self.printer.note(text),
        }
    }

    /// Ends the display: the bar goes, JSON gets the last state.
    pub fn finish(self) {
        match &self.way {
            Way::Terminal(bar) => bar.finish_and_clear(),
            Way::Json if self.shown.is_some() => self.show(),
            _ => {}
        }
    }
}

/// Between two lines: ten seconds, so that one sees it live, and a minute later on, so that a log
/// of hours stays readable.
fn line_interval(since_start: Duration) -> Duration {
    Duration::from_secs(if since_start < Duration::from_secs(65) { 10 } else { 60 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_all_that_is_known() {
        let progress = Progress {
            phase: "reading".into(),
            done: 2_000_000_000,
            total: Some(4_707_319_808),
            rate_kbps: Some(11_080.0),
            x: Some(8.0),
            eta: Some(Duration::from_secs(200)),
            errors: 2,
        };
        assert_eq!(
            progress.text(),
            " 42 %  1.9 GiB of 4.4 GiB  8.0x 11.1 MB/s  3 min 20 s left  2 errors"
        );
        assert_eq!(progress.short(), "1.9/4.4 GiB  8.0x 11.1 MB/s  3:20 left  2 errors");
    }

    #[test]
    fn the_line_leaves_out_what_is_unknown() {
        let progress = Progress { done: 4096, ..Progress::default() };
        assert_eq!(progress.text(), "4.0 KiB");
    }

    #[test]
    fn not_a_hundred_percent_before_the_last_byte() {
        let progress = |done| Progress { done, total: Some(1_000_000), ..Progress::default() };
        assert!(progress(999_999).text().starts_with(" 99 %"));
        assert!(progress(1_000_000).text().starts_with("100 %"));
    }
}
