//! Why an expression is not taken.

use std::fmt;

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

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FaultKind::Syntax => out.write_str("the words do not make an expression"),
            FaultKind::Character => out.write_str("a character that no word starts with"),
            FaultKind::Unterminated => out.write_str("a quote, a variable or an argument is not closed"),
            FaultKind::NameCharacter => out.write_str("a character that cannot stand in a variable's name"),
            FaultKind::Escape => out.write_str("a backslash and digits that are no byte"),
            FaultKind::TooLong => out.write_str("a text or pattern of 8192 bytes or more"),
            FaultKind::Jammed => out.write_str("a quote or a last backslash that the scanner has no rule for"),
            FaultKind::UnknownVariable(name) => write!(out, "there is no variable '{name}'"),
            FaultKind::UnknownFunction(name) => write!(out, "there is no function '{name}'"),
            FaultKind::UnknownListFunction(name) => write!(out, "there is no list function '{name}'"),
            FaultKind::UnknownOperator(name) => write!(out, "there is no operator '-{name}'"),
            FaultKind::Restricted(name) => write!(out, "the function '{name}' is not available in a .htaccess file"),
            FaultKind::SubnetNotConstant => out.write_str("the network must be one constant quoted text"),
            FaultKind::Subnet => out.write_str("an address or network is expected"),
            FaultKind::Pattern | FaultKind::PatternUndecided => {
                out.write_str("the regular expression does not compile")
            }
            FaultKind::TooDeep => out.write_str("it is nested too deep"),
        }
    }
}
