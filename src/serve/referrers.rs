//! What refers to a manifest (OCI distribution specification, listing referrers).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use hyper::StatusCode;
use hyper::header::HeaderName;
use lock_format::{Descriptor, Digest, MediaType};
use serde::Deserialize;
use serde_json::{Value, json};

use super::content::read_verified;
use super::directory::Directory;
use super::names::Place;
use super::response::Response;
use crate::oci::StoreView;
use crate::run::limits::MANIFEST_BYTES;

/// Everything that refers to something, found by reading each published manifest once.
#[derive(Debug, Default)]
pub(super) struct Referrers(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    read: BTreeSet<Digest>,
    by_subject: BTreeMap<Digest, BTreeMap<Digest, Value>>,
}

/// What of a manifest or index matters here.
#[derive(Deserialize)]
struct Referring {
    subject: Option<Subject>,
    #[serde(rename = "artifactType")]
    artifact_type: Option<String>,
    config: Option<Config>,
    annotations: Option<BTreeMap<String, String>>,
}

#[derive(Deserialize)]
struct Subject {
    digest: String,
}

#[derive(Deserialize)]
struct Config {
    #[serde(rename = "mediaType")]
    media_type: Option<String>,
}

impl Referrers {
    /// Returns the descriptors of all published manifests that refer to `subject`, by digest.
    ///
    /// A manifest that cannot be read now is tried again next time.
    pub(super) fn of(
        &self,
        view: &dyn StoreView,
        directory: &Directory,
        subject: Option<&Digest>,
    ) -> Vec<Value> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for descriptor in directory.manifests() {
            let bounded = descriptor.size <= MANIFEST_BYTES;
            if bounded && !known.read.contains(&descriptor.digest) {
                known.learn(view, descriptor);
            }
        }
        subject
            .and_then(|subject| known.by_subject.get(subject))
            .into_iter()
            .flatten()
            .filter(|(digest, _)| directory.manifest(digest).is_some())
            .map(|(_, referrer)| referrer.clone())
            .collect()
    }
}

impl Known {
    fn learn(&mut self, view: &dyn StoreView, descriptor: &Descriptor) {
        let Ok(Some(reader)) = view.open(&descriptor.digest) else {
            return;
        };
        let Ok(bytes) = read_verified(&*reader, descriptor) else {
            return;
        };
        self.read.insert(descriptor.digest);
        // What is no JSON object of this form refers to nothing.
        let Ok(manifest) = serde_json::from_slice::<Referring>(&bytes) else {
            return;
        };
        let subject = manifest.subject.as_ref();
        if let Some(subject) = subject.and_then(|subject| subject.digest.parse().ok()) {
            self.by_subject
                .entry(subject)
                .or_default()
                .insert(descriptor.digest, manifest.describe(descriptor));
        }
    }
}

impl Referring {
    /// Writes the descriptor that the list has; an image manifest without a type of its own has
    /// that of its config, and an index has none.
    fn describe(self, descriptor: &Descriptor) -> Value {
        let config = self.config.filter(|_| !descriptor.media_type.is_index());
        let config_type = config.and_then(|config| config.media_type);
        let own_type = self.artifact_type.filter(|text| !text.is_empty());
        let mut value = json!({
            "mediaType": descriptor.media_type.as_str(),
            "digest": descriptor.digest.to_string(),
            "size": descriptor.size,
        });
        if let Some(map) = value.as_object_mut() {
            if let Some(artifact_type) = own_type.or(config_type) {
                map.insert("artifactType".to_owned(), artifact_type.into());
            }
            if let Some(annotations) = self.annotations {
                map.insert("annotations".to_owned(), json!(annotations));
            }
        }
        value
    }
}

/// Answers with an index of them, empty or not, narrowed to one type where that is asked.
pub(super) fn answer(place: &Place, found: &[Value], artifact_type: Option<&str>) -> Response {
    let fits = |referrer: &&Value| {
        artifact_type.is_none_or(|wanted| referrer["artifactType"].as_str() == Some(wanted))
    };
    let manifests: Vec<&Value> = found.iter().filter(fits).collect();
    let index = json!({
        "schemaVersion": 2,
        "mediaType": MediaType::OCI_INDEX,
        "manifests": manifests,
    });
    let mut response = Response::json(StatusCode::OK, MediaType::OCI_INDEX, &index);
    if artifact_type.is_some() {
        let name = HeaderName::from_static("oci-filters-applied");
        response.set(name, "artifactType");
    }
    response.about.name = Some(place.to_string());
    response
}
