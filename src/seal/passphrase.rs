//! Sealing a few bytes with a passphrase (age, scrypt recipient).

use std::io::Write as _;

use age::Encryptor;
use age::secrecy::SecretString;

use super::SealError;

/// Seals bytes so that `age -d` opens them with the passphrase.
pub fn seal_with_passphrase(bytes: &[u8], passphrase: &str) -> Result<Vec<u8>, SealError> {
    let failed = |error: std::io::Error| SealError::Sealing(error.to_string());
    let encryptor = Encryptor::with_user_passphrase(SecretString::from(passphrase));
    let mut writer = encryptor.wrap_output(Vec::new()).map_err(failed)?;
    writer.write_all(bytes).map_err(failed)?;
    writer.finish().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_passphrase_opens_what_it_sealed() {
        let sealed = seal_with_passphrase(b"key", "correct horse").unwrap();
        let passphrase = SecretString::from("correct horse");
        let identity = age::scrypt::Identity::new(passphrase);
        assert_eq!(age::decrypt(&identity, &sealed).unwrap(), b"key");
        let other = age::scrypt::Identity::new(SecretString::from("wrong horse"));
        assert!(age::decrypt(&other, &sealed).is_err());
    }
}
