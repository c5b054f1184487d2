//! YAML with the place of every part.

mod node;
mod reader;
mod shape;

pub use node::{Content, Node, but};
pub use reader::{BadYaml, read, read_unmerged};
pub use shape::{Shape, duplicate, unknown};
