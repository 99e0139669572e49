//! A store as `serve` sees it.

use std::sync::{Arc, Mutex, PoisonError, RwLock};

use lock_format::{Blob, Digest};

use crate::diagnostic::Failure;
use crate::oci::{Catalog, Explanation, ReadAt, StoreView, Wanted};

use super::blob_file::BlobFile;
use super::explain::Explainer;
use super::index::Current;
use super::layout::{INDEX, Layout};
use super::marks::{Entry, Marks};
use super::published_list::PublishedList;
use super::{Store, StoreError};

/// What is published, kept up to date: read-only, shared by all threads of a server.
///
/// Every question first looks at the marks of `index.json` (one system call) and reads it again when
/// they changed. An index that cannot be read leaves the one before in use;
/// [`problem`](Self::problem) tells.
#[derive(Debug)]
pub struct View {
    layout: RwLock<Arc<Layout>>,
    shown: RwLock<Shown>,
    /// Held by the one thread that reads a new index; the others go on with the old one.
    reading: Mutex<()>,
    explainer: Explainer,
}

#[derive(Clone, Debug)]
struct Shown {
    /// Of the index that was read last, or that could not be read.
    marks: Option<Marks>,
    catalog: Arc<Catalog>,
    list: Arc<PublishedList>,
    problem: Option<Arc<StoreError>>,
}

impl View {
    pub(super) fn open(layout: Arc<Layout>) -> Result<Self, StoreError> {
        // Marks first: an index that changes in between is read once more, never missed.
        let marks = layout.root.entry(INDEX)?.file();
        let current = Current::read(&layout)?;
        let shown = Shown {
            marks,
            catalog: Arc::new(current.catalog),
            list: Arc::new(current.list),
            problem: None,
        };
        Ok(Self {
            explainer: Explainer::default(),
            layout: RwLock::new(layout),
            shown: RwLock::new(shown),
            reading: Mutex::new(()),
        })
    }

    /// Tells why the newest index is not the one in use, if so.
    pub fn problem(&self) -> Option<Arc<StoreError>> {
        self.shown().problem
    }

    fn layout(&self) -> Arc<Layout> {
        Arc::clone(&self.layout.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Goes over to another store that was put in the place of this one: a backup that was restored, a
    /// disk that was mounted again.
    fn follow(&self) {
        let layout = self.layout();
        if layout.root.is_in_place() {
            return;
        }
        let Ok(store) = Store::open_on(layout.path(), Arc::clone(&layout.disk)) else {
            return;
        };
        *self.layout.write().unwrap_or_else(PoisonError::into_inner) = store.layout;
        // The marks of a file that is not looked at any more.
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        shown.marks = None;
    }

    fn shown(&self) -> Shown {
        self.refresh();
        self.shown
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn refresh(&self) {
        let layout = self.layout();
        let marks = layout.root.entry(INDEX).map_or(None, Entry::file);
        let is_new = || {
            let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
            shown.marks != marks
        };
        if !is_new() {
            return;
        }
        let Ok(_reading) = self.reading.try_lock() else {
            return;
        };
        if !is_new() {
            return;
        }
        let read = Current::read(&layout);
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        shown.marks = marks;
        match read {
            Ok(current) => {
                shown.catalog = Arc::new(current.catalog);
                shown.list = Arc::new(current.list);
                shown.problem = None;
            }
            Err(error) => shown.problem = Some(Arc::new(error)),
        }
    }

    /// Opens a published blob; none when it is not published, not there, or not of its size.
    pub fn open_blob(&self, digest: &Digest) -> Result<Option<BlobFile>, StoreError> {
        let shown = self.shown();
        let manifest = shown.catalog.manifests.get(digest).map(|found| found.size);
        let Some(size) = manifest.or_else(|| shown.list.size(digest)) else {
            return Ok(None);
        };
        let layout = self.layout();
        let (folder, name) = layout.blobs.place(digest);
        let blob = BlobFile::open(folder, &name)?;
        Ok(blob.filter(|blob| blob.size() == size))
    }
}

impl StoreView for View {
    fn catalog(&self) -> Arc<Catalog> {
        self.shown().catalog
    }

    fn open(&self, digest: &Digest) -> Result<Option<Box<dyn ReadAt>>, Failure> {
        let blob = self.open_blob(digest)?;
        Ok(blob.map(|blob| Box::new(blob) as Box<dyn ReadAt>))
    }

    fn blob_after(&self, after: Option<&Digest>) -> Option<Blob> {
        self.shown().list.after(after)
    }

    fn explain(&self, wanted: &Wanted<'_>) -> Explanation {
        let shown = self.shown();
        let published = match wanted {
            Wanted::Tag(..) => false,
            Wanted::Digest(_, digest) => {
                shown.catalog.manifests.contains_key(digest) || shown.list.size(digest).is_some()
            }
        };
        self.explainer
            .explain(&self.layout(), &shown.catalog, published, wanted)
    }

    fn trouble(&self) -> Option<String> {
        self.follow();
        self.problem().map(|problem| problem.to_string())
    }
}
