//! `transfer.json` of any kind.

use super::address::{Address, FORMAT, at_most};
use super::json::{JsonError, Reader, Sink, check, need};
use super::{Bundle, Kind, Receipt, Request, WireError};
use crate::run::limits::TRANSFER_JSON_BYTES;

/// What `transfer.json` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// What the inside lacks.
    Request(Request),
    /// Blobs and resolutions.
    Bundle(Bundle),
    /// What became of bundles.
    Receipt(Receipt),
}

impl Transfer {
    /// Reads `transfer.json`. Its signature must have been verified before.
    ///
    /// Refuses what is not canonical, newer than known, incomplete, or over a limit
    /// (`docs/transfer-format.md` sections 5, 6 and 12).
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        fits(bytes.len() as u64)?;
        let transfer = match outline(bytes)? {
            Kind::Request => Self::Request(Request::read(bytes)?),
            Kind::Bundle => Self::Bundle(Bundle::read(bytes)?),
            Kind::Receipt => Self::Receipt(Receipt::read(bytes)?),
        };
        transfer.check()?;
        check(bytes, |sink| transfer.write(sink))?;
        Ok(transfer)
    }

    /// Writes `transfer.json`; fails on a value that a reader would refuse.
    pub fn to_json(&self) -> Result<Vec<u8>, WireError> {
        self.check()?;
        let mut out = Vec::new();
        self.write(&mut out);
        fits(out.len() as u64)?;
        Ok(out)
    }

    /// Returns the kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Request(_) => Kind::Request,
            Self::Bundle(_) => Kind::Bundle,
            Self::Receipt(_) => Kind::Receipt,
        }
    }

    /// Returns who sends it to whom.
    pub fn address(&self) -> &Address {
        match self {
            Self::Request(request) => &request.address,
            Self::Bundle(bundle) => &bundle.address,
            Self::Receipt(receipt) => &receipt.address,
        }
    }

    fn write(&self, sink: &mut dyn Sink) {
        match self {
            Self::Request(request) => request.write(sink),
            Self::Bundle(bundle) => bundle.write(sink),
            Self::Receipt(receipt) => receipt.write(sink),
        }
    }

    fn check(&self) -> Result<(), WireError> {
        match self {
            Self::Request(request) => Ok(request.check()?),
            Self::Bundle(bundle) => bundle.check(),
            Self::Receipt(receipt) => Ok(receipt.check()?),
        }
    }
}

impl From<Request> for Transfer {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

impl From<Bundle> for Transfer {
    fn from(bundle: Bundle) -> Self {
        Self::Bundle(bundle)
    }
}

impl From<Receipt> for Transfer {
    fn from(receipt: Receipt) -> Self {
        Self::Receipt(receipt)
    }
}

fn fits(bytes: u64) -> Result<(), JsonError> {
    at_most(TRANSFER_JSON_BYTES, [("bytes of transfer.json", bytes)])
}

/// Looks at `format` and `kind` before anything else: newer than known is not broken.
fn outline(bytes: &[u8]) -> Result<Kind, JsonError> {
    let (mut format, mut kind) = (None, None);
    let mut reader = Reader::new(bytes);
    reader.object(|key, value| {
        match key {
            "format" => format = Some(value.integer()?),
            "kind" => kind = Some(value.string()?),
            _ => value.skip()?,
        }
        Ok(())
    })?;
    match need(format, "format")? {
        FORMAT => {}
        other => return Err(JsonError::newer(&format!("format {other}"))),
    }
    let kind = need(kind, "kind")?;
    kind.parse()
        .map_err(|_| JsonError::newer(&format!("kind {kind}")))
}
