//! How far a long job is: a bar on a terminal, a line now and then where stderr is none, events
//! with `--json`. One of each for every drive at work. Knows no job: each turns its own events into
//! [`Progress`].

use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Map, Value, json};

use super::human;
use super::output::Printer;

/// Between two JSON events, and at most between two movements of the bar's text.
const EVENT_INTERVAL: Duration = Duration::from_secs(1);
/// What a drive counts its own progress in (SPC-4: progress indication).
const WHOLE: u64 = 65_536;

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
    /// Sectors that could not be read so far, or are not as they should be.
    pub errors: u64,
    /// How full our memory and the drive's own buffer are, and how often that ran empty.
    pub buffers: Option<Buffers>,
    /// In place of bytes: the drive is at something by itself.
    pub busy: Option<Busy>,
    /// In place of bytes: questions asked, and how many there are by now.
    pub questions: Option<(usize, usize)>,
}

/// What is between an image and the disc.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Buffers {
    /// Our memory, in percent.
    pub fifo: u8,
    /// The drive's, where it tells.
    pub drive: Option<u8>,
    /// How often the drive's was empty.
    pub underruns: u64,
}

/// What a drive does by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// For how long by now.
    pub elapsed: Duration,
    /// How far it says it is, in 65536ths; many say nothing.
    pub part: Option<u16>,
}

impl Progress {
    /// Done and total, in bytes or in parts of what a drive does by itself.
    fn amounts(&self) -> (u64, Option<u64>) {
        if let Some((asked, all)) = self.questions {
            return (asked as u64, Some(all as u64));
        }
        match self.busy {
            Some(busy) => (busy.part.map_or(0, u64::from), busy.part.map(|_| WHOLE)),
            None => (self.done, self.total),
        }
    }

    fn percent(&self) -> Option<f64> {
        let (done, total) = self.amounts();
        let total = total.filter(|total| *total > 0)?;
        Some(done as f64 * 100.0 / total as f64)
    }

    /// Beside a bar, where room is scarce: `1.9/4.4 GiB  8.0x 11.1 MB/s  3:20 left  2 errors`,
    /// writing `0.5/4.4 GiB  8.0x 11.1 MB/s  fifo 99% buf 97%  5:20 left  1 underrun`
    fn short(&self) -> String {
        if let Some((asked, all)) = self.questions {
            return format!("{asked} of {all}");
        }
        let size = match (self.busy, self.total) {
            (Some(busy), _) => human::clock(busy.elapsed),
            (None, Some(total)) => human::part(self.done, total),
            (None, None) => human::bytes(self.done),
        };
        let left = self.eta.map(|eta| format!("{} left", human::clock(eta)));
        self.join(vec![size], left)
    }

    /// All but the phase: `42 %  1.9 GiB of 4.4 GiB  8.0x 11.1 MB/s  3 min 20 s left  2 errors`
    fn text(&self) -> String {
        if let Some((asked, all)) = self.questions {
            return format!("question {asked} of {all}");
        }
        let mut parts = Vec::new();
        if let Some(percent) = self.percent() {
            // Not 100 before the last byte.
            parts
                .push(format!("{:3.0} %", if percent < 100.0 { percent.min(99.0) } else { 100.0 }));
        }
        parts.push(match (self.busy, self.total) {
            (Some(busy), _) => format!("{} so far", human::duration(busy.elapsed)),
            (None, Some(total)) => {
                format!("{} of {}", human::bytes(self.done), human::bytes(total))
            }
            (None, None) => human::bytes(self.done),
        });
        let left = self.eta.map(|eta| format!("{} left", human::duration(eta)));
        self.join(parts, left)
    }

    fn join(&self, mut parts: Vec<String>, left: Option<String>) -> String {
        let x = self.x.map(human::times);
        let rate = self.rate_kbps.map(human::rate);
        let speed: Vec<String> = x.into_iter().chain(rate).collect();
        if !speed.is_empty() {
            parts.push(speed.join(" "));
        }
        if let Some(Buffers { fifo, drive, .. }) = self.buffers {
            let drive = drive.map_or(String::new(), |level| format!(" buf {level}%"));
            parts.push(format!("fifo {fifo}%{drive}"));
        }
        parts.extend(left);
        let underruns = self.buffers.map_or(0, |buffers| buffers.underruns);
        for (count, thing) in [(self.errors, "error"), (underruns, "underrun")] {
            if count > 0 {
                parts.push(human::count(count, thing));
            }
        }
        parts.join("  ")
    }
}

/// Shows progress, the way that suits where it goes: one bar, or one for each of several drives.
pub struct Bars<'a> {
    printer: &'a Printer,
    title: String,
    way: Way,
    started: Instant,
    lines: Vec<Line>,
}

/// What is shown of one drive.
#[derive(Default)]
struct Line {
    /// How it is called among several; empty where it is the only one.
    name: String,
    shown: Option<Instant>,
    /// Whether `last` has been shown.
    told: bool,
    last: Progress,
}

enum Way {
    Silent,
    Terminal { all: MultiProgress, bars: Vec<ProgressBar> },
    Lines,
    Json,
}

/// `wide_bar` takes what the text leaves of the line, down to nothing.
const BAR: &str = "{prefix} {percent:>3}% [{wide_bar}] {msg}";
/// Where nobody knows how far it is.
const NO_BAR: &str = "{prefix}  {wide_msg}";

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

impl<'a> Bars<'a> {
    /// A bar for the job `title`, such as `rip`.
    pub fn one(printer: &'a Printer, title: &str) -> Bars<'a> {
        Bars::new(printer, title, &[String::new()])
    }

    /// A bar for each of these drives.
    pub fn new(printer: &'a Printer, title: &str, names: &[String]) -> Bars<'a> {
        let way = if printer.is_json() {
            Way::Json
        } else if printer.is_quiet() {
            Way::Silent
        } else if printer.is_terminal() {
            let all = MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
            let bar = |_| all.add(ProgressBar::no_length().with_style(style(BAR)));
            let bars = names.iter().map(bar).collect();
            Way::Terminal { all, bars }
        } else {
            Way::Lines
        };
        let line = |name: &String| Line { name: name.clone(), ..Line::default() };
        let lines = names.iter().map(line).collect();
        Bars { printer, title: title.to_string(), way, started: Instant::now(), lines }
    }

    /// Shows how far the job is. May be called as often as one likes.
    pub fn update(&mut self, progress: &Progress) {
        self.update_of(0, progress);
    }

    /// Shows how far the drive of this number is.
    pub fn update_of(&mut self, index: usize, progress: &Progress) {
        let Some(line) = self.lines.get_mut(index) else { return };
        let new_phase = progress.phase != line.last.phase;
        let new_kind = line.shown.is_none()
            || progress.amounts().1.is_some() != line.last.amounts().1.is_some();
        line.last = progress.clone();
        let now = Instant::now();
        let since_start = now - self.started;
        let due = match &self.way {
            Way::Silent => return,
            Way::Terminal { bars, .. } => {
                let Some(bar) = bars.get(index) else { return };
                if new_kind {
                    let known = progress.amounts().1.is_some();
                    bar.set_style(style(if known { BAR } else { NO_BAR }));
                }
                bar.set_prefix(format!("{}{}", line.label(), progress.phase));
                let (done, total) = progress.amounts();
                bar.set_length(total.unwrap_or(0));
                bar.set_position(done);
                new_phase || line.shown.is_none_or(|shown| now - shown >= EVENT_INTERVAL / 4)
            }
            Way::Lines => now - line.shown.unwrap_or(self.started) >= line_interval(since_start),
            Way::Json => new_phase || line.shown.is_none_or(|shown| now - shown >= EVENT_INTERVAL),
        };
        line.told = due;
        if due {
            line.shown = Some(now);
            self.show(index);
        }
    }

    fn show(&self, index: usize) {
        let Some(line) = self.lines.get(index) else { return };
        match &self.way {
            Way::Silent => {}
            Way::Terminal { bars, .. } => {
                if let Some(bar) = bars.get(index) {
                    bar.set_message(line.last.short());
                }
            }
            Way::Lines => {
                let (label, phase) = (line.label(), &line.last.phase);
                self.printer.note(&format!("{label}{phase}: {}", line.last.text()));
            }
            Way::Json => self.printer.json(&self.event(line)),
        }
    }

    fn event(&self, line: &Line) -> Value {
        let Progress { phase, done, total, rate_kbps, x, eta, errors, buffers, busy, questions } =
            &line.last;
        let tenths = |value: f64| (value * 10.0).round() / 10.0;
        let mut event = Map::new();
        let mut put = |name: &str, value: Value| drop(event.insert(name.into(), value));
        put("event", json!("progress"));
        put("job", json!(self.title));
        if !line.name.is_empty() {
            put("path", json!(line.name));
        }
        put("phase", json!(phase));
        if let Some((asked, all)) = questions {
            put("asked", json!(asked));
            put("questions", json!(all));
            return Value::Object(event);
        }
        if let Some(Busy { elapsed, .. }) = busy {
            put("percent", json!(line.last.percent().map(tenths)));
            put("elapsed_seconds", json!(elapsed.as_secs()));
            return Value::Object(event);
        }
        put("done_bytes", json!(done));
        put("total_bytes", json!(total));
        put("rate_kbps", json!(rate_kbps.map(|rate| rate.round() as u64)));
        put("x", json!(x.map(tenths)));
        put("eta_seconds", json!(eta.map(|eta| eta.as_secs())));
        put("errors", json!(errors));
        if let Some(Buffers { fifo, drive, underruns }) = buffers {
            put("fifo_percent", json!(fifo));
            put("buffer_percent", json!(drive));
            put("underruns", json!(underruns));
        }
        Value::Object(event)
    }

    /// Says something without disturbing the bars.
    pub fn note(&self, text: &str) {
        self.aside(|| self.printer.note(text));
    }

    /// Says something of the drive of this number.
    pub fn note_of(&self, index: usize, text: &str) {
        let label = self.lines.get(index).map(Line::label).unwrap_or_default();
        self.note(&format!("{label}{text}"));
    }

    /// Does something with the terminal while the bars are out of the way.
    pub fn aside<T>(&self, act: impl FnOnce() -> T) -> T {
        match &self.way {
            Way::Terminal { all, .. } => all.suspend(act),
            _ => act(),
        }
    }

    /// Ends the display: the bars go, JSON gets the last state.
    pub fn finish(self) {
        match &self.way {
            Way::Terminal { bars, .. } => bars.iter().for_each(ProgressBar::finish_and_clear),
            Way::Json => {
                for (index, line) in self.lines.iter().enumerate() {
                    if line.shown.is_some() && !line.told {
                        self.show(index);
                    }
                }
            }
            Way::Silent | Way::Lines => {}
        }
    }
}

impl Line {
    /// What stands before all that is said of it.
    fn label(&self) -> String {
        if self.name.is_empty() { String::new() } else { format!("{}: ", self.name) }
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
            ..Progress::default()
        };
        assert_eq!(
            progress.text(),
            " 42 %  1.9 GiB of 4.4 GiB  8.0x 11.1 MB/s  3 min 20 s left  2 errors"
        );
        assert_eq!(progress.short(), "1.9/4.4 GiB  8.0x 11.1 MB/s  3:20 left  2 errors");
    }

    #[test]
    fn a_writer_s_line_has_its_buffers() {
        let progress = Progress {
            phase: "writing".into(),
            done: 524_288_000,
            total: Some(4_707_319_808),
            rate_kbps: Some(11_080.0),
            x: Some(8.0),
            eta: Some(Duration::from_secs(320)),
            buffers: Some(Buffers { fifo: 99, drive: Some(97), underruns: 1 }),
            ..Progress::default()
        };
        assert_eq!(
            progress.text(),
            " 11 %  500.0 MiB of 4.4 GiB  8.0x 11.1 MB/s  fifo 99% buf 97%  5 min 20 s left  \
             1 underrun"
        );
    }

    #[test]
    fn what_a_drive_does_by_itself_has_its_time_and_perhaps_its_share() {
        let busy = |part| Progress {
            phase: "formatting".into(),
            busy: Some(Busy { elapsed: Duration::from_secs(80), part }),
            ..Progress::default()
        };
        assert_eq!(busy(None).text(), "1 min 20 s so far");
        assert_eq!(busy(Some(32_768)).text(), " 50 %  1 min 20 s so far");
        assert_eq!(busy(Some(32_768)).short(), "1:20");
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
