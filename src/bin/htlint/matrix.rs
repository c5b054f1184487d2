//! `htlint matrix`: which consumer takes which stored text.

use std::io;

use htlint::matrix::{cell, columns, rows};
use serde::Serialize;

use crate::args::MatrixFormat;
use crate::console::{Console, Exit, unless_closed};

/// What the cells mean.
pub(crate) const LEGEND: &str = "\
yes: the right password gets in; no: nobody does; text: the stored text itself is the password;
start: the server does not start; a number: every login of that user ends in this status.";

#[derive(Serialize)]
struct Matrix {
    version: u8,
    consumers: Vec<&'static str>,
    rows: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    stored: &'static str,
    cells: Vec<String>,
}

/// Prints the table.
pub(crate) fn matrix(format: MatrixFormat, console: &mut Console<'_>) -> io::Result<Exit> {
    let columns = columns();
    let line = |row| {
        let cells = columns.iter().map(|column| cell(&row, column).word()).collect();
        Line { stored: row.label, cells }
    };
    let rows = rows().into_iter().map(line).collect();
    let matrix = Matrix { version: 1, consumers: columns.iter().map(|column| column.name).collect(), rows };
    unless_closed(match format {
        MatrixFormat::Text => text(&matrix, console),
        MatrixFormat::Markdown => markdown(&matrix, console),
        MatrixFormat::Json => writeln!(console.out, "{}", serde_json::to_string_pretty(&matrix)?),
    })?;
    Ok(Exit::Fine)
}

fn text(matrix: &Matrix, console: &mut Console<'_>) -> io::Result<()> {
    let widest = matrix.rows.iter().map(|row| row.stored.chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = matrix.consumers.iter().map(|name| name.len().max(5)).collect();
    let mut line = |first: &str, cells: &[&str]| {
        let cells = cells.iter().zip(&widths).map(|(cell, width)| format!("  {cell:width$}"));
        writeln!(console.out, "{}", format!("{first:widest$}{}", cells.collect::<String>()).trim_end())
    };
    line("stored", &matrix.consumers)?;
    for row in &matrix.rows {
        line(row.stored, &row.cells.iter().map(String::as_str).collect::<Vec<_>>())?;
    }
    writeln!(console.out, "\n{LEGEND}")
}

fn markdown(matrix: &Matrix, console: &mut Console<'_>) -> io::Result<()> {
    writeln!(console.out, "| stored | {} |", matrix.consumers.join(" | "))?;
    writeln!(console.out, "| --- |{}", " --- |".repeat(matrix.consumers.len()))?;
    for row in &matrix.rows {
        writeln!(console.out, "| `{}` | {} |", row.stored, row.cells.join(" | "))?;
    }
    writeln!(console.out, "\n{LEGEND}")
}
