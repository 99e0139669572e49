//! `airlock lock`: what the sources need, asked of the registries and pinned.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use lock_format::{Image, Lockfile, Platform, Reference};

use super::needs::{self, Read, Rules};
use super::pin::Pinned;
use super::pins::Pins;
use super::{Asked, Extras, LockFailure, Upgrade};
use crate::config::Inside;
use crate::diagnostic::Failure;
use crate::dockerfile::{Dockerfile, Options};
use crate::inputs::Root;
use crate::oci::Upstream;
use crate::ops::resolve::{GivenTriggers, NoTriggers, resolve_dockerfile};
use crate::plan::{self, Change, SourceNeeds};
use crate::run::Run;

/// How a lock is made.
#[derive(Clone, Debug)]
pub struct LockOptions {
    /// How many references are resolved at the same time.
    pub jobs: NonZeroUsize,
    /// What is locked beside the images that run.
    pub extras: Extras,
    /// Registries that the inside has anyway: their images are not locked.
    pub inside: Inside,
    /// Which pinned references are resolved again.
    pub upgrade: Upgrade,
    /// Whether what `upstream` does not hold is left pending, in place of failing.
    pub offline: bool,
}

/// A lock that was made, and how it differs from the one before.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The new lock.
    pub lockfile: Lockfile,
    /// Its canonical text.
    pub text: String,
    /// What changed.
    pub change: Change,
    /// Images that are named and not locked, as the inside has their registries.
    pub inside: BTreeSet<Reference>,
}

/// Resolves what the sources need and `before` does not pin. What it pins is kept as it is, unless it
/// is to be upgraded; a platform that it lacks comes from the index that it pins.
pub fn lock(
    asked: &[Asked],
    root: &Root,
    upstream: &dyn Upstream,
    before: Option<&Lockfile>,
    options: &LockOptions,
    run: Run<'_>,
) -> Result<Locked, Failure> {
    let rules = Rules {
        extras: options.extras,
        inside: &options.inside,
    };
    let kept = kept(before, &options.upgrade)?;
    let read: Vec<Read> = asked
        .iter()
        .map(|asked| needs::read(asked, root))
        .collect::<Result<_, Failure>>()?;
    let sources: Vec<(String, Read)> = names(&read).into_iter().zip(read).collect();
    let pins = Pins::new(upstream, run, options, kept);
    // Without triggers first: what the files name is then asked for several at a time.
    let mut named = Vec::new();
    for (name, read) in &sources {
        let found = needs::needs(read, name, root, rules, &NoTriggers)?;
        named.extend(found.needs.images);
    }
    pins.ensure(named)?;
    let mut needed = Vec::new();
    let mut inside = BTreeSet::new();
    let mut warnings = Vec::new();
    for (name, read) in &sources {
        let found = needs::needs(read, name, root, rules, &pins)?;
        pins.ensure(found.needs.images.iter().cloned())?;
        needed.push(found.needs);
        inside.extend(found.inside);
        warnings.extend(found.warnings);
    }
    needs::tell(&warnings, &run);
    let images = images(&pins, &needed);
    let sources = needed.into_iter().map(|needs| needs.source).collect();
    let lockfile = Lockfile::new(sources, images).map_err(LockFailure::Refused)?;
    let nothing = Lockfile::default();
    let change = plan::change(before.unwrap_or(&nothing), &lockfile);
    Ok(Locked {
        text: lockfile.to_text(),
        lockfile,
        change,
        inside,
    })
}

fn kept(
    before: Option<&Lockfile>,
    upgrade: &Upgrade,
) -> Result<BTreeMap<Reference, Pinned>, Failure> {
    let images = before.map(Lockfile::images).unwrap_or_default();
    let kept = upgrade.kept(images)?.into_iter();
    Ok(kept
        .filter_map(|image| Some((image.reference.clone(), Pinned::kept(image)?)))
        .collect())
}

/// Names each source; a name that repeats gets a number.
pub(super) fn names(read: &[Read]) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    read.iter()
        .map(|read| {
            let base = read.base_name();
            let count = seen.entry(base.clone()).or_insert(0);
            *count += 1;
            if *count == 1 {
                base
            } else {
                format!("{base} #{count}")
            }
        })
        .collect()
}

fn images(pins: &Pins<'_>, needed: &[SourceNeeds]) -> Vec<Image> {
    let mut uses: BTreeMap<&Reference, (BTreeSet<Platform>, BTreeSet<String>)> = BTreeMap::new();
    for source in needed {
        for need in &source.images {
            let (platforms, sources) = uses.entry(&need.reference).or_default();
            platforms.insert(need.platform.clone());
            sources.insert(source.source.name.clone());
        }
    }
    uses.into_iter()
        .filter_map(|(reference, (platforms, sources))| {
            pins.image(reference, &platforms, sources, naming_images)
        })
        .collect()
}

/// Keeps the triggers that may name an image: those with which a build asks for more than its base,
/// or fails to say what it asks for.
pub(super) fn naming_images(triggers: &[String]) -> Vec<String> {
    triggers
        .iter()
        .filter(|trigger| names_images(trigger))
        .cloned()
        .collect()
}

fn names_images(trigger: &str) -> bool {
    const BASE: &str = "docker.io/library/base:latest";
    let Some(text) = file_around(trigger) else {
        return true;
    };
    let Ok(file) = Dockerfile::parse(text.as_bytes(), &BTreeMap::new()) else {
        return true;
    };
    let platform = Platform::new("linux", "amd64", None);
    let options = Options {
        args: BTreeMap::new(),
        target: String::new(),
        platform: platform.clone(),
        build_platform: platform,
        contexts: BTreeMap::new(),
        all_stages: false,
    };
    let given = GivenTriggers(BTreeMap::from([(
        BASE.to_owned(),
        vec![trigger.to_owned()],
    )]));
    match resolve_dockerfile(&file, &options, &given) {
        Ok(found) => {
            found.error.is_some() || found.images.is_none_or(|images| images.resolve.len() > 1)
        }
        Err(_) => true,
    }
}

/// Writes a file whose last two stages stand on the base of a trigger: one runs it, and one on top of
/// that runs what the trigger leaves where it is ONBUILD itself. Neither has a name or a number that
/// the trigger means: those stand for other stages in every file, with images of their own.
fn file_around(trigger: &str) -> Option<String> {
    const MOST: usize = 100;
    let mut own = "own".to_owned();
    while trigger.to_lowercase().contains(&own) {
        own.push('n');
    }
    let means = |number: usize| trigger.contains(&number.to_string());
    let first = (1..MOST).find(|number| !means(*number) && !means(number.saturating_add(1)))?;
    let others = "FROM other\n".repeat(first);
    Some(format!("{others}FROM base AS {own}\nFROM {own}\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_triggers_that_may_name_an_image_are_kept() {
        let triggers = [
            "RUN make",
            "COPY --from=tools:1 / /",
            "COPY . /src",
            "COPY --from=build / /",
            "RUN --mount=type=cache,from=cache:1,target=/c true",
            "COPY --from=0 / /",
            "ONBUILD COPY --from=own / /",
            "ONBUILD RUN make",
            "COPY --from=1 / /",
            "COPY --from=7 / /",
            "ONBUILD COPY --from=2 / /",
        ]
        .map(str::to_owned);
        let kept = naming_images(&triggers);
        assert_eq!(
            kept,
            [1, 3, 4, 5, 6, 8, 9, 10].map(|at| triggers[at].clone())
        );
    }
}
