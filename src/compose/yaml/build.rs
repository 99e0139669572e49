//! Events → nodes.

use std::collections::BTreeMap;
use std::sync::Arc;

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, StructureStyle, Tag, YamlVersion};

use super::super::error::{Problem, shown};
use super::super::value::Node as Leaf;
use super::super::{ComposeError, Place, limits};
use super::expand::{Document, expand};
use super::node::{Kind, Mark, Node, Weight};
use super::tabs::Tabs;
use super::tag::{mark_of, typed};

/// Reads all documents of a YAML text; a text of comments has none.
pub(crate) fn documents(text: &str, file: &Arc<str>) -> Result<Vec<Document>, ComposeError> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: limits::DEPTH,
        block_nesting_limit: limits::DEPTH,
    };
    let mut builder = Builder {
        file: file.clone(),
        open: Vec::new(),
        anchors: BTreeMap::new(),
        root: None,
        documents: Vec::new(),
        tabs: Tabs::of(text),
    };
    for event in Parser::new_from_str_with_options(text, options) {
        match event {
            Ok((event, span)) => builder.take(event, &span)?,
            Err(error) => {
                let place = place_of(file, error.marker());
                return Err(Problem::Yaml(shown(&error.info())).at(&place));
            }
        }
    }
    match builder.tabs.first() {
        None => Ok(builder.documents),
        Some(line) => {
            let what = "a tab cannot indent: write spaces, or leave a blank line empty";
            Err(Problem::Yaml(what.to_owned()).at(&Place {
                file: file.clone(),
                line,
                column: 1,
            }))
        }
    }
}

fn place_of(file: &Arc<str>, mark: &Marker) -> Place {
    Place {
        file: file.clone(),
        line: u32::try_from(mark.line()).unwrap_or(u32::MAX),
        column: u32::try_from(mark.col().saturating_add(1)).unwrap_or(u32::MAX),
    }
}

struct Builder {
    file: Arc<str>,
    /// Lists and mappings that are not finished, outermost first.
    open: Vec<Open>,
    /// Finished nodes by anchor; none while the node is being read.
    anchors: BTreeMap<usize, Option<Arc<Node>>>,
    root: Option<Arc<Node>>,
    documents: Vec<Document>,
    tabs: Tabs,
}

struct Open {
    body: Body,
    place: Place,
    mark: Mark,
    anchor: usize,
    weight: Weight,
}

enum Body {
    List(Vec<Arc<Node>>),
    Map(OpenMap),
}

#[derive(Default)]
struct OpenMap {
    entries: BTreeMap<String, Arc<Node>>,
    /// Where each key was first written.
    lines: BTreeMap<String, u32>,
    /// What `<<` brings, with the place of it.
    merge: Option<Arc<Node>>,
    /// The key whose value comes next.
    key: Option<Key>,
}

enum Key {
    Text(String),
    Merge,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Result<(), ComposeError> {
        let place = place_of(&self.file, &span.start);
        let last_line = place_of(&self.file, &span.end).line;
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted) {
                    self.tabs.excuse(place.line, last_line);
                }
                let is_empty = span.start == span.end;
                let text = if is_empty && style == ScalarStyle::Plain {
                    ""
                } else {
                    &*text
                };
                self.scalar(text, style, anchor, tag.as_deref(), &place)
            }
            Event::SequenceStart(style, anchor, tag) => {
                self.tabs.open(place.line, style == StructureStyle::Flow);
                self.start(Body::List(Vec::new()), anchor, tag.as_deref(), place)
            }
            Event::MappingStart(style, anchor, tag) => {
                self.tabs.open(place.line, style == StructureStyle::Flow);
                self.start(Body::Map(OpenMap::default()), anchor, tag.as_deref(), place)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                self.tabs.close(last_line);
                self.end()
            }
            Event::Alias(anchor) => match self.anchors.get(&anchor).cloned().flatten() {
                Some(node) => self.put(node, true, &place),
                None => Err(
                    Problem::Yaml("an alias names the value it stands in".to_owned()).at(&place),
                ),
            },
            Event::DocumentStart(is_marked, version) => self.begin(is_marked, version, &place),
            Event::DocumentEnd => self.finish(),
            Event::StreamStart
            | Event::StreamEnd
            | Event::Anchor(..)
            | Event::UnresolvedAlias(_)
            | _ => Ok(()),
        }
    }

    /// Begins a document; compose knows YAML 1.1 only, and bare documents only at the start.
    fn begin(
        &mut self,
        is_marked: bool,
        version: Option<YamlVersion>,
        place: &Place,
    ) -> Result<(), ComposeError> {
        self.anchors.clear();
        let what = if version.is_some_and(|version| version != YamlVersion::new(1, 1)) {
            "%YAML may name version 1.1 only"
        } else if is_marked || self.documents.is_empty() {
            return Ok(());
        } else {
            "a document after the first one begins with ---"
        };
        Err(Problem::Yaml(what.to_owned()).at(place))
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        place: &Place,
    ) -> Result<(), ComposeError> {
        let is_key = matches!(self.open.last(), Some(Open { body: Body::Map(map), .. }) if map.key.is_none());
        let is_plain = style == ScalarStyle::Plain && tag.is_none();
        if is_key && is_plain && text == "<<" {
            return self.key(Key::Merge, place);
        }
        let (scalar, mark) = typed(text, is_plain, tag).map_err(|problem| problem.at(place))?;
        if is_key {
            let Leaf::Text(text) = scalar else {
                let what = format!("the key {} must be text: write it in quotes", shown(text));
                return Err(Problem::BadValue {
                    field: self.path(),
                    what,
                }
                .at(place));
            };
            self.anchors.insert(
                anchor,
                Some(Arc::new(leaf(
                    Leaf::Text(text.clone()),
                    place.clone(),
                    mark,
                ))),
            );
            return self.key(Key::Text(text), place);
        }
        let node = Arc::new(leaf(scalar, place.clone(), mark));
        if anchor != 0 {
            self.anchors.insert(anchor, Some(node.clone()));
        }
        self.put(node, false, place)
    }

    fn start(
        &mut self,
        body: Body,
        anchor: usize,
        tag: Option<&Tag>,
        place: Place,
    ) -> Result<(), ComposeError> {
        if let Some(Open {
            body: Body::Map(OpenMap { key: None, .. }),
            ..
        }) = self.open.last()
        {
            return Err(Problem::Yaml("a list or a mapping cannot be a key".to_owned()).at(&place));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, None);
        }
        self.open.push(Open {
            body,
            place,
            mark: tag.map_or(Mark::None, mark_of),
            anchor,
            weight: Weight::ONE,
        });
        Ok(())
    }

    fn key(&mut self, key: Key, place: &Place) -> Result<(), ComposeError> {
        let Some(Open {
            body: Body::Map(map),
            weight,
            ..
        }) = self.open.last_mut()
        else {
            return Ok(());
        };
        let name = match &key {
            Key::Text(text) => text.as_str(),
            Key::Merge => "<<",
        };
        if let Some(line) = map.lines.get(name) {
            let what = format!(
                "the key {:?} is already defined in line {line}",
                shown(name)
            );
            return Err(Problem::Yaml(what).at(place));
        }
        map.lines.insert(name.to_owned(), place.line);
        map.key = Some(key);
        weight.size = weight.size.saturating_add(1);
        Ok(())
    }

    /// Puts a finished node into what is open.
    fn put(
        &mut self,
        node: Arc<Node>,
        through_alias: bool,
        place: &Place,
    ) -> Result<(), ComposeError> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        open.weight.add(&node, through_alias);
        check(&open.weight, place)?;
        match &mut open.body {
            Body::List(items) => items.push(node),
            Body::Map(map) => match map.key.take() {
                Some(Key::Text(key)) => {
                    map.entries.insert(key, node);
                }
                Some(Key::Merge) => {
                    if !can_merge(&node) {
                        let what = "<< takes a mapping or a list of mappings".to_owned();
                        return Err(Problem::Yaml(what).at(place));
                    }
                    map.merge = Some(node);
                }
                None => {
                    let what = "an alias of a list or a mapping cannot be a key".to_owned();
                    let Kind::Leaf(Leaf::Text(text)) = &node.kind else {
                        return Err(Problem::Yaml(what).at(place));
                    };
                    let text = text.clone();
                    return self.key(Key::Text(text), place);
                }
            },
        }
        Ok(())
    }

    /// Finishes the innermost list or mapping.
    fn end(&mut self) -> Result<(), ComposeError> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let kind = match open.body {
            Body::List(items) => Kind::List(items),
            Body::Map(map) => Kind::Map(merged(map)),
        };
        let node = Arc::new(Node {
            kind,
            place: open.place.clone(),
            mark: open.mark,
            size: open.weight.size,
            aliased: open.weight.aliased,
            height: open.weight.height,
        });
        if open.anchor != 0 {
            self.anchors.insert(open.anchor, Some(node.clone()));
        }
        self.put(node, false, &open.place)
    }

    fn finish(&mut self) -> Result<(), ComposeError> {
        let Some(root) = self.root.take() else {
            return Ok(());
        };
        if is_mostly_aliases(root.size, root.aliased) {
            let what = "the document is mostly made of aliases".to_owned();
            return Err(Problem::TooLarge(what).at(&root.place));
        }
        self.documents.push(expand(&root));
        Ok(())
    }

    /// The keys that lead to what is being read.
    fn path(&self) -> String {
        let keys = self.open.iter().filter_map(|open| match &open.body {
            Body::Map(OpenMap {
                key: Some(Key::Text(key)),
                ..
            }) => Some(shown(key)),
            Body::Map(_) | Body::List(_) => None,
        });
        keys.collect::<Vec<_>>().join(".")
    }
}

fn leaf(value: Leaf, place: Place, mark: Mark) -> Node {
    Node {
        kind: Kind::Leaf(value),
        place,
        mark,
        size: 1,
        aliased: 0,
        height: 1,
    }
}

/// Refuses what grows beyond the limits, before anything is copied.
fn check(weight: &Weight, place: &Place) -> Result<(), ComposeError> {
    let what = if weight.height > limits::DEPTH {
        format!(
            "the document is nested deeper than {} levels",
            limits::DEPTH
        )
    } else if usize::try_from(weight.size).is_ok_and(|size| size <= limits::NODES) {
        return Ok(());
    } else {
        format!("the document holds more than {} values", limits::NODES)
    };
    Err(Problem::TooLarge(what).at(place))
}

/// The share of aliases that the YAML library of compose refuses: more than 99 of 100 values.
fn is_mostly_aliases(size: u64, aliased: u64) -> bool {
    aliased > 100 && size > 1000 && aliased.saturating_mul(100) > size.saturating_mul(99)
}

fn can_merge(node: &Node) -> bool {
    match &node.kind {
        Kind::Map(_) => true,
        Kind::List(items) => items.iter().all(|item| matches!(item.kind, Kind::Map(_))),
        Kind::Leaf(_) => node.mark == Mark::Reset,
    }
}

/// Adds what `<<` brings: keys of the mapping itself win, then those of earlier mappings.
fn merged(map: OpenMap) -> BTreeMap<String, Arc<Node>> {
    let mut entries = map.entries;
    let mut add = |node: &Node| {
        if let Kind::Map(more) = &node.kind {
            for (key, value) in more {
                entries.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
    };
    if let Some(node) = map.merge {
        match &node.kind {
            Kind::List(items) => items.iter().for_each(|item| add(item)),
            Kind::Map(_) | Kind::Leaf(_) => add(&node),
        }
    }
    entries
}
