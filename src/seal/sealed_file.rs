//! A sealed file that some key of ours opens.

use std::fmt;
use std::fs::File;
use std::io::{BufReader, Read, Seek as _, SeekFrom};
use std::iter;
use std::sync::{Arc, Mutex, PoisonError};

use age::stream::StreamReader;
use age::{DecryptError, Decryptor};

use super::file_handle::FileHandle;
use super::file_key::{KnownFileKey, Recorder};
use super::header::read_head;
use super::sealer::sealed_size;
use super::{Identities, LockedError, PlainReader, SealError};

/// Bytes of the buffer under a reader: enough for the lines of the header. Chunks go past it.
const BUFFER: usize = 4096;

/// A sealed file whose header is bounded and opened by a key of ours.
///
/// Several readers may read it at once, each with its own position.
pub struct SealedFile {
    handle: FileHandle,
    key: KnownFileKey,
}

/// The length of a payload, proved by the tag of its last chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthenticLength(u64);

impl AuthenticLength {
    /// Returns the length in bytes.
    pub fn bytes(self) -> u64 {
        self.0
    }
}

impl SealedFile {
    /// Takes a regular file; checks its header and that some identity opens it.
    ///
    /// A wrong key and a damaged header cannot be told apart. Where only a key opens it that is
    /// retired or revoked, the refusal names that key.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the secrets are wiped once they have opened the file"
    )]
    pub fn open(file: File, identities: Identities) -> Result<Self, SealError> {
        let size = file.metadata().map_err(SealError::Read)?.len();
        let head = read_head(&file, size)?;
        let handle = FileHandle {
            file: Arc::new(file),
            head,
            size,
            position: 0,
        };
        if let Some(key) = unwrap(&handle, identities.open())? {
            return Ok(Self { handle, key });
        }
        for (identity, refusal) in identities.closed() {
            if unwrap(&handle, iter::once(identity))?.is_some() {
                return Err(refusal);
            }
        }
        Err(SealError::WrongKey)
    }

    /// Returns the length of the sealed file in bytes.
    pub fn size(&self) -> u64 {
        self.handle.size
    }

    /// Returns header and nonce: no two sealed files have the same, copies aside.
    pub fn head(&self) -> &[u8] {
        &self.handle.head
    }

    /// Returns the length of header and nonce in bytes.
    pub fn head_bytes(&self) -> u64 {
        self.handle.head.len() as u64
    }

    /// Authenticates the last chunk, which proves the length of the payload.
    ///
    /// An empty last chunk behind a full one is refused: age's specification allows it only where the
    /// payload is empty, and its reader, when it seeks, does not look.
    pub fn length(&self) -> Result<AuthenticLength, SealError> {
        let mut stream = self.stream()?;
        let length = stream.seek(SeekFrom::End(0)).map_err(SealError::from_age)?;
        if sealed_size(self.head_bytes(), length) != self.size() {
            return Err(SealError::Damaged);
        }
        Ok(AuthenticLength(length))
    }

    /// Reads from the front, before the length is proved.
    pub fn front(&self) -> Result<impl Read, SealError> {
        Ok(PlainReader::new(self.stream()?, u64::MAX))
    }

    /// Reads from an offset on. An offset beyond the end is taken as the end.
    pub fn reader_at(
        &self,
        length: AuthenticLength,
        offset: u64,
    ) -> Result<PlainReader, SealError> {
        let mut stream = self.stream()?;
        // age's reader underflows when it is sent beyond the end: never further than proved.
        let offset = offset.min(length.0);
        stream
            .seek(SeekFrom::Start(offset))
            .map_err(SealError::from_age)?;
        Ok(PlainReader::new(stream, length.0 - offset))
    }

    fn stream(&self) -> Result<StreamReader<BufReader<FileHandle>>, SealError> {
        decrypt(&self.handle, iter::once(&self.key as _)).map_err(|error| {
            if let DecryptError::Io(cause) = error {
                SealError::from_age(cause)
            } else {
                SealError::WrongKey
            }
        })
    }
}

/// Finds the file key with one of the identities; none where no identity fits or the header is
/// damaged.
fn unwrap<'a>(
    handle: &FileHandle,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
) -> Result<Option<KnownFileKey>, SealError> {
    let found = Mutex::new(None);
    let recorders: Vec<Recorder<'_>> = identities
        .map(|identity| Recorder::new(identity, &found))
        .collect();
    let opened = decrypt(handle, recorders.iter().map(|recorder| recorder as _));
    drop(recorders);
    match opened {
        Ok(_) => Ok(found.into_inner().unwrap_or_else(PoisonError::into_inner)),
        Err(DecryptError::Io(cause)) => Err(SealError::from_age(cause)),
        Err(error @ (DecryptError::Plugin(_) | DecryptError::PluginResolve(_))) => {
            Err(LockedError::plugin(&error).into())
        }
        Err(_) => Ok(None),
    }
}

fn decrypt<'a>(
    handle: &FileHandle,
    identities: impl Iterator<Item = &'a dyn age::Identity>,
) -> Result<StreamReader<BufReader<FileHandle>>, DecryptError> {
    let reader = BufReader::with_capacity(BUFFER, handle.clone());
    Decryptor::new_buffered(reader)?.decrypt(identities)
}

impl fmt::Debug for SealedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedFile")
            .field("size", &self.handle.size)
            .finish_non_exhaustive()
    }
}
