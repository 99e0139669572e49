//! Sealing a few bytes with a passphrase (age, scrypt recipient).

use std::fmt;
use std::io::{Read as _, Write as _};
use std::iter;
use std::path::Path;

use age::secrecy::SecretString;
use age::{DecryptError, Decryptor, Encryptor, scrypt};
use zeroize::Zeroizing;

use super::{LockedError, SealError};

/// Work factor of what is sealed here, as a power of two: a second or less, and 256 MiB for it.
const WORK: u8 = 18;
/// Most work that is taken on, as a power of two: some seconds, and 1 GiB.
const MOST_WORK: u8 = 20;
/// How an age file begins.
const MAGIC: &[u8] = b"age-encryption.org/";

/// What a person types to open a keyring. It is wiped when dropped.
#[derive(PartialEq, Eq)]
pub struct Passphrase(Zeroizing<String>);

impl Passphrase {
    /// Takes the text as it is.
    pub fn new(text: &str) -> Self {
        Self(Zeroizing::new(text.to_owned()))
    }

    /// Returns how many characters it has.
    pub fn characters(&self) -> usize {
        self.0.chars().count()
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Passphrase(…)")
    }
}

/// Seals bytes so that `age -d` opens them with the passphrase.
pub fn seal_with_passphrase(bytes: &[u8], passphrase: &str) -> Result<Vec<u8>, SealError> {
    let failed = |error: &dyn fmt::Display| SealError::Sealing(error.to_string());
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase));
    recipient.set_work_factor(WORK);
    let encryptor = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| failed(&error))?;
    let mut writer = encryptor
        .wrap_output(Vec::new())
        .map_err(|error| failed(&error))?;
    writer.write_all(bytes).map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))
}

/// Tells whether bytes are an age file.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Opens a sealed keyring; `path` is for the message.
pub(super) fn unseal(
    sealed: &[u8],
    passphrase: Option<&Passphrase>,
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let path = path.to_owned();
    let Some(passphrase) = passphrase else {
        return Err(LockedError::NoPassphrase { path }.into());
    };
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.text()));
    identity.set_max_work_factor(MOST_WORK);
    let opened = Decryptor::new_buffered(sealed)
        .and_then(|decryptor| decryptor.decrypt(iter::once(&identity as &dyn age::Identity)));
    let stream = match opened {
        Ok(stream) => stream,
        Err(DecryptError::ExcessiveWork { required, .. }) => {
            let most = MOST_WORK;
            return Err(LockedError::Work {
                path,
                required,
                most,
            }
            .into());
        }
        Err(_) => return Err(LockedError::WrongPassphrase { path }.into()),
    };
    // What is sealed is shorter than the file, so the buffer never grows and leaves nothing behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    #[expect(clippy::disallowed_methods, reason = "bounded by the file")]
    stream
        .take(sealed.len() as u64)
        .read_to_end(&mut plain)
        .map_err(|_| LockedError::WrongPassphrase { path })?;
    Ok(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(sealed: &[u8], passphrase: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        unseal(
            sealed,
            Some(&Passphrase::new(passphrase)),
            Path::new("keys"),
        )
    }

    #[test]
    fn the_passphrase_opens_what_it_sealed() {
        let sealed = seal_with_passphrase(b"key", "correct horse").unwrap();
        assert!(is_sealed(&sealed));
        assert_eq!(open(&sealed, "correct horse").unwrap().as_slice(), b"key");
        for damaged in [&sealed[..sealed.len() - 1], &sealed[..60]] {
            assert!(open(damaged, "correct horse").is_err());
        }
        assert!(open(&sealed, "wrong horse").is_err());
    }

    #[test]
    fn more_work_than_is_bearable_is_refused_before_it_begins() {
        let sealed = seal_with_passphrase(b"key", "correct horse").unwrap();
        let text = String::from_utf8_lossy(&sealed).into_owned();
        let line = text
            .lines()
            .find(|line| line.starts_with("-> scrypt"))
            .unwrap();
        for (work, refused) in [(20, false), (21, true), (63, true)] {
            let heavier = line.replace(" 18", &format!(" {work}"));
            let at = sealed
                .windows(line.len())
                .position(|w| w == line.as_bytes())
                .unwrap();
            let mut file = sealed.clone();
            file.splice(at..at + line.len(), heavier.into_bytes());
            let error = open(&file, "correct horse").unwrap_err();
            let work_named = matches!(
                error,
                SealError::Locked(LockedError::Work { required, most: 20, .. }) if required == work
            );
            assert_eq!(work_named, refused, "2^{work}: {error}");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        assert_eq!(
            format!("{:?}", Passphrase::new("correct horse")),
            "Passphrase(…)"
        );
    }
}
