//! Until when a certificate holds (RFC 5280 section 4.1.2.5).

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// Returns the last second of a certificate in DER, since 1970; none if it cannot be read.
pub(crate) fn not_after(certificate: &[u8]) -> Option<i64> {
    let (tag, body, _) = element(certificate)?;
    let (inner, signed, _) = element(body)?;
    if tag != SEQUENCE || inner != SEQUENCE {
        return None;
    }
    // version?, serial number, signature algorithm, issuer, validity
    let after_version = match element(signed)? {
        (VERSION, _, rest) => rest,
        _ => signed,
    };
    let (_, _, rest) = element(after_version)?;
    let (_, _, rest) = element(rest)?;
    let (_, _, rest) = element(rest)?;
    let (_, validity, _) = element(rest)?;
    let (_, _, rest) = element(validity)?;
    let (tag, text, _) = element(rest)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// Splits the first element off: its tag, its content, and what follows it (X.690, DER).
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let count = usize::from(first & 0x7f);
        let (digits, rest) = rest.split_at_checked(count)?;
        (big_endian(digits)?, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

fn big_endian(digits: &[u8]) -> Option<usize> {
    if digits.is_empty() || digits.len() > 4 {
        return None;
    }
    digits.iter().try_fold(0_usize, |value, digit| {
        value.checked_mul(256)?.checked_add(usize::from(*digit))
    })
}

/// Reads `[YY]YYMMDDHHMMSSZ`; two digits of a year are 1950 to 2049.
fn time(tag: u8, text: &str) -> Option<i64> {
    let (year, rest) = match tag {
        UTC_TIME => {
            let year = number(text.get(..2)?)?;
            let century = if year < 50 { 2000 } else { 1900 };
            (year.checked_add(century)?, text.get(2..)?)
        }
        GENERALIZED_TIME => (number(text.get(..4)?)?, text.get(4..)?),
        _ => return None,
    };
    let part = |from: usize, to: usize| i8::try_from(number(rest.get(from..to)?)?).ok();
    if rest.len() != 11 || !rest.ends_with('Z') {
        return None;
    }
    let moment = DateTime::new(
        year,
        part(0, 2)?,
        part(2, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        0,
    );
    let zoned = moment.ok()?.to_zoned(TimeZone::UTC).ok()?;
    Some(zoned.timestamp().as_second())
}

fn number(digits: &str) -> Option<i16> {
    digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_time_are_read() {
        for (tag, text, seconds) in [
            (UTC_TIME, "700101000000Z", Some(0)),
            (UTC_TIME, "491231235959Z", Some(2_524_607_999)),
            (GENERALIZED_TIME, "20500101000000Z", Some(2_524_608_000)),
            // RFC 5280 section 4.1.2.5: no end that is known.
            (GENERALIZED_TIME, "99991231235959Z", None),
            (UTC_TIME, "701301000000Z", None),
            (UTC_TIME, "700101000000", None),
            (UTC_TIME, "700101000000X", None),
            (UTC_TIME, "700101000000.5Z", None),
            (UTC_TIME, "70010100000éZ", None),
            (0x04, "700101000000Z", None),
        ] {
            assert_eq!(time(tag, text), seconds, "{text}");
        }
    }

    #[test]
    fn a_length_has_one_to_four_bytes() {
        for (digits, length) in [
            (&[][..], None),
            (&[7], Some(7)),
            (&[1, 0, 0, 0], Some(0x0100_0000)),
            (&[0, 0, 0, 0, 1], None),
        ] {
            assert_eq!(big_endian(digits), length, "{digits:?}");
        }
    }

    #[test]
    fn no_bytes_break_the_reader() {
        let certificate = rcgen::generate_simple_self_signed(vec!["a.lan".to_owned()]).unwrap();
        let der = certificate.cert.der();
        assert!(not_after(der).is_some());
        for end in 0..der.len() {
            not_after(&der[..end]);
            let mut changed = der.to_vec();
            changed[end] ^= 0x80;
            not_after(&changed);
        }
        assert_eq!(not_after(&[]), None);
        assert_eq!(not_after(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
