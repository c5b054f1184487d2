//! Who reads the password files of a tree: told from the configurations and Compose files that lie in it.

mod evidence;
mod image;
mod inline;
mod judged;
mod named;
mod tree;

pub use judged::{judge, judge_as};
pub use tree::Tree;
