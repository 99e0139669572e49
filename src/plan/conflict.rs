//! A text in which git left both sides of a conflict.

/// The sides of a text with conflict markers; what is not in conflict is in each of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sides {
    /// The side of the branch that is merged into.
    pub ours: String,
    /// What both come from, where the markers tell it (the styles diff3 and zdiff3).
    pub base: Option<String>,
    /// The side of the branch that is merged.
    pub theirs: String,
}

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Both,
    Ours,
    Base,
    Theirs,
}

impl Sides {
    /// Takes a text apart; none where it has no conflict markers, or not in their order.
    pub fn of(text: &str) -> Option<Self> {
        let mut sides = Self::default();
        let mut base = String::new();
        let (mut at, mut conflicts, mut based) = (At::Both, 0_usize, 0_usize);
        for line in text.split_inclusive('\n') {
            match (marker(line), at) {
                (Some('<'), At::Both) => {
                    at = At::Ours;
                    conflicts = conflicts.saturating_add(1);
                }
                (Some('|'), At::Ours) => {
                    at = At::Base;
                    based = based.saturating_add(1);
                }
                (Some('='), At::Ours | At::Base) => at = At::Theirs,
                (Some('>'), At::Theirs) => at = At::Both,
                (Some(_), _) => return None,
                (None, _) => {
                    if matches!(at, At::Both | At::Ours) {
                        sides.ours.push_str(line);
                    }
                    if matches!(at, At::Both | At::Base) {
                        base.push_str(line);
                    }
                    if matches!(at, At::Both | At::Theirs) {
                        sides.theirs.push_str(line);
                    }
                }
            }
        }
        sides.base = (based == conflicts).then_some(base);
        (at == At::Both && conflicts > 0).then_some(sides)
    }

    /// Writes two texts as one conflict over the whole of both; none where one has conflict markers of
    /// its own, as nobody could take that apart again.
    pub fn whole(ours: &str, theirs: &str) -> Option<String> {
        if [ours, theirs]
            .iter()
            .any(|text| text.lines().any(|line| marker(line).is_some()))
        {
            return None;
        }
        let ended = |text: &str| {
            let end = if text.is_empty() || text.ends_with('\n') {
                ""
            } else {
                "\n"
            };
            format!("{text}{end}")
        };
        let (ours, theirs) = (ended(ours), ended(theirs));
        Some(format!(
            "<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n"
        ))
    }
}

/// Tells which marker a line is: seven of a sign, alone or before a space.
fn marker(line: &str) -> Option<char> {
    let line = line.trim_end_matches(['\n', '\r']);
    ['<', '|', '=', '>'].into_iter().find(|sign| {
        let rest = line.trim_start_matches(*sign);
        line.len().saturating_sub(rest.len()) == 7 && (rest.is_empty() || rest.starts_with(' '))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_styles_are_taken_apart() {
        let merge = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\nd\n";
        let sides = Sides::of(merge).expect("a conflict");
        assert_eq!(
            (sides.ours.as_str(), sides.theirs.as_str()),
            ("a\nb\nd\n", "a\nc\nd\n")
        );
        assert_eq!(sides.base, None);
        let diff3 = "a\n<<<<<<< HEAD\nb\n||||||| 1234567\nx\n=======\nc\n>>>>>>> other\n";
        let sides = Sides::of(diff3).expect("a conflict");
        assert_eq!(
            (sides.ours.as_str(), sides.theirs.as_str()),
            ("a\nb\n", "a\nc\n")
        );
        assert_eq!(sides.base.as_deref(), Some("a\nx\n"));
    }

    #[test]
    fn lines_may_end_in_cr_lf() {
        let text = "a\r\n<<<<<<< HEAD\r\nb\r\n=======\r\nc\r\n>>>>>>> other\r\n";
        let sides = Sides::of(text).expect("a conflict");
        assert_eq!(
            (sides.ours.as_str(), sides.theirs.as_str()),
            ("a\r\nb\r\n", "a\r\nc\r\n")
        );
    }

    #[test]
    fn other_texts_are_no_conflict() {
        for text in [
            "",
            "a\n",
            "<<<<<<< HEAD\na\n",
            "<<<<<<< HEAD\n=======\n",
            ">>>>>>> x\n=======\n<<<<<<< y\n",
            "<<<<<<<< a\n========\n>>>>>>>> b\n",
            "=======\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n",
            "<<<<<<< a\n<<<<<<< a\n=======\n>>>>>>> b\n",
        ] {
            assert_eq!(Sides::of(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_whole_conflict_comes_apart_again() {
        for (ours, theirs) in [("a\n", "b\n"), ("", "b\n"), ("a\nb\n", "")] {
            let whole = Sides::whole(ours, theirs).expect("no markers yet");
            let sides = Sides::of(&whole).expect("a conflict");
            assert_eq!((sides.ours.as_str(), sides.theirs.as_str()), (ours, theirs));
        }
        let inner = Sides::whole("a\n", "b\n").expect("no markers yet");
        assert_eq!(Sides::whole(&inner, "c\n"), None);
        assert_eq!(Sides::whole("c\n", &inner), None);
    }
}
