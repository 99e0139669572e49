//! What a `[[source]]` means.

use super::super::marked::{Marked, bare};
use super::super::wire::SourceWire;
use super::platform;
use crate::error::Fault;
use crate::spans::SourceSpans;
use crate::{Problem, Source, SourceKind};

impl TryFrom<SourceWire> for (Source, SourceSpans) {
    type Error = Fault;

    fn try_from(wire: SourceWire) -> Result<Self, Fault> {
        let kind = kind(&wire)?;
        let spans = SourceSpans {
            whole: wire.span,
            name: wire.name.span,
            keys: wire.keys,
        };
        let text = |marked: Option<Marked<String>>| marked.map(|marked| marked.value);
        let source = Source {
            name: wire.name.value,
            kind,
            platforms: wire
                .platforms
                .iter()
                .map(platform)
                .collect::<Result<_, _>>()?,
            build_platform: wire.build_platform.as_ref().map(platform).transpose()?,
            args: wire.args,
            env: wire.env,
            target: text(wire.target),
            contexts: wire.contexts,
            profiles: bare(wire.profiles),
            services: bare(wire.services),
            env_files: bare(wire.env_files),
            project_directory: text(wire.project_directory),
            root: text(wire.root),
        };
        Ok((source, spans))
    }
}

fn kind(wire: &SourceWire) -> Result<SourceKind, Fault> {
    let missing = |key, table| Fault::new(Problem::MissingKey { key, table }, wire.span);
    match wire.kind.value.as_str() {
        "dockerfile" => {
            let path = wire.path.as_ref();
            let path = path.ok_or_else(|| missing("path", "a source of kind dockerfile"))?;
            Ok(SourceKind::Dockerfile {
                path: path.value.clone(),
            })
        }
        "compose" => {
            let files = wire.files.clone();
            let files = files.ok_or_else(|| missing("files", "a source of kind compose"))?;
            Ok(SourceKind::Compose { files: bare(files) })
        }
        "images" => Ok(SourceKind::Images),
        other => Err(Fault::new(
            Problem::UnknownKind(other.to_owned()),
            wire.kind.span,
        )),
    }
}
