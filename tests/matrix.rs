//! The matrix of consumers and stored texts against the one that was observed on the real programs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use htlint::matrix::{cell, columns, rows};

/// Consumer by stored text, as the real programs answered; `(yes)` was told by the source, `n/a` cannot be had.
const OBSERVED: &str = include_str!("../fixtures/matrix/observed.tsv");

#[test]
fn every_cell_is_what_was_observed() {
    let mut lines = OBSERVED.lines();
    let names: Vec<&str> = lines.next().unwrap().split('\t').skip(1).collect();
    let (columns, rows) = (columns(), rows());
    assert_eq!(columns.len(), names.len());
    let mut wrong = Vec::new();
    for (line, row) in lines.zip(&rows) {
        let mut fields = line.split('\t');
        assert_eq!(fields.next().unwrap(), row.label);
        for (name, observed) in names.iter().zip(fields) {
            let column = columns.iter().find(|column| column.name == *name).unwrap();
            // An empty field is the empty password there, which is the stored text itself.
            let observed = observed.trim_matches(['(', ')']).replace("empty pw", "text");
            let have = cell(row, column).word();
            if observed != "n/a" && have != observed {
                wrong.push(format!("{} in {name}: observed {observed}, told {have}", row.label));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
