//! The codes of this room.

use crate::diagnostic::Code;

/// Every code this room can give.
pub const CODES: &[Code] = &[
    CARD_CHANGED,
    CARD_DAMAGED,
    CARD_FILE,
    CARD_NEWER,
    CARD_RENAMED,
    CARD_RETIRED,
    CARD_REVOKED,
    CARD_ROLE,
    DAMAGED,
    ENVELOPE_NEWER,
    HEADER_TOO_LONG,
    IDENTITY_FILE,
    KEY_FILE,
    KEY_IN_USE,
    KEY_KNOWN,
    KEYRING_DAMAGED,
    KEYRING_NEWER,
    NOT_SEALED,
    NO_PASSPHRASE,
    WORK,
    KEYS_EXIST,
    EXPOSED,
    NO_CARD,
    NO_CURRENT_KEY,
    NO_KEYS,
    NO_PEER,
    NO_SUCH_KEY,
    NO_SUCH_PEER,
    NOT_A_FINGERPRINT,
    RECIPIENT,
    NOT_AN_ENVELOPE,
    OTHER_FINGERPRINT,
    OTHER_PAIRING,
    OWN_CARD,
    PHRASE_CHECKSUM,
    PHRASE_UNKNOWN_WORD,
    PHRASE_WORD_COUNT,
    PLUGIN,
    RECIPIENTS,
    RETIRED_KEY,
    REVOKED_KEY,
    SEALED_TO_RETIRED,
    SEALED_TO_REVOKED,
    SEALING,
    SEVERAL_KEYS,
    SEVERAL_SITES,
    TOO_MANY,
    TRUNCATED,
    UNKNOWN_SENDER,
    READ,
    UNSEALS,
    WRONG_KEY,
    WRONG_PASSPHRASE,
    WRONG_ROLE,
    WRONG_SIGNATURE,
];

pub(super) const CARD_CHANGED: Code = Code::new("seal/card-changed");
pub(super) const CARD_DAMAGED: Code = Code::new("seal/card-damaged");
pub(super) const CARD_FILE: Code = Code::new("seal/card-file");
pub(super) const CARD_NEWER: Code = Code::new("seal/card-newer");
pub(super) const CARD_RENAMED: Code = Code::new("seal/card-renamed");
pub(super) const CARD_RETIRED: Code = Code::new("seal/card-retired");
pub(super) const CARD_REVOKED: Code = Code::new("seal/card-revoked");
pub(super) const CARD_ROLE: Code = Code::new("seal/card-role");
pub(super) const DAMAGED: Code = Code::new("seal/damaged");
pub(super) const ENVELOPE_NEWER: Code = Code::new("seal/envelope-newer");
pub(super) const HEADER_TOO_LONG: Code = Code::new("seal/header-too-long");
pub(super) const IDENTITY_FILE: Code = Code::new("seal/identity-file");
pub(super) const KEY_FILE: Code = Code::new("seal/key-file");
pub(super) const KEY_IN_USE: Code = Code::new("seal/key-in-use");
pub(super) const KEY_KNOWN: Code = Code::new("seal/key-known");
pub(super) const KEYRING_DAMAGED: Code = Code::new("seal/keyring-damaged");
pub(super) const KEYRING_NEWER: Code = Code::new("seal/keyring-newer");
pub(super) const NOT_SEALED: Code = Code::new("seal/keyring-not-sealed");
pub(super) const NO_PASSPHRASE: Code = Code::new("seal/keyring-sealed");
pub(super) const WORK: Code = Code::new("seal/keyring-work");
pub(super) const KEYS_EXIST: Code = Code::new("seal/keys-exist");
pub(super) const EXPOSED: Code = Code::new("seal/keys-exposed");
pub(super) const NO_CARD: Code = Code::new("seal/no-card");
pub(super) const NO_CURRENT_KEY: Code = Code::new("seal/no-current-key");
pub(super) const NO_KEYS: Code = Code::new("seal/no-keys");
pub(super) const NO_PEER: Code = Code::new("seal/no-peer");
pub(super) const NO_SUCH_KEY: Code = Code::new("seal/no-such-key");
pub(super) const NO_SUCH_PEER: Code = Code::new("seal/no-such-peer");
pub(super) const NOT_A_FINGERPRINT: Code = Code::new("seal/not-a-fingerprint");
pub(super) const RECIPIENT: Code = Code::new("seal/not-a-recipient");
pub(super) const NOT_AN_ENVELOPE: Code = Code::new("seal/not-an-envelope");
pub(super) const OTHER_FINGERPRINT: Code = Code::new("seal/other-fingerprint");
pub(super) const OTHER_PAIRING: Code = Code::new("seal/other-pairing");
pub(super) const OWN_CARD: Code = Code::new("seal/own-card");
pub(super) const PHRASE_CHECKSUM: Code = Code::new("seal/phrase-checksum");
pub(super) const PHRASE_UNKNOWN_WORD: Code = Code::new("seal/phrase-unknown-word");
pub(super) const PHRASE_WORD_COUNT: Code = Code::new("seal/phrase-word-count");
pub(super) const PLUGIN: Code = Code::new("seal/plugin");
pub(super) const RECIPIENTS: Code = Code::new("seal/recipients");
pub(super) const RETIRED_KEY: Code = Code::new("seal/retired-key");
pub(super) const REVOKED_KEY: Code = Code::new("seal/revoked-key");
pub(super) const SEALED_TO_RETIRED: Code = Code::new("seal/sealed-to-retired");
pub(super) const SEALED_TO_REVOKED: Code = Code::new("seal/sealed-to-revoked");
pub(super) const SEALING: Code = Code::new("seal/sealing");
pub(super) const SEVERAL_KEYS: Code = Code::new("seal/several-keys");
pub(super) const SEVERAL_SITES: Code = Code::new("seal/several-sites");
pub(super) const TOO_MANY: Code = Code::new("seal/too-many-keys");
pub(super) const TRUNCATED: Code = Code::new("seal/truncated");
pub(super) const UNKNOWN_SENDER: Code = Code::new("seal/unknown-sender");
pub(super) const READ: Code = Code::new("seal/unreadable");
pub(super) const UNSEALS: Code = Code::new("seal/unseals");
pub(super) const WRONG_KEY: Code = Code::new("seal/wrong-key");
pub(super) const WRONG_PASSPHRASE: Code = Code::new("seal/wrong-passphrase");
pub(super) const WRONG_ROLE: Code = Code::new("seal/wrong-role");
pub(super) const WRONG_SIGNATURE: Code = Code::new("seal/wrong-signature");
