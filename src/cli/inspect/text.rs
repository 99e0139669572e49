//! An inspected envelope as text for people.

use std::collections::BTreeMap;

use super::sheet::Sheet;
use crate::ops::inspect::Inspected;
use crate::report::{counted, human_size};
use crate::wire::{Anchor, Basis, Bundle, Receipt, Request, Subject, Transfer};

/// Describes an envelope; `verbose` lists every blob.
pub(super) fn describe(inspected: &Inspected, verbose: bool) -> String {
    let mut sheet = Sheet::default();
    let address = inspected.transfer.address();
    sheet.fact(inspected.transfer.kind().name(), inspected.id);
    sheet.fact("signed by", inspected.signer);
    sheet.list("to", address.to.iter().map(ToString::to_string));
    sheet.fact("site", address.site);
    if let Some(expires) = address.expires {
        sheet.time("expires", expires);
    }
    let size = human_size(inspected.sealed_bytes);
    match inspected.files {
        1 => sheet.fact("file", size),
        files => sheet.fact("files", format_args!("{size} in {files} volumes")),
    }
    match &inspected.transfer {
        Transfer::Request(request) => describe_request(&mut sheet, request, verbose),
        Transfer::Bundle(bundle) => describe_bundle(&mut sheet, bundle, verbose),
        Transfer::Receipt(receipt) => describe_receipt(&mut sheet, receipt),
    }
    sheet.into_text()
}

fn describe_request(sheet: &mut Sheet, request: &Request, verbose: bool) {
    sheet.time("created", request.created);
    sheet.fact("number", request.seq);
    sheet.fact("lock", request.lock);
    describe_audit(sheet, &request.audit);
    sheet.fact(
        "wants",
        format_args!(
            "{}, {}",
            counted(request.want.len(), "blob"),
            human_size(request.wanted_bytes())
        ),
    );
    sheet.list("for", images(request));
    sheet.list(
        "pending",
        request.pending.iter().map(|(reference, platforms)| {
            let platforms: Vec<String> = platforms.iter().map(ToString::to_string).collect();
            format!("{reference} ({})", platforms.join(", "))
        }),
    );
    if verbose {
        sheet.list(
            "blobs",
            request
                .want
                .iter()
                .map(|(digest, want)| format!("{digest} {}", human_size(want.size))),
        );
    }
}

/// Lists images with what is wanted for each; a shared blob counts for every image that needs it.
fn images(request: &Request) -> Vec<String> {
    let mut images: BTreeMap<String, (usize, u64)> = BTreeMap::new();
    for want in request.want.values() {
        for image in &want.images {
            let (blobs, bytes) = images.entry(image.to_string()).or_default();
            *blobs += 1;
            *bytes = bytes.saturating_add(want.size);
        }
    }
    images
        .into_iter()
        .map(|(image, (blobs, bytes))| {
            format!(
                "{image} ({}, {})",
                counted(blobs, "blob"),
                human_size(bytes)
            )
        })
        .collect()
}

fn describe_bundle(sheet: &mut Sheet, bundle: &Bundle, verbose: bool) {
    match bundle.basis {
        Basis::Answers(request) => sheet.fact("answers", format_args!("request {request}")),
        Basis::Serial(serial) => sheet.fact("serial", format_args!("{serial}, unsolicited")),
    }
    sheet.fact("lock", bundle.lock);
    let sizes = |of: fn(&crate::wire::Carried) -> u64| {
        let sum = bundle.entries.iter().map(of).fold(0, u64::saturating_add);
        human_size(sum)
    };
    sheet.fact(
        "carries",
        format_args!(
            "{}, {} ({} as carried)",
            counted(bundle.entries.len(), "blob"),
            sizes(|entry| entry.content().size),
            sizes(|entry| entry.payload().size)
        ),
    );
    sheet.list(
        "resolves",
        bundle
            .resolutions
            .iter()
            .map(|(reference, descriptor)| format!("{reference} to {}", descriptor.digest)),
    );
    sheet.list(
        "missing",
        bundle.missing.iter().map(|(subject, missing)| {
            let subject = match subject {
                Subject::Digest(digest) => digest.to_string(),
                Subject::Reference(reference) => reference.to_string(),
            };
            format!("{subject}: {} ({})", missing.text, missing.code)
        }),
    );
    if verbose {
        sheet.list(
            "blobs",
            bundle.entries.iter().map(|entry| {
                let content = entry.content();
                format!(
                    "{} {} {}",
                    content.digest,
                    human_size(content.size),
                    entry.encoding()
                )
            }),
        );
    }
}

fn describe_receipt(sheet: &mut Sheet, receipt: &Receipt) {
    sheet.time("created", receipt.created);
    describe_audit(sheet, &receipt.audit);
    sheet.list(
        "bundles",
        receipt
            .bundles
            .iter()
            .map(|(id, outcome)| format!("{id} {outcome}")),
    );
}

fn describe_audit(sheet: &mut Sheet, audit: &Anchor) {
    sheet.fact(
        "audit",
        format_args!("{} records, head {}", audit.count, audit.head.short()),
    );
}
