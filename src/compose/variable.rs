//! Variables: their values, where those come from, and which of them decided something.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a variable's value comes from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The environment that the command was run with.
    Process,
    /// An environment file of the project, relative to the root.
    File(Arc<str>),
    /// Compose sets it by itself: `COMPOSE_PROJECT_NAME`.
    Project,
}

/// A variable that was looked up, and what was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value; none when it was not set.
    pub value: Option<String>,
    /// Where the value comes from; none when it was not set.
    pub origin: Option<Origin>,
}

/// One look-up, shared by all values it took part in.
pub(crate) type Use = Arc<Variable>;

/// The variables that one part of a project sees.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Environment {
    variables: BTreeMap<String, (String, Origin)>,
}

impl Environment {
    pub(crate) fn of_process(variables: &BTreeMap<String, String>) -> Self {
        let variables = variables
            .iter()
            .map(|(name, value)| (name.clone(), (value.clone(), Origin::Process)))
            .collect();
        Self { variables }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|(value, _)| value.as_str())
    }

    /// The user's home, which the environment alone tells; a file cannot move it.
    pub(crate) fn home(&self) -> Option<&str> {
        match self.variables.get("HOME") {
            Some((home, Origin::Process)) if !home.is_empty() => Some(home),
            _ => None,
        }
    }

    pub(crate) fn set(&mut self, name: &str, value: &str, origin: Origin) {
        self.variables
            .insert(name.to_owned(), (value.to_owned(), origin));
    }

    /// Forgets what files have set, except names that pass.
    pub(crate) fn keep_of_files(&mut self, passes: impl Fn(&str) -> bool) {
        self.variables
            .retain(|name, (_, origin)| !matches!(origin, Origin::File(_)) || passes(name));
    }

    /// Adds what a file sets, where nothing else has set it yet.
    pub(crate) fn add(&mut self, from_file: BTreeMap<String, (String, Origin)>) {
        for (name, found) in from_file {
            self.variables.entry(name).or_insert(found);
        }
    }
}

impl super::template::LookUp for Environment {
    fn look_up(&self, name: &str) -> Use {
        let found = self.variables.get(name);
        Arc::new(Variable {
            name: name.to_owned(),
            value: found.map(|(value, _)| value.clone()),
            origin: found.map(|(_, origin)| origin.clone()),
        })
    }
}
