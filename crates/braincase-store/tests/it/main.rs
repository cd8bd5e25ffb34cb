//! Every backend, held to what the port promises, and SQLite, held to what only it promises.

#[cfg(test)]
mod sqlite;
#[cfg(test)]
mod suite;
