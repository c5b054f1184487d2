//! What a server answers, in terms that all servers share: requests, answers with their reasons, areas, and the
//! trait that every server's room fills.

mod area;
mod missing;
mod reason;
mod remark;
mod request;
mod server;
mod step;
mod target;

pub use area::{Area, Person, Verdict};
pub use missing::Missing;
pub use reason::{Answer, Because, Cause, Reason, ReasonKind};
pub use remark::{Noted, Remark};
pub use request::{Client, Login, Request, Scheme};
pub use server::{Server, Startup, Survey, UserFileInUse, UserFileSetting, UserFileSettings, Written};
pub use step::{Step, Trace};
pub use target::Target;
