//! Why an expression is not taken.

/// Where and why the server refuses an expression, or why that cannot be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Byte offset in the expression's text.
    pub offset: usize,
    /// What is wrong there.
    pub kind: FaultKind,
}

impl Fault {
    /// Whether the server is known to refuse; `false`: it may take the text, htlint cannot tell.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        !matches!(self.kind, FaultKind::PatternUndecided | FaultKind::TooDeep)
    }

    /// Whether the process that reads the text ends over it: a start or `-t` fails, and for a per-dir file the worker
    /// goes away and the connection is closed without an answer (measured on 2.4.71; `yy_fatal_error` in the scanner
    /// made from `util_expr_scan.l`).
    #[must_use]
    pub fn ends_the_process(&self) -> bool {
        self.kind == FaultKind::Jammed
    }
}

/// What is wrong with an expression. The messages are those of `util_expr_scan.l`, `util_expr_parse.y` and
/// `util_expr_eval.c`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The words do not make an expression ("syntax error").
    Syntax,
    /// A byte no word starts with ("Parse error near").
    Character,
    /// A quote, a variable or a function's argument is not closed, or a line end stands inside.
    Unterminated,
    /// A byte that cannot stand in a variable's name.
    NameCharacter,
    /// A backslash and digits that are no byte ("Bad escape sequence", "Escape sequence out of bound").
    Escape,
    /// A piece of text or a pattern of 8192 bytes or more.
    TooLong,
    /// The scanner has no rule: a quote in a function's argument, or a backslash at the very end. See
    /// [`Fault::ends_the_process`].
    Jammed,
    /// No such variable.
    UnknownVariable(String),
    /// No such function.
    UnknownFunction(String),
    /// No such function that gives a list.
    UnknownListFunction(String),
    /// No such operator, named without its dash.
    UnknownOperator(String),
    /// `file` or `filesize` in a per-dir file ("not available in restricted context").
    Restricted(String),
    /// `-R` or `-ipmatch` with an operand that is not one constant quoted text.
    SubnetNotConstant,
    /// `-R` or `-ipmatch` with an operand that is no address or network.
    Subnet,
    /// PCRE2 does not compile the pattern.
    Pattern,
    /// Whether PCRE2 compiles the pattern cannot be told.
    PatternUndecided,
    /// Nested deeper than is looked at; whether the server takes it cannot be told.
    TooDeep,
}
