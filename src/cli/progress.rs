//! Progress: bars with bytes and time left on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{Color, Format, Global};
use super::environment::Environment;
use crate::report::{self, Style};
use crate::run::{Event, Events, TaskId, Warning};

/// Shows what operations tell.
#[derive(Debug)]
pub(crate) struct Progress {
    bars: Option<MultiProgress>,
    state: Mutex<State>,
    quiet: bool,
    json: bool,
    style: Style,
}

#[derive(Debug, Default)]
struct State {
    tasks: BTreeMap<TaskId, ProgressBar>,
    total: Option<ProgressBar>,
}

/// Decides how text is drawn.
pub(crate) fn style(global: &Global, environment: &Environment) -> Style {
    let color = match global.color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => colors(environment, std::io::stderr().is_terminal()),
    };
    Style {
        color,
        width: report::WIDTH,
    }
}

/// Decides on colours where nobody says so: by `NO_COLOR`, `CLICOLOR_FORCE`, `CLICOLOR`, in this
/// order, else by the terminal.
fn colors(environment: &Environment, terminal: bool) -> bool {
    let is_off = |name: &str| environment.text(name) == Some("0");
    if environment.get("NO_COLOR").is_some() {
        return false;
    }
    if environment.get("CLICOLOR_FORCE").is_some() && !is_off("CLICOLOR_FORCE") {
        return true;
    }
    terminal && !is_off("CLICOLOR") && environment.text("TERM") != Some("dumb")
}

impl Progress {
    pub(crate) fn new(global: &Global, environment: &Environment) -> Self {
        let json = global.json || global.format == Format::Json;
        let draws = std::io::stderr().is_terminal()
            && !(global.no_progress || global.quiet || json)
            && environment.text("TERM") != Some("dumb");
        Self {
            bars: draws
                .then(|| MultiProgress::with_draw_target(ProgressDrawTarget::stderr_with_hz(10))),
            state: Mutex::default(),
            quiet: global.quiet,
            json,
            style: style(global, environment),
        }
    }

    /// Takes all bars off the terminal.
    pub(crate) fn clear(&self) {
        if let Some(bars) = &self.bars {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            *state = State::default();
            drop(bars.clear());
        }
    }

    fn line(&self, text: &str) {
        match &self.bars {
            Some(bars) => drop(bars.println(text)),
            None => drop(writeln!(std::io::stderr(), "{}", text.trim_end())),
        }
    }

    fn warn(&self, warning: &Warning) {
        let text = if self.json {
            report::warning_json(warning)
        } else {
            report::warning(warning, self.style)
        };
        self.line(&text);
    }

    fn draw(&self, bars: &MultiProgress, event: &Event<'_>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Total(bytes) => {
                if let Some(old) = state.total.take() {
                    old.finish_and_clear();
                }
                let bar = bars.add(ProgressBar::new(*bytes).with_style(total_style()));
                bar.enable_steady_tick(Duration::from_millis(250));
                state.total = Some(bar);
            }
            Event::Begin { task, label, bytes } => {
                let bar = ProgressBar::new(*bytes)
                    .with_style(task_style())
                    .with_message((*label).to_owned());
                state.tasks.insert(*task, bars.insert(0, bar));
            }
            Event::Advance { task, bytes } => {
                for bar in state.tasks.get(task).into_iter().chain(&state.total) {
                    bar.inc(*bytes);
                }
            }
            Event::End { task } => {
                if let Some(bar) = state.tasks.remove(task) {
                    bar.finish_and_clear();
                }
            }
            Event::Step(_) | Event::Warning(_) => {}
        }
    }
}

impl Events for Progress {
    fn event(&self, event: Event<'_>) {
        if let Some(bars) = &self.bars {
            self.draw(bars, &event);
        }
        match event {
            Event::Step(text) if !self.quiet && !self.json => self.line(text),
            Event::Warning(warning) => self.warn(warning),
            Event::Total(bytes)
                if self.bars.is_none() && !self.quiet && !self.json && bytes > 0 =>
            {
                self.line(&format!("  {} to go", HumanBytes(bytes)));
            }
            Event::Step(_)
            | Event::Total(_)
            | Event::Begin { .. }
            | Event::Advance { .. }
            | Event::End { .. } => {}
        }
    }
}

fn task_style() -> ProgressStyle {
    ProgressStyle::with_template(
        "  {wide_msg} {bytes:>10} of {total_bytes:<10} {bytes_per_sec:>12}",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn total_style() -> ProgressStyle {
    ProgressStyle::with_template(
        "  {wide_bar} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
    )
    .unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_follow_the_variables_and_then_the_terminal() {
        for (variables, on_a_terminal, elsewhere) in [
            (&[][..], true, false),
            (&[("NO_COLOR", "1")], false, false),
            (&[("NO_COLOR", "")], true, false),
            (&[("CLICOLOR_FORCE", "1")], true, true),
            (&[("CLICOLOR_FORCE", "0")], true, false),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], false, false),
            (&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], true, true),
            (&[("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")], true, true),
            (&[("CLICOLOR", "0")], false, false),
            (&[("CLICOLOR", "1")], true, false),
            (&[("TERM", "dumb")], false, false),
            (&[("TERM", "xterm")], true, false),
        ] {
            let environment = Environment::of(variables);
            let found = [true, false].map(|terminal| colors(&environment, terminal));
            assert_eq!(found, [on_a_terminal, elsewhere], "{variables:?}");
        }
    }
}
