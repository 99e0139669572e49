//! Why a word could not be expanded.

/// Tells why a word could not be expanded.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExpandProblem {
    /// A quote is opened and not closed.
    #[error("the {0} quote is not closed")]
    OpenQuote(char),
    /// `${` without its `}`.
    #[error("`}}` is missing")]
    NoBrace,
    /// `${name/pattern` without the second `/`.
    #[error("the second `/` is missing in `${{…/…/…}}`")]
    NoSlash,
    /// Text ends while something is looked for.
    #[error("the text ends before `{0}`")]
    NoEnd(char),
    /// `${}`, `${{`, `${:`.
    #[error("`${{` is not followed by a name")]
    NoName,
    /// A modifier that does not exist.
    #[error("`{0}` is not a modifier: use :- - :+ + :? ? # ## % %% / or //")]
    Modifier(String),
    /// `${name?message}` of a name without a value.
    #[error("{name} {message}")]
    Required {
        /// The variable.
        name: String,
        /// What the file says about it, or that it must be set.
        message: String,
    },
    /// A backslash in a pattern before something that needs none.
    #[error("`\\` in the pattern `{0}` stands before something else than * ? \\ / }}")]
    Escape(String),
    /// Longer than a reference can be, many times over.
    #[error("it expands to more than {limit} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit: usize,
    },
    /// Substitutions within substitutions, too many of them.
    #[error("substitutions are nested more than {limit} deep")]
    TooDeep {
        /// The limit.
        limit: usize,
    },
    /// A pattern that takes too long to match.
    #[error("its patterns take too much work")]
    TooMuchWork,
}
