//! A certificate authority for one server, and the server's certificate (RFC 5280).
//!
//! Clients that trust the authority trust it for the names and addresses of this one server and for
//! nothing else: its name constraints are critical and hold exactly those. So DNS may point the name
//! of a carried registry here without anybody having to trust an authority for the whole internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    NameConstraints, SanType, date_time_ymd,
};
use zeroize::Zeroizing;

use super::ServeError;

/// What a certificate is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Names of the server, and of carried registries that DNS points to it.
    pub names: Vec<String>,
    /// Addresses of the server.
    pub addresses: Vec<IpAddr>,
    /// How many days it holds.
    pub days: u16,
}

/// A certificate, its key, and the authority that made it; all in PEM.
pub struct Issued {
    /// What clients trust.
    pub authority: String,
    /// What the server shows.
    pub certificate: String,
    /// The server's private key.
    pub key: Zeroizing<String>,
    /// The authority's private key: who has it can make certificates for these names.
    pub authority_key: Zeroizing<String>,
}

impl Subject {
    /// Makes a new authority and a certificate; `now` is in seconds since 1970.
    ///
    /// Both hold from the day before, for clocks that are behind. The keys are ECDSA over P-256 and
    /// come from the random source of the operating system, as those of a handshake do.
    pub fn issue(&self, now: u64) -> Result<Issued, ServeError> {
        self.check()?;
        let unusable = |error: rcgen::Error| ServeError::NoCertificate(error.to_string());
        let authority_key = KeyPair::generate().map_err(unusable)?;
        let authority = self.authority(now)?;
        let shown = authority.self_signed(&authority_key).map_err(unusable)?;
        let key = KeyPair::generate().map_err(unusable)?;
        let issuer = Issuer::from_params(&authority, &authority_key);
        let certificate = self
            .server(now)?
            .signed_by(&key, &issuer)
            .map_err(unusable)?;
        Ok(Issued {
            authority: shown.pem(),
            certificate: certificate.pem(),
            key: Zeroizing::new(key.serialize_pem()),
            authority_key: Zeroizing::new(authority_key.serialize_pem()),
        })
    }

    fn check(&self) -> Result<(), ServeError> {
        if self.names.is_empty() && self.addresses.is_empty() {
            return Err(ServeError::NoCertificate(
                "it has no name and no address".to_owned(),
            ));
        }
        match self.names.iter().find(|name| !is_host_name(name)) {
            Some(name) => Err(ServeError::NoCertificate(format!(
                "`{name}` is no host name"
            ))),
            None => Ok(()),
        }
    }

    fn authority(&self, now: u64) -> Result<CertificateParams, ServeError> {
        let first = self.names.first().cloned();
        let first = first.or_else(|| self.addresses.first().map(IpAddr::to_string));
        let name = format!("airlock authority of {}", first.unwrap_or_default());
        let mut params = self.params(&name, now)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.name_constraints = Some(self.constraints());
        Ok(params)
    }

    fn server(&self, now: u64) -> Result<CertificateParams, ServeError> {
        let mut params = self.params("airlock", now)?;
        let names = self.names.iter().map(|name| {
            let name = name.as_str().try_into();
            name.map(SanType::DnsName)
                .map_err(|error: rcgen::Error| ServeError::NoCertificate(error.to_string()))
        });
        let addresses = self.addresses.iter().map(|at| Ok(SanType::IpAddress(*at)));
        params.subject_alt_names = names.chain(addresses).collect::<Result<_, _>>()?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        Ok(params)
    }

    fn params(&self, name: &str, now: u64) -> Result<CertificateParams, ServeError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let (first, last) = (day(now, -1)?, day(now, i64::from(self.days))?);
        let midnight = |day: Date| {
            let part = |value: i8| value.unsigned_abs();
            date_time_ymd(day.year().into(), part(day.month()), part(day.day()))
        };
        params.not_before = midnight(first);
        params.not_after = midnight(last);
        Ok(params)
    }

    /// Permits exactly the names and addresses; a kind of name that has none is excluded whole, for
    /// a constraint speaks only of the kinds that it names (RFC 5280 section 4.2.1.10).
    fn constraints(&self) -> NameConstraints {
        let names = self.names.iter().cloned().map(GeneralSubtree::DnsName);
        let addresses = self.addresses.iter().map(|at| {
            let whole = if at.is_ipv4() { 32 } else { 128 };
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*at, whole))
        });
        let mut excluded = Vec::new();
        if self.names.is_empty() {
            excluded.push(GeneralSubtree::DnsName(String::new()));
        }
        if !self.addresses.iter().any(IpAddr::is_ipv4) {
            excluded.push(every_address(Ipv4Addr::UNSPECIFIED.into()));
        }
        if !self.addresses.iter().any(IpAddr::is_ipv6) {
            excluded.push(every_address(Ipv6Addr::UNSPECIFIED.into()));
        }
        NameConstraints {
            permitted_subtrees: names.chain(addresses).collect(),
            excluded_subtrees: excluded,
        }
    }
}

fn every_address(at: IpAddr) -> GeneralSubtree {
    GeneralSubtree::IpAddress(match at {
        IpAddr::V4(at) => CidrSubnet::V4(at.octets(), [0; 4]),
        IpAddr::V6(at) => CidrSubnet::V6(at.octets(), [0; 16]),
    })
}

/// Labels of lower-case letters, digits and dashes, joined by dots; no wildcard.
fn is_host_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    name.len() <= 253
        && name.parse::<IpAddr>().is_err()
        && name.split('.').all(|label| {
            label.len() <= 63
                && label.bytes().next().is_some_and(plain)
                && label.bytes().next_back().is_some_and(plain)
                && label.bytes().all(|b| plain(b) || b == b'-')
        })
}

/// Returns the day that is `days` after `now`.
fn day(now: u64, days: i64) -> Result<Date, ServeError> {
    let beyond = || ServeError::NoCertificate("its last day is beyond the calendar".to_owned());
    let now = i64::try_from(now).map_err(|_| beyond())?;
    let today = Timestamp::from_second(now)
        .map_err(|_| beyond())?
        .to_zoned(TimeZone::UTC)
        .date();
    Span::new()
        .try_days(days)
        .and_then(|span| today.checked_add(span))
        .map_err(|_| beyond())
}

impl std::fmt::Debug for Issued {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Issued").finish_non_exhaustive()
    }
}
