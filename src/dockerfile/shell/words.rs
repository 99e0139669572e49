//! Splitting into words at white space that is not quoted, while a line is read.

/// Collects words.
///
/// One buffer serves nested substitutions too, as in the reference: what was gathered of a word
/// before a `${name:-…}` within it is lost. It decides which heredocs a line opens.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    buffer: String,
    done: Vec<String>,
    in_word: bool,
}

impl Words {
    /// Begins a nested part: the buffer is emptied, the words so far are put aside.
    pub(super) fn nest(&mut self) -> (Vec<String>, bool) {
        self.buffer.clear();
        (
            std::mem::take(&mut self.done),
            std::mem::take(&mut self.in_word),
        )
    }

    /// Ends a nested part, whose own words nobody asks for.
    pub(super) fn unnest(&mut self, (done, in_word): (Vec<String>, bool)) {
        self.buffer.clear();
        self.done = done;
        self.in_word = in_word;
    }

    /// Adds text in which white space separates words.
    pub(super) fn split(&mut self, text: &str) {
        for c in text.chars() {
            if !c.is_whitespace() {
                self.buffer.push(c);
                self.in_word = true;
            } else if self.in_word && !self.buffer.is_empty() {
                self.done.push(std::mem::take(&mut self.buffer));
                self.in_word = false;
            }
        }
    }

    /// Adds text that belongs to one word, spaces and all.
    pub(super) fn join(&mut self, text: &str) {
        self.buffer.push_str(text);
        self.in_word = true;
    }

    /// Returns the words.
    pub(super) fn finish(mut self) -> Vec<String> {
        if !self.buffer.is_empty() {
            self.done.push(self.buffer);
        }
        self.done
    }
}
