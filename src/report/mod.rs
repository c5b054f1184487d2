//! How findings reach people and machines: every report takes text and positions through the masked view.

mod content;
mod frames;
mod json;
mod logins;
mod printable;
mod simulation;
mod style;
mod terminal;
mod view;

pub use content::{Counts, Report, shown_path};
pub use json::{areas, json};
pub use logins::logins;
pub use printable::printable;
pub use simulation::{AnswerLine, ReasonLine, Traced, answer_line, traced};
pub use style::Style;
pub use terminal::terminal;
pub use view::{Excerpt, View};
