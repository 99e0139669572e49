//! The arguments of `airlock scan`, and what they ask for.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use clap::Args;
use lock_format::Platform;

use super::found::Found;
use super::given::{build_context, onbuild_file};
use crate::cli::compose::ComposeFlags;
use crate::cli::context::{Context, Outcome};
use crate::cli::folders::CurrentFolder;
use crate::dockerfile::Options;
use crate::inputs::{DOCKERFILES, Input, InputError, Root, find_root};
use crate::ops::project::scan::{scan_compose, scan_dockerfile};
use crate::ops::resolve::{BuildOptions, GivenTriggers};
use crate::run::limits::DOCKERFILE_BYTES;

/// Arguments of `airlock scan`.
#[derive(Args, Debug)]
pub(crate) struct ScanArguments {
    /// A Dockerfile, or - for standard input; repeats [default: Dockerfile, else Containerfile, where
    /// no compose project is asked for]
    #[arg(short, long, value_name = "FILE")]
    file: Vec<PathBuf>,
    /// A build argument; without a value, that of the environment; repeats
    #[arg(long, value_name = "KEY[=VALUE]")]
    build_arg: Vec<String>,
    /// The stage to build [default: the last one]
    #[arg(
        long,
        value_name = "STAGE",
        default_value = "",
        hide_default_value = true
    )]
    target: String,
    /// Ask for what any stage needs, not only the target
    #[arg(long)]
    all_stages: bool,
    /// A platform to build for; repeats or takes commas [default: `DOCKER_DEFAULT_PLATFORM`, else this machine's]
    #[arg(long, value_name = "PLATFORM", value_delimiter = ',')]
    platform: Vec<Platform>,
    /// The platform that builds run on [default: this machine's]
    #[arg(long, value_name = "PLATFORM")]
    build_platform: Option<Platform>,
    /// A named context: docker-image://…, oci-layout://…, a URL or a folder; repeats
    #[arg(long, value_name = "NAME=VALUE", value_parser = build_context)]
    build_context: Vec<(String, String)>,
    /// A JSON file of ONBUILD triggers by canonical reference; without it, none are assumed
    #[arg(long, value_name = "FILE")]
    onbuild: Option<PathBuf>,
    /// The folder that paths are confined to [default: the nearest with airlock.toml or .git, else this folder]
    #[arg(long, value_name = "DIR")]
    root: Option<PathBuf>,
    #[command(flatten)]
    compose: ComposeFlags,
}

impl ScanArguments {
    /// Lists what each file needs at each platform, and what the compose project needs. Opens no
    /// connection.
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let here = CurrentFolder::find()?;
        let root = match &self.root {
            Some(root) => here.join(root),
            None => find_root(&here),
        };
        let root = Root::open(&root, &here)?;
        let triggers = GivenTriggers(match &self.onbuild {
            Some(path) => onbuild_file(path)?,
            None => BTreeMap::new(),
        });
        let mut found = Found::default();
        let compose = self.compose.request(context.environment());
        if compose.is_none() || !self.file.is_empty() {
            for input in self.inputs(&root)? {
                for platform in self.platforms(context) {
                    let options = self.options(context, platform);
                    found.dockerfile(scan_dockerfile(&input, &options, &triggers)?);
                }
            }
        }
        if let Some(request) = compose {
            let options = BuildOptions {
                platforms: self.platforms(context),
                build_platform: self.build_platform(),
            };
            found.compose(scan_compose(&root, request, &options, &triggers)?);
        }
        found.tell(context)
    }

    /// Reads the files in the order in which they are named; standard input once.
    fn inputs(&self, root: &Root) -> Result<Vec<Input>, InputError> {
        if self.file.is_empty() {
            let found = root.first_file(root.here(), DOCKERFILES)?;
            let path = found.ok_or_else(|| InputError::NotFound {
                path: DOCKERFILES.join("` or `"),
                root: root.path().display().to_string(),
            })?;
            return Ok(vec![root.read(&path, DOCKERFILE_BYTES)?]);
        }
        let mut standard_input: Option<Input> = None;
        let mut inputs = Vec::new();
        for path in &self.file {
            if path.as_os_str() != "-" {
                inputs.push(root.read(&root.locate(path)?, DOCKERFILE_BYTES)?);
                continue;
            }
            let input = match standard_input.take() {
                Some(input) => input,
                None => Input::from_standard_input(&mut io::stdin().lock(), DOCKERFILE_BYTES)?,
            };
            inputs.push(input.clone());
            standard_input = Some(input);
        }
        Ok(inputs)
    }

    fn platforms(&self, context: &Context) -> Vec<Platform> {
        if !self.platform.is_empty() {
            return self.platform.clone();
        }
        let preset = context.environment().text("DOCKER_DEFAULT_PLATFORM");
        let preset = preset.and_then(|text| text.parse().ok());
        vec![preset.unwrap_or_else(Platform::host)]
    }

    fn build_platform(&self) -> Platform {
        self.build_platform.clone().unwrap_or_else(Platform::host)
    }

    fn options(&self, context: &Context, platform: Platform) -> Options {
        let args = self.build_arg.iter().filter_map(|text| {
            let of_environment =
                || Some((text.clone(), context.environment().text(text)?.to_owned()));
            match text.split_once('=') {
                Some((key, value)) => Some((key.to_owned(), value.to_owned())),
                None => of_environment(),
            }
        });
        Options {
            args: args.collect(),
            target: self.target.clone(),
            platform,
            build_platform: self.build_platform(),
            contexts: self.build_context.iter().cloned().collect(),
            all_stages: self.all_stages,
        }
    }
}
