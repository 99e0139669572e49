//! Scores per feature.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

/// Counts cases by the features they have.
#[derive(Default)]
pub(crate) struct Score {
    features: BTreeMap<String, (usize, usize)>,
    failures: Vec<String>,
}

impl Score {
    /// Counts a case; `differences` is empty where all fields are equal.
    pub(crate) fn count(&mut self, case: &Value, differences: &[String]) {
        let good = usize::from(differences.is_empty());
        let features = case["features"].as_array().into_iter().flatten();
        let features = features.filter_map(Value::as_str).map(str::to_owned);
        let variant = case["variant"].as_str().unwrap_or("adversarial");
        let variant = variant.split('-').next().unwrap_or(variant);
        for name in features.chain([format!("variant {variant}"), "all".to_owned()]) {
            let (right, total) = self.features.entry(name).or_default();
            *right += good;
            *total += 1;
        }
        if good == 0 {
            let id = case["id"].as_str().unwrap_or("?");
            self.failures
                .push(format!("{id}\n    {}", differences.join("\n    ")));
        }
    }

    /// Prints the scores, and fails unless every case is right.
    pub(crate) fn settle(&self, title: &str) {
        let mut table = format!("{title}\n");
        for (name, (right, total)) in &self.features {
            writeln!(table, "  {name:<24} {right:>5} of {total}").expect("a string takes text");
        }
        println!("{table}");
        assert!(
            self.failures.is_empty(),
            "{} cases differ:\n{}",
            self.failures.len(),
            self.failures.join("\n")
        );
    }
}
