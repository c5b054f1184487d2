//! What each directive does to the settings: one file for each group of modules.

mod access;
mod auth;
mod others;
mod require;
mod sections;
