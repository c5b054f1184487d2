//! What reports show and, above all, what they never show: hand-made findings on hand-made files, through every format.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod contract;
mod drawing;
mod made;
mod secrets;
