//! A command as a person would type it.

/// Words of a command, quoted for a shell where they need it.
#[derive(Debug)]
pub(crate) struct Words(String);

impl Words {
    /// Begins a command.
    pub(crate) fn new(command: &str) -> Self {
        Self(command.to_owned())
    }

    /// Adds a word, such as the name of a command.
    pub(crate) fn word(&mut self, word: &str) {
        self.0.push(' ');
        self.0.push_str(&quoted(word));
    }

    /// Adds a flag and its value.
    pub(crate) fn flag(&mut self, name: &str, value: &str) {
        self.word(name);
        self.word(value);
    }

    /// Adds a flag for each of its values.
    pub(crate) fn flags<T: AsRef<str>>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.flag(name, value.as_ref());
        }
    }

    /// Adds a flag without value, if it is set.
    pub(crate) fn switch(&mut self, name: &str, set: bool) {
        if set {
            self.word(name);
        }
    }

    /// Returns the command.
    pub(crate) fn into_text(self) -> String {
        self.0
    }
}

/// Quotes a word for a POSIX shell where it has a character with a meaning.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:=@,+%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_with_a_meaning_is_quoted() {
        let mut words = Words::new("airlock");
        words.word("lock");
        words.flags("-f", ["a/Dockerfile", "b c", "it's"]);
        words.flag("--target", "");
        words.switch("--no-syntax", true);
        words.switch("--compose", false);
        assert_eq!(
            words.into_text(),
            r"airlock lock -f a/Dockerfile -f 'b c' -f 'it'\''s' --target '' --no-syntax"
        );
    }
}
