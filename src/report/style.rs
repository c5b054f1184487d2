//! How a report for people looks.

use std::path::Path;

/// How a terminal report looks.
#[derive(Debug, Clone, Copy)]
pub struct Style<'f> {
    /// The folder that paths are shown relative to.
    pub folder: &'f Path,
    /// Whether to colour.
    pub colour: bool,
    /// Whether characters beyond ASCII can be shown.
    pub unicode: bool,
    /// The columns of the terminal.
    pub width: usize,
    /// Whether to show notes, and not only to count them.
    pub notes: bool,
    /// Whether to show passwords and hashes.
    pub show_secrets: bool,
    /// Whether to end with a summary.
    pub summary: bool,
}
