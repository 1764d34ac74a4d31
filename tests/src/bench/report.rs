//! Figures, as a table for people and as JSON for programs.

use std::{io, path::Path};

use serde::Serialize;

/// What a figure should be.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// One figure.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Figure {
    bench: &'static str,
    name: String,
    value: f64,
    unit: &'static str,
    target: Option<Target>,
    met: Option<bool>,
}

/// All figures of a run.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    figures: Vec<Figure>,
}

impl Report {
    /// A figure that only tells of scale.
    pub(super) fn scale(&mut self, bench: &'static str, name: impl Into<String>, value: f64, unit: &'static str) {
        self.figures.push(Figure { bench, name: name.into(), value, unit, target: None, met: None });
    }

    /// A figure with what it should be.
    pub(super) fn judge(&mut self, bench: &'static str, name: impl Into<String>, value: f64, unit: &'static str, target: Target) {
        let met = match target {
            Target::AtLeast(least) => value >= least,
            Target::AtMost(most) => value <= most,
        };
        self.figures.push(Figure { bench, name: name.into(), value, unit, target: Some(target), met: Some(met) });
    }

    pub(super) fn print(&self) {
        println!("\n{:<11} {:<58} {:>12} {:<14} {:<14} met", "bench", "figure", "value", "unit", "target");
        for figure in &self.figures {
            let target = match figure.target {
                Some(Target::AtLeast(least)) => format!(">= {least}"),
                Some(Target::AtMost(most)) => format!("<= {most}"),
                None => String::new(),
            };
            let met = figure.met.map_or("", |met| if met { "yes" } else { "NO" });
            let Figure { bench, name, value, unit, .. } = figure;
            println!("{bench:<11} {name:<58} {value:>12.3} {unit:<14} {target:<14} {met}");
        }
    }

    pub(super) fn write(&self, path: &Path) -> io::Result<()> {
        std::fs::write(path, serde_json::to_vec_pretty(self)?)
    }
}
