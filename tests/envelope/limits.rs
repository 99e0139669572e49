//! Limits of section 12, at the limit and one above.

use std::collections::BTreeMap;

use airlock::diagnostic::Diagnose as _;
use airlock::run::limits;
use airlock::seal::Sealer;
use airlock::wire::{
    Basis, Bundle, Carried, Kid, Kind, Layout, Missing, Outcome, Request, Subject, Text, Transfer,
    TransferId,
};
use lock_format::{Blob, Digest, Reference};

use crate::fixture::{bundle, keyring, receipt, reference, request};

/// Tells `ok`, or what is over its limit.
fn told(transfer: impl Into<Transfer>) -> String {
    match transfer.into().to_json() {
        Ok(_) => "ok".to_owned(),
        Err(error) => {
            assert_eq!(error.code().as_str(), "wire/limit", "{error}");
            error.to_string()
        }
    }
}

/// Fails unless a value passes at its limit, and one above is refused for `what`.
fn holds<T: Into<Transfer>>(what: &str, limit: usize, make: impl Fn(usize) -> T) {
    assert_eq!(told(make(limit)), "ok", "{what} at the limit");
    let above = told(make(limit + 1));
    assert!(above.contains(what), "{what} above the limit: {above}");
}

fn a_request(change: impl FnOnce(&mut Request)) -> Request {
    let mut request = request(&keyring(0));
    change(&mut request);
    request
}

fn a_bundle(change: impl FnOnce(&mut Bundle)) -> Bundle {
    let mut bundle = bundle(&keyring(0)).bundle;
    change(&mut bundle);
    bundle
}

fn digest(number: usize) -> Digest {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&number.to_be_bytes());
    Digest::Sha256(bytes)
}

fn many_references(count: usize) -> impl Iterator<Item = Reference> {
    (0..count).map(|number| reference(&format!("reg.lan/app/n{number}:1")))
}

#[test]
fn counts() {
    holds("recipients", limits::RECIPIENTS, |count| {
        a_request(|request| {
            request.address.to = (0_u8..)
                .take(count)
                .map(|n| Kid::from_bytes([n; 16]))
                .collect();
        })
    });
    holds("pending references", limits::IMAGES, |count| {
        a_request(|request| {
            let platforms = request.pending.values().next().unwrap().clone();
            request.pending = many_references(count)
                .map(|one| (one, platforms.clone()))
                .collect();
        })
    });
    holds("platforms of a reference", limits::PLATFORMS, |count| {
        a_request(|request| {
            let platforms = request.pending.values_mut().next().unwrap();
            *platforms = (0..count)
                .map(|n| format!("linux/a{n}").parse().unwrap())
                .collect();
        })
    });
    holds("images of a blob", limits::IMAGES, |count| {
        a_request(|request| {
            let images = many_references(count).map(Into::into).collect();
            request.want.values_mut().next().unwrap().images = images;
        })
    });
    holds("encodings", limits::ACCEPTED, |count| {
        a_request(|request| {
            let more = (1..count).map(|n| Text::lossy(&format!("e{n}")));
            request.accept.encodings = more.chain([Text::lossy("raw")]).collect();
        })
    });
    holds("recipes", limits::ACCEPTED, |count| {
        a_request(|request| {
            let names = (0..count).map(|n| Text::lossy(&format!("r{n}")));
            request.accept.recipes = names.collect();
        })
    });
    holds("missing", limits::MISSING, |count| {
        a_bundle(|bundle| {
            let one = bundle.missing.values().next().unwrap().clone();
            bundle.missing = (0..count)
                .map(|n| (Subject::Digest(digest(n)), one.clone()))
                .collect();
        })
    });
    holds("resolutions", limits::IMAGES, |count| {
        a_bundle(|bundle| {
            let one = bundle.resolutions.values().next().unwrap().clone();
            bundle.resolutions = many_references(count)
                .map(|name| (name, one.clone()))
                .collect();
        })
    });
    holds("bundles of a receipt", limits::ENTRIES, |count| {
        let mut receipt = receipt(&keyring(0));
        receipt.bundles = (0..count)
            .map(|n| (TransferId::of(&n.to_be_bytes()), Outcome::Applied))
            .collect();
        receipt
    });
}

#[test]
fn a_request_names_as_many_images_as_a_lock_has() {
    let read = |count: usize| {
        let transfer = Transfer::from(a_request(|request| {
            let mut wants = request.want.values_mut();
            let mut names = many_references(count);
            wants.next().unwrap().images = names.by_ref().take(4000).map(Into::into).collect();
            wants.next().unwrap().images = names.map(Into::into).collect();
        }));
        Transfer::parse(&transfer.to_json().unwrap())
    };
    assert!(read(limits::IMAGES).is_ok());
    let above = read(limits::IMAGES + 1).unwrap_err();
    assert_eq!(above.code().as_str(), "wire/limit");
    assert!(above.to_string().contains("images of a request"), "{above}");
}

#[test]
fn entries_and_wants() {
    // So many entries are more text than 16 MiB: which limit is told first shows where it lies.
    let many = |count: usize| {
        told(a_bundle(|bundle| {
            bundle.entries = (0..count)
                .map(|n| {
                    Carried::Raw(Blob {
                        digest: digest(n),
                        size: 0,
                    })
                })
                .collect();
        }))
    };
    assert!(many(limits::ENTRIES - 2).contains("bytes of transfer.json"));
    assert!(many(limits::ENTRIES - 1).contains("entries"));
    holds("wanted blobs", limits::ENTRIES - 2, |count| {
        a_request(|request| {
            let mut one = request.want.values().next().unwrap().clone();
            one.bases.clear();
            request.want = (0..count).map(|n| (digest(n), one.clone())).collect();
        })
    });
}

#[test]
fn sizes() {
    let size = |bytes: u64| usize::try_from(bytes).unwrap();
    holds("bytes of a blob", size(limits::BLOB_BYTES), |bytes| {
        a_request(|request| request.want.values_mut().next().unwrap().size = bytes as u64)
    });
    holds("bytes of a blob", size(limits::BLOB_BYTES), |bytes| {
        a_bundle(|bundle| {
            bundle.entries[0] = Carried::Raw(Blob {
                digest: digest(1),
                size: bytes as u64,
            });
        })
    });
    holds(
        "bytes of index.json",
        size(limits::MANIFEST_BYTES),
        |bytes| a_bundle(|bundle| bundle.index_json.size = bytes as u64),
    );
    holds("seq", size(limits::INTEGER), |number| {
        a_request(|request| request.seq = number as u64)
    });
    holds("expires", size(limits::INTEGER), |number| {
        a_request(|request| request.address.expires = Some(number as u64))
    });
    holds("serial", size(limits::INTEGER), |number| {
        a_bundle(|bundle| bundle.basis = Basis::Serial(number as u64))
    });
}

/// A reference of so many bytes.
fn long_reference(length: usize) -> Reference {
    let host = "h".repeat(length - 256 - ":1".len() - 1);
    let name = reference(&format!("{host}.x/{}:1", "p".repeat(254)));
    assert_eq!(name.to_string().len(), length);
    name
}

#[test]
fn references() {
    let what = "bytes of a reference";
    holds(what, limits::REFERENCE_BYTES, |length| {
        a_request(|request| {
            let images = [long_reference(length).into()].into();
            request.want.values_mut().next().unwrap().images = images;
        })
    });
    holds(what, limits::REFERENCE_BYTES, |length| {
        a_request(|request| {
            let (_, platforms) = request.pending.pop_first().unwrap();
            request.pending.insert(long_reference(length), platforms);
        })
    });
    holds(what, limits::REFERENCE_BYTES, |length| {
        a_bundle(|bundle| {
            let (_, pin) = bundle.resolutions.pop_first().unwrap();
            bundle.resolutions.insert(long_reference(length), pin);
        })
    });
    holds(what, limits::REFERENCE_BYTES, |length| {
        a_bundle(|bundle| {
            let (_, one) = bundle.missing.pop_first().unwrap();
            let subject = Subject::Reference(long_reference(length));
            bundle.missing.insert(subject, one);
        })
    });
}

#[test]
fn the_whole_text() {
    let of_length = |length: usize| {
        let missing = |texts: &[usize]| {
            a_bundle(|bundle| {
                bundle.missing = texts
                    .iter()
                    .enumerate()
                    .map(|(n, text)| {
                        let missing = Missing {
                            code: Text::lossy("x"),
                            text: Text::lossy(&"t".repeat(*text)),
                        };
                        (Subject::Digest(digest(n)), missing)
                    })
                    .collect::<BTreeMap<_, _>>();
            })
        };
        let bytes = |texts: &[usize]| {
            Transfer::from(missing(texts))
                .to_json()
                .map(|json| json.len())
        };
        let mut texts = vec![0; 4000];
        let mut left = length - bytes(&texts).unwrap();
        for text in &mut texts {
            *text = left.min(limits::STRING_BYTES);
            left -= *text;
        }
        assert_eq!(left, 0);
        missing(&texts)
    };
    let limit = usize::try_from(limits::TRANSFER_JSON_BYTES).unwrap();
    let at_limit = Transfer::from(of_length(limit)).to_json().unwrap();
    assert_eq!(at_limit.len(), limit);
    assert!(Transfer::parse(&at_limit).is_ok());
    assert!(told(of_length(limit + 1)).contains("bytes of transfer.json"));
    let above = [at_limit.as_slice(), b" "].concat();
    assert_eq!(
        Transfer::parse(&above).unwrap_err().code().as_str(),
        "wire/limit"
    );
}

#[test]
fn the_whole_payload() {
    let total = |last: u64, volume_payload: Option<u64>| {
        let transfer = Transfer::from(a_bundle(|bundle| {
            let sizes = std::iter::repeat_n(limits::BLOB_BYTES, 15).chain([last]);
            bundle.entries = (0..)
                .zip(sizes)
                .map(|(n, size)| {
                    Carried::Raw(Blob {
                        digest: digest(n),
                        size,
                    })
                })
                .collect();
            bundle.volume_payload = volume_payload;
        }));
        let json = transfer.to_json().unwrap().len() as u64;
        Layout::new(&transfer, json)
            .map(|layout| layout.total())
            .map_err(|error| error.to_string())
    };
    // Sizes of equal length in digits, so that the text and with it the framing stay the same.
    let about = limits::BLOB_BYTES - limits::MIB;
    let missing = limits::PAYLOAD_BYTES - total(about, None).unwrap();
    let at_limit = about + missing;
    assert_eq!(total(at_limit, None), Ok(limits::PAYLOAD_BYTES));
    assert!(
        total(at_limit + 1, None)
            .unwrap_err()
            .contains("bytes of the payload")
    );
    let volume = limits::PAYLOAD_BYTES.div_ceil(u64::from(limits::VOLUMES));
    let missing = limits::PAYLOAD_BYTES - total(about, Some(volume)).unwrap();
    let at_limit = about + missing;
    assert_eq!(total(at_limit, Some(volume)), Ok(limits::PAYLOAD_BYTES));
    assert!(
        total(at_limit, Some(volume - 1))
            .unwrap_err()
            .contains("volumes")
    );
    let smallest =
        |bytes| Transfer::from(a_bundle(|bundle| bundle.volume_payload = Some(bytes))).to_json();
    assert!(smallest(65_536).is_ok());
    assert_eq!(
        smallest(65_535).unwrap_err().code().as_str(),
        "wire/bad-field"
    );
}

#[test]
fn recipients_of_a_sealed_file() {
    let one = keyring(0).recipients(Kind::Request).unwrap();
    let seal = |count: usize| Sealer::new(&vec![one[0].clone(); count], Vec::new());
    for count in [1, limits::RECIPIENTS] {
        assert!(seal(count).is_ok(), "{count}");
    }
    for count in [0, limits::RECIPIENTS + 1] {
        assert_eq!(
            seal(count).unwrap_err().code().as_str(),
            "seal/recipients",
            "{count}"
        );
    }
}
