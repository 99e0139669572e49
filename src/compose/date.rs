//! How compose prints an unquoted date where it wants text: when the mapping that holds it is
//! joined with another file's.

/// Prints a date with all its parts: `2024-1-2` is `2024-01-02 00:00:00 +0000 UTC`.
///
/// The text is one of the forms that count as a date: `Y-M-D`, and behind it nothing, ` H:M:S`, or
/// `TH:M:S` and a zone, the seconds with a fraction or not.
pub(super) fn printed(text: &str) -> String {
    let (day, time) = match text.find(['T', 't', ' ']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let time = time.trim_start_matches(['T', 't', ' ']);
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, "Z"),
    };
    let zone = match zone.replace(':', "").as_str() {
        "Z" | "+0000" | "-0000" => "+0000 UTC".to_owned(),
        zone => format!("{zone} {zone}"),
    };
    let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
    let clock = if clock.is_empty() { "0:0:0" } else { clock };
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    let (day, clock) = (padded(day, '-'), padded(clock, ':'));
    format!("{day} {clock}{dot}{fraction} {zone}")
}

/// Writes each part with two digits at least.
fn padded(text: &str, sign: char) -> String {
    let parts: Vec<String> = text.split(sign).map(|part| format!("{part:0>2}")).collect();
    parts.join(&sign.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_printed_with_all_its_parts() {
        for (text, whole) in [
            ("2024-1-2", "2024-01-02 00:00:00 +0000 UTC"),
            ("2024-01-02 3:04:05", "2024-01-02 03:04:05 +0000 UTC"),
            ("2024-01-02T03:04:05Z", "2024-01-02 03:04:05 +0000 UTC"),
            (
                "2024-01-02t03:04:05.670+02:00",
                "2024-01-02 03:04:05.67 +0200 +0200",
            ),
        ] {
            assert_eq!(printed(text), whole, "{text}");
        }
    }
}
